"""A supplier's clerk composes a basket and sees it fetched, ordered and billed; the school's side is our own client."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Page, Route, expect
from tests.journeys.conftest import NewSite, Visit, person
from tests.journeys.test_every_page import walk

from schoolgate.documents.ebis.invoices import read_invoice
from schoolgate.documents.ebis.orders import PURCHASE, read_order, write_order
from schoolgate.documents.ebis.totals import order_totals, with_amounts
from schoolgate.sites.demo_site import Site
from schoolgate.wire.http import make_transport
from schoolgate.wire.soap.client import SupplierService

pytestmark = pytest.mark.chromium

SCHOOL = "Green Abbey School"
PAPER = {"Product": "PN-100", "Description": "Sugar paper, A2", "Quantity": "10", "Price": "4.55"}
PAINT = {"Product": "PN-200", "Description": "Ready-mixed paint, red", "Quantity": "5", "Price": "16.00"}


@pytest.fixture(scope="module")
def supplier(new_site: NewSite) -> Site:
    site = new_site("supplier", "--name", "Riverside School Supplies", "--duns", "123456789")
    *users, school = site.run_several(
        *(["users", "add", role, "--role", role] for role in ("administrator", "staff")),
        ["buyers", "add", "--name", SCHOOL, "--duns", "987654321", "--user", "greenabbey"],
    )
    site.users += users
    site.exchange_accounts.append(school)
    site.wait_until_up()
    return site


@pytest.fixture(scope="module")
def school(supplier: Site) -> Iterator[SupplierService]:
    """The school's finance system."""
    account = supplier.exchange_accounts[0]
    with make_transport() as transport:
        yield SupplierService(
            supplier.url + "/Service.asmx", account["user"], account["password"], transport, version="1.1"
        )


@pytest.fixture
def clerk(visit: Visit, supplier: Site) -> Page:
    return visit(supplier, person(supplier, "staff"))


def test_a_basket_becomes_an_order_and_an_invoice_that_the_school_fetches(clerk: Page, school: SupplierService) -> None:
    basket = compose(clerk)
    (waiting,) = school.fetch_index()
    assert (waiting.doc_id, waiting.kind) == (basket, "order")
    content = read_order(school.fetch_doc(basket))
    school.update_document_status(basket, processed=True)

    # The school's buyer takes eight of ten, and no paint.
    lines = (with_amounts(replace(content.lines[0], quantity=Decimal(8), net=None, tax_value=None, gross=None)),)
    order = replace(content, lines=lines, totals=order_totals(lines), number="ORD00017", kind=PURCHASE, function="FIO")
    school.send_order(write_order(order).decode("utf-8"))

    clerk.goto("/orders/")
    clerk.get_by_role("link", name="ORD00017").click()
    expect(clerk.get_by_text("line 2 removed")).to_be_visible()
    clerk.get_by_role("link", name="Make an invoice").click()
    clerk.get_by_label("Your number").fill("SI-9001")
    clerk.get_by_role("button", name="Queue it").first.click()
    clerk.wait_for_url("**/queue/*/")

    (bill,) = school.fetch_index()
    invoice = read_invoice(school.fetch_doc(bill.doc_id))
    assert (bill.kind, invoice.order_number, invoice.number) == ("invoice", "ORD00017", "SI-9001")
    school.update_document_status(bill.doc_id, processed=True)
    assert [entry.doc_id for entry in school.fetch_history(datetime(2026, 1, 1, tzinfo=UTC))] == [basket, bill.doc_id]

    clerk.goto("/queue/")
    for doc_id in (basket, bill.doc_id):
        row = clerk.get_by_role("row").filter(has=clerk.get_by_role("link", name=doc_id, exact=True))
        expect(row).to_contain_text("Taken by the school")


def test_a_developer_gets_connected_in_five_presses(clerk: Page) -> None:
    clerk.goto("/get-connected/")
    clerk.get_by_role("button", name="Check the address").click()
    expect(clerk.get_by_text("It holds all operations, the header, and the address")).to_be_visible(timeout=30_000)
    clerk.get_by_role("button", name="Make a test school").click()
    clerk.get_by_role("link", name="Back to Get connected").click()
    clerk.get_by_role("button", name="Send a test basket").click()
    clerk.get_by_role("button", name="Import as the test school").click()
    expect(clerk.get_by_text("Marked as processed: it waits no more.")).to_be_visible(timeout=30_000)
    clerk.get_by_role("button", name="Send the order back").click()
    expect(clerk.get_by_text("line 1 quantity 10 → 8, line 2 removed")).to_be_visible(timeout=30_000)


def test_every_page_of_the_supplier_fits_both_screens(visit: Visit, supplier: Site, axe_at_night: str) -> None:
    rooms = walk(visit(supplier, person(supplier, "administrator")), axe_at_night, "/queue/compose/", "/get-connected/")
    assert {"get-connected", "today", "queue", "orders", "schools", "calls", "keys", "administration"} <= rooms


def compose(page: Page) -> str:
    """Fill a basket of two lines in and queue it; its document id."""
    page.goto("/queue/compose/")
    page.get_by_label("School", exact=True).select_option(label=f"{SCHOOL} (greenabbey)")
    page.get_by_label("Your reference").fill("BASKET-0001")
    for number, line in enumerate((PAPER, PAINT)):
        for field, value in line.items():
            page.locator(f"[name=lines-{number}-{NAMES[field]}]").fill(value)
    # The lines come back as they were sent: nothing can be typed into them meanwhile, and be lost.
    sent: list[Route] = []

    def hold(route: Route) -> None:
        sent.append(route)

    page.route("**/queue/compose/", hold)
    page.get_by_role("button", name="Add 10 lines").click()
    expect(page.locator("[name=lines-0-product]")).to_be_disabled()
    while not sent:
        page.wait_for_timeout(50)
    sent[0].continue_()
    page.unroute("**/queue/compose/", hold)
    expect(page.locator("[name=lines-19-product]")).to_be_visible()
    expect(page.locator("[name=lines-0-product]")).to_have_value("PN-100")
    page.get_by_role("button", name="Queue it").last.click()
    page.wait_for_url("**/queue/*/")
    doc_id: str = page.get_by_role("heading", level=1).inner_text().split()[-1]
    return doc_id


NAMES = {"Product": "product", "Description": "description", "Quantity": "quantity", "Price": "unit_price"}
