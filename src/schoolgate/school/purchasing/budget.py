"""What budgets have room for, net of VAT: schools reclaim it, so that only the net is theirs to spend (SCREENS 5.2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from schoolgate.school.purchasing.models import (
    BOOKED,
    COMMITTED,
    Coding,
    FinancialYear,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
)

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Room:
    """One coding's year: its `budget`, what invoices have `spent` and orders `committed`, and what `this` one takes.

    `this` is the order or the invoice in hand, which the two before it leave out; a credit note takes less than
    nothing. A coding that nobody gave a budget has none: what is ordered on it is over budget.
    """

    coding: Coding
    budget: Decimal
    spent: Decimal
    committed: Decimal
    this: Decimal

    @property
    def left_before(self) -> Decimal:
        """What is left without this one."""
        return self.budget - self.spent - self.committed

    @property
    def left(self) -> Decimal:
        """What is left with it; below nothing where the budget has no room for it."""
        return self.left_before - self.this

    @property
    def is_over(self) -> bool:
        """Whether this one takes more than there is."""
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
    """The rooms of many orders, by their numbers in the database: each as if it were the next to be authorised.

    Of an order that is invoiced in part, `this` is what it still has committed.
    """
    asked = {order.pk: order for order in orders}
    takes: dict[int, dict[int, Decimal]] = {pk: {} for pk in asked}
    for (pk, coding), amount in _not_invoiced(OrderLine.objects.filter(order__in=asked), "order", "coding").items():
        takes[pk][coding] = amount
    codings = _codings(coding for taken in takes.values() for coding in taken)
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


def rooms_of_invoice(invoice: Invoice) -> list[Room]:
    """The rooms of every coding that an invoice's or credit note's lines have, in the order of the chart of accounts.

    What is booked is spent already, so it is taken off there: the room is as if this one came next. What its order
    still has committed is what nothing was invoiced of.
    """
    taken = _taken(Invoice.objects.filter(pk=invoice.pk))
    takes = {key: invoice.sign * net for (key, _), net in taken.items()}
    codings = _codings(takes)
    own = takes if invoice.state in BOOKED else {}
    spent, committed = spent_on(codings), committed_on(codings)
    return [
        Room(
            coding,
            coding.budget or NOTHING,
            spent.get(key, NOTHING) - own.get(key, NOTHING),
            committed.get(key, NOTHING),
            takes[key],
        )
        for key, coding in codings.items()
    ]


def rooms_of_year(year: FinancialYear) -> list[Room]:
    """The rooms of all codings of a year, with nothing in hand, in the order of the chart of accounts."""
    codings = {coding.pk: coding for coding in year.codings.select_related("fund", "ledger_code", "cost_centre")}
    spent, committed = spent_on(codings), committed_on(codings)
    return [
        Room(coding, coding.budget or NOTHING, spent.get(key, NOTHING), committed.get(key, NOTHING), NOTHING)
        for key, coding in codings.items()
    ]


def committed_by_order(**of: Any) -> dict[tuple[int, int], Decimal]:
    """What `committed_on` sums up, by order and coding; `of` are filters of their lines."""
    lines = OrderLine.objects.filter(order__state__in=COMMITTED, **of)
    return {(order, coding): amount for (order, coding), amount in _not_invoiced(lines, "order", "coding").items()}


def committed_on(codings: Collection[int]) -> dict[int, Decimal]:
    """What orders that are authorised take of each of these codings, as far as they are not invoiced.

    The rest of a line costs what the order says that so many cost. A complete order takes nothing any more.
    """
    lines = OrderLine.objects.filter(order__state__in=COMMITTED, coding__in=codings)
    return {coding: amount for (coding,), amount in _not_invoiced(lines, "coding").items()}


def spent_on(codings: Collection[int]) -> dict[int, Decimal]:
    """What invoices, less credit notes, took of each of these codings, from the moment that they are in the ledger.

    Their own totals without VAT, as they are exported: what one has beside its lines counts for its largest line's.
    """
    spent: defaultdict[int, Decimal] = defaultdict(Decimal)
    booked = Invoice.objects.filter(state__in=BOOKED)
    for (coding, kind), net in _taken(booked, coding__in=codings).items():
        spent[coding] += -net if kind == Invoice.Kind.CREDIT_NOTE else net
    return dict(spent)


def hold_codings(of: Order | Invoice) -> list[Coding]:
    """Hold the codings of an order or invoice until the transaction ends: who authorises on one of them waits.

    In the order of their numbers, or two orders with the same codings could wait for each other for ever.
    """
    lines = _standing(of.lines.all()) if isinstance(of, Order) else of.lines.order_by()
    wanted: QuerySet[Any, Any] = lines.values("coding")
    held = Coding.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
    return list(held.select_related("fund", "ledger_code", "cost_centre"))


def _taken(invoices: "QuerySet[Invoice]", **of: Any) -> dict[tuple[int, str], Decimal]:
    """What invoices come to net, by coding and kind; `of` are filters of the coding."""
    taken: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    lines = InvoiceLine.objects.filter(invoice__in=invoices.order_by(), **of).order_by()
    for coding, kind, net in lines.values_list("coding", "invoice__kind").annotate(Sum("net")):
        taken[coding, kind] = net
    its_lines = InvoiceLine.objects.filter(invoice=OuterRef("pk")).order_by()
    of_lines = its_lines.values("invoice").annotate(sum=Sum("net")).values("sum")
    largest = its_lines.order_by("-net", "number").values("coding")[:1]
    beside = (
        invoices.order_by()
        .annotate(of_lines=Subquery(of_lines), coding=Subquery(largest))
        .filter(~Q(net=F("of_lines")), **of)
    )
    for coding, kind, net, of_its_lines in beside.values_list("coding", "kind", "net", "of_lines"):
        taken[coding, kind] += net - of_its_lines
    return taken


def _not_invoiced(lines: "QuerySet[OrderLine]", *by: str) -> dict[tuple[int, ...], Decimal]:
    """What lines cost net, as far as they are not invoiced, by these columns of theirs.

    Those of which nothing is invoiced, which are most, are summed by the database; of the rest each is worked out.
    """
    standing = _standing(lines)
    costs: defaultdict[tuple[int, ...], Decimal] = defaultdict(Decimal)
    for *key, net in standing.filter(invoiced=0).values_list(*by).annotate(Sum("net")):
        costs[tuple(key)] = net
    for line in standing.exclude(invoiced=0):
        costs[tuple(getattr(line, f"{name}_id") for name in by)] += line.still_committed
    return dict(costs)


def _codings(keys: Iterable[int]) -> dict[int, Coding]:
    """These codings by their keys, in the order of the chart of accounts."""
    found = Coding.objects.filter(pk__in=set(keys)).select_related("fund", "ledger_code", "cost_centre")
    return {coding.pk: coding for coding in found}


def _standing(lines: "QuerySet[OrderLine]") -> "QuerySet[OrderLine]":
    return lines.filter(removed_at=None).order_by()
