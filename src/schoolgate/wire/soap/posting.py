"""One HTTP request to a supplier's service: made within bounds, and every way it can fail told as a `ServiceError`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from schoolgate import __version__
from schoolgate.wire.http import AddressRefused, Timeouts
from schoolgate.wire.proxies import ProxyRefused
from schoolgate.wire.soap.errors import BadAddress, NotTrusted, NotUnderstood, ProxyLogin, ServiceError, Unreachable
from schoolgate.wire.tls import CertificateRefused
from schoolgate.wire.unreachable import may_have_arrived, seen_instead, technical, why_unreachable

LONGEST_ANSWER_BYTES = 16 * 1024 * 1024
ANSWER_SECONDS = 180.0
TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. `certificate` (DER) is the server's, where it was looked for and there is one."""

    status: int
    headers: httpx.Headers
    content: bytes
    certificate: bytes = b""

    @property
    def content_type(self) -> str:
        return str(self.headers.get("Content-Type", ""))


class Line:
    """An address, and the way to it. May be shared by threads.

    The transport is used without httpx's client around it, which would take a third of the time of a small call.
    """

    def __init__(
        self,
        url: str,
        transport: httpx.BaseTransport,
        *,
        timeouts: Timeouts = TIMEOUTS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """An address that is the WSDL's is taken for the service's. Raises BadAddress for what is no web address."""
        try:
            self.url = httpx.URL(url.strip())
            if self.url.query.lower() == b"wsdl":
                self.url = self.url.copy_with(query=None)
            host = self.url.netloc
        except (httpx.InvalidURL, UnicodeError):
            raise BadAddress("not-http", "The address is not a web address.") from None
        self._transport = transport
        self._answer_seconds = answer_seconds
        self._headers = [
            (b"Host", host),
            (b"User-Agent", f"schoolgate/{__version__}".encode()),
            (b"Accept-Encoding", b"identity"),
        ]
        self._extensions = {
            "timeout": {
                "connect": timeouts.connect,
                "read": timeouts.read,
                "write": timeouts.write,
                "pool": timeouts.pool,
            }
        }

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post a body. Raises BadAddress, Unreachable, ProxyLogin or NotUnderstood (an answer beyond all bounds)."""
        given = [*self._headers, (b"Content-Length", b"%d" % len(body))]
        given += [(name.encode(), value.encode()) for name, value in headers.items()]
        stream = httpx.ByteStream(body)
        return self._send(
            httpx.Request("POST", self.url, headers=given, stream=stream, extensions=dict(self._extensions))
        )

    def get(self, query: str) -> Reply:
        """Ask for the address with another query string, and look at the certificate. Raises the same."""
        url = self.url.copy_with(query=query.encode())
        request = httpx.Request("GET", url, headers=self._headers, extensions=dict(self._extensions))
        return self._send(request, look_at_certificate=True)

    def _send(self, request: httpx.Request, *, look_at_certificate: bool = False) -> Reply:
        try:
            response = self._transport.handle_request(request)
            try:
                certificate = _certificate(response) if look_at_certificate else b""
                content = self._read(response)
            finally:
                response.close()
        except httpx.TransportError as error:
            raise error_from(error) from error
        return Reply(response.status_code, response.headers, content, certificate)

    def _read(self, response: httpx.Response) -> bytes:
        """The whole answer: one that trickles or never ends must not hold a line for ever."""
        assert isinstance(response.stream, httpx.SyncByteStream)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise NotUnderstood(f"HTTP {response.status_code}, compressed", "It is compressed, unasked.")
        deadline = time.monotonic() + self._answer_seconds
        content = bytearray()
        for part in response.stream:
            content += part
            if len(content) > LONGEST_ANSWER_BYTES:
                raise NotUnderstood(f"HTTP {response.status_code}, answer too long")
            if time.monotonic() > deadline:
                raise Unreachable("timeout", "The answer did not end", may_have_arrived=True)
        return bytes(content)


def _certificate(response: httpx.Response) -> bytes:
    """While the line stands: a closed one has forgotten it."""
    line = response.extensions["network_stream"].get_extra_info("ssl_object")
    return (line.getpeercert(True) or b"") if line else b""


def error_from(error: httpx.TransportError) -> ServiceError:
    """What a request that ended without an answer means."""
    if isinstance(error, AddressRefused):
        return BadAddress(error.code, error.sentence)
    if isinstance(error, ProxyRefused):
        if error.status == 407:
            return ProxyLogin(login_given=error.login_given)
        return Unreachable("proxy-denied" if error.status == 403 else "proxy", f"{error} {error.said}".strip())
    if isinstance(error, CertificateRefused):
        return NotTrusted(error.reason, error.why, seen=seen_instead(error))
    return Unreachable(why_unreachable(error), technical(error), may_have_arrived=may_have_arrived(error))
