"""Who fetched what and when, noted a moment after the calls, many at once: to be noted slows no call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from schoolgate.commons.prepared import insert_all
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
    times: dict[int, list[datetime]] = defaultdict(list)
    for fetch in fetches:
        times[fetch.document].append(fetch.at)
    as_often: dict[int, list[int]] = defaultdict(list)
    with transaction.atomic():
        rows = Document.objects.select_for_update(of=("self",)).filter(pk__in=times).order_by("pk")
        events = []
        for pk, fetched in rows.values_list("pk", "fetched"):
            as_often[len(times[pk])].append(pk)
            events += [
                DocumentEvent(document_id=pk, at=at, what="fetched", words="Fetched by the school")
                for at in sorted(times[pk])[: max(0, EVENTS_KEPT - fetched)]
            ]
        last = max(fetch.at for fetch in fetches)
        for number, documents in as_often.items():
            Document.objects.filter(pk__in=documents).update(fetched=F("fetched") + number, fetched_at=last)
        insert_all(events)
