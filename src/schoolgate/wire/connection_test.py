"""Test Connection: the five steps from an address to a school that may send (handbook 03, reference 1.4).

1 the address may be called, 2 something answered there, 3 it is this LA's exchange service, new enough, open, and its
clock agrees with ours, 4 it took the user name and password, 5 the account may send for the school, with a licence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from schoolgate.wire.exchange import Account, ExchangeClient, Service
from schoolgate.wire.exchange_errors import (
    AddressNotAllowed,
    ClockWrong,
    ExchangeError,
    Maintenance,
    NotForYou,
    NotSchoolgate,
    OtherLa,
    ProxyLogin,
    Refused,
    Unreachable,
)
from schoolgate.wire.http import AddressRefused, Again, Timeouts, require_allowed

TIMEOUTS = Timeouts(connect=10, read=10, write=10, pool=10)
ANSWER_SECONDS = 10.0
"""A person waits for this: no step may take longer than these allow."""
CLOCKS_MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """A step that is through with: `error` is why it failed.

    `stops_sending`: as long as it is so, nothing gets through. Our own findings (a clock, one school that the account
    lacks) stop no run: the LA's answer to each file does, where it is so.
    """

    number: int
    words: str
    error: ExchangeError | None = None
    stops_sending: bool = False


@dataclass
class ConnectionTest:
    """One test by one client: `la` is the LA that should answer, `base` the school as seven digits ("": any).

    What is found on the way is kept: `service`, and `account` once signed in.
    """

    client: ExchangeClient
    la: str
    base: str = ""
    service: Service | None = field(default=None, init=False)
    account: Account | None = field(default=None, init=False)
    _answer: ExchangeError = field(default_factory=lambda: NotSchoolgate(Again(), ""), init=False, repr=False)
    _no_licence: NotForYou | None = field(default=None, init=False, repr=False)

    def steps(self) -> Iterator[Step]:
        """Take one step after the other; the first that fails is the last."""
        for number, (words, take) in enumerate(self._plan(), 1):
            try:
                take()
            except _Found as found:
                yield Step(number, words, found.error)
                return
            except ExchangeError as error:
                yield Step(number, words, error, stops_sending=True)
                return
            yield Step(number, words)

    def words(self) -> list[str]:
        """What the five steps are called, in their order."""
        return [words for words, _ in self._plan()]

    def _plan(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            (f"Endpoint configuration ({self.client.address})", self._read_address),
            ("Service opened", self._open),
            ("Pinged to the Data Transfer service", self._look_at_service),
            ("Logged in to the server", self._sign_in),
            ("Ping succeeded for B2B service", self._look_at_account),
        ]

    def _read_address(self) -> None:
        try:
            require_allowed(httpx.URL(self.client.address))
        except AddressRefused as error:
            raise AddressNotAllowed(error.code, error.sentence) from None
        except (httpx.InvalidURL, UnicodeError):
            raise AddressNotAllowed("not-http", "The address is not a web address.") from None

    def _open(self) -> None:
        """Something answered; whether it is what we look for is the next step's to say."""
        try:
            self.service = self.client.service()
        except (AddressNotAllowed, Unreachable, ProxyLogin):
            raise
        except ExchangeError as error:
            self._answer = error

    def _look_at_service(self) -> None:
        service = self.service
        if service is None:
            raise self._answer
        if service.la and service.la != self.la:
            raise OtherLa(service.la, self.la)
        now = self.client.clock()
        if service.maintenance_until is not None and service.maintenance_until > now:
            raise Maintenance(service.maintenance_until, (service.maintenance_until - now).total_seconds())
        if service.clock is None:
            return
        ahead = now - service.clock
        if abs(ahead) > CLOCKS_MAY_DIFFER:
            # The web server before the LA's service often is another computer: if it agrees with us, we are right.
            ours = service.web_clock is None or abs(now - service.web_clock) > CLOCKS_MAY_DIFFER
            raise _Found(ClockWrong(ahead, ours=ours))

    def _sign_in(self) -> None:
        """The password was right also where the LA says that the account lacks a licence: step 5 tells that."""
        try:
            self.client.token()
        except NotForYou as error:
            self._no_licence = error

    def _look_at_account(self) -> None:
        if self._no_licence is not None:
            raise self._no_licence
        self.account = self.client.whoami()
        bases = self.account.bases
        if not bases:
            raise _Found(Refused("no-bases", None))
        meant = [base for base in bases if self.base in {"", base.base}]
        if not meant:
            raise _Found(Refused("not-your-base", None))
        if not any(base.licensed for base in meant):
            own = any(base.la == self.la for base in meant)
            raise _Found(Refused("no-licence" if own else "no-out-of-county-licence", None))


class _Found(Exception):
    """A finding of our own, made from answers that were right."""

    def __init__(self, error: ExchangeError) -> None:
        super().__init__(error.sentence)
        self.error = error
