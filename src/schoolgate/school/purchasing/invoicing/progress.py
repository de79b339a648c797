"""How far orders are received and invoiced, in a word each, for lists and sentences."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, Q

from schoolgate.commons.money import as_kept
from schoolgate.school.purchasing.models import Order, OrderLine

NOT_YET, IN_PART, ALL = "", "in part", "all"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order is `received` and `invoiced`: NOT_YET, IN_PART or ALL."""

    received: str
    invoiced: str


def progress_of(orders: Collection[Order]) -> dict[int, Progress]:
    """How far each of these orders is, by their numbers in the database; lines that were taken off do not count."""
    counted = (
        OrderLine.objects.filter(order__in=orders, removed_at=None)
        .order_by()
        .values("order")
        .annotate(
            lines=Count("pk"),
            received_some=Count("pk", filter=Q(received__gt=0)),
            received_all=Count("pk", filter=Q(received__gte=F("quantity"))),
            invoiced_some=Count("pk", filter=Q(invoiced__gt=0)),
            invoiced_all=Count("pk", filter=Q(invoiced__gte=as_kept("quantity"))),
        )
    )
    found = {
        row["order"]: Progress(
            _word(row["lines"], row["received_some"], row["received_all"]),
            _word(row["lines"], row["invoiced_some"], row["invoiced_all"]),
        )
        for row in counted
    }
    return {order.pk: found.get(order.pk, Progress(NOT_YET, NOT_YET)) for order in orders}


def _word(lines: int, some: int, whole: int) -> str:
    if whole == lines:
        return ALL
    return IN_PART if some else NOT_YET
