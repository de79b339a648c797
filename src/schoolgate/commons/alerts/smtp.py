"""The mail server that this site's start-up settings name (docs/operator/mail.md), and what it answers, in words."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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


class MailRefused(NotSent):
    """The server does not take this mail, or none for its receiver."""


class AnswerLost(NotSent):
    """The mail's text went out, and the server's answer to it did not come: it may have taken it."""

    def __init__(self) -> None:
        super().__init__(f"{server_address()} had the mail, and the line broke before it answered.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    media_type: str


class _NoAnswer(smtplib.SMTPServerDisconnected):
    """The line broke after the server had asked for the mail's text."""


class _Line(smtplib.SMTP):
    """Tells a line that broke while the server had, or may have had, a whole mail from one that broke before."""

    _last_code = 0

    def getreply(self) -> tuple[int, bytes]:
        code, words = super().getreply()
        self._last_code = code
        return code, words

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            answer = super().data(msg)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if self._last_code == _GO_ON:
                raise _NoAnswer from error
            raise
        code, words = answer
        kind = code // 100
        if kind == _YES:
            # The first digit alone decides (RFC 5321, 4.2); the library takes another 2yz for a refusal.
            return _TAKEN, words
        if kind not in _NO:
            raise _NoAnswer
        return answer


class _TlsLine(_Line, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


_GO_ON, _TAKEN = 354, 250
_YES, _NO = 2, (4, 5)


class MailServer(EmailBackend):
    """Django's way to an SMTP server, trusting the operator's extra certificates too."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TlsLine if self.use_ssl else _Line

    def close(self) -> None:
        # Whatever goes wrong at the good-bye, what the server took it has taken.
        with suppress(smtplib.SMTPException, OSError):
            super().close()

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


def send(
    to: str,
    subject: str,
    text: str,
    *,
    message_id: str = "",
    reply_to: str = "",
    attachment: Attachment | None = None,
    patience_seconds: int | None = None,
) -> None:
    """Hand one plain mail to the server; it has taken it when this returns. Raises NotSent.

    Whoever sends a mail again, not knowing whether it went, gives it the same `message_id`, by which the mail's
    receivers can know it. `patience_seconds`: how long an answer is waited for, where not the usual time.
    """
    if not is_set_up():
        raise NoServer
    # No machine's answer ("I am on leave") is wanted to a machine's mail: RFC 3834.
    headers = {"Auto-Submitted": "auto-generated", **({"Message-ID": message_id} if message_id else {})}
    replies = [reply_to] if reply_to else None
    line = " ".join(subject.split())
    message = EmailMessage(line, text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers, reply_to=replies)
    if attachment is not None:
        message.attach(attachment.name, attachment.content, attachment.media_type)
    _require_addresses(message)
    with _told_in_words(to), closing(MailServer(timeout=patience_seconds)) as server:
        # Closed here too: Django leaves a connection open that could not be made secure.
        server.send_messages([message])


def sign_in(*, patience_seconds: int | None = None) -> None:
    """See that the server would take mails from this site: sign in, and send nothing. Raises NotSent."""
    if not is_set_up():
        raise NoServer
    with _told_in_words("nobody"), closing(MailServer(timeout=patience_seconds)) as server:
        server.open()


@contextmanager
def _told_in_words(to: str) -> Iterator[None]:
    """Make a NotSent of whatever goes wrong with a mail to this address."""
    try:
        yield
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
    except _NoAnswer:
        raise AnswerLost from None
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


def _require_addresses(message: EmailMessage) -> None:
    """Raise NotSent, before anybody is called, where an address holds a line break, say, or no possible domain."""
    try:
        message.message()
    except ValueError:
        addresses = _plain(" or ".join((*message.to, *message.reply_to)))
        raise NotSent(f"No mail can be written with this address: {addresses}. Correct it.", for_good=True) from None


def _refused(what: str, code: int, words: bytes | str) -> MailRefused:
    return MailRefused(f"{what}: {_quoted(code, words)}.", for_good=_for_good(code))


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
