"""One policy for every call out of the house: trust, time limits, where a call may go, and what follows an answer.

Trust is the operating system's store plus an extra CA file, since schools sit behind inspecting filters; plain HTTP
goes to this machine only; redirects are never followed; link-local and metadata addresses are refused (DESIGN 9).
`next_step` is the table of retries (DESIGN 8).
"""

import ipaddress
import random
import socket
import ssl
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from schoolgate import __version__
from schoolgate.wire.proxies import Proxy, ProxyWatch
from schoolgate.wire.tls import CertificateRefused, TlsMinimum, look_at_certificate, reason_of, trust

TRIES = 8
"""Calls that may be made for one thing before a person is asked (DESIGN 8)."""
FIRST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
LONGEST_ASKED_WAIT_SECONDS = 24 * 3600.0

# Cloud machines hand out their own credentials at these; fd00:ec2::254 is not link-local.
METADATA_ADDRESSES = frozenset({ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("168.63.129.16")})
ADDRESS_REMEMBERED_SECONDS = 60.0


class AddressRefused(httpx.TransportError):
    """The policy forbids a call to this address. `code` is plain-http, not-http or forbidden-address."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, between two parts of an answer, between two parts of a body, for a free connection."""

    connect: float = 10.0
    read: float = 60.0
    write: float = 60.0
    pool: float = 120.0


def make_client(
    *,
    timeouts: Timeouts = Timeouts(),
    tls_minimum: TlsMinimum = "1.2",
    extra_ca_file: Path | None = None,
    proxy: Proxy | None = None,
) -> httpx.Client:
    """An HTTP client that keeps to the policy. May be shared by threads; close it when done.

    Nothing is taken from the environment: what a site wants it passes in. Raises OSError for a CA file that cannot
    be read, ssl.SSLError for one without a certificate.
    """
    return httpx.Client(
        transport=make_transport(tls_minimum=tls_minimum, extra_ca_file=extra_ca_file, proxy=proxy),
        timeout=httpx.Timeout(connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool),
        headers={"User-Agent": f"schoolgate/{__version__}"},
        follow_redirects=False,
        trust_env=False,
    )


def make_transport(
    *, tls_minimum: TlsMinimum = "1.2", extra_ca_file: Path | None = None, proxy: Proxy | None = None
) -> "PolicyTransport":
    """The same without what a client does for browsers' sake, which takes a third of a small call's time.

    One that nobody closes is closed when nobody holds it any more.
    """
    context = trust(tls_minimum=tls_minimum, extra_ca_file=extra_ca_file)
    inner = httpx.HTTPTransport(verify=context, proxy=proxy.for_httpx() if proxy else None, trust_env=False)
    made = PolicyTransport(inner, proxy)
    # Of those who share one nobody knows whether he is the last.
    weakref.finalize(made, inner.close)
    return made


class PolicyTransport(httpx.BaseTransport):
    """Asks the policy before each request, and says what of a failure is the proxy's or the certificate's.

    Behind a proxy names are the proxy's to resolve.
    """

    def __init__(self, inner: httpx.BaseTransport, proxy: Proxy | None) -> None:
        self._inner = inner
        self._proxy = proxy
        self._seen: dict[str, float] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        require_allowed(request.url)
        if self._proxy is None:
            self._require_allowed_host(request.url.host)
            return self._handle(request)
        watch = ProxyWatch(self._proxy, tunnel=request.url.scheme == "https")
        request.extensions = {**request.extensions, "trace": watch}
        try:
            response = self._handle(request)
        except httpx.TransportError as error:
            told = watch.told_by(error)
            if told is error:
                raise
            raise told from error
        if response.status_code == 407:
            response.close()
            raise watch.refusal(response.status_code, response.headers)
        return response

    def _handle(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._inner.handle_request(request)
        except httpx.ConnectError as error:
            refused = next((one for one in causes(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
            if refused is None:
                raise
            seen = look_at_certificate(request, self._proxy.for_httpx() if self._proxy else None)
            raise CertificateRefused(reason_of(refused), refused.verify_message, seen) from error

    def close(self) -> None:
        self._inner.close()

    def _require_allowed_host(self, host: str) -> None:
        now = time.monotonic()
        if self._seen.get(host, 0.0) > now:
            return
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} cannot be resolved") from error
        for *_, address in found:
            refuse_forbidden(str(address[0]))
        self._seen[host] = now + ADDRESS_REMEMBERED_SECONDS


def require_allowed(url: httpx.URL) -> None:
    """Hold an address to the policy as far as it can be seen without a call. Raises AddressRefused."""
    if url.scheme not in {"https", "http"} or not url.host:
        raise AddressRefused("not-http", "The address must begin with https:// and name a computer.")
    if url.scheme == "http" and not is_loopback(url.host):
        raise AddressRefused("plain-http", "The address must begin with https://; http:// is for this computer only.")
    refuse_forbidden(url.host)


def is_loopback(host: str) -> bool:
    """Whether this names the machine itself: localhost, 127.0.0.0/8 or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_forbidden(host: str) -> None:
    """Raise AddressRefused when this is a link-local, metadata or other address that no call may go to."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_unspecified or address.is_multicast or address in METADATA_ADDRESSES:
        raise AddressRefused("forbidden-address", "Calls to this kind of network address are not allowed.")


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it, the last first."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


@dataclass(frozen=True)
class Again:
    """A repetition may cure it; `after` is what the other side asked for, in seconds, None when it didn't."""

    after: float | None = None


@dataclass(frozen=True)
class OneNewToken:
    """Sign in once more and say it again; if that is refused too, a person is needed."""


@dataclass(frozen=True)
class StopRun:
    """Nothing gets through for any file (the proxy, the login): end the run and blame no file.

    `after`: seconds until it may be tried without a person, None when a person is needed.
    """

    after: float | None = None


@dataclass(frozen=True)
class GiveUp:
    """Nothing that a repetition cures: a person is needed."""


NextStep = Again | OneNewToken | StopRun | GiveUp

RETRIES: dict[int, NextStep] = {401: OneNewToken(), 407: StopRun(), 408: Again(), 429: Again()}
RETRIES_BY_HUNDREDS: dict[int, NextStep] = {
    # Neither is an answer of ours where a call did not succeed: a filter's or a sign-in page stands in between.
    2: Again(),
    3: Again(),
    4: GiveUp(),
    5: Again(),
}


def next_step(status: int | None, *, retry_after: str = "", now: datetime) -> NextStep:
    """What follows a call that did not succeed (DESIGN 8). `status` None: no answer came.

    `retry_after` is the header's text: seconds, or a date that is compared with `now`; unusable texts count as none.
    """
    step = RETRIES.get(status or 0) or RETRIES_BY_HUNDREDS.get((status or 0) // 100, Again())
    return Again(seconds_asked(retry_after, now)) if isinstance(step, Again) else step


def seconds_asked(retry_after: str, now: datetime) -> float | None:
    """The wait a Retry-After header asks for, at most a day; None when there is none that can be read."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_ASKED_WAIT_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_ASKED_WAIT_SECONDS)


def wait_before_next(tries: int, *, asked: float | None = None, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after the `tries`th unsuccessful call: 1, 2, 4 … 60 minutes, up to a tenth more by chance.

    Never less than what the other side asked for.
    """
    wait = min(FIRST_WAIT_SECONDS * 2.0 ** min(tries - 1, 16), LONGEST_WAIT_SECONDS)
    return max(wait, asked or 0.0) * (1 + chance() / 10)
