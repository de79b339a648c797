"""Suppliers' services as real ones misbehave, each over a real socket; and the supplier site's own behind TLS."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.real_supplier import RealSupplier
from tests.school.purchasing.shops import entry_of, serve_shop
from tests.school.purchasing.stall import Stall
from tests.school.purchasing.taking import edited
from tests.tls import CertificateAuthority
from tests.wire.conftest import RawRequest, answer

from schoolgate.school.purchasing.models import WebService

NAME = "Aardvark Supplies"
"""By its name it is asked before every other service."""
PATIENCE_SECONDS = 0.3
XML, HTML = "text/xml; charset=utf-8", "text/html"
PAGE = "<!doctype html><title>Welcome</title>"
TRACE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
    "<faultcode>soap:Server</faultcode><faultstring>System.Web.Services.Protocols.SoapException: {} ---&gt; "
    "System.NullReferenceException: Object reference not set to an instance of an object.\n"
    "   at Shop.Service.Fetch() in C:\\inetpub\\Service.asmx.cs:line 88\n   --- End of inner exception stack trace ---"
    "</faultstring></soap:Fault></soap:Body></soap:Envelope>"
)

Change = Callable[[RawRequest, bytes], bytes]


@dataclass(frozen=True)
class StandIn:
    """A service that does one thing wrong: how it answers, and what the school is to be told of it.

    `state` is that of its document afterwards; empty: there is none, since not even its index could be read.
    """

    name: str
    code: str
    told: str
    change: Change = lambda _, right: right
    tls: Callable[[Path], ssl.SSLContext] | None = None
    offers: Callable[[Basket], bytes] | None = None
    state: str = ""

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def serve(self, basket: Basket, folder: Path) -> Iterator[WebService]:
        """The ledger's row of it; a basket of its own waits there."""
        stall = Stall(change=self.change)
        stall.documents.clear()
        own = basket(reference="AARDVARK-1")
        stall.offer("A-1", self.offers(basket) if self.offers else own)
        with serve_shop(stall, tls=self.tls(folder) if self.tls else None) as url:
            yield entry_of(url, name=NAME)


def _always(status: int, text: str, media: str = HTML, **headers: str) -> Change:
    return lambda *_: answer(status, text, media=media, **headers)


def _at(operation: str, change: Change) -> Change:
    wanted = f"<{operation}".encode()
    return lambda request, right: change(request, right) if wanted in request.body else right


def _slow(_: RawRequest, right: bytes) -> bytes:
    time.sleep(PATIENCE_SECONDS * 3)
    return right


def _cut(_: RawRequest, right: bytes) -> bytes:
    return right[: len(right) // 2]


def _untrusted(folder: Path) -> ssl.SSLContext:
    return CertificateAuthority.make(folder, "Aardvark's own").serving("127.0.0.1")


def _wrong_checksum(basket: Basket) -> bytes:
    right = basket(reference="AARDVARK-1")
    return edited(right, ("OrderHead/Checksum", "1"), right_checksum=False)


FAILS = _always(500, TRACE.format("Shop.ShopException"), XML)

STAND_INS = (
    StandIn(
        "a refused login within a stack trace",
        "wrong-credentials",
        "does not accept the user name or the password",
        _always(500, TRACE.format("AuthenticationException: Unknown user or wrong password."), XML),
    ),
    StandIn(
        "an error of its own", "service-failed", "reports an error of its own", _always(500, TRACE.format(""), XML)
    ),
    StandIn("a page instead of an answer", "not-understood", "not as the service should", _always(200, PAGE)),
    StandIn("an address that moved", "moved", "leads on to another one", _always(302, PAGE)),
    StandIn("an address without a service", "no-service", "There is no service at this address", _always(404, PAGE)),
    StandIn("a busy server", "service-failed", "reports an error of its own", _always(503, PAGE)),
    StandIn("an answer that is slow", "unreachable-timeout", "does not answer", _slow),
    StandIn("an answer that is cut", "unreachable-reset", "The line broke", _cut),
    StandIn("a line that is closed", "unreachable-reset", "The line broke", lambda *_: b""),
    StandIn("a certificate of its own", "unreachable-certificate", "is not trusted", tls=_untrusted),
    StandIn("documents that are cut", "unreachable-reset", "The line broke", _at("FetchDoc", _cut), state="listed"),
    StandIn(
        "marks that fail",
        "service-failed",
        "reports an error of its own",
        _at("UpdateDocumentStatus", FAILS),
        state="imported",
    ),
    StandIn("a wrong checksum", "", "The checksum is “1”", offers=_wrong_checksum, state="waiting"),
)


@contextmanager
def behind_tls(site: RealSupplier, tls: ssl.SSLContext) -> Iterator[str]:
    """The address of the supplier site behind a web server that speaks TLS, as operators run it."""

    def pass_on(request: RawRequest, _: socket.socket) -> bytes:
        headers = {name: value for name, value in request.headers.items() if name in ("content-type", "soapaction")}
        with httpx.Client(trust_env=False) as http:
            given = http.request(request.method, site.url, content=request.body, headers=headers)
        return answer(given.status_code, given.text, media=given.headers["content-type"])

    with serve_shop(pass_on, tls=tls) as url:
        yield url
