"""The client against good and bad answers, given by raw sockets."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.ports import free_port
from tests.tls import CertificateAuthority
from tests.wire.conftest import RawRequest, Serve, answer
from tests.wire.soap.goldens import ORDER, PASSWORD, USERNAME, golden

from schoolgate.documents.ebis.index import Entry
from schoolgate.wire.http import Again, GiveUp, StopRun, Timeouts, make_transport
from schoolgate.wire.soap.calls import read_call
from schoolgate.wire.soap.client import SupplierService
from schoolgate.wire.soap.contract import NAMESPACE, Version
from schoolgate.wire.soap.errors import (
    UNREACHABLE,
    BadAddress,
    DocumentNotThere,
    DocumentRefused,
    NotTrusted,
    NotUnderstood,
    ServiceError,
    ServiceFailed,
    Unreachable,
    WrongCredentials,
)

NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)
PATIENT = Timeouts(connect=30, read=30, write=30, pool=30)


@pytest.fixture(scope="module")
def transport() -> Iterator[httpx.BaseTransport]:
    with make_transport() as transport:
        yield transport


Ask = Callable[..., SupplierService]


@pytest.fixture
def asking(serve: Serve, transport: httpx.BaseTransport) -> Ask:
    """A client of a service that gives one answer to everything."""

    def ask(raw: bytes | None, **options: object) -> SupplierService:
        server = serve(lambda *_: raw)
        url = f"{server.address}/Service.asmx"
        return SupplierService(url, USERNAME, PASSWORD, transport, **{"timeouts": PATIENT, **options})  # type: ignore[arg-type]

    return ask


def golden_answer(name: str, version: Version = "1.1", status: int = 200) -> bytes:
    return answer(status, golden(version, name).decode(), media="text/xml; charset=utf-8")


def test_each_operation_returns_what_the_service_said(asking: Ask) -> None:
    entries = [Entry("B-1001", "order", NINE)]
    assert asking(golden_answer("FetchIndex-answer")).fetch_index() == entries
    assert asking(golden_answer("FetchHistory-answer")).fetch_history(NINE) == entries
    assert asking(golden_answer("FetchDoc-answer")).fetch_doc("B-1001") == ORDER
    assert asking(golden_answer("ChangePassword-answer")).change_password() == "Copper-Meadow-17"
    asking(golden_answer("UpdateDocumentStatus-answer")).update_document_status("B-1001", True)
    asking(golden_answer("SendOrder-answer")).send_order(ORDER)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_call_goes_out_as_the_contract_wants_it(
    version: Version, serve: Serve, transport: httpx.BaseTransport
) -> None:
    server = serve(lambda *_: golden_answer("UpdateDocumentStatus-answer", version))
    service = SupplierService(f"{server.address}/Service.asmx", USERNAME, PASSWORD, transport, version=version)
    service.update_document_status("B-1001", False)
    sent = server.requests[0]
    call = read_call(sent.body, sent.headers["content-type"], sent.headers.get("soapaction"))
    assert (sent.method, sent.path, call.broken) == ("POST", "/Service.asmx", ())
    assert (call.version, call.operation, call.arguments) == (
        version,
        "UpdateDocumentStatus",
        {"DocID": "B-1001", "Processed": "false"},
    )
    assert (call.username, call.password) == (USERNAME, PASSWORD)


def test_the_history_is_called_by_the_name_that_the_service_gives_it(
    serve: Serve, transport: httpx.BaseTransport
) -> None:
    server = serve(lambda *_: answer(200, golden("1.1", "FetchHistory-answer").decode().replace("FetchHistory", "Old")))
    service = SupplierService(server.address, "u", "p", transport, history_method="Old")
    assert [entry.doc_id for entry in service.fetch_history(NINE)] == ["B-1001"]
    assert server.requests[0].headers["soapaction"] == f'"{NAMESPACE}/Old"'


def test_a_changed_password_is_used_from_the_next_call_on(serve: Serve, transport: httpx.BaseTransport) -> None:
    def handle(request: RawRequest, _: socket.socket) -> bytes:
        return golden_answer("ChangePassword-answer" if b"<ChangePassword" in request.body else "FetchIndex-answer")

    server = serve(handle)
    service = SupplierService(server.address, USERNAME, PASSWORD, transport)
    service.change_password()
    service.fetch_index()
    assert b"Copper-Meadow-17" in server.requests[1].body


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("name", "kind", "step", "said"),
    [
        ("AuthenticationException", WrongCredentials, StopRun(), "The user name or password is not right."),
        ("DocumentNotExistException", DocumentNotThere, GiveUp(), "There is no document with this id."),
        ("InvalidXmlException", DocumentRefused, GiveUp(), "Line 3: OrderDate is <not> a date."),
        ("Server", ServiceFailed, Again(), "Something went wrong on the service's side. Try again later."),
    ],
)
def test_a_fault_is_told_by_its_kind_whatever_its_status(
    name: str, kind: type[ServiceError], step: object, said: str, status: int, asking: Ask
) -> None:
    with pytest.raises(kind) as raised:
        asking(golden_answer(f"{name}-fault", status=status)).send_order(ORDER)
    error = raised.value
    assert (error.step, error.said, error.may_have_arrived) == (step, said, name == "Server")


def test_an_order_answered_with_false_is_not_taken_as_sent(asking: Ask) -> None:
    said = golden("1.1", "SendOrder-answer").replace(b">true<", b">false<").decode()
    with pytest.raises(ServiceFailed):
        asking(answer(200, said)).send_order(ORDER)


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (answer(404, "<h1>Not Found</h1>", media="text/html"), BadAddress, "no-service"),
        (answer(302, "", Location="https://www.shop.example/"), BadAddress, "moved"),
        (answer(401, "", WWW_Authenticate="Basic"), BadAddress, "wants-login"),
        (answer(403, "", media="text/html"), BadAddress, "forbidden"),
        (answer(503, "<h1>Sorry</h1>", media="text/html"), ServiceFailed, "service-failed"),
        (answer(415, "no", media="text/html"), ServiceFailed, "service-failed"),
        (
            answer(200, "<html><body>Welcome to our shop</body></html>", media="text/html"),
            NotUnderstood,
            "not-understood",
        ),
        (golden_answer("FetchDoc-answer"), NotUnderstood, "not-understood"),
        (golden_answer("FetchIndex-answer", status=500), NotUnderstood, "not-understood"),
        (
            golden_answer("FetchIndex-answer").replace(b"&lt;/Documents", b"&lt;/Papers   "),
            NotUnderstood,
            "not-understood",
        ),
        (
            golden_answer("FetchIndex-answer").replace(b"X\r\n", b"X\r\nContent-Encoding: gzip\r\n"),
            NotUnderstood,
            "not-understood",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<cut", Unreachable, "unreachable-reset"),
        (None, Unreachable, "unreachable-reset"),
    ],
)
def test_what_is_no_answer_of_the_service_is_told_apart(
    raw: bytes | None, kind: type[ServiceError], code: str, asking: Ask
) -> None:
    with pytest.raises(kind) as raised:
        asking(raw).fetch_index()
    assert raised.value.code == code
    assert raised.value.remedy


def test_an_answer_that_never_comes_may_have_arrived(serve: Serve, transport: httpx.BaseTransport) -> None:
    server = serve(lambda _, connection: connection.recv(1))
    service = SupplierService(server.address, "u", "p", transport, timeouts=Timeouts(connect=30, read=0.2))
    with pytest.raises(Unreachable) as raised:
        service.send_order(ORDER)
    assert (raised.value.reason, raised.value.may_have_arrived) == ("timeout", True)


def test_a_connection_that_is_not_taken_never_left(transport: httpx.BaseTransport) -> None:
    with pytest.raises(Unreachable) as raised:
        SupplierService(f"http://127.0.0.1:{free_port()}/", "u", "p", transport).send_order(ORDER)
    assert (raised.value.reason, raised.value.may_have_arrived) == ("refused", False)


@pytest.mark.parametrize(
    "url", ["http://shop.example/Service.asmx", "ftp://x", "shop", "https://169.254.169.254/", "http://["]
)
def test_an_address_that_may_not_be_called_is_a_bad_one(url: str, transport: httpx.BaseTransport) -> None:
    with pytest.raises(BadAddress):
        SupplierService(url, "u", "p", transport).fetch_index()


def test_a_certificate_that_is_not_trusted_is_told_as_such(
    tmp_path: Path, serve: Serve, transport: httpx.BaseTransport
) -> None:
    authority = CertificateAuthority.make(tmp_path, "Filter", "Clean Web")
    server = serve(lambda *_: golden_answer("FetchIndex-answer"), tls=authority.serving("127.0.0.1"))
    with pytest.raises(NotTrusted) as raised:
        SupplierService(server.address, "u", "p", transport).fetch_index()
    assert raised.value.sentence.startswith(UNREACHABLE["certificate"][0])
    assert "Clean Web" in raised.value.sentence


def test_neither_a_client_nor_its_errors_show_the_password(asking: Ask) -> None:
    service = asking(golden_answer("AuthenticationException-fault", status=500))
    with pytest.raises(WrongCredentials) as raised:
        service.fetch_index()
    assert "Lantern" not in repr(service) + repr(raised.value) + str(raised.value.__dict__)
