"""What is invoiced of an order, line by line, and the step that the order takes by it (ADR 023).

Written in the transaction that books, credits or discards an invoice, with the order's row held before the invoice's:
of two invoices for one order the second waits, and counts with the first.
"""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import F, Sum
from django.utils import timezone

from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.models import BOOKED, Invoice, InvoiceLine, Order, OrderLine, OrderState
from schoolgate.school.purchasing.orders import about

NOTHING = Decimal(0)


def hold(order_pk: int) -> Order:
    """The order as it stands now, held until the transaction ends."""
    chosen = Order.objects.select_for_update(of=("self",)).select_related("supplier", "year", "came_by")
    held: Order = chosen.get(pk=order_pk)
    return held


def recount(order: Order) -> None:
    """Write what booked invoices, less credit notes, have of each line of an order that is held; take the order's step.

    The state follows: nothing of it invoiced, some, or all. An order whose rest a person closed stays closed, whatever
    comes and goes of it. One that nobody was sure of has arrived once an invoice for it is booked.
    """
    lines = list(order.lines.all())
    invoiced = _invoiced(order)
    changed = [line for line in lines if line.invoiced != invoiced.get(line.pk, NOTHING)]
    for line in changed:
        line.invoiced = invoiced.get(line.pk, NOTHING)
    OrderLine.objects.bulk_update(changed, ["invoiced"], batch_size=500)
    _follow(order, lines)
    order.refresh_from_db(fields=["state", "version", "changed_at", "sent_at", "said"])


def arrived(order: Order, because: str) -> None:
    """An order that is held, and that nobody was sure of, has arrived: what came of it shows so."""
    _take(order, "arrive", "order arrived", because, sent_at=timezone.now(), said="")
    sending.may_have_arrived(order).update(outcome=sending.ARRIVED)


def invoiced_net(order: Order) -> Decimal:
    """What booked invoices for an order come to without VAT, less credit notes: their own totals."""
    booked = order.invoices.filter(state__in=BOOKED).order_by()
    sums: dict[str, Decimal] = dict(booked.values_list("kind").annotate(Sum("net")))
    return sums.get(Invoice.Kind.INVOICE, NOTHING) - sums.get(Invoice.Kind.CREDIT_NOTE, NOTHING)


def is_whole(lines: Collection[OrderLine]) -> bool:
    """Whether all that was ordered is invoiced: every line that nobody took off."""
    standing = [line for line in lines if line.removed_at is None]
    return bool(standing) and not any(line.not_invoiced for line in standing)


def still_to_credit(line: InvoiceLine) -> tuple[Decimal, Decimal]:
    """How many of an invoice's line, and how much net, no booked credit note has taken yet."""
    return left_to_credit([line])[line.pk]


def left_to_credit(lines: Collection[InvoiceLine]) -> dict[int, tuple[Decimal, Decimal]]:
    """The same of many lines, by their keys.

    Post and packing is credited by its amount, whatever number stands with it: none of it is left then, not less.
    """
    taken = InvoiceLine.objects.filter(credited__in=lines, invoice__state__in=BOOKED).order_by()
    credited = {pk: sums for pk, *sums in taken.values_list("credited").annotate(Sum("quantity"), Sum("net"))}
    left = {}
    for line in lines:
        many, net = credited.get(line.pk, (NOTHING, NOTHING))
        left[line.pk] = (max(line.quantity - many, NOTHING), line.net - net)
    return left


def _invoiced(order: Order) -> dict[int, Decimal]:
    """What booked invoices, less credit notes, have of an order's lines, by the keys of these."""
    invoiced: defaultdict[int, Decimal] = defaultdict(Decimal)
    booked = InvoiceLine.objects.filter(order_line__order=order, invoice__state__in=BOOKED).order_by()
    for pk, kind, quantity in booked.values_list("order_line", "invoice__kind").annotate(Sum("quantity")):
        invoiced[pk] += -quantity if kind == Invoice.Kind.CREDIT_NOTE else quantity
    return invoiced


def _follow(order: Order, lines: list[OrderLine]) -> None:
    """Bring the order's state to what is invoiced of it."""
    state = order.state
    if state == OrderState.UNSURE and order.invoices.filter(kind=Invoice.Kind.INVOICE, state__in=BOOKED).exists():
        arrived(order, "it is invoiced")
        state = OrderState.SENT
    if state == OrderState.COMPLETE and order.rest_closed:
        return
    if state not in (OrderState.SENT, OrderState.PART_INVOICED, OrderState.COMPLETE):
        return
    if is_whole(lines):
        if state != OrderState.COMPLETE:
            _take(order, "complete", "order complete", "all of it is invoiced")
        return
    some = any(line.invoiced > 0 for line in lines)
    if state == OrderState.COMPLETE or (state == OrderState.PART_INVOICED and not some):
        _take(order, "reopen", "order opened again", "not all of it is invoiced any more")
        state = OrderState.SENT
    if some and state == OrderState.SENT:
        _take(order, "invoice part", "order invoiced in part", _told(lines))


def _told(lines: list[OrderLine]) -> str:
    """Which lines are invoiced how far."""
    counted = [line for line in lines if line.invoiced > 0]
    return ", ".join(f"line {line.number}: {line.invoiced} of {line.quantity}" for line in counted)


def _take(order: Order, step: str, did: str, details: str, **values: object) -> None:
    Order.objects.filter(pk=order.pk).take(step, version=F("version") + 1, **values)
    record(did, by=None, target=str(order), details=details, about=about(order))
