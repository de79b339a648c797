"""Orders that go out over real sockets: to the supplier site's own service, and to services that misbehave."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.real_supplier import RealSupplier, serve_supplier
from tests.school.purchasing.shops import entry_of, serve_shop
from tests.school.purchasing.taking import order_of
from tests.tls import CertificateAuthority
from tests.wire.conftest import RawRequest, answer
from tests.wire.soap.shop import Shop

from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.school.purchasing import deciding, sending
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.models import Coding, CodingTemplate, Order, OrderState, Supplier, VatCode, WebService
from schoolgate.supplier.models import Order as ArrivedOrder
from schoolgate.supplier.models import OrderContent
from schoolgate.supplier.preferences import REFUSE_OTHER_DUNS, REFUSE_PROFILE_FINDINGS
from schoolgate.supplier.queue.putting import put_document
from schoolgate.wire.soap.calls import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


def send(order: Order) -> Order:
    with transaction.atomic():
        sending.ask(order)
    work_off("tests")
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def riverside() -> Iterator[RealSupplier]:
    """The supplier site's service, as strict as it can be told to be."""
    REFUSE_OTHER_DUNS.set(True, by=None)
    REFUSE_PROFILE_FINDINGS.set(True, by=None)
    with serve_supplier(SCHOOL_DUNS, SUPPLIER_DUNS) as supplier:
        yield supplier


@pytest.fixture
def imported(
    riverside: RealSupplier, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], basket: Basket
) -> Order:
    """A basket that waits at the supplier, imported here and authorised."""
    service = riverside.entry()
    CodingTemplate.objects.create(year=codings[0].year, coding=codings[0])
    xml = basket()
    put_document(riverside.buyer, "order", xml)
    order = order_of(xml, service)
    assert Order.objects.filter(pk=order.pk).take("authorise", came_by=service)
    return Order.objects.get(pk=order.pk)


def test_an_order_arrives_at_the_supplier_s_site_and_is_its_basket(imported: Order) -> None:
    assert send(imported).state == OrderState.SENT
    arrived = ArrivedOrder.objects.get()
    assert (arrived.number, arrived.reference) == (imported.number, "BASKET-1")
    assert (arrived.net, arrived.gross) == (imported.net, imported.gross)
    assert (arrived.basket is not None, arrived.changes, arrived.findings) == (True, [], [])


def test_what_was_changed_here_shows_there(imported: Order) -> None:
    first = imported.lines.get(number=1)
    first.quantity, first.net = 2, first.net_for(2)
    first.vat = first.net / 5
    first.save()
    imported.lines.filter(number=2).update(removed_at=imported.authorised_at or imported.changed_at)
    Order.objects.update(net=first.net, vat=first.vat, gross=first.net + first.vat)
    assert send(Order.objects.get()).state == OrderState.SENT
    assert ArrivedOrder.objects.get().changes == ["line 1 quantity 3 → 2", "line 2 removed"]


def test_an_order_whose_answer_was_lost_is_one_order_there(imported: Order) -> None:
    begun = sending.begin(imported)
    assert begun is not None
    attempt, xml = begun
    assert attempt.service is not None
    call(attempt.service, lambda client: client.send_order(xml.decode()))
    # The process died before it wrote down what was answered.
    assert send(imported).state == OrderState.SENT
    arrived = ArrivedOrder.objects.get()
    assert (arrived.times_sent, OrderContent.objects.get().xml) == (2, xml.decode())


def test_an_order_that_the_supplier_s_site_refuses_is_unauthorised_again_with_its_reason(imported: Order) -> None:
    Supplier.objects.update(duns="999999999")
    refused = send(imported)
    assert refused.state == OrderState.UNAUTHORISED
    assert "999999999" in refused.said
    assert not ArrivedOrder.objects.exists()


@dataclass
class Taker(Shop):
    """A service that takes every order."""

    def _take(self, call: Call) -> bool:
        self.sent.append(call.text("Document"))
        return True


Sold = Callable[[WebService], Order]


@pytest.fixture
def sold(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Sold:
    """Make an authorised order that came by a service."""

    def do(service: WebService) -> Order:
        return an_order(supplier, codings[0], vat["S"], came_by=service)

    return do


@contextmanager
def shop_that(change: Callable[[RawRequest, bytes], bytes]) -> Iterator[tuple[Taker, WebService]]:
    taker = Taker(change=change)
    with serve_shop(taker) as url:
        yield taker, entry_of(url)


FAULT = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>
<faultcode>soap:Server</faultcode><faultstring>System.Web.Services.Protocols.SoapException: {}
   at Shop.Service.SendOrder(String Document) in C:\\inetpub\\Service.asmx.cs:line 88</faultstring>
</soap:Fault></soap:Body></soap:Envelope>"""


def as_fault(text: str) -> Callable[[RawRequest, bytes], bytes]:
    return lambda *_: answer(500, FAULT.format(text), media="text/xml; charset=utf-8")


def test_a_refusal_is_known_within_a_stack_trace(sold: Sold) -> None:
    with shop_that(as_fault("InvalidXmlException: Line 2: PN-7 is not sold any more.")) as (_, service):
        refused = send(sold(service))
    assert refused.state == OrderState.UNAUTHORISED
    assert "PN-7 is not sold any more." in refused.said
    assert "inetpub" not in refused.said


@pytest.mark.parametrize(
    "change",
    [
        as_fault("System.NullReferenceException: Object reference not set to an instance of an object."),
        lambda *_: answer(200, "<html>Welcome</html>", media="text/html"),
        lambda *_: answer(503, "Try later", media="text/plain"),
        lambda _, right: right[:-40],
        lambda *_: b"",
    ],
    ids=["an error of its own", "a web page", "busy", "cut", "closed"],
)
def test_after_any_other_answer_nobody_is_sure_and_nothing_is_sent_twice(
    sold: Sold, change: Callable[[RawRequest, bytes], bytes]
) -> None:
    with shop_that(change) as (taker, service):
        order = send(sold(service))
        assert order.state == OrderState.UNSURE
        send(order)
    assert len(taker.sent) == 1
    assert order.said


def test_a_call_that_is_not_taken_leaves_the_order_authorised(sold: Sold) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}/Service.asmx"
    order = send(sold(entry_of(address)))
    assert (order.state, order.attempts.get().outcome) == (OrderState.AUTHORISED, "not-out")
    assert Job.objects.get(kind=sending.SEND).state == "ready"


def test_to_a_service_whose_certificate_is_not_trusted_nothing_goes_out(sold: Sold, tmp_path: Path) -> None:
    taker = Taker()
    with serve_shop(taker, tls=CertificateAuthority.make(tmp_path, "Nobody's").serving("127.0.0.1")) as url:
        order = send(sold(entry_of(url)))
    assert (order.state, taker.sent) == (OrderState.AUTHORISED, [])
    assert order.attempts.get().code.startswith("unreachable-certificate")


def test_the_former_password_is_tried_too(sold: Sold) -> None:
    with shop_that(lambda _, right: right) as (taker, service):
        service.former_password, service.password = service.password, "not known there yet"
        service.save()
        assert send(sold(service)).state == OrderState.SENT
    assert len(taker.sent) == 1


def test_when_neither_password_is_right_the_order_waits_and_goes_once_one_is(sold: Sold) -> None:
    with shop_that(lambda _, right: right) as (taker, service):
        right, service.password = service.password, "wrong"
        service.save()
        order = send(sold(service))
        assert (order.state, order.attempts.get().code) == (OrderState.AUTHORISED, "wrong-credentials")
        WebService.objects.update(password=right)
        call(service, lambda client: client.fetch_index())
        sending.ask_for_what_waits()
        work_off("tests")
    assert (Order.objects.get().state, len(taker.sent)) == (OrderState.SENT, 1)


def test_somebody_who_rang_has_it_sent_once_more(sold: Sold) -> None:
    answers = iter([b""])
    with shop_that(lambda _, right: next(answers, right)) as (taker, service):
        order = send(sold(service))
        deciding.send_again(order, by=None)
        work_off("tests")
    assert Order.objects.get().state == OrderState.SENT
    assert (len(taker.sent), len(set(taker.sent))) == (2, 1)
