"""What can go wrong between a school and an authority, told so that a school office can act on it.

    ExchangeError
      NoEntry               nobody told this site the authority's address
      CaFileUnusable        our own extra CA file is broken
      AddressNotAllowed     the policy forbids a call to this address
        OtherLa             another LA's service stands there
      Unreachable           no whole answer came, for one of the reasons in exchange_sentences
      ProxyLogin            407: nothing gets out for anybody
        ProxyWantsPassword, ProxyRefusesPassword, ProxyWantsWindowsLogin
      NoCredentials         nobody gave us a user name and password for this authority
      WrongCredentials      the authority does not know this user name and password
      PasswordExpired
      Locked                too many wrong passwords; until when, if it said so
        JoinLocked          too many wrong connection codes
      TooOld                426: this program is not served any more
      ServiceTooOld         the authority's service lacks what we need
      ClockWrong            our clock and the authority's are far apart
      NotSchoolgate         something else answered: a filter's page, another web site, a broken body
      Busy                  408, 429, 5xx: later
        Maintenance
      Refused               any other 4xx: this call will never succeed as it stands
        NotForYou           403: not your school, no licence, a connection code that is not good
        PasswordNotAllowed

Each has a stable `code`, a `sentence` for a person, a `remedy` (what to do next), `details` for the help desk (no
value of a file, no secret) and `step`, what follows by the table of retries.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schoolgate.wire.exchange_sentences import REFUSALS, UNREACHABLE
from schoolgate.wire.http import Again, GiveUp, NextStep, StopRun
from schoolgate.wire.unreachable import UnreachableReason

LONDON = ZoneInfo("Europe/London")
WIDEST_TIME_ZONES = timedelta(hours=14)


class ExchangeError(Exception):
    """A call that did not succeed."""

    def __init__(self, code: str, sentence: str, remedy: str, step: NextStep, details: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.step = step
        self.details = details

    def __str__(self) -> str:
        return self.sentence


class AddressNotAllowed(ExchangeError):
    """The address itself is wrong; no call was made."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence, "Correct the LA's address under Administration.", StopRun())


class NoEntry(ExchangeError):
    """Nobody told this site the authority's address."""

    def __init__(self, la: str) -> None:
        super().__init__("no-entry", f"There is no entry for LA {la}.", "Add the LA under Administration.", StopRun())


class CaFileUnusable(ExchangeError):
    """The extra CA file that this site was started with cannot be read, or holds no certificate."""

    def __init__(self, details: str) -> None:
        super().__init__(
            "extra-ca-file",
            "This program's extra CA file cannot be used, so no secure line can be made.",
            "Ask whoever looks after this program: the setting is extra_ca_file.",
            StopRun(),
            details,
        )


class OtherLa(AddressNotAllowed):
    """Another LA's service stands at the address."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__("other-la", f"At this address is the service of LA {found}, not of LA {wanted}.")


class Unreachable(ExchangeError):
    """No whole answer came, for one of the `reason`s; `seen` is a further sentence on what was there instead."""

    def __init__(self, reason: UnreachableReason, details: str = "", seen: str = "") -> None:
        sentence, remedy = UNREACHABLE[reason]
        super().__init__(f"unreachable-{reason}", f"{sentence} {seen}".strip(), remedy, Again(), details)
        self.reason = reason


class ProxyLogin(ExchangeError):
    """407, whoever was called: nothing gets out for anybody. `offers` are the ways to log in that the proxy named."""

    def __init__(self, code: str, sentence: str, remedy: str, offers: Sequence[str]) -> None:
        named = f"HTTP 407, offers {', '.join(offers)}" if offers else "HTTP 407"
        super().__init__(code, sentence, f"{remedy} The files stay and are sent at the next export.", StopRun(), named)


class ProxyWantsPassword(ProxyLogin):
    """Nobody gave us a user name and password for the proxy."""

    def __init__(self, offers: Sequence[str] = ()) -> None:
        super().__init__(
            "proxy-password",
            "Your proxy asks for a user name and password, so nothing can be sent.",
            "Enter them under Connection; whoever runs the proxy knows them.",
            offers,
        )


class ProxyRefusesPassword(ProxyLogin):
    """The user name and password that we have are not, or no more, the right ones."""

    def __init__(self, offers: Sequence[str] = ()) -> None:
        super().__init__(
            "proxy-password-wrong",
            "Your proxy does not accept the Proxy User Name and Proxy Password, so nothing can be sent.",
            "Correct them under Connection; whoever runs the proxy knows them.",
            offers,
        )


class ProxyWantsWindowsLogin(ProxyLogin):
    """It names NTLM or Negotiate and not Basic."""

    def __init__(self, offers: Sequence[str]) -> None:
        super().__init__(
            "proxy-windows-login",
            "Your proxy takes a Windows login only (NTLM), which this program does not offer, so nothing can be sent.",
            "Ask whoever runs the proxy to take a user name and password (basic login) from this program, or to let "
            "the LA's address pass without a login.",
            offers,
        )


OF_PROXY_ITSELF = frozenset({"unreachable-proxy-name", "unreachable-proxy-refused", "unreachable-proxy-timeout"})


def is_of_proxy(code: str) -> bool:
    """Whether an error of this code is of the proxy itself, and so the same for every LA."""
    return code.startswith("proxy-") or code in OF_PROXY_ITSELF


class NoCredentials(ExchangeError):
    """There is nothing to sign in with; no call was made."""

    def __init__(self) -> None:
        super().__init__(
            "no-credentials",
            "There is no user name and password to sign in to the LA with.",
            "Enter those that the LA gave you: at the school's row, or at the LA's for all schools.",
            StopRun(),
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
            "Change it from here: the LA still takes that. Or ask the LA for a new one.",
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
        self.after = after


class JoinLocked(Locked):
    """429 at join: too many wrong connection codes from here."""

    def __init__(self, after: float | None) -> None:
        super().__init__(after)
        self.sentence = "The LA takes no connection codes from here for a while: too many wrong ones."
        self.remedy = "Wait a quarter of an hour, and check the code against the LA's letter, letter by letter."


class TooOld(ExchangeError):
    """426, or a service whose versions are all later than ours."""

    def __init__(self, details: str = "HTTP 426") -> None:
        super().__init__(
            "client-too-old",
            "The LA's service needs a newer version of this program.",
            "Ask whoever looks after this program to update it.",
            StopRun(),
            details,
        )


class ServiceTooOld(ExchangeError):
    """The authority's service lacks what we need."""

    def __init__(self, details: str) -> None:
        super().__init__(
            "service-too-old",
            "The LA's service is too old for this program.",
            "Tell the LA that its exchange service needs an update.",
            StopRun(),
            details,
        )


class ClockWrong(ExchangeError):
    """Two clocks are too far apart. `ahead` is by how much ours is before the LA's; it may be negative.

    `ours` says which of the two is probably the wrong one.
    """

    def __init__(self, ahead: timedelta, *, ours: bool) -> None:
        wrong = ahead if ours else -ahead
        how = f"{_duration(abs(wrong))} {'fast' if wrong > timedelta() else 'slow'}"
        whose = "this computer" if ours else "the LA's computer"
        zone = " Look at its time zone too." if _may_be_a_time_zone(abs(wrong)) else ""
        super().__init__(
            "clock-wrong",
            f"The clock of {whose} is probably {how}.",
            f"Set date and time of this computer, best by the internet.{zone}" if ours else "Tell the LA.",
            GiveUp(),
            f"{ahead.total_seconds():+.0f} s from the LA's clock",
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
        details = f"HTTP {status} {code}".strip()
        # Whatever stands before the LA's service answers without a code of ours.
        super().__init__(code or "busy", sentence, "It is tried again by itself.", Again(after), details)
        self.status = status


class Maintenance(Busy):
    """503 while the authority's site is being looked after, `until` when it said so."""

    def __init__(self, until: datetime | None, after: float | None = None) -> None:
        super().__init__("maintenance", 503, after)
        ends = f" until {until.astimezone(LONDON):%a %d %b %Y %H:%M}" if until else ""
        self.sentence = f"The LA's service is closed for maintenance{ends}."
        self.remedy = "Wait until then. Files are sent by themselves afterwards."


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


class PasswordNotAllowed(Refused):
    """422 at a change of password; `rules` are the sentences of the rules that it breaks."""

    def __init__(self, status: int, rules: Sequence[str]) -> None:
        super().__init__("password-not-allowed", status)
        self.rules = tuple(rules)
        if self.rules:
            self.remedy = " ".join(self.rules)


def _duration(length: timedelta) -> str:
    """In the largest unit that says enough: 7 minutes, 3 hours, 2 days."""
    minutes = round(length / timedelta(minutes=1))
    hours = round(minutes / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"


def _may_be_a_time_zone(length: timedelta) -> bool:
    """Whole hours, give or take two minutes."""
    return length < WIDEST_TIME_ZONES and abs((length.total_seconds() + 1800) % 3600 - 1800) <= 120
