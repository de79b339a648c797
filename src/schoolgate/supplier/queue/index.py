"""What a school may fetch: only what is its own, waits or was taken, and has not expired (reference 2.2, 2.5)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from schoolgate.commons.prepared import Prepared, aware, row_of
from schoolgate.documents.ebis.index import Entry, write_index
from schoolgate.supplier.models import Buyer, Document, DocumentContent
from schoolgate.supplier.models.document import DocumentQuerySet

LONDON = ZoneInfo("Europe/London")


class Fetched(NamedTuple):
    """A document's key and its XML, without a byte order mark."""

    document: int
    xml: str


def index_of(buyer: Buyer, now: datetime | None = None) -> str:
    """The fetch index of all documents that wait for this buyer, the oldest first (FetchIndex)."""
    return _write(_INDEX.rows(buyer.pk, now or timezone.now()))


def history_of(buyer: Buyer, since: datetime, now: datetime | None = None) -> str:
    """The fetch index of all documents created strictly after `since`, waiting or taken, the oldest first.

    A time without a zone is London's. Documents of a buyer are created one after the other (`put_document`), so who
    asks from the newest date that it knows misses none.
    """
    if since.tzinfo is None:
        since = since.replace(tzinfo=LONDON)
    return _write(_HISTORY.rows(buyer.pk, now or timezone.now(), since))


def find(buyer: Buyer, doc_id: str, now: datetime | None = None) -> Document | None:
    """The document, if this buyer may fetch it now; another's, a withdrawn and an expired one do not exist.

    Only its key, state and days are read; the rest is when it is asked for.
    """
    for pk, state, expires in _ONE.rows(buyer.pk, now or timezone.now(), doc_id.replace("\0", "")):
        names = ("id", "buyer_id", "doc_id", "state", "expires_at")
        found = row_of(Document, names, (pk, buyer.pk, doc_id, state, aware(expires)))
        found.buyer = buyer
        return found
    return None


def fetch(buyer: Buyer, doc_id: str, now: datetime | None = None) -> Fetched | None:
    """What FetchDoc gives out, if this buyer may fetch it now, as `find`. To fetch it changes no state.

    Raises DocumentContent.DoesNotExist when its content is no longer kept.
    """
    for document, xml in _CONTENT.rows(buyer.pk, now or timezone.now(), doc_id.replace("\0", "")):
        if xml is None:
            raise DocumentContent.DoesNotExist
        return Fetched(document, xml)
    return None


def content_of(document: Document) -> str:
    """The document's XML, without a byte order mark. Raises DocumentContent.DoesNotExist when it is not kept."""
    return DocumentContent.objects.values_list("xml", flat=True).get(document=document)


def _write(rows: Iterable[tuple[str, str, datetime]]) -> str:
    return write_index(_entry(*row) for row in rows)


@lru_cache(maxsize=4_096)
def _entry(doc_id: str, kind: str, created: datetime) -> Entry:
    return Entry(doc_id, kind, aware(created).astimezone(LONDON))


def _listed(documents: DocumentQuerySet) -> QuerySet[Any, Any]:
    return documents.order_by("created_at", "pk").values_list("doc_id", "kind", "created_at")


def _called(buyer: int, now: datetime, doc_id: str) -> DocumentQuerySet:
    return Document.objects.filter(buyer=buyer, doc_id=doc_id).in_the_history(now).order_by()


_BUYER, _NOW, _SINCE, _ID = -1, datetime(1999, 1, 1, tzinfo=UTC), datetime(1998, 1, 1, tzinfo=UTC), "an id"
_INDEX = Prepared(
    lambda buyer, now: _listed(Document.objects.filter(buyer=buyer).in_the_index(now)),
    _BUYER,
    _NOW,
)
_HISTORY = Prepared(
    lambda buyer, now, since: _listed(Document.objects.filter(buyer=buyer, created_at__gt=since).in_the_history(now)),
    _BUYER,
    _NOW,
    _SINCE,
)
_CONTENT = Prepared(
    lambda buyer, now, doc_id: _called(buyer, now, doc_id).values_list("pk", "content__xml"), _BUYER, _NOW, _ID
)
_ONE = Prepared(
    lambda buyer, now, doc_id: _called(buyer, now, doc_id).values_list("pk", "state", "expires_at"), _BUYER, _NOW, _ID
)
