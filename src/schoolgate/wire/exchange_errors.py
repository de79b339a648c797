"""What can go wrong between a school and an authority, told so that a school office can act on it.

    ExchangeError
      AddressNotAllowed     the policy forbids a call to this address
      Unreachable           no answer came: name, refused, tls, timeout, reset, proxy
      ProxyWantsPassword    407: nothing gets out for anybody
      WrongCredentials      the authority does not know this user name and password
      PasswordExpired
      Locked                too many wrong passwords; until when, if it said so
      TooOld                426: this program is not served any more
      NotSchoolgate         something else answered: a filter's page, another web site, a broken body
      Busy                  408, 429, 5xx: later
      NotForYou             403: not your school, no licence
      Refused               any other 4xx: this call will never succeed as it stands

Each has a stable `code`, a `sentence` for a person, a `remedy` (what to do next), `details` for the help desk (no
value of a file, no secret) and `step`, what follows by the table of retries.
"""

from typing import Literal

from schoolgate.wire.http import Again, GiveUp, NextStep, StopRun

UnreachableReason = Literal["name", "refused", "tls", "timeout", "reset", "proxy"]


class ExchangeError(Exception):
    """A call that did not succeed."""

    def __init__(self, code: str, sentence: str, remedy: str, step: NextStep, details: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.step = step
        self.details = details


class AddressNotAllowed(ExchangeError):
    """The address itself is wrong; no call was made."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence, "Correct the LA's address under Administration.", StopRun())


UNREACHABLE: dict[UnreachableReason, tuple[str, str]] = {
    "name": (
        "The LA's address was not found.",
        "Check that the internet works here; then check the address under Administration, letter by letter.",
    ),
    "refused": (
        "The LA's computer does not take the connection.",
        "Check the address under Administration. If it is right, the LA's service is down: it is tried again.",
    ),
    "tls": (
        "The LA's certificate is not trusted, so nothing was sent.",
        "Your internet filter may stand in between. Ask whoever runs it to let the LA's address pass unopened.",
    ),
    "timeout": (
        "The LA's computer does not answer.",
        "Check that the internet works here. It is tried again.",
    ),
    "reset": (
        "The line to the LA broke before the answer came.",
        "It is sent again; that can do no harm.",
    ),
    "proxy": (
        "Your proxy did not make the connection to the LA.",
        "Ask whoever runs the proxy to allow the LA's address.",
    ),
}


class Unreachable(ExchangeError):
    """No whole answer came, for one of the `reason`s."""

    def __init__(self, reason: UnreachableReason, details: str = "") -> None:
        super().__init__(f"unreachable-{reason}", *UNREACHABLE[reason], Again(), details)
        self.reason = reason


class ProxyWantsPassword(ExchangeError):
    """407, whoever was called."""

    def __init__(self) -> None:
        super().__init__(
            "proxy-password",
            "Your proxy asks for a user name and password, so nothing can be sent.",
            "Ask whoever runs the proxy. The files stay and are sent at the next export.",
            StopRun(),
            "HTTP 407",
        )


class WrongCredentials(ExchangeError):
    """401 at sign-in."""

    def __init__(self) -> None:
        super().__init__(
            "wrong-credentials",
            "User Name or Password is invalid.",
            "Correct them under Administration, or ask the LA for a new password.",
            StopRun(),
            "HTTP 401 wrong-credentials",
        )


class PasswordExpired(ExchangeError):
    """401 at sign-in; the password was right once."""

    def __init__(self) -> None:
        super().__init__(
            "password-expired",
            "The password for the LA has expired.",
            "Ask the LA for a new one, then enter it under Administration.",
            StopRun(),
            "HTTP 401 password-expired",
        )


class Locked(ExchangeError):
    """429 at sign-in: `after` seconds until the LA looks at a password again, None when it didn't say."""

    def __init__(self, after: float | None) -> None:
        super().__init__(
            "locked",
            "The LA has locked the account for a while: too many wrong passwords.",
            "It is tried again when the lock ends. Check the password under Administration before that.",
            StopRun(after),
            "HTTP 429 locked",
        )


class TooOld(ExchangeError):
    """426."""

    def __init__(self) -> None:
        super().__init__(
            "client-too-old",
            "The LA's service needs a newer version of this program.",
            "Ask whoever looks after this program to update it.",
            StopRun(),
            "HTTP 426",
        )


class NotSchoolgate(ExchangeError):
    """An answer that is not the exchange API's; `step` as its status says."""

    def __init__(self, step: NextStep, details: str) -> None:
        super().__init__(
            "not-schoolgate",
            "Something answered, but not the LA's exchange service.",
            "Your internet filter or a sign-in page may stand in between. If not, check the address under "
            "Administration.",
            step,
            details,
        )


class Busy(ExchangeError):
    """The LA cannot do it now; `step` holds how long it asked to wait."""

    def __init__(self, code: str, status: int, after: float | None) -> None:
        sentence = (
            "The LA's service has no space left for files."
            if status == 507
            else "The LA's service is busy or has a fault just now."
        )
        super().__init__(code, sentence, "It is tried again by itself.", Again(after), f"HTTP {status} {code}".strip())
        self.status = status


REFUSALS: dict[str, tuple[str, str]] = {
    "not-your-base": (
        "The LA's account may not send for this school.",
        "Ask the LA to add the school to your account.",
    ),
    "no-licence": (
        "The LA has no licence to take files from this school.",
        "Ask the LA.",
    ),
    "no-out-of-county-licence": (
        "The LA has no licence to take files from schools of other LAs.",
        "Ask the LA.",
    ),
    "not-this-authority": (
        "The address belongs to another LA than the file's.",
        "Check the LA's address under Administration.",
    ),
    "name-pattern": (
        "The LA does not accept the file's name.",
        "A pupil file is called like 8204321_CES_820LLLL_001.xml. Rename it and send it again.",
    ),
    "name-and-content-differ": (
        "The LA says that the file's name and its content are of different schools or LAs.",
        "Export the file again from your MIS.",
    ),
    "too-large": ("The file is larger than the LA takes.", "Ask the LA."),
    "digest-mismatch": ("The file did not arrive as it was sent.", "It is sent again; that can do no harm."),
    "cut-short": ("Only a part of the file arrived.", "It is sent again; that can do no harm."),
    "gzip-malformed": ("The file did not arrive as it was sent.", "It is sent again; that can do no harm."),
    "token-expired": ("The LA ended the session twice in a row.", "Try again. If it stays so, ask the LA."),
    "spool-lost": (
        "Neither the folder nor this program holds the file any more.",
        "Export it again from your MIS.",
    ),
    "receipt-wrong": (
        "The LA's receipt is not genuine or is for another file. Do not rely on it.",
        "Ring the LA: ask whether the file arrived, and whether its address is the one you use.",
    ),
}
# The bytes were harmed on the way: a repetition may cure it, though the status is a 400.
HARMED_ON_THE_WAY = frozenset({"digest-mismatch", "cut-short", "gzip-malformed"})


class Refused(ExchangeError):
    """The LA will not take this call as it stands; `status` is None where the refusal is our own."""

    def __init__(self, code: str, status: int | None, said: str = "") -> None:
        sentence, remedy = REFUSALS.get(code, (said or "The LA's service refused the call.", "Ask the LA."))
        step = Again() if code in HARMED_ON_THE_WAY else GiveUp()
        details = f"HTTP {status} {code}" if status else code
        super().__init__(code, sentence, remedy, step, details)
        self.status = status


class NotForYou(Refused):
    """403: the account is known, but this is not its to do."""
