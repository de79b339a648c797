"""Who fetched what and when, noted a moment after the calls, many at once: to be noted slows no call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F

from schoolgate.commons.prepared import Inserting, PreparedUpdate
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
    events = []
    with transaction.atomic(savepoint=False):
        # In one order, so that two processes never wait for each other's rows.
        for pk, fetched in sorted(times.items()):
            fetched.sort()
            for (number,) in _COUNTED.changed(pk, fetched[-1], len(fetched)):
                kept = max(0, EVENTS_KEPT - (number - len(fetched)))
                events += [
                    {"document_id": pk, "at": at, "what": "fetched", "words": "Fetched by the school", "by_id": None}
                    for at in fetched[:kept]
                ]
        Inserting(DocumentEvent, events).run()


_PK, _AT, _NUMBER = -1, datetime(1999, 1, 1, tzinfo=UTC), -2
_COUNTED = PreparedUpdate(
    lambda pk, at, number: (Document.objects.filter(pk=pk), {"fetched": F("fetched") + number, "fetched_at": at}),
    _PK,
    _AT,
    _NUMBER,
    returning=["fetched"],
)
