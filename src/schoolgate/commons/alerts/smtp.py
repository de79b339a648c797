"""The mail server that this site's start-up settings name (docs/operator/mail.md), and what it answers, in words."""

import smtplib
import ssl
from contextlib import closing
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from schoolgate.wire.tls import trust

LONGEST_WORDS = 200


class NotSent(Exception):
    """The mail did not get out. `sentence` says why, with the server's words; `for_good`: no repetition cures it."""

    def __init__(self, sentence: str, *, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.for_good = for_good


class NoServer(NotSent):
    """No mail server is set."""

    def __init__(self) -> None:
        super().__init__("This site has no mail server: its operator has to set smtp_host.", for_good=True)


class MailServer(EmailBackend):
    """Django's way to an SMTP server, trusting the operator's extra certificates too."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        extra = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
        return trust(extra_ca_file=Path(extra) if extra else None)


def is_set_up() -> bool:
    """Whether this site has a mail server."""
    return bool(settings.EMAIL_HOST)


def server_address() -> str:
    """Where the mail server is, as `host:port`."""
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def send(to: str, subject: str, text: str, *, message_id: str = "") -> None:
    """Hand one plain mail to the server; it has taken it when this returns. Raises NotSent.

    Whoever sends a mail again, not knowing whether it went, gives it the same `message_id`, by which the mail's
    receivers can know it.
    """
    if not is_set_up():
        raise NoServer
    # No machine's answer ("I am on leave") is wanted to a machine's mail: RFC 3834.
    headers = {"Auto-Submitted": "auto-generated", **({"Message-ID": message_id} if message_id else {})}
    message = EmailMessage(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers)
    try:
        # Closed here too: Django leaves a connection open that could not be made secure.
        with closing(MailServer()) as server:
            server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refused(f"{settings.EMAIL_HOST} does not take mail for {to}", code, words) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _refused(f"{settings.EMAIL_HOST} does not take this mail", error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPAuthenticationError as error:
        answer = _quoted(error.smtp_code, error.smtp_error)
        # Not tried again: a wrong password, said over and over, locks the account at the server.
        raise NotSent(
            f"{settings.EMAIL_HOST} does not let this site in ({answer}). Check smtp_user and smtp_password.",
            for_good=_for_good(error.smtp_code),
        ) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"{server_address()} answers: {_quoted(error.smtp_code, error.smtp_error)}.") from None
    except smtplib.SMTPServerDisconnected:
        raise NotSent(f"{server_address()} ended the connection.") from None
    except smtplib.SMTPException as error:
        raise NotSent(f"{server_address()}: {_plain(str(error))} Check smtp_security and smtp_user.") from None
    except ssl.SSLError as error:
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason or "TLS failed"
        raise NotSent(
            f"{server_address()} is not trusted ({_plain(why)}). Check smtp_security, or extra_ca_file."
        ) from None
    except OSError as error:
        raise NotSent(f"{server_address()} cannot be reached ({_plain(error.strerror or str(error))}).") from None


def _refused(what: str, code: int, words: bytes | str) -> NotSent:
    return NotSent(f"{what}: {_quoted(code, words)}.", for_good=_for_good(code))


def _for_good(code: int) -> bool:
    """Whether an answer is the server's last word (RFC 5321, 4.2.1)."""
    return 500 <= code < 600


def _quoted(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {_plain(text)}".strip().rstrip(".")


def _plain(text: str) -> str:
    """Whatever a server wrote, as one short line."""
    line = " ".join(text.split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST_WORDS]
