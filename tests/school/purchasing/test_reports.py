"""Reports of the ledger: each answers its question for a year, agrees with the budgets, and is there as a file."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.school.purchasing.billing import a_credit_note, an_invoice
from tests.school.purchasing.booked import an_invoice_of
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_order_pages import text_of

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.budget import committed_on, rooms_of_year
from schoolgate.school.purchasing.models import (
    Coding,
    Difference,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceState,
    Order,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.reporting import REPORTS, Scope

SignedIn = Callable[[User], Client]


@pytest.fixture
def sent(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """A sent order of £26.00 net: 3 books at £4.50 on English, 10 pens at £1.25 on Science."""
    order = an_order(supplier, codings[0], vat["S"], state=OrderState.SENT, sent_at=timezone.now())
    order.lines.filter(number=2).update(coding=codings[1])
    return order


@pytest.fixture
def other_supplier(db: None) -> Supplier:
    return Supplier.objects.create(name="Oak Stationers", duns="211111111", xml_reference_number="211111111")


def told(name: str, year: FinancialYear, **scope: Any) -> tuple[list[Any], str]:
    """A report's rows, and its answer."""
    asked = Scope(year, **scope)
    rows = list(REPORTS[name].rows(asked))
    return rows, REPORTS[name].answer(asked, rows)


def page(browser: Client, name: str, **query: str) -> Any:
    return browser.get(reverse("purchasing-report", args=[name]), query)


def test_what_is_ordered_and_not_invoiced_is_committed_by_order_and_coding(
    sent: Order, year: FinancialYear, codings: list[Coding]
) -> None:
    an_invoice(sent, {2: 4})
    rows, answer = told("commitments", year)
    assert [(str(row.coding), row.amount) for row in rows] == [
        ("01 / E19 / ENG", Decimal("13.50")),
        ("01 / E19 / SCI", Decimal("7.50")),
    ]
    assert answer == "£21.00 net is ordered and not invoiced yet, by 1 order."


def test_commitments_agree_with_the_budgets(
    sent: Order, year: FinancialYear, codings: list[Coding], supplier: Supplier, vat: dict[str, VatCode]
) -> None:
    an_invoice(sent, {1: 2, 2: 10})
    an_order(supplier, codings[1], vat["Z"], number="PO-2")
    an_order(supplier, codings[1], vat["Z"], number="PO-3", state=OrderState.UNAUTHORISED)
    an_order(supplier, codings[1], vat["Z"], number="PO-4", state=OrderState.CANCELLED)
    by_coding: dict[int, Decimal] = {}
    for row in told("commitments", year)[0]:
        by_coding[row.coding.pk] = by_coding.get(row.coding.pk, Decimal(0)) + row.amount
    kept = committed_on([coding.pk for coding in codings])
    assert by_coding == {pk: amount for pk, amount in kept.items() if amount}


def test_a_report_is_asked_of_one_supplier_and_one_cost_centre(
    sent: Order, other_supplier: Supplier, year: FinancialYear, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    an_order(other_supplier, codings[0], vat["S"], number="PO-2")
    assert {row.order.number for row in told("commitments", year, supplier=other_supplier)[0]} == {"PO-2"}
    assert {row.order.number for row in told("commitments", year, cost_centre="SCI")[0]} == {"PO-1001"}


def test_cost_centres_show_what_they_spent_and_committed_of_their_budgets(
    sent: Order, year: FinancialYear, codings: list[Coding]
) -> None:
    invoice = an_invoice(sent, {1: 3, 2: 4})
    a_credit_note(invoice, {1: 1})
    rows, answer = told("spending", year)
    english, science = rows
    assert (english.budget, english.spent, english.committed, english.left) == (
        Decimal(1000),
        Decimal(9),
        Decimal("4.50"),
        Decimal("986.50"),
    )
    assert (science.spent, science.committed, science.state) == (Decimal(5), Decimal("7.50"), "within budget")
    assert answer == (
        "Of £1,500.00, £14.00 is spent and £12.00 committed, net: £1,474.00 is left. No links are over budget."
    )


def test_spending_agrees_with_the_budgets(sent: Order, year: FinancialYear) -> None:
    an_invoice(sent, {1: 3, 2: 4})
    rooms = rooms_of_year(year)
    rows, _ = told("spending", year)
    for name in ("budget", "spent", "committed"):
        assert sum(getattr(row, name) for row in rows) == sum(getattr(room, name) for room in rooms)


def test_a_cost_centre_is_followed_to_its_ledger_codes(
    sent: Order, year: FinancialYear, looker: User, signed_in: SignedIn
) -> None:
    browser = signed_in(looker)
    first = page(browser, "spending").content.decode()
    assert f"/spending/?year={year.pk}&amp;cost_centre=ENG" in first
    shown = text_of(page(browser, "spending", cost_centre="ENG"))
    assert "01 / E19 / ENG Learning resources 1,000.00 0.00 13.50 986.50" in shown


def test_what_is_over_budget_is_counted_and_drawn(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], year: FinancialYear
) -> None:
    an_order(supplier, codings[2], vat["Z"])
    rows, answer = told("spending", year)
    assert [row.state for row in rows if row.code == "OFF"] == ["over budget"]
    assert answer.endswith("1 link is over budget.")
    drawn = REPORTS["spending"].picture(Scope(year), rows)
    assert "OFF Office: 26.00 over budget" in drawn
    assert "style=" not in drawn


def test_orders_of_which_something_is_to_come_are_outstanding_the_most_overdue_first(
    sent: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], year: FinancialYear
) -> None:
    today = timezone.localdate()
    late = an_order(supplier, codings[0], vat["S"], number="PO-2", state=OrderState.SENT)
    Order.objects.filter(pk=late.pk).update(required_by=today - timedelta(days=3))
    Order.objects.filter(pk=sent.pk).update(required_by=today + timedelta(days=3))
    sent.lines.filter(number=1).update(received=3)
    an_invoice(sent, {1: 2, 2: 10})
    rows, answer = told("outstanding-orders", year)
    assert [(row.order.number, row.late, row.received, row.invoiced, row.lines) for row in rows] == [
        ("PO-2", 3, 0, 0, 2),
        ("PO-1001", 0, 1, 1, 2),
    ]
    assert answer == "2 orders are not delivered or not invoiced in full; 1 of them is late."


def test_an_order_that_is_delivered_and_not_invoiced_is_outstanding_and_not_late(
    sent: Order, year: FinancialYear
) -> None:
    Order.objects.filter(pk=sent.pk).update(required_by=timezone.localdate() - timedelta(days=3))
    for line in sent.lines.all():
        line.received = line.quantity
        line.save()
    (row,), _ = told("outstanding-orders", year)
    assert row.late == 0


def test_what_waits_differs_or_has_no_order_is_not_matched(
    sent: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], year: FinancialYear
) -> None:
    differing = an_invoice(sent, {1: 3}, number="SI-1")
    Difference.objects.create(invoice=differing, code="price-differs", said="The price differs.")
    Difference.objects.create(invoice=differing, code="net-differs", said="Accepted.", accepted_at=timezone.now())
    accepted = an_invoice(sent, {2: 3}, number="SI-2")
    Difference.objects.create(invoice=accepted, code="price-differs", said="-", accepted_at=timezone.now())
    an_invoice_of(supplier, ("Window cleaning", "40", codings[2], vat["S"]), number="SI-3")
    an_invoice_of(supplier, ("Gone", "1", codings[2], vat["S"]), number="SI-4", state=InvoiceState.DISCARDED)
    FetchedDocument.objects.create(
        doc_id="I-1", kind="invoice", state="waiting", listed_at=timezone.now(), reference="SI-5", said="No such order."
    )
    rows, answer = told("invoices-not-matched", year)
    assert sorted((row.number, row.why) for row in rows) == [
        ("SI-1", "differs"),
        ("SI-3", "without an order"),
        ("SI-5", "waits"),
    ]
    assert [row.said for row in rows if row.why == "differs"] == ["The price differs."]
    assert answer == "1 document waits to come in, 1 invoice or credit note differs, and 1 has no order."
    Invoice.objects.filter(number="SI-3").update(state=InvoiceState.DISCARDED)
    assert told("invoices-not-matched", year)[1].endswith("differs, and none has no order.")


def test_vat_is_told_by_code_and_month_of_the_tax_point_less_credit_notes(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], year: FinancialYear
) -> None:
    pens = ("Pens", "10", codings[0], vat["S"])
    an_invoice_of(supplier, pens, ("Books", "5", codings[0], vat["Z"]), number="SI-1", dated=date(2026, 11, 3))
    an_invoice_of(supplier, pens, number="SI-2", dated=date(2026, 11, 3), tax_point=date(2026, 10, 31))
    credit = ("Pens", "2.50", codings[0], vat["S"])
    an_invoice_of(supplier, credit, number="CN-1", kind=Invoice.Kind.CREDIT_NOTE, dated=date(2026, 11, 30))
    rows, answer = told("vat", year)
    assert [(f"{row.month:%b}", row.code, row.net, row.vat, row.invoices) for row in rows] == [
        ("Oct", "S", Decimal(10), Decimal(2), 1),
        ("Nov", "S", Decimal("7.50"), Decimal("1.50"), 2),
        ("Nov", "Z", Decimal(5), Decimal(0), 1),
    ]
    assert answer == "£3.50 VAT on £22.50 net, credit notes taken off. This is no VAT return."


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_report_says_so(
    name: str, year: FinancialYear, vat: dict[str, VatCode], looker: User, signed_in: SignedIn
) -> None:
    shown = text_of(page(signed_in(looker), name))
    assert REPORTS[name].question in shown
    assert "No entries in this period." in shown


@pytest.mark.parametrize("name", REPORTS)
def test_without_a_year_a_report_says_what_is_missing(name: str, looker: User, signed_in: SignedIn) -> None:
    assert "No financial year is set up yet" in text_of(page(signed_in(looker), name))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_there_as_csv_and_as_excel(
    name: str,
    sent: Order,
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    looker: User,
    signed_in: SignedIn,
) -> None:
    an_invoice_of(supplier, ("Window cleaning", "40", codings[0], vat["S"]))
    browser = signed_in(looker)
    got: Any = page(browser, name, format="csv")
    headings, *rows = csv.reader(io.StringIO(b"".join(got.streaming_content).decode("utf-8-sig")))
    scope = Scope(codings[0].year)
    assert headings == [column.heading for column in REPORTS[name].columns(scope)]
    assert len(rows) == len(REPORTS[name].rows(scope)) > 0
    assert page(browser, name, format="xlsx")["Content-Type"].endswith("spreadsheetml.sheet")


def test_reports_follow_the_year_that_a_person_looks_at(
    sent: Order, year: FinancialYear, looker: User, signed_in: SignedIn
) -> None:
    last = FinancialYear.objects.create(name="2025-26", first_day=date(2025, 4, 1), last_day=date(2026, 3, 31))
    browser = signed_in(looker)
    assert "PO-1001" in text_of(page(browser, "commitments"))
    browser.post(reverse("look-at-year", args=[last.pk]))
    assert "PO-1001" not in text_of(page(browser, "commitments"))
    assert "PO-1001" in text_of(page(browser, "commitments", year=str(year.pk)))


def test_a_report_that_is_not_there_is_not_found(year: FinancialYear, looker: User, signed_in: SignedIn) -> None:
    assert page(signed_in(looker), "nonsense").status_code == 404


def test_what_cannot_be_read_in_an_address_narrows_nothing(sent: Order, looker: User, signed_in: SignedIn) -> None:
    shown = page(signed_in(looker), "commitments", year="x", supplier="-1", cost_centre="nowhere")
    assert "PO-1001" in text_of(shown)


def test_a_year_of_thousands_of_digits_narrows_nothing(sent: Order, looker: User, signed_in: SignedIn) -> None:
    assert "PO-1001" in text_of(page(signed_in(looker), "commitments", year="9" * 5000))


def test_who_does_not_work_with_orders_sees_no_report(
    sent: Order, sender: User, signed_in: SignedIn, stranger: Client
) -> None:
    assert page(signed_in(sender), "commitments").status_code == 403
    assert page(stranger, "commitments")["Location"].startswith("/sign-in/")
