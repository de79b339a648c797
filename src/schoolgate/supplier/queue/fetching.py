"""Who fetched what and when, noted a moment after the calls, many at once: to be noted slows no call."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from schoolgate.supplier.models import Document, DocumentEvent

EVENTS_KEPT = 20
"""Of a document fetched again and again by a program gone wild only the number goes on."""


@dataclass(frozen=True)
class Fetch:
    """That a school's program was given a document (by its key)."""

    document: int
    at: datetime


def note_fetches(fetches: Sequence[Fetch]) -> None:
    """Count these fetches up at their documents, and note each of the first ones as an event."""
    counted = Counter(fetch.document for fetch in fetches)
    with transaction.atomic():
        rows = Document.objects.select_for_update(of=("self",)).filter(pk__in=counted).order_by("pk")
        before = dict(rows.values_list("pk", "fetched"))
        events = []
        for pk, fetched in before.items():
            times = sorted(fetch.at for fetch in fetches if fetch.document == pk)
            Document.objects.filter(pk=pk).update(fetched=F("fetched") + len(times), fetched_at=times[-1])
            events += [
                DocumentEvent(document_id=pk, at=at, what="fetched", words="Fetched by the school")
                for at in times[: max(0, EVENTS_KEPT - fetched)]
            ]
        DocumentEvent.objects.bulk_create(events)
