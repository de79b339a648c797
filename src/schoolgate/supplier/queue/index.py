"""What a school may fetch: only what is its own, waits or was taken, and has not expired (reference 2.2, 2.5)."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from schoolgate.documents.ebis.index import Entry, write_index
from schoolgate.supplier.models import Buyer, Document, DocumentContent
from schoolgate.supplier.models.document import DocumentQuerySet

LONDON = ZoneInfo("Europe/London")


def index_of(buyer: Buyer, now: datetime | None = None) -> str:
    """The fetch index of all documents that wait for this buyer, the oldest first (FetchIndex)."""
    return _index(buyer.documents.in_the_index(now or timezone.now()))


def history_of(buyer: Buyer, since: datetime, now: datetime | None = None) -> str:
    """The fetch index of all documents created strictly after `since`, waiting or taken, the oldest first.

    A time without a zone is London's. Documents of a buyer are created one after the other (`put_document`), so who
    asks from the newest date that it knows misses none.
    """
    if since.tzinfo is None:
        since = since.replace(tzinfo=LONDON)
    return _index(buyer.documents.in_the_history(now or timezone.now()).filter(created_at__gt=since))


def find(buyer: Buyer, doc_id: str, now: datetime | None = None) -> Document | None:
    """The document, if this buyer may fetch it now; another's, a withdrawn and an expired one do not exist."""
    found: Document | None = (
        buyer.documents.in_the_history(now or timezone.now()).filter(doc_id=doc_id.replace("\0", "")).first()
    )
    if found is not None:
        found.buyer = buyer
    return found


def content_of(document: Document) -> str:
    """The document's XML, without a byte order mark (FetchDoc). To fetch it changes no state.

    Raises DocumentContent.DoesNotExist when it is no longer kept.
    """
    return DocumentContent.objects.values_list("xml", flat=True).get(document=document)


def _index(documents: DocumentQuerySet) -> str:
    rows: Iterable[tuple[str, str, datetime]] = documents.order_by("created_at", "pk").values_list(
        "doc_id", "kind", "created_at"
    )
    return write_index(Entry(doc_id, kind, created.astimezone(LONDON)) for doc_id, kind, created in rows)
