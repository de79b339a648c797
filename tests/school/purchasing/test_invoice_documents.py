"""The way of an invoice's document: fetched, seen before, tried again, said to be for something; and its pages."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import PASSWORD, SignedIn
from tests.school.purchasing.billing_documents import a_bill, a_credit_bill, changed, imported, kept, line, usual_lines
from tests.school.purchasing.conftest import SUPPLIER_DUNS
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.stall import Stall

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.school.purchasing import vat as vat_codes
from schoolgate.school.purchasing.documents import DocumentRefused
from schoolgate.school.purchasing.fetching import Count, fetch_from
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.invoicing.assigning import say
from schoolgate.school.purchasing.models import (
    Coding,
    DocumentState,
    FetchedDocument,
    Invoice,
    Order,
    OrderState,
    PurchasingRights,
    Supplier,
    VatCode,
    WebService,
)

CURED = b"<!-- again --></Invoice>"


@pytest.fixture
def supplier(db: None) -> Supplier:
    """Whose service is whichever a test has."""
    made: Supplier = Supplier.objects.create(name="Beacon Supplies", duns=SUPPLIER_DUNS)
    return made


@pytest.fixture
def order(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


@pytest.fixture
def officer(db: None) -> User:
    """Enters invoices."""
    person = create_user("officer", "purchaser", name="Officer", password=PASSWORD)
    PurchasingRights.objects.create(user=person, enters_invoices=True, imports=True)
    return person


@pytest.fixture
def officers(officer: User, signed_in: SignedIn) -> Client:
    """The officer's browser."""
    return signed_in(officer)


def the(doc_id: str) -> FetchedDocument:
    return FetchedDocument.objects.get(doc_id=doc_id)


def page_of(client: Client, document: FetchedDocument) -> str:
    return client.get(reverse("purchasing-document", args=[document.pk])).content.decode()


def test_a_round_books_an_invoice_and_marks_it_at_the_service(order: Order, stall: Stall, beacon: WebService) -> None:
    stall.offer("I-1", a_bill(), "invoice")
    assert fetch_from(beacon).count == Count(offered=1, found=1, imported=1)
    assert the("I-1").invoice.order == order
    assert stall.is_marked("I-1")


def test_a_credit_note_before_its_invoice_comes_in_with_the_next_round(
    order: Order, stall: Stall, beacon: WebService
) -> None:
    stall.offer("C-1", a_credit_bill(line(1, 1, "4.50", of=1)), "creditnote")
    stall.offer("I-1", a_bill(), "invoice")
    assert fetch_from(beacon).count == Count(offered=2, found=2, imported=1, waiting=1)
    assert fetch_from(beacon).count == Count(offered=1, here=1, imported=1)
    assert the("C-1").state == DocumentState.IMPORTED


def test_an_invoice_whose_order_goes_out_later_comes_in_with_the_next_round(
    order: Order, stall: Stall, beacon: WebService
) -> None:
    Order.objects.update(state=OrderState.SENDING)
    stall.offer("I-1", a_bill(), "invoice")
    fetch_from(beacon)
    assert the("I-1").rule == "order-state"
    Order.objects.update(state=OrderState.SENT)
    fetch_from(beacon)
    assert the("I-1").state == DocumentState.IMPORTED


def test_what_an_older_version_fetched_is_taken_up_by_the_next_round(
    order: Order, stall: Stall, beacon: WebService
) -> None:
    stall.documents.clear()
    document = kept(a_bill(), service=beacon)
    assert fetch_from(beacon).count == Count(imported=1)
    document.refresh_from_db()
    assert document.state == DocumentState.IMPORTED


def test_an_invoice_of_a_rate_that_is_new_comes_in_by_itself_once_there_is_a_vat_code(
    order: Order, bursar: User
) -> None:
    raw = changed(a_bill(line(1, 3, "4.50", of=1)), ("InvoiceLine/LineTax/TaxRate", "5"), ("TaxSubTotal/TaxRate", "5"))
    document = imported(kept(raw), raw)
    assert document.rule == "vat-rate"
    values = {"code": "L", "name": "Reduced", "rate": Decimal(5), "sent_as": "L", "standard": True, "open": True}
    vat_codes.save_code(VatCode(), values, by=bursar)
    work_off("a worker")
    document.refresh_from_db()
    assert document.state == DocumentState.IMPORTED


def test_the_same_document_under_a_new_id_waits_beside_the_first(order: Order) -> None:
    first = imported(kept(a_bill()), a_bill())
    again = imported(kept(a_bill()), a_bill())
    other = a_bill().replace(b"</Invoice>", CURED)
    changed_a_little = imported(kept(other), other)
    assert [one.first for one in (again, changed_a_little)] == [first, first]
    assert Invoice.objects.count() == 1


def test_a_discarded_invoices_document_stands_in_nobodys_way_when_a_person_tries_again(
    order: Order, officer: User, officers: Client
) -> None:
    first = imported(kept(a_bill()), a_bill())
    raw = a_bill().replace(b"</Invoice>", CURED)
    second = imported(kept(raw), raw)
    assert second.state == DocumentState.WAITING
    assert "Try again" not in page_of(officers, second)
    Invoice.objects.filter(document=first).update(state="discarded")
    assert "Try again" in page_of(officers, second)
    try_again(second, by=officer)
    assert second.state == DocumentState.IMPORTED
    assert Invoice.objects.exclude(state="discarded").get().document == second


def test_a_document_that_is_listed_as_another_kind_is_what_it_says_itself_and_a_note_says_so(order: Order) -> None:
    imported(kept(a_bill()), a_bill())
    raw = a_credit_bill(line(1, 1, "4.50", of=1))
    note = imported(kept(raw, kind="invoice"), raw)
    assert (note.state, note.kind) == (DocumentState.IMPORTED, "creditnote")
    assert any("what it says itself" in text for text in note.notes)


def test_a_waiting_invoices_page_has_rule_found_expected_and_what_next(order: Order, officers: Client) -> None:
    raw = a_bill(order_number="PO-77")
    document = imported(kept(raw), raw)
    page = page_of(officers, document)
    for part in ("You have no order “PO-77”.", "PO-77", "one of your orders", "BuyersOrderNumber", "What to do:"):
        assert part in page
    assert reverse("assign-document", args=[document.pk]) in page
    assert f"{reverse('enter-invoice')}?document={document.pk}" in page


def test_a_person_says_which_order_it_is_for_and_it_is_booked_as_entered_by_them(
    order: Order, officer: User, officers: Client
) -> None:
    raw = a_bill(order_number="PO-77")
    document = imported(kept(raw), raw)
    address = reverse("assign-document", args=[document.pk])
    assert "Order PO-1001, 26 Nov 2026, £31.20 gross, sent" in officers.get(address).content.decode()
    assert officers.post(address, {}).status_code == 422
    answered = officers.post(address, {"target": order.pk}, follow=True).content.decode()
    assert "It was booked for order PO-1001." in answered
    made = Invoice.objects.get()
    assert (made.order, made.entered_by, made.document) == (order, officer, document)
    assert reverse("purchase-invoice", args=[made.pk]) in answered
    assert AuditEntry.objects.filter(did="document assigned", user=officer).exists()


def test_a_person_says_which_invoice_it_credits(order: Order, officer: User, officers: Client) -> None:
    imported(kept(a_bill()), a_bill())
    raw = a_credit_bill(line(1, 1, "4.50", of=1), credits="SI-1")
    document = imported(kept(raw, kind="creditnote"), raw)
    credited = Invoice.objects.get()
    answered = officers.post(reverse("assign-document", args=[document.pk]), {"target": credited.pk}, follow=True)
    assert "It was booked for invoice SI-9001." in answered.content.decode()
    assert Invoice.objects.get(kind="creditnote").credits == credited


@pytest.mark.parametrize("credited", ["SI-9001", ""])
def test_a_credit_note_that_no_rule_takes_is_entered_by_hand_against_the_invoice_that_it_names(
    order: Order, officers: Client, credited: str
) -> None:
    first = imported(kept(a_bill(line(1, 3, "4.50", of=1))), a_bill(line(1, 3, "4.50", of=1))).invoice
    raw = a_credit_bill(line(1, 1, "1.25", of=2), credits=credited)
    note = imported(kept(raw, kind="creditnote"), raw)
    assert note.rule == "credited-line"
    address = f"{reverse('enter-credit-note', args=[first.pk])}?document={note.pk}"
    assert (f'href="{address}">Enter it by hand' in page_of(officers, note)) is bool(credited)
    assert 'name="number" value="CN-1"' in officers.get(address).content.decode()


def test_what_a_person_said_may_be_said_again_where_it_did_not_fit(
    order: Order, officer: User, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    short = an_order(supplier, codings[0], vat["S"], {"quantity": 1, "unit_price": "1"}, number="PO-2", state="sent")
    document = imported(kept(raw := a_bill(order_number="")), raw)
    say(document, short, by=officer)
    assert (document.rule, document.for_order) == ("line-unknown", short)
    say(document, order, by=officer)
    assert document.state == DocumentState.IMPORTED


def test_nobody_says_that_it_is_for_another_suppliers_order(order: Order, officer: User) -> None:
    raw = a_bill(order_number="PO-77")
    document = imported(kept(raw), raw)
    Order.objects.update(supplier=Supplier.objects.create(name="Other"))
    with pytest.raises(DocumentRefused):
        say(document, order, by=officer)


def test_nobody_without_the_right_says_what_it_is_for(order: Order, looker: User, signed_in: SignedIn) -> None:
    document = imported(kept(raw := a_bill(order_number="PO-77")), raw)
    client = signed_in(looker)
    assert client.get(reverse("assign-document", args=[document.pk])).status_code == 403
    assert reverse("assign-document", args=[document.pk]) not in page_of(client, document)


def test_an_imported_invoices_document_leads_to_it(order: Order, officers: Client) -> None:
    document = imported(kept(raw := a_bill(*usual_lines())), raw)
    assert reverse("purchase-invoice", args=[document.invoice.pk]) in page_of(officers, document)
