"""What holds of budgets whatever is authorised, invoiced, credited, discarded, cancelled, closed and opened again."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.school.purchasing.billing import a_credit_note, an_invoice, let_go
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.authorising import authorise, cancel
from schoolgate.school.purchasing.budget import committed_on, room_for, rooms_of, rooms_of_invoice, spent_on
from schoolgate.school.purchasing.invoicing.closing import close_rest, open_rest
from schoolgate.school.purchasing.invoicing.counting import still_to_credit
from schoolgate.school.purchasing.invoicing.entries import entries_of
from schoolgate.school.purchasing.models import (
    BOOKED,
    COMMITTED,
    Coding,
    Invoice,
    InvoiceState,
    Order,
    OrderLine,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.orders import OrderRefused, discard

PENNY = Decimal("0.01")
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

# Most orders go out at once, and most of what is done is about invoices: or few examples would come as far as a credit.
STATES = [OrderState.SENT, OrderState.SENT, OrderState.UNAUTHORISED]
ACTS = ["invoice"] * 5 + ["credit"] * 3 + ["let go"] * 2
ACTS += ["authorise", "cancel", "discard", "close rest", "close rest", "open rest"]
acts = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(ACTS), st.integers(1, 2), st.integers(1, 4)), min_size=8, max_size=24
)


@pytest.fixture
def two_orders(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> tuple[Order, Order]:
    """Of three and seven each, on the same two codings, with a price that makes no whole pence for one."""

    def one(number: str) -> Order:
        lines = (
            {"description": "Books", "quantity": 3, "unit_price": "3.3333"},
            {"description": "Pens", "quantity": 7, "unit_price": "1.25", "coding": codings[1]},
        )
        return an_order(supplier, codings[0], vat["S"], *lines, number=number, state=OrderState.UNAUTHORISED)

    return one("PO-1"), one("PO-2")


@many
@given(st.sampled_from(STATES), acts)
def test_spent_and_committed_are_right_after_any_sequence(
    chair: User,
    two_orders: tuple[Order, Order],
    codings: list[Coding],
    state: str,
    acts: list[tuple[int, str, int, int]],
) -> None:
    _begin_again(state)
    closed: set[int] = set()
    for of, act, line, quantity in acts:
        order = Order.objects.get(pk=two_orders[of].pk)
        done = _do(order, act, line, quantity, chair)
        if done and act in ("close rest", "open rest"):
            closed ^= {order.pk}
        assert set(Order.objects.filter(rest_closed=True).values_list("pk", flat=True)) == closed
        assert all(one.state == OrderState.COMPLETE for one in Order.objects.filter(pk__in=closed))
        for coding in codings[:2]:
            room = room_for(coding)
            assert room.spent == _spent_by_hand(coding)
            assert room.committed == _committed_by_hand(coding)
            assert room.left == coding.budget - room.spent - room.committed
        for one in Order.objects.exclude(pk__in=closed):
            assert one.state == _state_by_hand(one)


@many
@given(st.lists(st.integers(1, 4), max_size=6))
def test_part_invoices_at_the_orders_price_move_money_from_committed_to_spent_to_a_penny_each(
    two_orders: tuple[Order, Order], codings: list[Coding], parts: list[int]
) -> None:
    _begin_again()
    order, _ = two_orders
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    left = 7
    for invoices, part in enumerate(parts, 1):
        if part > left:
            break
        an_invoice(order, {2: part})
        left -= part
        room = room_for(codings[1])
        assert abs(room.spent + room.committed - Decimal("8.75")) <= PENNY * invoices
        assert (room.committed == 0) == (left == 0)


def test_what_was_invoiced_of_a_cancelled_order_stays_spent(
    two_orders: tuple[Order, Order], codings: list[Coding]
) -> None:
    order, _ = two_orders
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    an_invoice(order, {2: 2})
    Order.objects.filter(pk=order.pk).take("cancel")
    room = room_for(codings[1])
    assert (room.spent, room.committed) == (Decimal("2.50"), Decimal(0))


def test_an_invoice_above_the_orders_price_is_spent_at_its_own(
    two_orders: tuple[Order, Order], codings: list[Coding]
) -> None:
    order, _ = two_orders
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    invoice = an_invoice(order, {2: 3})
    invoice.lines.update(net=Decimal("4.50"))
    Invoice.objects.update(net=Decimal("4.50"))
    room = room_for(codings[1])
    assert (room.spent, room.committed) == (Decimal("4.50"), Decimal("5.00"))


@pytest.mark.parametrize(("more", "spent"), [("100.00", "103.75"), ("-0.01", "3.74")])
def test_what_an_invoice_has_beside_its_lines_is_spent_of_its_largest_lines_budget_as_it_is_exported(
    two_orders: tuple[Order, Order], codings: list[Coding], more: str, spent: str
) -> None:
    order, _ = two_orders
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    invoice = an_invoice(order, {1: 1, 2: 3})
    Invoice.objects.update(net=invoice.net + Decimal(more))
    assert [room_for(coding).spent for coding in codings[:2]] == [Decimal("3.33"), Decimal(spent)]
    assert [room.this for room in rooms_of_invoice(invoice)] == [Decimal("3.33"), Decimal(spent)]
    posted = {row.coding: Decimal(0) for row in entries_of(Invoice.objects.get())}
    for row in entries_of(Invoice.objects.get()):
        posted[row.coding] += row.net
    assert posted == {codings[0]: Decimal("3.33"), codings[1]: Decimal(spent)}


def test_a_credit_note_gives_back_what_it_has_beside_its_lines_too(
    two_orders: tuple[Order, Order], codings: list[Coding]
) -> None:
    order, _ = two_orders
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    note = a_credit_note(an_invoice(order, {2: 3}), {1: 2})
    Invoice.objects.filter(pk=note.pk).update(net=note.net + 1)
    assert room_for(codings[1]).spent == Decimal("0.25")


def test_a_line_taken_off_an_order_is_never_committed(two_orders: tuple[Order, Order], codings: list[Coding]) -> None:
    order, _ = two_orders
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    an_invoice(order, {2: 3})
    order.lines.update(removed_at=timezone.now())
    assert room_for(codings[1]).committed == 0


def test_an_orders_own_room_is_of_what_it_still_has_committed(
    two_orders: tuple[Order, Order], codings: list[Coding]
) -> None:
    order, _ = two_orders
    Order.objects.update(state=OrderState.SENT)
    an_invoice(order, {2: 3})
    order.refresh_from_db()
    room = {room.coding: room for room in rooms_of(order)}[codings[1]]
    # The other order's £8.75, this one's £3.75 and what is left of it.
    assert (room.spent, room.committed, room.this) == (Decimal("3.75"), Decimal("8.75"), Decimal("5.00"))
    assert room.left == 500 - Decimal("17.50")


def test_an_invoices_room_leaves_itself_out_of_what_is_spent(
    two_orders: tuple[Order, Order], codings: list[Coding]
) -> None:
    order, other = two_orders
    Order.objects.update(state=OrderState.SENT)
    an_invoice(other, {2: 1})
    invoice = an_invoice(order, {2: 3})
    (room,) = rooms_of_invoice(invoice)
    assert (room.spent, room.committed, room.this) == (Decimal("1.25"), Decimal("12.50"), Decimal("3.75"))
    assert room.left == room_for(codings[1]).left


def test_a_credit_notes_room_gives_back(two_orders: tuple[Order, Order], codings: list[Coding]) -> None:
    order, _ = two_orders
    Order.objects.update(state=OrderState.SENT)
    note = a_credit_note(an_invoice(order, {2: 3}), {1: 2})
    (room,) = rooms_of_invoice(note)
    assert (room.spent, room.this) == (Decimal("3.75"), Decimal("-2.50"))
    assert not room.is_over


def test_a_discarded_invoice_is_shown_as_if_it_came_next(
    two_orders: tuple[Order, Order], codings: list[Coding]
) -> None:
    order, _ = two_orders
    Order.objects.update(state=OrderState.SENT)
    invoice = an_invoice(order, {2: 3})
    let_go(invoice)
    invoice.state = InvoiceState.DISCARDED
    (room,) = rooms_of_invoice(invoice)
    assert (room.spent, room.this) == (Decimal(0), Decimal("3.75"))


def test_budgets_ask_the_database_as_often_for_many_orders_as_for_one(
    two_orders: tuple[Order, Order], codings: list[Coding], supplier: Supplier, vat: dict[str, VatCode]
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            committed_on([coding.pk for coding in codings])
            spent_on([coding.pk for coding in codings])
        return len(queries)

    Order.objects.update(state=OrderState.SENT)
    for order in two_orders:
        an_invoice(order, {1: 1, 2: 2})
    before = asked()
    for number in range(20):
        order = an_order(supplier, codings[0], vat["S"], number=f"X-{number}", state=OrderState.SENT)
        an_invoice(order, {1: 1, 2: 2})
    assert asked() == before


def _begin_again(state: str = OrderState.UNAUTHORISED) -> None:
    Invoice.objects.filter(credits__isnull=False).delete()
    Invoice.objects.all().delete()
    Order.objects.update(state=state, rest_closed=False)
    for order in Order.objects.all():
        order.lines.update(invoiced=Decimal(0))


def _do(order: Order, act: str, line: int, quantity: int, chair: User) -> bool:
    """Do it, where it can be done now; False: it was refused."""
    last = order.invoices.filter(kind=Invoice.Kind.INVOICE, state__in=BOOKED).first()
    goes_out = order.state in (OrderState.SENT, OrderState.PART_INVOICED, OrderState.COMPLETE)
    seen: dict[str, Any] = {"by": chair, "seen_version": order.version}
    try:
        if act == "authorise":
            authorise(order, **seen, reason="It cannot wait")
            Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
        elif act == "invoice" and goes_out:
            an_invoice(order, {line: quantity})
        elif act == "credit" and last is not None:
            of = last.lines.get()
            if still_to_credit(of)[0] >= quantity:
                a_credit_note(last, {1: quantity})
        elif act == "let go" and last is not None and not last.credit_notes.filter(state__in=BOOKED).exists():
            let_go(last)
        elif act == "cancel":
            cancel(order, **seen, reason="Not wanted")
        elif act == "discard":
            discard(order, **seen)
        elif act == "close rest":
            close_rest(order, **seen, reason="Out of print")
        elif act == "open rest":
            open_rest(order, **seen)
    except OrderRefused:
        return False
    return True


def _invoiced_by_hand(line: OrderLine) -> Decimal:
    rows = [row for row in line.invoice_lines.all() if row.invoice.state in BOOKED]
    return sum((row.invoice.sign * row.quantity for row in rows), Decimal(0))


def _spent_by_hand(coding: Coding) -> Decimal:
    rows = [row for row in coding.invoice_lines.all() if row.invoice.state in BOOKED]
    return sum((row.invoice.sign * row.net for row in rows), Decimal(0))


def _state_by_hand(order: Order) -> str:
    """How an order that went out, and whose rest nobody closed, stands by what is invoiced of it."""
    if order.state not in (OrderState.SENT, OrderState.PART_INVOICED, OrderState.COMPLETE):
        return order.state
    invoiced = [(_invoiced_by_hand(line), line.quantity) for line in order.lines.all()]
    if all(many >= ordered for many, ordered in invoiced):
        return OrderState.COMPLETE
    return OrderState.PART_INVOICED if any(many for many, _ in invoiced) else OrderState.SENT


def _committed_by_hand(coding: Coding) -> Decimal:
    """The rest of every line at its order's price, worked out from invoices alone."""
    taken = Decimal(0)
    for line in coding.order_lines.all():
        rest = max(line.quantity - _invoiced_by_hand(line), 0)
        if line.order.state in COMMITTED:
            taken += (line.unit_price * rest).quantize(PENNY, "ROUND_HALF_UP")
    return taken
