"""Goods received: what a delivery is taken for, and how it is taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.invoicing.closing import close_rest
from schoolgate.school.purchasing.invoicing.receiving import (
    RECEIVES,
    MoreThanOrdered,
    record,
    take_back,
    to_come,
    with_something_to_come,
)
from schoolgate.school.purchasing.models import (
    Coding,
    GoodsReceived,
    InvoiceState,
    Order,
    OrderState,
    SendAttempt,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.orders import ChangedMeanwhile, OrderRefused, about


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """Three of line 1 and ten of line 2, sent."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def _record(order: Order, *quantities: int, by: User | None = None, sure: bool = False) -> list[GoodsReceived]:
    """So many of line 1, of line 2 … came today."""
    of = {line.pk: many for line, many in zip(order.lines.all(), quantities, strict=False)}
    return record(order, of, timezone.localdate(), by=by, sure=sure)


def _received(order: Order) -> list[int]:
    return [line.received for line in order.lines.all()]


def _awaited() -> list[Order]:
    return list(with_something_to_come(Order.objects.all()))


def test_deliveries_of_a_line_add_up(order: Order, clerk: User) -> None:
    _record(order, 1, 4, by=clerk)
    _record(order, 2, by=clerk)
    assert _received(order) == [3, 4]


def test_a_delivery_keeps_its_day_its_note_and_who_entered_it(order: Order, clerk: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    (made,) = record(order, {order.lines.get(number=1).pk: 2}, yesterday, " DN 4711 ", by=clerk)
    kept = GoodsReceived.objects.get(pk=made.pk)
    assert (kept.quantity, kept.received_on, kept.note, kept.entered_by) == (2, yesterday, "DN 4711", clerk)


def test_a_delivery_is_in_the_orders_trail(order: Order, clerk: User) -> None:
    record(order, {line.pk: 2 for line in order.lines.all()}, date(2026, 11, 20), by=clerk)
    entry = AuditEntry.objects.about(about(order)).get(did="delivery recorded")
    assert (entry.who, entry.details) == ("clerk", "line 1: 2; line 2: 2; received on 20 Nov 2026")


def test_more_than_was_ordered_is_asked_about_and_taken_when_the_person_is_sure(order: Order, clerk: User) -> None:
    _record(order, 2)
    with pytest.raises(MoreThanOrdered, match="line 1") as asked:
        _record(order, 2, 10)
    assert [line.number for line in asked.value.lines] == [1]
    assert _received(order) == [2, 0]
    _record(order, 2, 10, sure=True)
    assert _received(order) == [4, 10]


@pytest.mark.parametrize("quantities", [(), (0, 0), (-1,), (1_000_000,)])
def test_how_many_came_is_a_number_above_nothing(order: Order, quantities: tuple[int, ...]) -> None:
    with pytest.raises(OrderRefused):
        _record(order, *quantities, sure=True)
    assert not GoodsReceived.objects.exists()


def test_nothing_is_received_tomorrow(order: Order) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(OrderRefused, match="after today"):
        record(order, {order.lines.all()[0].pk: 1}, tomorrow, by=None)


@pytest.mark.parametrize("state", sorted(set(OrderState.values) - set(RECEIVES)))
def test_nothing_is_received_of_an_order_that_is_not_with_its_supplier(order: Order, state: str) -> None:
    Order.objects.update(state=state)
    with pytest.raises(OrderRefused, match="went out"):
        _record(order, 1)


def test_nothing_is_received_of_a_line_that_was_taken_off(order: Order) -> None:
    order.lines.filter(number=2).update(removed_at=timezone.now())
    with pytest.raises(OrderRefused, match="no such line"):
        _record(order, 1, 1)
    assert _received(order) == [0, 0]


def test_nothing_is_received_of_another_orders_line(
    order: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    other = an_order(supplier, codings[0], vat["S"], number="PO-2", state=OrderState.SENT)
    with pytest.raises(OrderRefused, match="no such line"):
        record(order, {other.lines.all()[0].pk: 1}, timezone.localdate(), by=None)


def test_who_records_what_a_colleague_recorded_meanwhile_is_told(order: Order, clerk: User) -> None:
    seen = order.version
    _record(order, 3)
    with pytest.raises(ChangedMeanwhile):
        record(order, {order.lines.all()[0].pk: 3}, timezone.localdate(), by=clerk, seen_version=seen)
    assert _received(order) == [3, 0]


def test_an_order_that_nobody_was_sure_of_has_arrived_once_goods_came(order: Order, clerk: User) -> None:
    Order.objects.update(state=OrderState.UNSURE)
    SendAttempt.objects.create(order=order, service=order.came_by, outcome=sending.UNSURE, ended_at=timezone.now())
    _record(order, 1, by=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.SENT
    assert [attempt.outcome for attempt in order.attempts.all()] == [sending.ARRIVED]


def test_a_delivery_that_is_taken_back_counts_no_more_and_stays_on_record(order: Order, clerk: User) -> None:
    _record(order, 1)
    (wrong,) = _record(order, 2)
    take_back(wrong, by=clerk)
    assert _received(order) == [1, 0]
    wrong.refresh_from_db()
    assert wrong.taken_back_by == clerk
    entry = AuditEntry.objects.about(about(order)).get(did="delivery taken back")
    assert entry.details.startswith("line 1: 2 of ")


def test_a_delivery_is_not_taken_back_twice(order: Order, clerk: User) -> None:
    (wrong,) = _record(order, 2)
    take_back(wrong, by=clerk)
    with pytest.raises(OrderRefused, match="already"):
        take_back(wrong, by=clerk)
    assert AuditEntry.objects.filter(did="delivery taken back").count() == 1


@pytest.mark.parametrize("state", [OrderState.SENT, OrderState.UNSURE, OrderState.PART_INVOICED])
def test_an_open_order_is_awaited_until_all_of_it_came(order: Order, state: str) -> None:
    Order.objects.update(state=state)
    _record(order, 3, 9)
    assert _awaited() == [order]
    _record(order, 0, 1)
    assert _awaited() == []


@pytest.mark.parametrize("state", [OrderState.UNAUTHORISED, OrderState.AUTHORISED, OrderState.CANCELLED])
def test_an_order_that_is_not_with_its_supplier_is_not_awaited(order: Order, state: str) -> None:
    Order.objects.update(state=state)
    assert _awaited() == []


def test_a_complete_order_is_awaited_while_its_invoice_waits(order: Order) -> None:
    invoice = an_invoice(order, {1: 3, 2: 10})
    assert _awaited() == [order]
    invoice.state = InvoiceState.AUTHORISED
    invoice.save()
    assert _awaited() == []


def test_of_an_order_whose_rest_is_closed_only_what_is_invoiced_is_awaited(order: Order, head: User) -> None:
    an_invoice(order, {1: Decimal("1.5")})
    order.refresh_from_db()
    close_rest(order, by=head, seen_version=order.version, reason="Out of print")
    assert [to_come(line) for line in order.lines.select_related("order")] == [2, 0]
    assert _awaited() == [order]
    _record(order, 2)
    assert _awaited() == []
