"""The page that invoices and credit notes are typed on: what fills it, what it refuses, and that all typed is kept."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_order_pages import text_of

from schoolgate.commons.accounts.models import User
from schoolgate.documents.ebis.invoices import Invoice as EbisInvoice
from schoolgate.documents.ebis.invoices import InvoiceTotals, TaxSubTotal, write_invoice
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.parties import Party
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.invoicing.entering import Stated, Typed, enter
from schoolgate.school.purchasing.models import (
    Coding,
    DocumentState,
    FetchedDocument,
    Invoice,
    Order,
    OrderState,
    Supplier,
    VatCode,
)

SignedIn = Callable[[User], Client]


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


@pytest.fixture
def invoice(order: Order) -> Invoice:
    """SI-7 for all of the order."""
    return an_invoice(order, {1: 3, 2: 10}, number="SI-7")


@pytest.fixture
def gas(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User) -> Invoice:
    """GAS-10, which the bookkeeper entered, without an order."""
    stated = Stated("GAS-10", date(2026, 11, 27), Decimal(100), Decimal(120), {vat["S"]: Decimal(20)})
    lines = [Typed("Gas", Decimal(1), Decimal(100), vat["S"], codings[1])]
    return enter(stated, supplier=supplier, lines=lines, by=bookkeeper)


def paper(vat: dict[str, VatCode], **more: str) -> dict[str, str]:
    """What a browser sends of the form without an order: one line of £100.00, £120.00 gross."""
    line = {
        "description": "Gas, October",
        "quantity": "1",
        "unit_price": "100",
        "vat": "S",
        "coding": "01 / e19 /SCI",
        "part_number": "",
        "unit": "",
    }
    return {
        "number": "GAS-11",
        "dated": "2026-11-27",
        "due": "",
        "own_notes": "",
        "net": "100",
        f"vat-{vat['S'].pk}": "20",
        "gross": "120",
        "new-TOTAL_FORMS": "1",
        "new-INITIAL_FORMS": "0",
        **{f"new-0-{name}": value for name, value in line.items()},
        **more,
    }


def test_the_bookkeeper_types_an_invoice_without_an_order(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    browser = signed_in(bookkeeper)
    assert "Whoever enters an invoice without an order never authorises it" in text_of(
        browser.get(reverse("enter-invoice"))
    )
    answer = browser.post(reverse("enter-invoice"), paper(vat, supplier=str(supplier.pk)), follow=True)
    assert "Invoice GAS-11 of Beacon Supplies is entered: it waits to be authorised." in text_of(answer)
    assert Invoice.objects.get().lines.get().coding == codings[1]


def test_what_differs_is_shown_and_saved_when_it_is_sent_again(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    browser, typed = signed_in(bookkeeper), paper(vat, supplier=str(supplier.pk), gross="121")
    answer = browser.post(reverse("enter-invoice"), typed)
    assert answer.status_code == 422
    assert "Nothing is saved yet: compare with the paper The total is £121.00" in text_of(answer)
    assert not Invoice.objects.exists()
    seen = re.findall(r'name="seen" value="([^"]+)"', answer.content.decode())
    assert browser.post(reverse("enter-invoice"), {**typed, "seen": seen}).status_code == 302
    assert Invoice.objects.get().differences.get().code == "total-differs"


def test_a_duplicate_is_refused_with_a_link_and_nothing_typed_is_lost(
    gas: Invoice, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    answer = signed_in(bookkeeper).post(
        reverse("enter-invoice"), paper(vat, supplier=str(supplier.pk), number="GAS-10")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="{reverse("purchase-invoice", args=[gas.pk])}"' in page
    assert 'value="Gas, October"' in page


def test_more_lines_keep_what_was_typed(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    typed = paper(vat, supplier=str(supplier.pk))
    many = {f"new-{line}-description": f"Line {line}" for line in range(52)}
    typed |= many | {"new-TOTAL_FORMS": "52", "more": "yes"}
    answer = signed_in(bookkeeper).post(reverse("enter-invoice"), typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="new-TOTAL_FORMS" value="62"' in page
    assert [value for value in many.values() if f'value="{value}"' not in page] == []
    assert 'value="GAS-11"' in page


@pytest.fixture
def waiting(supplier: Supplier, home: object) -> FetchedDocument:
    """GAS-11, as it came from Beacon, which names no order."""
    tax = Tax("S", Decimal(20))
    lines = (Line(1, "G-1", "Gas, October", Decimal(1), "EA", unit_price=Decimal(100), net=Decimal(100), tax=tax),)
    xml = write_invoice(
        EbisInvoice(
            number="GAS-11",
            date=date(2026, 11, 27),
            supplier=Party("Beacon Supplies", SUPPLIER_DUNS),
            buyer=Party("Green Abbey Primary School", SCHOOL_DUNS),
            lines=lines,
            tax_subtotals=(TaxSubTotal(tax, value=Decimal(100), tax_value=Decimal(20)),),
            totals=InvoiceTotals(value=Decimal(100), tax=Decimal(20), gross=Decimal(120)),
        )
    )
    kept = store.keep(xml)
    made: FetchedDocument = FetchedDocument.objects.create(
        service=supplier.web_service,
        doc_id="I-11",
        kind="invoice",
        state=DocumentState.WAITING,
        listed_at="2026-11-27T09:00Z",
        supplier=supplier,
        reference="GAS-11",
        sha256=kept.sha256,
    )
    return made


def test_a_document_without_an_order_fills_the_form_and_is_imported_with_it(
    waiting: FetchedDocument,
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    bookkeeper: User,
    signed_in: SignedIn,
) -> None:
    browser, address = signed_in(bookkeeper), f"{reverse('enter-invoice')}?document={waiting.pk}"
    page = browser.get(address).content.decode()
    values = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
    assert (values["number"], values["dated"], values["net"], values["gross"]) == (
        "GAS-11",
        "2026-11-27",
        "100.00",
        "120.00",
    )
    assert (values[f"vat-{vat['S'].pk}"], values["new-0-description"]) == ("20.00", "Gas, October")
    browser.post(address, paper(vat, supplier=str(supplier.pk)))
    waiting.refresh_from_db()
    assert (waiting.state, Invoice.objects.get().document) == (DocumentState.IMPORTED, waiting)


def test_an_invoice_for_an_order_needs_only_quantities_and_totals(
    order: Order, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    browser, address = signed_in(bookkeeper), f"{reverse('enter-invoice')}?order={order.pk}"
    page = browser.get(address).content.decode()
    assert 'name="line-1-quantity" value="3"' in page
    typed = paper(vat, **{"new-0-description": "", "new-0-quantity": "", "new-0-unit_price": "", "new-0-coding": ""})
    typed |= {"line-1-quantity": "3", "line-1-unit_price": "4.50", "net": "13.50", f"vat-{vat['S'].pk}": "2.70"}
    typed |= {"line-2-quantity": "", "line-2-unit_price": "1.25", "gross": "16.20"}
    browser.post(address, typed)
    assert Invoice.objects.get().lines.get().order_line == order.lines.get(number=1)


def test_a_document_that_waits_is_entered_for_its_order_which_takes_it_off_what_is_committed(
    order: Order, waiting: FetchedDocument, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    browser, address = signed_in(bookkeeper), reverse("enter-invoice")
    page = browser.get(f"{address}?document={waiting.pk}").content.decode()
    assert f'name="document" value="{waiting.pk}"' in page
    assert f'<option value="{order.pk}">PO-1001' in page
    both = f"{address}?order={order.pk}&document={waiting.pk}"
    assert 'name="number" value="GAS-11"' in browser.get(both).content.decode()
    typed = paper(vat, **{"new-0-description": "", "new-0-quantity": "", "new-0-unit_price": "", "new-0-coding": ""})
    typed |= {"number": "GAS-11", "line-1-quantity": "3", "line-1-unit_price": "4.50", "net": "13.50"}
    typed |= {f"vat-{vat['S'].pk}": "2.70", "line-2-quantity": "", "line-2-unit_price": "1.25", "gross": "16.20"}
    told = browser.post(f"{address}?order={order.pk}", typed).content.decode()
    assert f'href="?order={order.pk}&amp;document={waiting.pk}">Enter it from that one' in told
    browser.post(both, typed)
    made, waiting = Invoice.objects.get(), FetchedDocument.objects.get(pk=waiting.pk)
    assert (made.order, made.document, waiting.state) == (order, waiting, DocumentState.IMPORTED)
    assert order.lines.get(number=1).invoiced == 3


def test_an_order_that_did_not_go_out_is_said_to_be_none_to_invoice(
    order: Order, bookkeeper: User, signed_in: SignedIn
) -> None:
    Order.objects.update(state=OrderState.AUTHORISED)
    answer = signed_in(bookkeeper).get(f"{reverse('enter-invoice')}?order={order.pk}", follow=True)
    assert "Order PO-1001 is authorised: only what went to its supplier is invoiced." in text_of(answer)


def test_a_credit_note_of_a_whole_line_takes_its_amount_by_itself(
    invoice: Invoice, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    address = reverse("enter-credit-note", args=[invoice.pk])
    typed = paper(vat, number="CN-1", net="13.50", gross="16.20") | {f"vat-{vat['S'].pk}": "2.70"}
    typed |= {"line-1-quantity": "3", "line-1-net": "", "line-2-quantity": "", "line-2-net": ""}
    signed_in(bookkeeper).post(address, typed)
    note = Invoice.objects.get(kind="creditnote")
    assert (note.credits, note.lines.get().net) == (invoice, Decimal("13.50"))


def test_more_than_none_of_a_line_that_was_invoiced_for_no_quantity_is_refused(
    invoice: Invoice, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    invoice.lines.filter(number=1).update(quantity=0)
    address = reverse("enter-credit-note", args=[invoice.pk])
    typed = paper(vat, number="CN-1", net="13.50", gross="16.20") | {f"vat-{vat['S'].pk}": "2.70"}
    typed |= {"line-1-quantity": "1", "line-1-net": "", "line-2-quantity": "", "line-2-net": ""}
    answer = signed_in(bookkeeper).post(address, typed)
    assert "Of line 1 at most 0 and £13.50 net are still to be credited." in text_of(answer)


def test_a_credit_note_that_waits_is_entered_from_there_against_its_invoice(
    gas: Invoice, waiting: FetchedDocument, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    FetchedDocument.objects.update(kind="creditnote", reference="CN-1")
    browser, address = signed_in(bookkeeper), reverse("enter-credit-note", args=[gas.pk])
    typed = paper(vat, number="CN-1") | {"line-1-quantity": "1", "line-1-net": ""}
    answer = browser.post(address, typed)
    assert f'href="?document={waiting.pk}">Enter it from that one' in answer.content.decode()
    assert browser.post(f"{address}?document={waiting.pk}", typed).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, gas.credit_notes.get().document) == (DocumentState.IMPORTED, waiting)


def test_a_vat_code_that_was_closed_since_the_order_is_typed_all_the_same(
    order: Order, vat: dict[str, VatCode], bookkeeper: User, signed_in: SignedIn
) -> None:
    VatCode.objects.filter(code="S").update(open=False)
    page = signed_in(bookkeeper).get(f"{reverse('enter-invoice')}?order={order.pk}").content.decode()
    assert f'name="vat-{vat["S"].pk}"' in page
