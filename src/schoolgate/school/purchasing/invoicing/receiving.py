"""Goods received: what was delivered of an order, line by line, and taking back what was entered wrongly (SCREENS 5.2).

A delivery is written with the order's row held, with what its line has received in all, so that of two people who
enter the same one the second is told.
"""

from collections.abc import Mapping
from datetime import date
from math import ceil

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record as record_in_audit
from schoolgate.commons.money import as_kept
from schoolgate.school.purchasing.invoicing import counting
from schoolgate.school.purchasing.models import (
    GoodsReceived,
    Invoice,
    InvoiceState,
    Order,
    OrderLine,
    OrderState,
)
from schoolgate.school.purchasing.orders import MOST_QUANTITY, ChangedMeanwhile, OrderRefused, about

RECEIVES = (OrderState.UNSURE, OrderState.SENT, OrderState.PART_INVOICED, OrderState.COMPLETE)
"""Orders of which goods can come: their supplier has them, or may have."""

MOST_OF_A_NOTE = 200


class MoreThanOrdered(OrderRefused):
    """More than was ordered would have been received: right only if the person is sure."""

    def __init__(self, lines: list[OrderLine]) -> None:
        which = ", ".join(str(line.number) for line in lines)
        of = f"line {which}" if len(lines) == 1 else f"lines {which}"
        super().__init__(f"That is more than was ordered of {of}. Is it right all the same?")
        self.lines = lines


def expected_of(line: OrderLine) -> int:
    """How many of a line come sooner or later: what was ordered, or of a complete order what was invoiced."""
    ordered: int = line.quantity
    return ordered if line.order.state != OrderState.COMPLETE else min(ordered, ceil(line.invoiced))


def to_come(line: OrderLine) -> int:
    """How many of a line are still to come; none of what was taken off."""
    return 0 if line.removed_at is not None else max(expected_of(line) - line.received, 0)


def with_something_to_come(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """Those of these orders of which goods are awaited: open ones, and complete ones whose invoice waits."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"), removed_at=None).order_by()
    ordered = lines.filter(received__lt=F("quantity"))
    invoiced = ordered.filter(invoiced__gt=as_kept("received"))
    waiting = Invoice.objects.filter(order=OuterRef("pk"), state=InvoiceState.UNAUTHORISED).order_by()
    is_open = Q(state__in=[state for state in RECEIVES if state != OrderState.COMPLETE])
    return orders.filter(
        (is_open & Exists(ordered)) | (Q(state=OrderState.COMPLETE) & Exists(waiting) & Exists(invoiced))
    )


def record(
    order: Order,
    quantities: Mapping[int, int],
    received_on: date,
    note: str = "",
    *,
    by: User | None,
    seen_version: int | None = None,
    sure: bool = False,
    request: HttpRequest | None = None,
) -> list[GoodsReceived]:
    """Note that so many of an order's lines, by their keys, came on a day; `sure`: also more than was ordered.

    An order that nobody was sure of has arrived by that. Raises ChangedMeanwhile, MoreThanOrdered, and OrderRefused for
    an order that did not go out, and for what cannot have been delivered.
    """
    wanted = {pk: quantity for pk, quantity in quantities.items() if quantity}
    if not wanted:
        raise OrderRefused("Type how many came, of one line at least.")
    if received_on > timezone.localdate():
        raise OrderRefused("The day of a delivery cannot be after today.")
    if any(not 0 < quantity <= MOST_QUANTITY for quantity in wanted.values()):
        raise OrderRefused(f"How many came is a whole number from 1 to {MOST_QUANTITY:,}.")
    with transaction.atomic():
        held = _hold(order, seen_version)
        if held.state not in RECEIVES:
            state = held.get_state_display().lower()
            raise OrderRefused(f"Order {held.number} is {state}: goods are received of orders that went out.")
        lines = list(held.lines.filter(pk__in=wanted, removed_at=None))
        if len(lines) != len(wanted):
            raise OrderRefused(f"Order {held.number} has no such line, or it was taken off.")
        beyond = [line for line in lines if line.received + wanted[line.pk] > line.quantity]
        if beyond and not sure:
            raise MoreThanOrdered(beyond)
        made = [
            GoodsReceived.objects.create(
                order_line=line,
                quantity=wanted[line.pk],
                received_on=received_on,
                note=note.strip()[:MOST_OF_A_NOTE],
                entered_by=by,
            )
            for line in lines
        ]
        _sum_up(held, lines)
        if held.state == OrderState.UNSURE:
            counting.arrived(held, "goods of it were delivered")
        told = "; ".join(f"line {line.number}: {wanted[line.pk]:,}" for line in lines)
        details = f"{told}; received on {received_on.day} {received_on:%b %Y}"
        record_in_audit(
            "delivery recorded", by=by, target=str(held), details=details, request=request, about=about(held)
        )
    return made


def take_back(delivery: GoodsReceived, *, by: User | None, request: HttpRequest | None = None) -> None:
    """It was entered wrongly: it counts no more, and stays on record. Raises OrderRefused: taken back already."""
    with transaction.atomic():
        held = _hold(delivery.order_line.order, None)
        standing = GoodsReceived.objects.filter(pk=delivery.pk, taken_back_at=None)
        if not standing.update(taken_back_at=timezone.now(), taken_back_by=by):
            raise OrderRefused("This delivery is taken back already.")
        line = OrderLine.objects.get(pk=delivery.order_line_id)
        _sum_up(held, [line])
        details = (
            f"line {line.number}: {delivery.quantity:,} of {delivery.received_on.day} {delivery.received_on:%b %Y}"
        )
        record_in_audit(
            "delivery taken back", by=by, target=str(held), details=details, request=request, about=about(held)
        )


def _hold(order: Order, seen_version: int | None) -> Order:
    held = counting.hold(order.pk)
    if seen_version is not None and held.version != seen_version:
        raise ChangedMeanwhile(held)
    return held


def _sum_up(order: Order, lines: list[OrderLine]) -> None:
    """Write what these lines of a held order have received in all; a change of the order as any other."""
    standing = GoodsReceived.objects.filter(order_line__in=lines, taken_back_at=None).order_by()
    received = dict(standing.values_list("order_line").annotate(Sum("quantity")))
    for line in lines:
        line.received = received.get(line.pk, 0)
    OrderLine.objects.bulk_update(lines, ["received"], batch_size=500)
    Order.objects.filter(pk=order.pk).update(version=F("version") + 1, changed_at=timezone.now())
