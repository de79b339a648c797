"""Reference 9.3: an invoice finds its order and its lines, a credit note its invoice and what is left of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.school.purchasing.billing_documents import (
    a_bill,
    a_credit_bill,
    invoice_of,
    line,
    now,
    usual_lines,
    why_it_waits,
)
from tests.school.purchasing.conftest import SUPPLIER_DUNS
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.invoicing.counting import still_to_credit
from schoolgate.school.purchasing.invoicing.rules import RULES
from schoolgate.school.purchasing.invoicing.verdicts import verdict_of
from schoolgate.school.purchasing.models import (
    Coding,
    CostCentre,
    FinancialYear,
    Fund,
    Invoice,
    InvoiceLine,
    LedgerCode,
    Order,
    OrderState,
    Supplier,
    VatCode,
)

pytestmark = pytest.mark.usefixtures("order")


@pytest.fixture
def order(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> Order:
    """One that was sent: three exercise books, ten pens; post and packing is coded as the office's."""
    establishment.POST_AND_PACKING.set(str(codings[2]), by=None)
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def invoiced(order: Order) -> list[int]:
    """How many of each line, which are whole here."""
    return [int(one.invoiced) for one in order.lines.all()]


def test_an_invoice_takes_its_order_lines_by_order_line_number_and_their_coding(
    order: Order, codings: list[Coding]
) -> None:
    made = invoice_of(a_bill(*reversed(usual_lines())))
    assert made.order == order
    assert [(one.order_line.number, one.coding) for one in made.lines.all() if one.order_line] == [
        (1, codings[0]),
        (2, codings[0]),
    ]
    assert (made.net, made.vat, made.gross) == (Decimal("26.00"), Decimal("5.20"), Decimal("31.20"))
    assert now(order).state == OrderState.COMPLETE


def test_buyers_order_line_reference_is_taken_where_there_is_no_order_line_number(order: Order) -> None:
    invoice_of(a_bill(line(1, 4, "1.25", buyers_line="2")))
    assert invoiced(order) == [0, 4]
    assert now(order).state == OrderState.PART_INVOICED


def test_part_invoices_add_up_until_the_order_is_complete(order: Order) -> None:
    invoice_of(a_bill(line(1, 2, "4.50", of=1), number="SI-1"))
    invoice_of(a_bill(line(1, 1, "4.50", of=1), line(2, 4, "1.25", of=2), number="SI-2"))
    assert invoiced(order) == [3, 4]
    assert now(order).state == OrderState.PART_INVOICED
    invoice_of(a_bill(line(1, 6, "1.25", of=2), number="SI-3"))
    assert invoiced(order) == [3, 10]
    assert now(order).state == OrderState.COMPLETE


def test_a_line_without_a_reference_is_post_and_packing(order: Order, codings: list[Coding]) -> None:
    made = invoice_of(a_bill(*usual_lines(), line(3, 1, "4.95", product="", description="Carriage")))
    packing = made.lines.get(kind=InvoiceLine.Kind.POST_AND_PACKING)
    assert (packing.order_line, packing.coding, packing.net) == (None, codings[2], Decimal("4.95"))
    assert invoiced(order) == [3, 10]


def test_what_agrees_with_its_order_says_how_much_was_not_ordered(order: Order) -> None:
    agrees = verdict_of(invoice_of(a_bill(*usual_lines(), line(3, 1, "4.95"))), [])
    assert agrees.heading.startswith("It agrees with order PO-1001, £4.95 net of post and packing apart.")


def test_post_and_packing_that_nothing_codes_waits(order: Order) -> None:
    establishment.POST_AND_PACKING.set("", by=None)
    assert why_it_waits(a_bill(*usual_lines(), line(3, 1, "4.95"))).rule == "no-coding"


def test_a_line_that_was_taken_off_the_order_is_not_there(order: Order) -> None:
    order.lines.filter(number=2).update(removed_at=timezone.now())
    refused = why_it_waits(a_bill())
    assert (refused.rule, refused.expected) == ("line-unknown", "one of the lines 1")


def test_an_order_number_on_lines_is_found_and_two_of_them_wait(order: Order) -> None:
    alike = line(1, 3, "4.50", of=1, order_number="PO-1001"), line(2, 10, "1.25", of=2, order_number="po-1001")
    assert invoice_of(a_bill(*alike, order_number="", number="SI-1")).order == order
    several = alike[0], line(2, 10, "1.25", of=2, order_number="PO-1002")
    refused = why_it_waits(a_bill(*several, order_number="", number="SI-2"))
    assert (refused.rule, refused.found) == ("orders-several", "PO-1002")


def test_an_order_to_another_supplier_is_not_found(order: Order, supplier: Supplier) -> None:
    Order.objects.filter(pk=order.pk).update(supplier=Supplier.objects.create(name="Other", duns="111111111"))
    refused = why_it_waits(a_bill())
    assert refused.rule == "order-unknown"
    assert "Other" in refused.said


def test_an_order_that_a_person_named_is_not_taken_once_the_document_is_another_suppliers(
    order: Order, supplier: Supplier
) -> None:
    supplier.duns = "111111111"
    supplier.save()
    Supplier.objects.create(name="Other", duns=SUPPLIER_DUNS)
    refused = why_it_waits(a_bill(), for_order=order)
    assert (refused.rule, refused.found) == ("order-unknown", SUPPLIER_DUNS)


@pytest.mark.parametrize("state", sorted(set(OrderState.values) - {"sent", "unsure", "part-invoiced", "complete"}))
def test_an_order_that_did_not_go_out_is_not_invoiced(order: Order, state: str) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)
    assert why_it_waits(a_bill()).rule == "order-state"


def test_an_order_that_nobody_was_sure_of_has_arrived_once_it_is_invoiced(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(state=OrderState.UNSURE)
    invoice_of(a_bill(line(1, 1, "4.50", of=1)))
    assert now(order).state == OrderState.PART_INVOICED


def test_what_a_person_said_of_it_goes_before_the_documents_own_number(order: Order, clerk: User) -> None:
    made = invoice_of(a_bill(order_number="WRONG"), for_order=order, decided_by=clerk)
    assert (made.order, made.entered_by) == (order, clerk)


def test_an_invoice_of_a_closed_year_is_booked_in_the_current_one_with_the_same_three_codes(order: Order) -> None:
    next_year = close_and_open_next(order.year)
    assert why_it_waits(a_bill()).rule == "no-coding"
    same = same_codes_in(next_year)
    made = invoice_of(a_bill())
    assert (made.year, {one.coding for one in made.lines.all()}) == (next_year, {same})


def test_a_credit_note_is_booked_in_the_year_of_its_invoice_although_the_orders_is_open_again(order: Order) -> None:
    next_year = close_and_open_next(order.year)
    same = same_codes_in(next_year)
    invoice_of(a_bill())
    FinancialYear.objects.update(closed_at=None)
    note = invoice_of(a_credit_bill())
    assert (note.year, {one.coding for one in note.lines.all()}) == (next_year, {same})


def test_without_an_open_year_it_waits(order: Order) -> None:
    FinancialYear.objects.update(closed_at=timezone.now())
    assert why_it_waits(a_bill()).rule == "no-year"


def same_codes_in(year: FinancialYear) -> Coding:
    """The three codes that the order's lines have, in another year."""
    made: Coding = Coding.objects.create(
        year=year,
        fund=Fund.objects.create(year=year, code="01", name="Delegated budget"),
        ledger_code=LedgerCode.objects.create(year=year, code="E19", name="Learning resources"),
        cost_centre=CostCentre.objects.create(year=year, code="ENG", name="English"),
    )
    return made


def close_and_open_next(year: FinancialYear) -> FinancialYear:
    FinancialYear.objects.filter(pk=year.pk).update(closed_at=timezone.now())
    made: FinancialYear = FinancialYear.objects.create(
        name="2027-28", first_day=date(2027, 4, 1), last_day=date(2028, 3, 31)
    )
    return made


def test_response_to_finds_the_invoice_that_a_credit_note_is_for_and_lowers_what_was_invoiced(order: Order) -> None:
    first = invoice_of(a_bill())
    note = invoice_of(a_credit_bill(line(1, 4, "1.25", of=2), order_number=""))
    assert (note.credits, note.order, note.gross) == (first, order, Decimal("6.00"))
    assert note.lines.get().credited == first.lines.get(number=2)
    assert (invoiced(order), now(order).net) == ([3, 6], Decimal("26.00"))
    assert now(order).state == OrderState.PART_INVOICED


def test_without_response_to_it_is_the_orders_only_booked_invoice(order: Order) -> None:
    first = invoice_of(a_bill(line(1, 3, "4.50", of=1), number="SI-1"))
    note = invoice_of(a_credit_bill(line(1, 1, "4.50", of=1), credits=""))
    assert note.credits == first
    invoice_of(a_bill(line(1, 1, "1.25", of=2), number="SI-2"))
    refused = why_it_waits(a_credit_bill(line(1, 1, "4.50", of=1), credits="", number="CN-2"))
    assert (refused.rule, "more than one" in refused.said) == ("credited-invoice", True)


def test_a_credit_note_for_an_invoice_that_is_not_here_waits(order: Order) -> None:
    refused = why_it_waits(a_credit_bill(credits="SI-7"))
    assert (refused.rule, refused.found) == ("credited-invoice", "SI-7")


def test_a_discarded_invoice_is_not_credited(order: Order) -> None:
    Invoice.objects.filter(pk=invoice_of(a_bill()).pk).update(state="discarded")
    assert why_it_waits(a_credit_bill()).rule == "credited-invoice"


def test_a_credit_note_that_names_another_order_than_its_invoice_waits(order: Order) -> None:
    invoice_of(a_bill())
    refused = why_it_waits(a_credit_bill(order_number="PO-7"))
    assert (refused.rule, refused.found, refused.expected) == ("credited-invoice", "PO-7", "PO-1001")


def test_a_credit_line_for_what_the_invoice_does_not_charge_waits(order: Order) -> None:
    invoice_of(a_bill(line(1, 3, "4.50", of=1)))
    refused = why_it_waits(a_credit_bill(line(1, 1, "1.25", of=2)))
    assert (refused.rule, refused.found, refused.expected) == ("credited-line", "2", "one of the lines 1")


def test_credits_take_no_more_than_is_left_of_the_invoices_line_and_both_figures_are_shown(order: Order) -> None:
    invoice_of(a_bill())
    invoice_of(a_credit_bill(line(1, 2, "4.50", of=1)))
    refused = why_it_waits(a_credit_bill(line(1, 2, "4.50", of=1), number="CN-2"))
    assert refused.rule == "credited-too-much"
    assert (refused.found, refused.expected) == ("2, £9.00 net", "at most 1, £4.50 net")
    costlier = why_it_waits(a_credit_bill(line(1, 1, "5.00", of=1), number="CN-2"))
    assert (costlier.rule, costlier.found) == ("credited-too-much", "1, £5.00 net")


def test_two_lines_of_one_credit_note_do_not_take_the_same_twice(order: Order) -> None:
    invoice_of(a_bill())
    twice = line(1, 2, "4.50", of=1), line(2, 2, "4.50", of=1)
    assert why_it_waits(a_credit_bill(*twice)).rule == "credited-too-much"


def test_post_and_packing_is_credited_against_the_invoices_own(order: Order) -> None:
    invoice_of(a_bill(*usual_lines(), line(3, 1, "4.95")))
    note = invoice_of(a_credit_bill(line(1, 1, "3.00")))
    assert note.lines.get().credited == note.credits.lines.get(number=3)  # type: ignore[union-attr]
    assert why_it_waits(a_credit_bill(line(1, 1, "2.00"), number="CN-2")).expected == "at most 0, £1.95 net"


def test_post_and_packing_that_was_credited_twice_by_its_amount_has_none_left_and_not_less(order: Order) -> None:
    first = invoice_of(a_bill(*usual_lines(), line(3, 1, "4.00")))
    for number in ("CN-1", "CN-2"):
        invoice_of(a_credit_bill(line(1, 1, "1.50"), number=number))
    assert still_to_credit(first.lines.get(number=3)) == (Decimal(0), Decimal("1.00"))


def test_matching_a_credit_note_asks_the_database_as_often_for_many_lines_as_for_one(order: Order) -> None:
    invoice_of(a_bill())

    def asked(raw: bytes) -> int:
        with CaptureQueriesContext(connection) as queries:
            invoice_of(raw)
        return sum("credited_id" in query["sql"] and "SUM" in query["sql"] for query in queries)

    one = asked(a_credit_bill(line(1, 1, "4.50", of=1)))
    assert asked(a_credit_bill(line(1, 1, "4.50", of=1), line(2, 1, "1.25", of=2), number="CN-2")) == one == 1


def test_post_and_packing_is_not_credited_where_none_was_charged(order: Order) -> None:
    invoice_of(a_bill())
    assert why_it_waits(a_credit_bill(line(1, 1, "3.00"))).rule == "credited-line"


def test_every_rule_of_the_table_has_a_page_that_is_there_or_none() -> None:
    for rule in RULES:
        assert rule.page is None or reverse(rule.page[0])
