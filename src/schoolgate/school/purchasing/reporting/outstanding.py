"""Orders that went out and are not delivered or invoiced in full, the most overdue first."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.web.tables import Column
from schoolgate.school.purchasing.models import Order, OrderState
from schoolgate.school.purchasing.order_document import required_by
from schoolgate.school.purchasing.reporting.report import Report, Scope, number_of, report

OUT = (OrderState.SENT, OrderState.UNSURE, OrderState.PART_INVOICED)
"""Orders that may be with their supplier, and from which more may come."""

_A_UNIT = 10_000
"""A quantity of 1, as QuantityField keeps it."""


@dataclass(frozen=True)
class Outstanding:
    """An order of so many `lines`, of which so many are `received` and `invoiced` in full. `late` is in days."""

    order: Order
    lines: int
    received: int
    invoiced: int
    required_by: date
    late: int

    @property
    def is_late(self) -> str:
        return "late" if self.late else ""


@report
class OutstandingOrders(Report):
    """Orders of which something is still to come: goods, or an invoice."""

    name = "outstanding-orders"
    title = "Outstanding orders"
    question = "Which orders are not delivered or not invoiced in full, and which of them are late?"
    noun = ("order", "orders")
    of_supplier = of_cost_centre = True

    def columns(self, scope: Scope) -> list[Column]:
        return [
            Column("order__number", "Order no.", kind="code", search=True, link=_order_page),
            Column("order__supplier__name", "Supplier", search=True),
            Column("order__sent_at", "Sent", kind="time"),
            Column("required_by", "Required by", kind="date"),
            Column("is_late", "Late", kind="state", choices=[("late", "late")]),
            Column("late", "Days late", kind="number", value=lambda row: row.late or None),
            Column("received", "Lines received", value=lambda row: f"{row.received:,} of {row.lines:,}"),
            Column("invoiced", "Lines invoiced", value=lambda row: f"{row.invoiced:,} of {row.lines:,}"),
            Column("order__net", "Net", kind="money"),
            Column("order__state", "State", kind="state", value=lambda row: row.order.get_state_display()),
        ]

    def rows(self, scope: Scope) -> list[Outstanding]:
        orders = Order.objects.filter(state__in=OUT, **scope.narrowed(supplier="supplier"))
        if scope.cost_centre:
            orders = orders.filter(
                pk__in=orders.filter(lines__coding__cost_centre__code=scope.cost_centre, lines__removed_at=None)
            )
        standing = Q(lines__removed_at=None)
        counted = orders.select_related("supplier").annotate(
            line_count=Count("lines", filter=standing),
            received_count=Count("lines", filter=standing & Q(lines__received__gte=F("lines__quantity"))),
            invoiced_count=Count("lines", filter=standing & Q(lines__invoiced__gte=F("lines__quantity") * _A_UNIT)),
        )
        today = timezone.localdate()
        found = [_outstanding(order, today) for order in counted]
        open_ones = [one for one in found if one.received < one.lines or one.invoiced < one.lines]
        return sorted(open_ones, key=lambda one: (-one.late, one.required_by, one.order.pk))

    def answer(self, scope: Scope, rows: list[Outstanding]) -> str:
        late = sum(one.late > 0 for one in rows)
        are = "is" if len(rows) == 1 else "are"
        told = f"{number_of(len(rows), self.noun).capitalize()} {are} not delivered or not invoiced in full"
        return f"{told}; {late:,} of them {'is' if late == 1 else 'are'} late." if late else f"{told}; none is late."


def _outstanding(order: Order, today: date) -> Outstanding:
    counts = {name: getattr(order, f"{name}_count") for name in ("line", "received", "invoiced")}
    by = required_by(order)
    overdue = by < today and counts["received"] < counts["line"]
    return Outstanding(
        order, counts["line"], counts["received"], counts["invoiced"], by, (today - by).days if overdue else 0
    )


def _order_page(row: Outstanding) -> str:
    return reverse("purchase-order", args=[row.order.pk])
