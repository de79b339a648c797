"""Ordered, received and invoiced beside each other, line by line: for an invoice, and for an order (SCREENS 5.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from schoolgate.school.purchasing.models import BOOKED, Invoice, InvoiceLine, Order, OrderLine

NOTHING = Decimal(0)
_PRICE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the picture of a line: what it counts, how many, and how long it is in per cent of the longest."""

    label: str
    many: Decimal
    percent: Decimal
    state: str


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """One line, as it was ordered, as it came, and as it is invoiced.

    `line` is the order's; None: nothing was ordered for it, as post and packing. `before` is what other booked invoices
    have of it, credit notes taken off, `this` what the invoice in hand has, below nothing for a credit note. Prices are
    of one, net of discounts, in pounds; None where nothing has one. `difference` is in pounds net: what the invoice, or
    all invoices of an order, ask above what the order says that so many cost.
    """

    line: OrderLine | None
    description: str
    ordered: int
    received: int
    before: Decimal
    this: Decimal
    price_ordered: Decimal | None
    price_invoiced: Decimal | None
    difference: Decimal

    @property
    def after(self) -> Decimal:
        """What is invoiced in all."""
        return self.before + self.this

    @property
    def is_more_than_ordered(self) -> bool:
        return self.line is not None and self.after > self.ordered

    @property
    def is_more_than_received(self) -> bool:
        return self.line is not None and self.after > self.received

    @property
    def bars(self) -> list[Bar]:
        """The picture: how many were ordered, received and invoiced, each as long as it is many."""
        invoiced_state = "bad" if self.is_more_than_ordered else "good"
        counted = (
            ("ordered", Decimal(self.ordered), "quiet"),
            ("received", Decimal(self.received), "busy"),
            ("invoiced", max(self.after, NOTHING), invoiced_state),
        )
        longest = max(many for _, many, _ in counted) or 1
        return [Bar(label, many, round(many * 100 / longest, 2), state) for label, many, state in counted]


def rows_of(invoice: Invoice) -> list[ThreeWay]:
    """A row for each order line that an invoice or credit note has, and for each of its lines that has none."""
    by_line: dict[OrderLine, list[InvoiceLine]] = {}
    alone = []
    for line in invoice.lines.select_related("order_line").order_by("number", "pk"):
        if line.order_line is None:
            alone.append(line)
        else:
            by_line.setdefault(line.order_line, []).append(line)
    rows = [_of_an_order_line(invoice, ordered, lines) for ordered, lines in by_line.items()]
    return [*rows, *(_without_order(invoice, line) for line in alone)]


def rows_of_order(order: Order, lines: Iterable[OrderLine] | None = None) -> list[ThreeWay]:
    """A row for each of these lines of an order, else all that nobody took off, with all that booked invoices have."""
    shown = list(order.lines.filter(removed_at=None) if lines is None else lines)
    booked: dict[OrderLine, list[InvoiceLine]] = {}
    invoiced = InvoiceLine.objects.filter(order_line__in=shown, invoice__state__in=BOOKED)
    for one in invoiced.select_related("invoice", "order_line"):
        if one.order_line is not None:
            booked.setdefault(one.order_line, []).append(one)
    return [_of_all_invoices(line, booked.get(line, [])) for line in shown]


def _of_an_order_line(invoice: Invoice, ordered: OrderLine, lines: Iterable[InvoiceLine]) -> ThreeWay:
    this = invoice.sign * sum((line.quantity for line in lines), NOTHING)
    net = invoice.sign * sum((line.net for line in lines), NOTHING)
    return ThreeWay(
        line=ordered,
        description=ordered.description,
        ordered=ordered.quantity,
        received=ordered.received,
        before=ordered.invoiced - (this if invoice.state in BOOKED else NOTHING),
        this=this,
        price_ordered=_each(ordered.net, Decimal(ordered.quantity)),
        price_invoiced=_each(net, this),
        difference=net - ordered.net_for(this),
    )


def _without_order(invoice: Invoice, line: InvoiceLine) -> ThreeWay:
    return ThreeWay(
        line=None,
        description=line.description,
        ordered=0,
        received=0,
        before=NOTHING,
        this=invoice.sign * line.quantity,
        price_ordered=None,
        price_invoiced=_each(line.net, line.quantity),
        difference=invoice.sign * line.net,
    )


def _of_all_invoices(line: OrderLine, invoiced: Iterable[InvoiceLine]) -> ThreeWay:
    net = sum((one.invoice.sign * one.net for one in invoiced), NOTHING)
    return ThreeWay(
        line=line,
        description=line.description,
        ordered=line.quantity,
        received=line.received,
        before=line.invoiced,
        this=NOTHING,
        price_ordered=_each(line.net, Decimal(line.quantity)),
        price_invoiced=_each(net, line.invoiced),
        difference=net - line.net_for(line.invoiced),
    )


def _each(net: Decimal, many: Decimal) -> Decimal | None:
    """The price of one, to at most four places."""
    return (net / many).quantize(_PRICE) if many else None
