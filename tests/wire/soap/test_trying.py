"""Test a service: against one that keeps to the contract, and against each way of breaking it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.ports import free_port
from tests.tls import CertificateAuthority
from tests.wire.conftest import RawRequest, Serve, answer
from tests.wire.soap.goldens import ORDER, PASSWORD, USERNAME
from tests.wire.soap.shop import Change, Shop

from schoolgate.wire.http import make_transport
from schoolgate.wire.soap.contract import HISTORY, OPERATIONS
from schoolgate.wire.soap.trying import try_service
from schoolgate.wire.soap.trying_steps import MASK, Step


@pytest.fixture(scope="module")
def transport() -> Iterator[httpx.BaseTransport]:
    with make_transport() as transport:
        yield transport


Try = Callable[..., list[Step]]


@pytest.fixture
def trying(serve: Serve, transport: httpx.BaseTransport) -> Try:
    def try_shop(shop: Shop, *, path: str = "/Service.asmx", **options: object) -> list[Step]:
        server = serve(shop)
        shop.address = f"{server.address}/Service.asmx"
        return [*try_service(f"{server.address}{path}", USERNAME, PASSWORD, transport, **options)]  # type: ignore[arg-type]

    return try_shop


def titles(steps: list[Step], verdict: str) -> list[str]:
    return [step.title for step in steps if step.verdict == verdict]


def test_a_service_that_keeps_to_the_contract_passes_every_step(trying: Try) -> None:
    shop = Shop()
    steps = trying(shop, order=ORDER, change_password=True)
    assert [step.sentence for step in steps if step.verdict == "fail"] == []
    assert titles(steps, "not tried") == ["The certificate"]  # plain http, on this machine
    assert {step.operation for step in steps if step.verdict == "pass"} - {""} == set(OPERATIONS)


def test_what_was_changed_is_put_back_and_what_was_sent_was_sent_once(trying: Try) -> None:
    shop = Shop()
    trying(shop, order=ORDER)
    assert (shop.documents["B-1001"], shop.sent, shop.password) == (("order", False), [ORDER], PASSWORD)


def test_nothing_is_ordered_and_no_password_changed_unless_it_was_asked_for(trying: Try) -> None:
    shop = Shop()
    steps = trying(shop)
    assert titles(steps, "not tried") == ["The certificate", "An order", "A new password"]
    assert (shop.sent, shop.password) == ([], PASSWORD)


def test_the_new_password_is_told(trying: Try) -> None:
    assert trying(Shop(), change_password=True)[-1].new_password == "Copper-Meadow-17"


def test_without_a_waiting_document_fetching_is_not_tried_and_says_why(trying: Try) -> None:
    steps = trying(Shop({"Q-1": ("quote", False)}))
    why = {step.sentence for step in steps if step.operation in {"FetchDoc", "UpdateDocumentStatus"}}
    assert "No document waits for this school. Put one into its queue and try again." in why
    assert [step.verdict for step in steps if step.operation == HISTORY] == ["pass"]


def test_a_test_that_is_given_up_puts_the_status_back(serve: Serve, transport: httpx.BaseTransport) -> None:
    shop = Shop()
    server = serve(shop)
    shop.address = server.address
    steps = try_service(server.address, USERNAME, PASSWORD, transport)
    while next(steps).title != "Mark it as processed":
        pass
    assert shop.documents["B-1001"] == ("order", True)
    steps.close()
    assert shop.documents["B-1001"] == ("order", False)


def test_no_password_old_new_or_wrong_is_shown(trying: Try) -> None:
    steps = trying(Shop(change=lambda request, right: right + request.body[:0]), change_password=True)
    shown = " ".join(f"{step!r}" for step in steps)
    assert "Lantern" not in shown
    assert "Copper-Meadow" not in shown
    assert "wrong-" not in shown
    assert f"<Password>{MASK}</Password>" in shown


def test_a_password_that_the_service_echoes_is_masked(trying: Try) -> None:
    def echo(request: RawRequest, right: bytes) -> bytes:
        return answer(500, f"<oops>{request.body.decode()}</oops>", media="text/xml") if request.body else right

    shown = " ".join(step.answer for step in trying(Shop(change=echo)))
    assert "Lantern" not in shown
    assert MASK in shown


def replaced(before: str, after: str, *, where: str = "") -> Change:
    """Another answer to calls that hold `where`: what matches `before` is replaced."""

    def change(request: RawRequest, right: bytes) -> bytes:
        if where not in request.body.decode():
            return right
        head, _, body = right.decode().partition("\r\n\r\n")
        status, media = re.findall(r"HTTP/1.1 (\d+)|Content-Type: (.*?)\r", head)
        return answer(int(status[0]), re.sub(before, after, body), media=media[1])

    return change


def with_status(status: int) -> Change:
    return lambda _, right: right.replace(b"HTTP/1.1 500", b"HTTP/1.1 %d" % status)


def without_continue(request: RawRequest, right: bytes) -> bytes:
    return answer(417, "", media="text/html") if "expect" in request.headers else right


@pytest.mark.parametrize(
    ("change", "title", "said"),
    [
        (with_status(200), "A wrong password", "HTTP status 200"),
        (with_status(401), "A wrong password by SOAP 1.2", "HTTP status 401"),
        (replaced("AuthenticationException", "Error"), "No AuthHeader", "should name AuthenticationException"),
        (replaced("DocumentNotExist", "NotFound"), "An unknown document", "should name DocumentNotExistException"),
        (replaced("InvalidXml", "Bad"), "An order that is none", "should name InvalidXmlException"),
        (replaced("order&lt;", "Order&lt;"), "The list of waiting documents", "must be in lower case"),
        (replaced("order&lt;", "basket&lt;"), "The list of waiting documents", "must be one of"),
        (replaced("B-1001&lt;", "B 1001&lt;"), "The list of waiting documents", "none of them blank"),
        (replaced("2026-11-26T", "26/11/2026 "), "The list of waiting documents", "not a date and time"),
        (replaced("CreateDate", "Since"), "The list of waiting documents", "not each with an id"),
        (replaced("true", "ok", where="<SendOrder"), "An order", "must be true"),
        (replaced("soap:address", "soap:elsewhere"), "The WSDL", "no port for SOAP 1.1"),
        (replaced("soap(12)?:header", "soap:head"), "The WSDL", "no soap:header"),
        (replaced('"qualified"', '"unqualified"'), "The WSDL", "elementFormDefault"),
        (replaced("/Service.asmx", "/other"), "The WSDL", "another address than the one called: http"),
        (replaced('name="SendOrder"', 'name="sendOrder"'), "The WSDL", "lacks the operations SendOrder"),
        (replaced("(?s).+", "<html>"), "The WSDL", "There is no WSDL"),
        (without_continue, "Expect: 100-continue, as .NET sends it", "reports an error"),
    ],
)
def test_what_breaks_the_contract_fails_its_step(change: Change, title: str, said: str, trying: Try) -> None:
    steps = trying(Shop(change=change), order=ORDER)
    failed = [step.sentence for step in steps if step.verdict == "fail" and step.title == title]
    assert failed
    assert said in failed[0]


def test_a_status_that_does_not_stay_fails(trying: Try) -> None:
    def forget(request: RawRequest, right: bytes) -> bytes:
        shop.documents["B-1001"] = ("order", False)
        return right

    shop = Shop(change=forget)
    assert titles(trying(shop), "fail") == ["It waits no more"]


def test_a_history_of_another_name_is_not_held_against_the_service(trying: Try) -> None:
    steps = trying(Shop(), history_method="GetHistory2")
    assert [step.verdict for step in steps if step.operation == HISTORY] == ["pass"]
    unknown = replaced(
        "(?s).+",
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        "<faultcode>s:Client</faultcode><faultstring>What?</faultstring></s:Fault></s:Body></s:Envelope>",
        where="<FetchHistory",
    )
    steps = trying(Shop(change=unknown))
    assert [step.verdict for step in steps if step.operation == HISTORY] == ["not tried"]


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (replaced("OrderDate&gt;20", "OrderDate&gt;", where="<FetchDoc"), {}, "Line "),
        (replaced("&lt;Order", "&lt;Ordre", where="<FetchDoc"), {}, "Line 16: An end tag"),
        (replaced("(?s)&lt;.*&gt;", "", where="<FetchDoc"), {}, "empty"),
        (replaced("(?s)&lt;.*&gt;", "&lt;x/&gt;", where="<FetchDoc"), {}, "expected is Order"),
        (replaced("nothing", ""), {"buyer_duns": "000000000"}, "000000000"),
    ],
)
def test_a_fetched_document_that_a_finance_system_would_not_take_fails(
    change: Change, options: dict[str, str], said: str, trying: Try
) -> None:
    found = [step for step in trying(Shop(change=change), **options) if step.title == "A waiting document"]
    assert [step.verdict for step in found] == ["fail"]
    assert said in found[0].sentence


def test_the_address_of_the_wsdl_is_taken_for_the_services(trying: Try) -> None:
    assert titles(trying(Shop(), path="/Service.asmx?wsdl"), "fail") == []


def test_where_nothing_answers_the_test_ends_with_the_reason(transport: httpx.BaseTransport) -> None:
    steps = [*try_service(f"http://127.0.0.1:{free_port()}/", "u", "p", transport)]
    assert [(step.title, step.verdict) for step in steps] == [("The address", "fail")]
    assert "does not take the connection" in steps[0].sentence


@pytest.mark.parametrize("url", ["http://shop.example/", "shop", "http://["])
def test_an_address_that_may_not_be_called_is_a_failed_step(url: str, transport: httpx.BaseTransport) -> None:
    assert [step.verdict for step in try_service(url, "u", "p", transport)] == ["fail"]


def test_the_wrong_login_ends_the_test_after_the_sign_in(trying: Try) -> None:
    steps = trying(Shop(password="Another"))
    assert (steps[-1].title, steps[-1].verdict) == ("All else", "not tried")
    assert "The list of waiting documents" in titles(steps, "fail")


def test_a_certificate_is_told_with_its_issuer_and_its_end(tmp_path: Path, serve: Serve) -> None:
    authority = CertificateAuthority.make(tmp_path, "Acme Trust")
    shop = Shop()
    server = serve(shop, tls=authority.serving("127.0.0.1"))
    shop.address = f"{server.address}/Service.asmx"
    with make_transport(extra_ca_file=authority.file) as transport:
        steps = [*try_service(shop.address, USERNAME, PASSWORD, transport)]
    assert [step.sentence.partition(",")[0] for step in steps if step.title == "The certificate"] == [
        "Issued by Acme Trust"
    ]
