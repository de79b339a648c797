"""What holds of invoices and credit notes, whatever comes: figures stand, parts add up, nothing makes taking fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.documents.ebis.strategies import invoices
from tests.school.purchasing.billing_documents import (
    a_bill,
    a_credit_bill,
    billed,
    changed,
    differences_of,
    invoice_of,
    line,
    now,
)
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.school.purchasing.ordering import an_order

from schoolgate.documents.ebis.invoices import Invoice as Document
from schoolgate.documents.ebis.invoices import TaxSubTotal, read_invoice, write_invoice
from schoolgate.documents.ebis.lines import Tax
from schoolgate.documents.ebis.money import tax_of, to_pence
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.invoicing.counting import still_to_credit
from schoolgate.school.purchasing.invoicing.entries import entries_of
from schoolgate.school.purchasing.invoicing.rules import RULES
from schoolgate.school.purchasing.models import Coding, Invoice, Order, OrderState, Supplier, VatCode

PENNY = Decimal("0.01")
RULE_CODES = {rule.code for rule in RULES}
TAXES = {"S": Decimal(20), "Z": Decimal(0), "E": Decimal(0)}

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
pence = st.integers(0, 500_000).map(lambda whole: Decimal(whole) / 100)
some = st.integers(-300, 300).map(lambda whole: Decimal(whole) / 100)


@pytest.fixture
def order(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> Order:
    """Two lines, one at a price that makes no whole pence."""
    establishment.POST_AND_PACKING.set(str(codings[2]), by=None)
    lines = (
        {"description": "Books", "quantity": 30, "unit_price": "3.3333"},
        {"description": "Pens", "quantity": 70, "unit_price": "1.25", "coding": codings[1]},
    )
    return an_order(supplier, codings[0], vat["S"], *lines, state=OrderState.SENT)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done in it is undone, since the rows of one example are none of the next one's business."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@st.composite
def any_figures(draw: st.DrawFn) -> Document:
    """Lines, VAT by rate and totals, freight and a settlement discount, each right or out by up to three pounds."""

    def near(right: Decimal) -> Decimal:
        return max(Decimal(0), right + (draw(some) if draw(st.booleans()) else 0))

    lines = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        code = draw(st.sampled_from(sorted(TAXES)))
        quantity, price = draw(st.integers(0, 90)), draw(pence)
        of = draw(st.sampled_from([1, 2, None]))
        net = near(quantity * price)
        lines.append(line(number, quantity, price, of=of, tax=Tax(code, TAXES[code]), net=net))
    freight, settlement = draw(st.sampled_from([None, Decimal("4.95")])), draw(st.sampled_from([None, Decimal(1)]))
    rates = []
    for code in sorted({one.tax.code for one in lines}):
        value = sum((one.net or Decimal(0) for one in lines if one.tax.code == code), Decimal(0))
        vat = near(tax_of(value, TAXES[code]))
        rates.append(TaxSubTotal(Tax(code, TAXES[code]), 1, value, settlement, value, vat, value + vat, value + vat))
    value = near(sum((one.net or Decimal(0) for one in lines), Decimal(0)))
    tax = near(sum((rate.tax_value or Decimal(0) for rate in rates), Decimal(0)))
    beside = freight if freight and draw(st.booleans()) else Decimal(0)
    gross = near(value + tax + beside)
    stated = {"value": value, "tax": tax, "gross": gross, "freight": freight, "settlement_discount": settlement}
    raw = a_bill(*lines, totals=stated, tax_subtotals=tuple(rates))
    return replace(read_invoice(raw), lines=tuple(lines), tax_subtotals=tuple(rates))


@many
@given(sent=any_figures())
def test_vat_and_total_of_any_document_stand_and_reconcile_or_differ(order: Order, sent: Document) -> None:
    with undone():
        made = invoice_of(write_invoice(sent))
        lines, found = list(made.lines.all()), differences_of(made)
        stated = sum((rate.tax_value or Decimal(0) for rate in sent.tax_subtotals), Decimal(0))
        assert (made.gross, made.vat) == (sent.totals.gross, stated)
        assert sum(one.vat for one in made.vat_sums.all()) == made.vat
        assert abs(sum(one.net for one in lines) - made.net) <= PENNY * len(lines) or "net-differs" in found
        assert abs(made.net + made.vat - made.gross) <= PENNY or "total-differs" in found
        for one in made.vat_sums.all():
            at_rate = max(1, sum(each.vat_code_id == one.vat_code_id for each in lines))
            assert abs(one.vat - one.reckoned) <= PENNY * at_rate or "vat-differs" in found
        entries = entries_of(made)
        assert sum(entry.gross for entry in entries) == made.gross
        assert sum(entry.vat for entry in entries) == made.vat


@many
@given(sent=invoices, ours=st.booleans())
def test_whatever_is_sent_is_booked_or_waits_by_a_rule_of_the_table(order: Order, sent: Document, ours: bool) -> None:
    if ours:
        sent = replace(
            sent,
            supplier=replace(sent.supplier, duns=SUPPLIER_DUNS),
            buyer=replace(sent.buyer, duns=SCHOOL_DUNS),
            order_number="PO-1001",
            test=False,
        )
    with undone():
        outcome, _ = billed(write_invoice(sent))
        assert isinstance(outcome, Invoice) or outcome.rule in RULE_CODES


@many
@given(
    path=st.sampled_from(
        [
            "InvoiceDate",
            "InvoiceReferences/SuppliersInvoiceNumber",
            "InvoiceReferences/BuyersOrderNumber",
            "InvoiceReferences/ResponseTo",
            "InvoiceHead/InvoiceType/@Code",
            "InvoiceHead/TestFlag/@Mode",
            "InvoiceLine[1]/LineNumber",
            "InvoiceLine[1]/InvoiceLineReferences/OrderLineNumber",
            "InvoiceLine[1]/Quantity/Amount",
            "InvoiceLine[1]/Price/UnitPrice",
            "InvoiceLine[1]/LineTax/TaxRate",
            "InvoiceLine[1]/NetLineTotal",
            "TaxSubTotal/TaxRate",
            "TaxSubTotal/TaxAtRate",
            "InvoiceTotal/LineValueTotal",
            "InvoiceTotal/GrossPaymentTotal",
        ]
    ),
    value=st.none()
    | st.sampled_from(
        ["", "0", "-0", "-1", "1e9", "9" * 39, "0." + "3" * 30, "NaN", "\uff12", "99999999999", "2026-02-30"]
    )
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")),
    credit=st.booleans(),
)
def test_whatever_stands_in_one_place_makes_nothing_fail(
    order: Order, path: str, value: str | None, credit: bool
) -> None:
    with undone():
        if credit:
            invoice_of(a_bill(line(1, 3, "3.3333", of=1)))
        raw = (a_credit_bill if credit else a_bill)(line(1, 3, "3.3333", of=1))
        assume(value is not None or path != "InvoiceReferences/ResponseTo" or credit)
        assume(value is not None or "TestFlag" not in path)
        outcome, _ = billed(changed(raw, (path, value)), kind="creditnote" if credit else "invoice")
        assert isinstance(outcome, Invoice) or outcome.rule in RULE_CODES


@many
@given(cuts=st.lists(st.integers(1, 29), max_size=4, unique=True))
def test_part_invoices_in_any_split_add_up_to_the_order(order: Order, cuts: list[int]) -> None:
    with undone():
        edges = [0, *sorted(cuts), 30]
        for number, (start, end) in enumerate(pairwise(edges)):
            many_now = end - start
            net = order.lines.get(number=1).net_for(many_now)
            part = line(1, many_now, "3.3333", of=1, net=net)
            rest = [line(2, 70, "1.25", of=2)] if number == 0 else []
            made = invoice_of(a_bill(part, *rest, number=f"SI-{number}"))
            assert differences_of(made) == set()
        assert [one.invoiced for one in order.lines.all()] == [30, 70]
        assert now(order).state == OrderState.COMPLETE
        whole = sum((one.net for one in Invoice.objects.all()), Decimal(0))
        assert abs(whole - order.net) <= PENNY * len(edges)


@many
@given(tries=st.lists(st.tuples(st.integers(0, 40), pence, st.sampled_from([1, 2, None])), max_size=5))
def test_credits_never_take_a_line_below_nothing_nor_the_order(
    order: Order, tries: list[tuple[int, Decimal, int | None]]
) -> None:
    with undone():
        first = invoice_of(a_bill(line(1, 30, "3.3333", of=1), line(2, 70, "1.25", of=2), line(3, 1, "4.95")))
        booked = Decimal(0)
        for number, (quantity, price, of) in enumerate(tries):
            net = to_pence(quantity * price / 100)
            outcome, _ = billed(a_credit_bill(line(1, quantity, price, of=of, net=net), number=f"CN-{number}"))
            if isinstance(outcome, Refused):
                assert outcome.rule == "credited-too-much"
            else:
                booked += net
            for one in first.lines.all():
                left_of_it = still_to_credit(one)
                assert min(left_of_it[1], left_of_it[0] if one.order_line_id else left_of_it[1]) >= 0
        assert all(one.invoiced >= 0 for one in order.lines.all())
        assert sum((one.net for one in Invoice.objects.filter(kind="creditnote")), Decimal(0)) == booked
        assert now(order).net == order.net
