"""The school's proxy: its name as people type it, and what it does to a call (handbook 04, "Entering Proxy Settings").

Basic authentication only. What a proxy refuses while it makes the tunnel for https is not told by httpx beyond a
number; `ProxyWatch` looks over httpcore's shoulder for the headers.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

import httpx

DEFAULT_PORT = 8080
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")


class ProxyNameWrong(ValueError):
    """Not the name of a proxy; the message is a sentence for the person."""


@dataclass(frozen=True)
class Proxy:
    """Where the proxy is ("http://proxy.school.example:8080") and its user; basic authentication only."""

    address: str
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Proxy(address={self.address!r}, user={self.user!r})"

    def for_httpx(self) -> httpx.Proxy:
        return httpx.Proxy(self.address, auth=(self.user, self.password) if self.user else None)


def proxy_address(name: str) -> str:
    """The address behind a Proxy Name: a host or IP address, with `:port` unless it is 8080, IPv6 in brackets.

    Raises ProxyNameWrong.
    """
    text = name.strip().removeprefix("http://").rstrip("/")
    if "://" in text:
        raise ProxyNameWrong("The proxy itself is spoken to by http. Enter its name without https://.")
    if "@" in text:
        raise ProxyNameWrong("Enter the proxy's user name and password in their own fields.")
    host, port = _divide(text)
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ProxyNameWrong("The port after the colon is a number from 1 to 65535, like proxy.school.example:8080.")
    return f"http://{host}:{int(port)}"


def _divide(text: str) -> tuple[str, str]:
    if text.startswith("["):
        inner, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ProxyNameWrong("An IPv6 address stands in brackets, with the port behind: [fd00::1]:8080.")
        host, port = inner, rest.removeprefix(":") if rest else str(DEFAULT_PORT)
        try:
            return f"[{ipaddress.IPv6Address(host)}]", port
        except ValueError:
            raise ProxyNameWrong("What stands in the brackets is no IPv6 address.") from None
    if text.count(":") > 1:
        raise ProxyNameWrong("An IPv6 address stands in brackets, with the port behind: [fd00::1]:8080.")
    host, colon, port = text.partition(":")
    if not _HOST.fullmatch(host) or (host.replace(".", "").isdigit() and not _is_ipv4(host)):
        raise ProxyNameWrong("Enter the proxy's name or IP address, for example proxy.school.example:8080.")
    return host, port if colon else str(DEFAULT_PORT)


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


class ProxyNotReached(httpx.ProxyError):
    """There is no line to the proxy itself; the cause tells why."""


class ProxyRefused(httpx.ProxyError):
    """The proxy's answer in place of the LA's: its `status`, and for a 407 the ways to log in that it `offers`.

    `login_given`: whether a user name and password went with the call. `said`: squid's own word for what went wrong.
    """

    def __init__(self, status: int, offers: tuple[str, ...], *, login_given: bool, said: str = "") -> None:
        super().__init__(f"HTTP {status} from the proxy")
        self.status = status
        self.offers = offers
        self.login_given = login_given
        self.said = said


class ProxyWatch:
    """Follows one request through a proxy by httpcore's trace hook; `tunnel` when it is for https."""

    def __init__(self, proxy: Proxy, *, tunnel: bool) -> None:
        self._proxy = proxy
        self._tunnel = tunnel
        self._reached: bool | None = None
        self._answer: tuple[int, httpx.Headers] | None = None

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.startswith("connection.connect_tcp."):
            self._reached = not event.endswith(".failed")
        elif event == "http11.receive_response_headers.complete":
            _, status, _, headers, *_ = info["return_value"]
            self._answer = (status, httpx.Headers(headers))

    def told_by(self, error: httpx.TransportError) -> httpx.TransportError:
        """The same failure, told as the proxy's where it is."""
        if self._reached is False:
            return ProxyNotReached(str(error))
        if isinstance(error, httpx.ProxyError) and self._answer is not None:
            return self.refusal(*self._answer)
        # A new line whose CONNECT was never answered; a tunnel of an earlier call is not seen being made.
        hung_up = isinstance(error, httpx.NetworkError | httpx.ProtocolError)
        if self._tunnel and self._reached and self._answer is None and hung_up:
            return httpx.ProxyError(str(error))
        return error

    def refusal(self, status: int, headers: httpx.Headers) -> ProxyRefused:
        """What an answer of the proxy's own means."""
        return ProxyRefused(
            status,
            offered_logins(headers),
            login_given=bool(self._proxy.user),
            said=headers.get("X-Squid-Error", "").split(" ")[0][:40],
        )


def offered_logins(headers: httpx.Headers) -> tuple[str, ...]:
    """The ways to log in that a 407 names: Basic, NTLM, Negotiate ..."""
    named = [line.strip().split(" ")[0] for line in headers.get_list("Proxy-Authenticate")]
    return tuple(dict.fromkeys(name[:20] for name in named if name))
