"""Addresses that people typed in, and calls to those of a shared site, which must not lead into its own network.

A name is resolved once, every address it has is held to the policy, and the connection goes to the very address that
was looked at: between a look and a second resolving the name could lead elsewhere. The certificate is still checked
against the name. Within `seconds` as a whole the answer must have begun, however slowly the other side drips.
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from schoolgate import __version__
from schoolgate.wire.http import AddressRefused, is_loopback, refuse_forbidden, require_allowed
from schoolgate.wire.tls import trust

NAT64 = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], list[str]]

MOST_PORT = 65_535
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?|[0-9a-f:.]+", re.IGNORECASE)


def read_address(text: str) -> httpx.URL:
    """The web address that a person typed, held to the policy as far as it can be seen without a call.

    Raises AddressRefused: what `require_allowed` says, `no-address`, or `login-in-address`, since addresses stand in
    the journal and on pages.
    """
    try:
        url = httpx.URL(text.strip())
        require_allowed(url)
    except (httpx.InvalidURL, UnicodeError):
        raise AddressRefused("no-address", "This is not a web address.") from None
    if url.userinfo:
        raise AddressRefused(
            "login-in-address", "No user name and password may stand in the address: they have fields of their own."
        )
    if not _HOST.fullmatch(url.host) or url.port not in (None, *range(1, MOST_PORT + 1)):
        raise AddressRefused("no-address", "This is not a web address.")
    return url


def make_typed_address_client(
    *, seconds: float, private_allowed: bool, extra_ca_file: Path | None = None
) -> httpx.Client:
    """A client for such addresses: https (http to this machine only), no redirections, nothing of the environment.

    `private_allowed`: addresses of private networks and of this machine too; link-local and metadata ones never.
    May be shared by threads. Its calls raise AddressRefused besides what httpx raises.
    """
    inner = httpx.HTTPTransport(verify=trust(extra_ca_file=extra_ca_file), trust_env=False)
    return httpx.Client(
        transport=TypedAddressTransport(inner, seconds=seconds, private_allowed=private_allowed),
        timeout=httpx.Timeout(seconds, connect=min(seconds, 10.0)),
        headers={"User-Agent": f"schoolgate/{__version__}"},
        follow_redirects=False,
        trust_env=False,
    )


def require_reachable(url: httpx.URL, *, private_allowed: bool) -> None:
    """Hold an address, and what its name leads to now, to the policy. Raises AddressRefused or httpx.ConnectError."""
    checked_addresses(url, resolve, private_allowed=private_allowed)


def resolve(host: str, port: int) -> list[str]:
    """The network addresses of a name, as the system orders them. Raises httpx.ConnectError when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host} cannot be resolved") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def checked_addresses(url: httpx.URL, resolve: Resolve, *, private_allowed: bool) -> list[str]:
    """The addresses that a call to `url` may go to. Raises AddressRefused when one of them is not allowed."""
    require_allowed(url)
    host = url.raw_host.decode("ascii")
    found = resolve(host, url.port or (443 if url.scheme == "https" else 80))
    for address in found:
        refuse_forbidden(address)
        if not private_allowed and not _is_public(address):
            raise AddressRefused("private-address", "The address leads into a private network, not to the internet.")
        if url.scheme == "http" and not is_loopback(address):
            raise AddressRefused("plain-http", "The address must begin with https://; http:// is for this computer.")
    return found


class TypedAddressTransport(httpx.BaseTransport):
    """Looks at where a request would go, and sends it exactly there."""

    def __init__(
        self, inner: httpx.BaseTransport, *, seconds: float, private_allowed: bool, resolve: Resolve = resolve
    ) -> None:
        self._inner = inner
        self._seconds = seconds
        self._private_allowed = private_allowed
        self._resolve = resolve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        found = checked_addresses(request.url, self._resolve, private_allowed=self._private_allowed)
        end = _End(self._seconds)
        try:
            return self._first_that_answers(request, found, end)
        except httpx.TransportError as error:
            if end.came:
                raise httpx.ReadTimeout("The call as a whole took too long", request=request) from error
            raise
        finally:
            end.call_off()

    def close(self) -> None:
        self._inner.close()

    def _first_that_answers(self, request: httpx.Request, found: list[str], end: "_End") -> httpx.Response:
        for address in found[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return self._inner.handle_request(_to(request, address, end))
        return self._inner.handle_request(_to(request, found[-1], end))


def _to(request: httpx.Request, address: str, end: "_End") -> httpx.Request:
    """The same request to one network address; its Host header and the name in the certificate stay."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii"), "trace": end},
    )


class _End:
    """Shuts the connection of a call when its time is over; httpx's own limits are for each piece that is read."""

    def __init__(self, seconds: float) -> None:
        self.came = False
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear of each connection as it is made. What is kept is a second handle of it: TLS takes the first away."""
        if event == "connection.connect_tcp.complete":
            self._lines.append(info["return_value"].get_extra_info("socket").dup())

    def call_off(self) -> None:
        self._timer.cancel()
        self._timer.join()
        for line in self._lines:
            line.close()

    def _shut(self) -> None:
        self.came = True
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _is_public(text: str) -> bool:
    """Whether an address is of the internet, also where an IPv4 address stands in an IPv6 one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not one.is_global for one in inner):
            return False
    return address.is_global
