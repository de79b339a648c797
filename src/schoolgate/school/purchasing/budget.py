"""What budgets have room for, net of VAT: schools reclaim it, so that only the net is theirs to spend (SCREENS 5.2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from schoolgate.school.purchasing.models import COMMITTED, Coding, Order, OrderLine

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Room:
    """One coding's year: its `budget`, what is `spent` by invoices, what other orders have `committed`, and `this` one.

    A coding that nobody gave a budget has none: what is ordered on it is over budget.
    """

    coding: Coding
    budget: Decimal
    spent: Decimal
    committed: Decimal
    this: Decimal

    @property
    def left_before(self) -> Decimal:
        """What is left without this order."""
        return self.budget - self.spent - self.committed

    @property
    def left(self) -> Decimal:
        """What is left with it; below nothing where the budget has no room for it."""
        return self.left_before - self.this

    @property
    def is_over(self) -> bool:
        """Whether this order takes more than there is."""
        return self.left < NOTHING < self.this

    @property
    def missing(self) -> Decimal:
        """How much more than there is."""
        return max(-self.left, NOTHING)


def room_for(coding: Coding) -> Room:
    """The room that a coding has, with no order in hand."""
    keys = {coding.pk}
    return Room(
        coding,
        coding.budget or NOTHING,
        spent_on(keys).get(coding.pk, NOTHING),
        committed_on(keys).get(coding.pk, NOTHING),
        NOTHING,
    )


def rooms_of(order: Order) -> list[Room]:
    """The rooms of every coding that an order's lines have, in the order of the chart of accounts."""
    return rooms_of_each([order])[order.pk]


def rooms_of_each(orders: Iterable[Order]) -> dict[int, list[Room]]:
    """The rooms of many orders, by their numbers in the database: each as if it were the next to be authorised."""
    asked = {order.pk: order for order in orders}
    takes: dict[int, dict[int, Decimal]] = {pk: {} for pk in asked}
    lines = _standing(OrderLine.objects.filter(order__in=asked))
    for pk, coding, taken in lines.values_list("order", "coding").annotate(taken=Sum("net")):
        takes[pk][coding] = taken
    codings = {
        coding.pk: coding
        for coding in Coding.objects.filter(pk__in={pk for taken in takes.values() for pk in taken}).select_related(
            "fund", "ledger_code", "cost_centre"
        )
    }
    spent, committed = spent_on(codings), committed_on(codings)
    rooms: dict[int, list[Room]] = {}
    for pk, order in asked.items():
        # An order that is committed itself does not stand in its own way.
        own = takes[pk] if order.state in COMMITTED else {}
        rooms[pk] = [
            Room(
                coding,
                coding.budget or NOTHING,
                spent.get(key, NOTHING),
                committed.get(key, NOTHING) - own.get(key, NOTHING),
                takes[pk][key],
            )
            for key, coding in codings.items()
            if key in takes[pk]
        ]
    return rooms


def committed_on(codings: Collection[int]) -> dict[int, Decimal]:
    """What orders that are authorised take of each of these codings, as far as they are not invoiced."""
    lines = _standing(OrderLine.objects.filter(order__state__in=COMMITTED, coding__in=codings))
    return dict(lines.values_list("coding").annotate(taken=Sum("net")))


def spent_on(codings: Collection[int]) -> dict[int, Decimal]:
    """What invoices, less credit notes, took of each of these codings: the ledger books none, so it is nothing."""
    return {}


def hold_codings(order: Order) -> list[Coding]:
    """Hold the codings of an order until the transaction ends: who authorises on one of them meanwhile waits.

    In the order of their numbers, or two orders with the same codings could wait for each other for ever.
    """
    wanted = _standing(order.lines.all()).values("coding")
    held = Coding.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
    return list(held.select_related("fund", "ledger_code", "cost_centre"))


def _standing(lines: "QuerySet[OrderLine]") -> "QuerySet[OrderLine]":
    return lines.filter(removed_at=None).order_by()
