"""What differs in an invoice is booked all the same, with the arithmetic; its VAT and its total always stand (9.3)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.school.purchasing.billing_documents import (
    STANDARD,
    a_bill,
    a_credit_bill,
    changed,
    differences_of,
    invoice_of,
    line,
    usual_lines,
)
from tests.school.purchasing.ordering import an_order

from schoolgate.documents.ebis.invoices import TaxSubTotal
from schoolgate.documents.ebis.lines import Discount, Tax
from schoolgate.documents.ebis.money import tax_of
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.invoicing import sums
from schoolgate.school.purchasing.invoicing.charges import CHARGES
from schoolgate.school.purchasing.invoicing.differences import CODES
from schoolgate.school.purchasing.models import Coding, Difference, Invoice, Order, OrderState, Supplier, VatCode

pytestmark = pytest.mark.usefixtures("order")


@pytest.fixture
def order(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> Order:
    """One that was sent: three exercise books at £4.50, ten pens at £1.25."""
    establishment.POST_AND_PACKING.set(str(codings[2]), by=None)
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def rate(value: Any, vat: Any, *, tax: Tax = STANDARD, settlement: Any = None) -> TaxSubTotal:
    """What a document states at a rate of VAT."""
    net, stated = Decimal(value), Decimal(vat)
    off = None if settlement is None else Decimal(settlement)
    taxable = net - (off or 0)
    return TaxSubTotal(tax, 1, net, off, taxable, stated, taxable + stated, net + stated)


def totals(value: Any, vat: Any, gross: Any, **more: Any) -> dict[str, Decimal]:
    stated = {"value": value, "taxable": value, "tax": vat, "net": gross, "gross": gross, **more}
    return {name: Decimal(amount) for name, amount in stated.items()}


def said(invoice: Invoice) -> Difference:
    """The only difference of an invoice."""
    return invoice.differences.get()


def test_an_invoice_as_ordered_differs_in_nothing() -> None:
    assert differences_of(invoice_of(a_bill())) == set()


def test_a_total_that_is_not_net_and_vat_stands_and_differs() -> None:
    made = invoice_of(a_bill(totals={"gross": Decimal("32.00")}))
    assert (made.net, made.vat, made.gross) == (Decimal("26.00"), Decimal("5.20"), Decimal("32.00"))
    assert said(made).code == "total-differs"
    assert said(made).said == "The total is £32.00; £26.00 net and £5.20 VAT make £31.20, £0.80 less."
    assert (said(made).theirs, said(made).ours) == ("£32.00", "£26.00 + £5.20 = £31.20")


def test_vat_by_rate_stands_and_differs_from_the_rates_share() -> None:
    made = invoice_of(a_bill(tax_subtotals=(rate("26.00", "6.00"),), totals=totals("26", "6", "32")))
    one = made.vat_sums.get()
    assert (one.net, one.vat, one.reckoned) == (Decimal("26.00"), Decimal("6.00"), Decimal("5.20"))
    assert (made.vat, said(made).code) == (Decimal("6.00"), "vat-differs")
    assert said(made).said == "VAT at 20 % (S) is £6.00; 20 % of £26.00 is £5.20, £0.80 less."


@pytest.mark.parametrize(("pence", "differs"), [(0, False), (2, False), (3, True), (-2, False), (-3, True)])
def test_vat_may_be_out_by_a_penny_for_each_line_at_the_rate(pence: int, differs: bool) -> None:
    vat = Decimal("5.20") + Decimal(pence) / 100
    made = invoice_of(a_bill(tax_subtotals=(rate("26.00", vat),), totals=totals("26", vat, 26 + vat)))
    assert differences_of(made) == ({"vat-differs"} if differs else set())
    assert made.vat == vat


@pytest.mark.parametrize(("tolerance", "differs"), [(0, True), (1, False), (5, False)])
def test_the_tolerance_is_the_establishments(tolerance: int, differs: bool) -> None:
    establishment.INVOICE_TOLERANCE.set(tolerance, by=None)
    made = invoice_of(a_bill(line(1, 3, "4.50", of=1, net=Decimal("13.51"), tax_value=Decimal("2.70"))))
    assert ("line-net-differs" in differences_of(made)) is differs


def test_a_lines_net_that_is_not_quantity_by_price_stands_and_differs() -> None:
    made = invoice_of(a_bill(line(1, 3, "4.50", of=1, net=Decimal("15.00"))))
    assert differences_of(made) == {"line-net-differs", "price-differs"}
    assert made.lines.get().net == Decimal("15.00")
    theirs = made.differences.get(code="line-net-differs")
    assert (theirs.theirs, theirs.ours) == ("£15.00", "3 x £4.50 = £13.50")
    assert theirs.line == made.lines.get()


def test_lines_that_do_not_make_the_total_without_vat_differ() -> None:
    stated = totals("30", "5.20", "35.20")
    made = invoice_of(a_bill(totals=stated))
    assert (made.net, differences_of(made)) == (Decimal("30.00"), {"net-differs"})
    assert said(made).ours == "£13.50 + £12.50 = £26.00"


def test_percent_discount_is_taken_off_unless_it_is_lpi_in_either_place() -> None:
    off = line(1, 3, "4.50", of=1, discounts=(Discount(percent=Decimal(10)),))
    late = replace(line(2, 10, "1.25", of=2), discounts=(Discount(percent=Decimal(5), terms="lpi"),))
    later = replace(line(3, 0, "1.25", of=2), discounts=(Discount(percent=Decimal(5), kind="LPI"),))
    made = invoice_of(a_bill(off, late, later))
    assert [one.discount_percent for one in made.lines.all()] == [10, 0, 0]
    assert [one.net for one in made.lines.all()] == [Decimal("12.15"), Decimal("12.50"), 0]
    assert differences_of(made) == {"price-differs"}


def test_discounts_by_amount_and_several_percentages_are_no_difference_of_the_line() -> None:
    amount = line(1, 3, "4.50", of=1, discounts=(Discount(amount=Decimal("1.50")),), net=Decimal("12.00"))
    two = (Discount(percent=Decimal(10)), Discount(percent=Decimal(10)))
    several = line(2, 10, "1.25", of=2, discounts=two, net=Decimal("10.13"))
    made = invoice_of(a_bill(amount, several))
    assert differences_of(made) == {"price-differs"}
    assert [one.discount_percent for one in made.lines.all()] == [Decimal("11.11"), Decimal("18.96")]


def test_freight_beside_the_lines_becomes_a_line_of_post_and_packing(codings: list[Coding]) -> None:
    made = invoice_of(
        a_bill(tax_subtotals=(rate("31.00", "6.20"),), totals=totals("26", "6.20", "37.20", freight="4", charges="1"))
    )
    last = made.lines.last()
    assert last is not None
    assert (last.number, last.description, last.net, last.coding) == (3, CHARGES, Decimal("5.00"), codings[2])
    assert (made.net, made.freight, made.charges, differences_of(made)) == (31, 4, 1, set())


def test_freight_within_the_line_value_total_becomes_a_line_too() -> None:
    made = invoice_of(a_bill(tax_subtotals=(rate("30", "6"),), totals=totals("30", "6", "36", freight="4")))
    assert [one.net for one in made.lines.all()] == [Decimal("13.50"), Decimal("12.50"), Decimal("4.00")]
    assert differences_of(made) == set()


def test_freight_that_is_a_line_of_its_own_is_not_charged_twice() -> None:
    made = invoice_of(a_bill(*usual_lines(), line(3, 1, "4.00"), totals={"freight": Decimal(4)}))
    assert (made.lines.count(), made.net, differences_of(made)) == (3, Decimal("30.00"), set())


def test_freight_that_is_credited_takes_no_more_than_the_invoice_charged() -> None:
    stated = {"tax_subtotals": (rate("30", "6"),), "totals": totals("26", "6", "36", freight="4")}
    first = invoice_of(a_bill(**stated))
    note = invoice_of(a_credit_bill(**stated))
    assert note.lines.last().credited == first.lines.last()  # type: ignore[union-attr]
    assert sums.check(note) == []


def test_settlement_discount_is_counted_and_not_booked() -> None:
    made = invoice_of(
        a_bill(
            tax_subtotals=(rate("26", "5.07", settlement="0.65"),),
            totals=totals("26", "5.07", "31.07", settlement_discount="0.65", taxable="25.35"),
        )
    )
    assert (made.net, made.settlement_discount, differences_of(made)) == (Decimal(26), Decimal("0.65"), set())
    assert made.vat_sums.get().reckoned == Decimal("5.07")


@pytest.mark.parametrize(("settlement", "stated"), [("-1000", "205.20"), ("30", "0")])
def test_what_is_no_discount_of_the_goods_explains_no_vat(settlement: str, stated: str) -> None:
    gross = Decimal(26) + Decimal(stated)
    made = invoice_of(
        a_bill(
            tax_subtotals=(rate("26", stated, settlement=settlement),),
            totals=totals("26", stated, gross),
        )
    )
    assert (said(made).code, made.vat_sums.get().reckoned) == ("vat-differs", Decimal("5.20"))


def test_a_taxable_total_that_is_not_the_rest_differs() -> None:
    made = invoice_of(a_bill(totals={"taxable": Decimal("20.00")}))
    assert (said(made).code, said(made).theirs, said(made).ours) == ("taxable-differs", "£20.00", "£26.00")


def test_a_total_of_vat_that_is_not_the_sum_of_the_rates_differs_and_the_rates_stand() -> None:
    made = invoice_of(a_bill(totals={"tax": Decimal("9.99")}))
    assert (made.vat, said(made).code) == (Decimal("5.20"), "vat-total-differs")


def test_two_rates_and_sub_totals_that_share_a_code_are_added(vat: dict[str, VatCode]) -> None:
    zero = line(2, 10, "1.25", of=2, tax=Tax("Z", Decimal(0)))
    halves = rate("7.50", "1.50"), rate("6.00", "1.20"), rate("12.50", "0", tax=Tax("Z", Decimal(0)))
    made = invoice_of(
        a_bill(line(1, 3, "4.50", of=1), zero, tax_subtotals=halves, totals=totals("26", "2.70", "28.70"))
    )
    assert [(one.vat_code, one.vat) for one in made.vat_sums.all()] == [(vat["S"], Decimal("2.70")), (vat["Z"], 0)]
    assert differences_of(made) == {"vat-rate-differs"}


def test_where_two_codes_share_a_rate_the_documents_code_decides(vat: dict[str, VatCode]) -> None:
    made = invoice_of(a_bill(line(1, 3, "4.50", of=1, tax=Tax("E", Decimal(0)))))
    assert (made.lines.get().vat_code, made.vat_sums.get().vat_code) == (vat["E"], vat["E"])


@pytest.mark.parametrize(("price", "more"), [("4.75", "£0.75 more"), ("4.25", "£0.75 less")])
def test_a_price_that_is_not_the_orders_differs(price: str, more: str) -> None:
    made = invoice_of(a_bill(line(1, 3, price, of=1)))
    assert (said(made).code, more in said(made).said) == ("price-differs", True)
    assert said(made).ours == "3 x £4.50 = £13.50"


def test_more_than_is_left_of_the_order_differs(order: Order) -> None:
    invoice_of(a_bill(line(1, 2, "4.50", of=1), number="SI-1"))
    made = invoice_of(a_bill(line(1, 1, "4.50", of=1), line(2, 1, "4.50", of=1), number="SI-2"))
    assert (said(made).code, said(made).theirs, said(made).ours) == ("more-than-ordered", "2 + 2 = 4", "3")


def test_an_order_that_is_dated_after_its_invoice_differs() -> None:
    assert differences_of(invoice_of(a_bill(date=date(2026, 11, 25)))) == {"order-after-invoice"}


def test_a_tax_point_after_the_invoice_differs() -> None:
    assert differences_of(invoice_of(a_bill(tax_point=date(2026, 11, 28)))) == {"tax-point"}


def test_another_rate_of_vat_than_the_orders_differs_with_what_it_comes_to() -> None:
    made = invoice_of(a_bill(line(1, 3, "4.50", of=1, tax=Tax("Z", Decimal(0)))))
    assert (said(made).code, said(made).theirs) == ("vat-rate-differs", "0 % x £13.50 = £0.00")
    assert said(made).said == "Line 1 has VAT at 0 %; line 1 of the order has 20 %."
    assert said(made).ours == "20 % x £13.50 = £2.70"


def test_another_code_of_the_same_rate_is_no_difference(order: Order, vat: dict[str, VatCode]) -> None:
    order.lines.update(vat_code=vat["Z"])
    assert differences_of(invoice_of(a_bill(line(1, 3, "4.50", of=1, tax=Tax("E", Decimal(0)))))) == set()


def test_an_invoice_for_the_rest_of_an_order_that_somebody_closed_differs(order: Order) -> None:
    invoice_of(a_bill(line(1, 3, "4.50", of=1), number="SI-1"))
    Order.objects.filter(pk=order.pk).update(state=OrderState.COMPLETE)
    made = invoice_of(a_bill(line(1, 10, "1.25", of=2), number="SI-2"))
    assert said(made).code == "order-closed"


def test_more_than_all_of_an_order_is_not_said_to_be_of_its_closed_rest() -> None:
    invoice_of(a_bill(number="SI-1"))
    assert differences_of(invoice_of(a_bill(line(1, 1, "4.50", of=1), number="SI-2"))) == {"more-than-ordered"}


def test_a_credit_note_as_its_invoice_has_it_differs_in_nothing_of_any_date() -> None:
    invoice_of(a_bill())
    note = invoice_of(a_credit_bill(line(1, 2, "4.50", of=1), date=date(2026, 11, 1)))
    assert differences_of(note) == set()


def test_a_credit_note_that_lowers_a_price_for_the_whole_quantity_says_that_goods_are_awaited_again() -> None:
    invoice_of(a_bill())
    note = invoice_of(a_credit_bill(line(1, 3, "0.50", of=1)))
    assert (said(note).code, said(note).theirs, said(note).ours) == ("credit-price-differs", "£1.50", "£13.50")
    assert "the order awaits 3 again, press “Nothing more will come”" in said(note).said


def test_a_price_that_is_lowered_for_no_quantity_and_a_part_of_post_and_packing_are_no_difference() -> None:
    invoice_of(a_bill(*usual_lines(), line(3, 1, "4.95")))
    lowered = line(1, 0, "4.50", of=1, net=Decimal("1.50"))
    note = invoice_of(a_credit_bill(lowered, line(2, 1, "2.00")))
    assert differences_of(note) == set()


def test_a_credit_note_at_another_rate_than_its_invoice_differs() -> None:
    invoice_of(a_bill())
    note = invoice_of(a_credit_bill(line(1, 3, "4.50", of=1, tax=Tax("Z", Decimal(0)))))
    assert said(note).said == "Line 1 has VAT at 0 %; line 1 of the invoice has 20 %."


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        ('<SettlementTerms Code="30I"/>', date(2026, 12, 27)),
        ('<SettlementTerms Code=""><DaysFromInvoice>14</DaysFromInvoice></SettlementTerms>', date(2026, 12, 11)),
        ('<SettlementTerms Code="Date"><PayByDate>2026-12-24</PayByDate></SettlementTerms>', date(2026, 12, 24)),
        ('<SettlementTerms Code="30D"/>', None),
        ('<SettlementTerms Code="Date"><PayByDate>soon</PayByDate></SettlementTerms>', None),
    ],
)
def test_the_due_date_is_by_the_settlement_terms_if_they_say_one(terms: str, due: date | None) -> None:
    settlement = f"<Settlement>{terms}</Settlement><TaxSubTotal>".encode()
    assert invoice_of(a_bill().replace(b"<TaxSubTotal>", settlement)).due == due


def test_terms_that_end_after_the_last_day_there_is_say_no_due_date() -> None:
    terms = b'<Settlement><SettlementTerms Code="30I"/></Settlement><TaxSubTotal>'
    made = invoice_of(a_bill(date=date(9999, 12, 31)).replace(b"<TaxSubTotal>", terms))
    assert (made.dated, made.due) == (date(9999, 12, 31), None)


def test_figures_below_a_penny_are_booked_in_pence_and_told() -> None:
    raw = changed(a_bill(line(1, 3, "4.4985", of=1)), ("InvoiceLine/NetLineTotal", "13.4955"))
    made = invoice_of(raw)
    assert made.lines.get().net == Decimal("13.50")
    assert made.document is not None
    assert any("13.4955" in note for note in made.document.notes)


def test_each_difference_that_is_made_is_in_the_table(order: Order) -> None:
    first = invoice_of(a_bill(line(1, 1, "4.50", of=1), number="SI-1"))
    note = invoice_of(a_credit_bill(line(1, 1, "4.00", of=1), credits=first.number))
    Order.objects.filter(pk=order.pk).update(state=OrderState.COMPLETE)
    made = invoice_of(
        a_bill(
            line(1, 30, "5.00", of=1, net=Decimal(10)),
            line(2, 1, "1.25", of=2, tax=Tax("Z", Decimal(0))),
            tax_subtotals=(rate("99", "50"),),
            totals=totals("70", "60", "90", taxable="1"),
            date=date(2026, 11, 1),
            tax_point=date(2026, 12, 1),
        )
    )
    assert differences_of(made) | differences_of(note) == set(CODES)


def test_check_says_the_same_of_saved_rows_as_when_they_were_booked() -> None:
    made = invoice_of(a_bill(line(1, 5, "4.75", of=1), totals={"gross": Decimal("1.00")}))
    assert {one.code for one in sums.check(made)} == differences_of(made)


def test_vat_of_a_line_is_at_the_rate_of_its_code() -> None:
    made = invoice_of(a_bill())
    assert all(one.vat == tax_of(one.net, one.vat_code.rate) for one in made.lines.select_related("vat_code"))
