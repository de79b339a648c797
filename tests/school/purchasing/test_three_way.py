"""Ordered, received and invoiced beside each other."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from tests.school.purchasing.billing import a_credit_note, an_invoice, let_go
from tests.school.purchasing.ordering import an_order

from schoolgate.school.purchasing.invoicing.receiving import record
from schoolgate.school.purchasing.invoicing.three_way import ThreeWay, rows_of, rows_of_order
from schoolgate.school.purchasing.models import (
    Coding,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Order,
    OrderState,
    Supplier,
    VatCode,
)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """Three at £4.50 of line 1 and ten at £1.25 of line 2, sent; two of line 1 came."""
    made = an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)
    record(made, {made.lines.get(number=1).pk: 2}, timezone.localdate(), by=None)
    return made


def _told(row: ThreeWay, *names: str) -> Any:
    return tuple(getattr(row, name) for name in names)


def test_an_invoices_row_says_what_was_ordered_and_received_and_is_invoiced_before_and_now(order: Order) -> None:
    an_invoice(order, {1: 1})
    (row,) = rows_of(an_invoice(order, {1: 2}))
    assert _told(row, "ordered", "received", "before", "this", "after") == (3, 2, 1, 2, 3)
    assert row.is_more_than_received
    assert not row.is_more_than_ordered


def test_goods_count_for_one_invoice_only(order: Order) -> None:
    first, second = an_invoice(order, {1: 2}), an_invoice(order, {1: 1})
    (row,) = rows_of(second)
    assert row.is_more_than_received
    let_go(first)
    (row,) = rows_of(second)
    assert not row.is_more_than_received


def test_more_than_ordered_is_seen(order: Order) -> None:
    an_invoice(order, {1: 3})
    (row,) = rows_of(an_invoice(order, {1: Decimal("0.5")}))
    assert row.is_more_than_ordered


def test_the_difference_is_what_the_invoice_asks_above_the_orders_price(order: Order) -> None:
    invoice = an_invoice(order, {2: 4})
    invoice.lines.update(net=Decimal("5.60"))
    (row,) = rows_of(invoice)
    assert _told(row, "price_ordered", "price_invoiced", "difference") == (
        Decimal("1.25"),
        Decimal("1.40"),
        Decimal("0.60"),
    )


def test_a_credit_notes_row_counts_down(order: Order) -> None:
    invoice = an_invoice(order, {1: 3})
    (row,) = rows_of(a_credit_note(invoice, {1: 1}))
    assert _told(row, "before", "this", "after") == (3, -1, 2)
    assert _told(row, "price_invoiced", "difference") == (Decimal("4.50"), 0)


def test_two_lines_of_an_invoice_for_one_of_the_order_are_one_row(order: Order) -> None:
    invoice = an_invoice(order, {2: 4})
    line = invoice.lines.get()
    line.pk, line.number = None, 2
    line.save()
    order.lines.filter(number=2).update(invoiced=8)
    (row,) = rows_of(invoice)
    assert _told(row, "before", "this", "price_invoiced") == (0, 8, Decimal("1.25"))


def test_post_and_packing_has_a_row_of_its_own_that_was_not_ordered(order: Order) -> None:
    invoice = an_invoice(order, {1: 1})
    goods = invoice.lines.get()
    InvoiceLine.objects.create(
        invoice=invoice,
        number=2,
        kind=InvoiceLine.Kind.POST_AND_PACKING,
        description="Carriage",
        unit_price=Decimal("4.95"),
        net=Decimal("4.95"),
        vat=Decimal("0.99"),
        vat_code=goods.vat_code,
        coding=goods.coding,
    )
    _, carriage = rows_of(invoice)
    assert carriage.line is None
    assert _told(carriage, "price_ordered", "price_invoiced", "difference") == (
        None,
        Decimal("4.95"),
        Decimal("4.95"),
    )


def test_a_discarded_invoices_row_is_as_if_it_came_next(order: Order) -> None:
    invoice = an_invoice(order, {1: 2})
    let_go(invoice)
    invoice.state = InvoiceState.DISCARDED
    (row,) = rows_of(invoice)
    assert _told(row, "before", "this") == (0, 2)


def test_an_orders_rows_have_all_that_was_invoiced_of_each_line(order: Order) -> None:
    invoice = an_invoice(order, {1: 2})
    an_invoice(order, {1: 1})
    a_credit_note(invoice, {1: 1})
    Invoice.objects.filter(pk=invoice.pk).update(state=InvoiceState.POSTED)
    invoice.lines.update(net=Decimal("10.00"))
    first, second = rows_of_order(order)
    assert _told(first, "ordered", "received", "after", "difference") == (3, 2, 2, Decimal("1.00"))
    assert _told(second, "after", "price_invoiced", "difference") == (0, None, 0)


def test_an_orders_rows_leave_out_what_was_taken_off(order: Order) -> None:
    order.lines.filter(number=2).update(removed_at=timezone.now())
    assert [row.line.number for row in rows_of_order(order) if row.line is not None] == [1]


def test_bars_are_as_long_as_they_are_many(order: Order) -> None:
    (row,) = rows_of(an_invoice(order, {1: 4}))
    assert [(bar.label, int(bar.many), int(bar.percent), bar.state) for bar in row.bars] == [
        ("ordered", 3, 75, "quiet"),
        ("received", 2, 50, "busy"),
        ("invoiced", 4, 100, "bad"),
    ]
