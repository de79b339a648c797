"""What the supplier site keeps for a time: the content of documents that are over, refused orders, the log of calls."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Length
from django.utils import timezone

from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.preferences.registry import NumberPreference
from schoolgate.commons.retention.kinds import Item, Kept, clears, keeps
from schoolgate.supplier.models import (
    Call,
    Delivery,
    DeliveryState,
    Document,
    DocumentContent,
    IdempotentAnswer,
    RefusedOrder,
    State,
)

CALLS_KEPT = 90
DELIVERIES_KEPT = 90
ANSWERS_KEPT = timedelta(hours=24)
AT_ONCE = 1_000
"""Rows a transaction: schools' calls pass in between."""

clears("The log of calls", CALLS_KEPT, "to see what a school called and what it was told, for about a term")
clears("Deliveries to webhooks", DELIVERIES_KEPT, "to see what your shop was told, and to send it again")
clears("Answers kept for an Idempotency-Key", ANSWERS_KEPT.days, "so that a request said twice is done once")


@keeps
class DocumentsOver(Kept):
    """The XML of documents that wait for nobody any more."""

    name = "documents-over"
    words = "Content of documents that were taken, withdrawn or have expired"
    stays = "the document’s page: what it was, for whom, its total, and who fetched it when"
    why = "so that a school whose finance system is put back from a backup can fetch a year’s documents again"
    days = NumberPreference(
        "documents-over-days",
        default=400,
        meaning="for how many days the content of documents is kept that wait no more; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        documents = Document.objects.exclude(state=State.WAITING).filter(content_gone_at=None, changed_at__lt=before)
        for document in documents.annotate(size=Length("content__xml")).order_by("changed_at").iterator():
            name = f"{document.get_kind_display()} {document.doc_id}"
            yield Item(document.pk, name, document.changed_at, document.size or 0, document.get_absolute_url())

    def remove(self, item: Item) -> str:
        with transaction.atomic():
            gone = (
                Document.objects.exclude(state=State.WAITING)
                .filter(pk=item.key, changed_at=item.since)
                .update(content_gone_at=timezone.now())
            )
            if gone:
                DocumentContent.objects.filter(document=item.key).delete()
        return "" if gone else "It was put back meanwhile."


@keeps
class RefusedOrders(Kept):
    """Orders that were answered InvalidXmlException."""

    name = "refused-orders"
    words = "Orders that were refused"
    stays = "the line of the journal"
    why = "to tell a school or the maker of its program what was wrong, for about a term"
    days = NumberPreference(
        "refused-orders-days",
        default=90,
        meaning="for how many days orders are kept that were refused; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        orders = RefusedOrder.objects.filter(last_at__lt=before).annotate(size=Length("xml")).defer("xml", "problems")
        for order in orders.order_by("last_at").iterator():
            yield Item(order.pk, f"Order {order.number or 'without a number'}", order.last_at, order.size)

    def remove(self, item: Item) -> str:
        gone, _ = RefusedOrder.objects.filter(pk=item.key, last_at=item.since).delete()
        return "" if gone else "It came again meanwhile."


@every(hours=1, words="Clearing away old calls, deliveries and answers")
def clear_logs() -> int:
    """Delete what is older than its days, some at a time; how many rows."""
    now = timezone.now()
    old_calls = Call.objects.filter(at__lt=now - timedelta(days=CALLS_KEPT))
    old_deliveries = Delivery.objects.exclude(state=DeliveryState.WAITING).filter(
        made_at__lt=now - timedelta(days=DELIVERIES_KEPT)
    )
    old_answers = IdempotentAnswer.objects.filter(at__lt=now - ANSWERS_KEPT)
    total = 0
    for rows in (old_calls, old_deliveries, old_answers):
        while keys := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
            total += rows.model.objects.filter(pk__in=keys).delete()[0]
    return total
