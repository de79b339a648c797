"""From a basket at the supplier to the order that arrived there, over real HTTP and HTTPS; and beside every service
that misbehaves the others go on."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.real_supplier import USER, RealSupplier, serve_supplier
from tests.school.purchasing.stand_ins import NAME, PATIENCE_SECONDS, STAND_INS, StandIn, behind_tls
from tests.tls import CertificateAuthority

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.documents.ebis.orders import read_order
from schoolgate.school.purchasing import services
from schoolgate.school.purchasing.asking import ask_for_documents, services_to_ask
from schoolgate.school.purchasing.authorising import authorise
from schoolgate.school.purchasing.budget import rooms_of
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderState,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.rounds import last_rounds
from schoolgate.sites.configuration import read_configuration
from schoolgate.supplier.models import Document, DocumentEvent, OrderContent, State
from schoolgate.supplier.models import Order as ArrivedOrder
from schoolgate.supplier.preferences import REFUSE_OTHER_DUNS, REFUSE_PROFILE_FINDINGS
from schoolgate.supplier.queue.composing import queue_basket
from schoolgate.wire.http import Timeouts
from schoolgate.wire.soap.client import SupplierService

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]

PENS = {
    "product": "PN-7",
    "description": "Pens, blue",
    "quantity": 10,
    "unit_price": "1.25",
    "tax_code": "S",
    "tax_rate": "20",
    "cost_centre": "SCI",
}
BOOKS = {**PENS, "product": "BX-100", "description": "Exercise books", "quantity": 3, "unit_price": "4.50"}
BOOKS["cost_centre"] = ""


@pytest.fixture
def ready_ledger(year: FinancialYear, codings: list[Coding], vat: dict[str, VatCode]) -> None:
    """Whatever is ordered is English's; what is for science's cost centre is science's."""
    english, science, _ = codings
    CodingTemplate.objects.create(year=year, coding=english)
    CodingTemplate.objects.create(year=year, coding=science, cost_centre="SCI")
    Supplier.objects.create(name="Riverside", duns=SUPPLIER_DUNS, xml_reference_number=SUPPLIER_DUNS)


@pytest.fixture
def site() -> Iterator[RealSupplier]:
    """The supplier site, as strict as it can be told to be."""
    REFUSE_OTHER_DUNS.set(True, by=None)
    REFUSE_PROFILE_FINDINGS.set(True, by=None)
    with serve_supplier(SCHOOL_DUNS, SUPPLIER_DUNS) as served:
        yield served


@pytest.fixture(params=["HTTP", "HTTPS"])
def riverside(
    request: pytest.FixtureRequest, site: RealSupplier, tmp_path: Path, settings: Any
) -> Iterator[WebService]:
    """The ledger's row of it; over HTTPS its certificate is one that this site was told to believe."""
    if request.param == "HTTP":
        yield site.entry()
        return
    authority = CertificateAuthority.make(tmp_path, "Riverside's")
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(
        tmp_path / "none", {}, {"extra_ca_file": str(authority.file)}
    )
    with behind_tls(site, authority.serving("127.0.0.1")) as url:
        yield replace(site, url=url).entry()


def compose(site: RealSupplier, reference: str = "BASKET-77") -> Document:
    """Fill a basket at the supplier's."""
    value = {"buyer": USER, "reference": reference, "user": "j.smith", "lines": [BOOKS, PENS]}
    document, _ = queue_basket(site.buyer.supplier, value)
    return document


def import_all(by: User | None = None) -> None:
    ask_for_documents(services_to_ask(), by=by)
    work_off("tests")


def test_a_basket_is_fetched_coded_authorised_and_arrives_as_an_order(
    site: RealSupplier, riverside: WebService, clerk: User, head: User
) -> None:
    queued = compose(site)
    import_all(clerk)

    order = Order.objects.get()
    assert (order.state, order.basket_by, order.came_by) == (OrderState.UNAUTHORISED, "j.smith", riverside)
    assert [line.coding.cost_centre.code for line in order.lines.order_by("number")] == ["ENG", "SCI"]
    queued.refresh_from_db()
    assert queued.state == State.PROCESSED

    authorise(order, by=head, seen_version=order.version)
    work_off("tests")

    order.refresh_from_db()
    assert (order.state, order.said) == (OrderState.SENT, "")
    arrived = ArrivedOrder.objects.get()
    assert (arrived.number, arrived.reference, arrived.net, arrived.gross) == (
        order.number,
        "BASKET-77",
        Decimal("26.00"),
        Decimal("31.20"),
    )
    assert (arrived.basket, arrived.changes, arrived.findings, arrived.times_sent) == (queued, [], [], 1)
    read = read_order(OrderContent.objects.get().xml)
    assert [(line.product, line.quantity) for line in read.lines] == [("BX-100", Decimal(3)), ("PN-7", Decimal(10))]


def test_both_sides_can_tell_the_whole_story(
    site: RealSupplier, riverside: WebService, clerk: User, head: User
) -> None:
    queued = compose(site)
    import_all(clerk)
    order = Order.objects.get()
    authorise(order, by=head, seen_version=order.version)
    work_off("tests")

    order.refresh_from_db()
    room = {room.coding.cost_centre.code: room for room in rooms_of(order)}
    assert (room["ENG"].this, room["SCI"].this) == (Decimal("13.50"), Decimal("12.50"))
    told = AuditEntry.objects.filter(did__in=("documents asked for", "order authorised")).order_by("pk")
    assert [entry.who for entry in told] == ["clerk", "head"]
    events = DocumentEvent.objects.filter(document=queued).order_by("pk")
    assert [event.what for event in events] == ["queued", "processed"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call waits long for an answer."""
    quick = Timeouts(connect=5, read=PATIENCE_SECONDS, write=5, pool=5)
    monkeypatch.setattr(services, "SupplierService", partial(SupplierService, timeouts=quick))


@pytest.mark.parametrize("stand_in", STAND_INS, ids=str)
def test_beside_a_service_that_misbehaves_another_s_basket_comes_in_and_it_is_told_what_is_wrong(
    stand_in: StandIn, site: RealSupplier, basket: Basket, tmp_path: Path, clerk: User, impatient: None
) -> None:
    riverside = site.entry()
    compose(site)
    with stand_in.serve(basket, tmp_path) as aardvark:
        import_all(clerk)
    assert Order.objects.get(came_by=riverside).reference == "BASKET-77"

    told, works = last_rounds(WebService.objects.order_by("name"))
    assert (told.service.name, works.state, works.imported) == (NAME, "works", 1)
    aardvark.refresh_from_db()
    assert aardvark.trouble == stand_in.code
    document = FetchedDocument.objects.filter(service=aardvark).first()
    assert (document.state if document else "") == stand_in.state
    said = f"{told.told} {document.said if document else ''}"
    assert stand_in.told in said
    assert not {"inetpub", "Exception", "Traceback", "soap:"} & set(said.replace("\n", " ").split())
