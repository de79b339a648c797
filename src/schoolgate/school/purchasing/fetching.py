"""A round at one supplier's service: what it offers is fetched, kept, imported, and marked there (reference 1).

Each step is durable before the next begins, and every step that a dead round left open is taken by the next one: listed
→ kept → imported or waiting → marked as processed at the service. A document that makes trouble keeps no other from
coming in; a service that does keeps no other service.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.engine import without_values
from schoolgate.commons.journal.writing import write
from schoolgate.documents.ebis.index import Entry
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.documents import CHANGED, ENDED, PUT_BACK, held, may, note, take
from schoolgate.school.purchasing.importing import import_document
from schoolgate.school.purchasing.invoicing.rules import TRIED_EACH_ROUND
from schoolgate.school.purchasing.marking import mark_ended, was_put_back
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, WebService
from schoolgate.school.purchasing.store import keep
from schoolgate.wire.http import Again, StopRun
from schoolgate.wire.soap.errors import DocumentNotThere, ServiceError, Unreachable

log = logging.getLogger(__name__)

Kind = FetchedDocument.Kind

FETCHED_KINDS = (Kind.ORDER, Kind.INVOICE, Kind.CREDIT_NOTE)
"""Quotes and what is not known stay where they are (seed)."""
LONGEST_ID = 200
UNANSWERED_IN_A_ROW = 2
"""So many calls without an answer, one after the other, are no document's fault: the line is down."""
NOT_GIVEN = "The service listed it and did not give it: it may have expired, or been withdrawn, in between."

Progress = Callable[[int, int, str], None]


@dataclass
class Count:
    """What a round brought, in documents."""

    offered: int = 0
    found: int = 0
    """Fetched in this round."""
    imported: int = 0
    waiting: int = 0
    here: int = 0
    """Offered, and here before this round."""
    not_fetched: int = 0
    """Quotes and what is not known."""
    failed: int = 0
    """They could not be fetched, or not be marked."""

    @property
    def words(self) -> str:
        """All that is not nothing, in words."""
        told = (
            (self.found, "found"),
            (self.imported, "imported"),
            (self.waiting, "waiting for you"),
            (self.here, "already here"),
            (self.not_fetched, "not fetched"),
            (self.failed, "failed"),
        )
        return ", ".join(f"{number:,} {what}" for number, what in told if number) or "nothing new"


@dataclass
class Round:
    """How a round ended. `error` is what is to be tried again, or cured; the rest was done all the same."""

    count: Count = field(default_factory=Count)
    error: Exception | None = None

    def as_result(self) -> dict[str, int]:
        """The numbers, for the job's row."""
        return asdict(self.count)


def fetch_from(
    service: WebService,
    *,
    look: bool = True,
    on_progress: Progress = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Round:
    """Fetch what a service has for this school, and bring on what former rounds began.

    Without `look` only the latter. Raises nothing of the service's: see `Round.error`.
    """
    this, offered = Round(), {}
    listed_at = timezone.now()
    if look:
        try:
            offered = _list(service, listed_at, this.count)
        except ServiceError as error:
            this.error = error
            return this
        fault_point("fetch.listed")
    documents = list(_to_do(service, offered))
    unanswered = 0
    for done, document in enumerate(documents):
        on_progress(done, len(documents), this.count.words)
        if cancelled():
            break
        try:
            if document.doc_id in offered:
                _look_again(document, offered[document.doc_id], listed_at)
            _bring_on(document, this.count)
            unanswered = 0
        except ServiceError as error:
            _fail(this, document, error)
            unanswered = unanswered + 1 if isinstance(error, Unreachable) else 0
            if isinstance(error.step, StopRun) or unanswered == UNANSWERED_IN_A_ROW:
                break
        except NoSpace as error:
            _fail(this, document, error)
            break
        except Exception as error:  # noqa: BLE001  whatever is the matter with it, the others come in first
            log.error("document %d: %s", document.pk, without_values(error))
            _fail(this, document, error)
    on_progress(len(documents), len(documents), this.count.words)
    return this


def _fail(this: Round, document: FetchedDocument, error: Exception) -> None:
    this.count.failed += 1
    # What may pass goes before what does not, so that the round is tried again.
    if not (isinstance(this.error, ServiceError) and isinstance(this.error.step, Again)):
        this.error = error
    if isinstance(error, ServiceError):
        FetchedDocument.objects.filter(pk=document.pk, state=DocumentState.LISTED).update(said=error.sentence)


def _list(service: WebService, listed_at: datetime, count: Count) -> dict[str, Entry]:
    """Give every document that the service offers a row; what it says of each, by the id."""
    entries = call(service, lambda client: client.fetch_index())
    # The first of two with one id; an id that no row can hold is nothing that could be asked for (seed: 100 letters).
    offered = {entry.doc_id: entry for entry in reversed(entries) if len(entry.doc_id) <= LONGEST_ID}
    known = {document.doc_id: document for document in service.documents.filter(doc_id__in=offered)}
    for doc_id, document in known.items():
        # What was no document of a known kind may be one since its supplier corrected the list.
        if document.state == DocumentState.LISTED and document.kind != _kind(offered[doc_id].kind):
            document.kind = _kind(offered[doc_id].kind)
            document.save(update_fields=["kind"])
    FetchedDocument.objects.bulk_create(
        (
            FetchedDocument(
                service=service, doc_id=doc_id, kind=_kind(entry.kind), created=entry.created, listed_at=listed_at
            )
            for doc_id, entry in reversed(offered.items())
            if doc_id not in known
        ),
        ignore_conflicts=True,
    )
    count.offered = len(offered)
    count.here = sum(document.state != DocumentState.LISTED for document in known.values())
    count.not_fetched = sum(_kind(entry.kind) not in FETCHED_KINDS for entry in offered.values())
    count.failed = len({entry.doc_id for entry in entries}) - len(offered)
    return offered


def _kind(told: str) -> str:
    return told if told in Kind.values else Kind.OTHER


def _to_do(service: WebService, offered: Iterable[str]) -> QuerySet[FetchedDocument]:
    """What is to be looked at and brought on, the longest known first."""
    is_offered = Q(kind__in=FETCHED_KINDS, doc_id__in=offered)
    to_import = Q(state=DocumentState.FETCHED) | Q(state=DocumentState.WAITING, rule__in=TRIED_EACH_ROUND)
    to_mark = Q(state__in=ENDED, marked_at=None)
    return service.documents.filter(is_offered | to_import | to_mark).order_by("pk")


def _look_again(document: FetchedDocument, entry: Entry, listed_at: datetime) -> None:
    """Note what became at the service of a document that is kept here. Raises a ServiceError.

    One that ended here and is offered once more will be marked again, and is never imported again.
    """
    put_back = was_put_back(document, listed_at)
    remade = document.created != entry.created
    if document.sha256 and (remade or (put_back and PUT_BACK not in document.notes)):
        _compare(document)
    if put_back:
        note(document, PUT_BACK)
        document.marked_at = None
    if put_back or remade:
        document.created = entry.created
        document.save(update_fields=["marked_at", "created"])


def _compare(document: FetchedDocument) -> None:
    """Note it where the service has other content under the document's id now, and tell of it once: it may be another
    basket, which nobody would see."""
    assert document.service is not None
    with suppress(DocumentNotThere):
        text = call(document.service, lambda client: client.fetch_doc(document.doc_id))
        if hashlib.sha256(text.encode()).hexdigest() != document.sha256 and CHANGED not in document.notes:
            note(document, CHANGED)
            link = reverse("purchasing-document", args=[document.pk])
            write("WARN", f"{document.service} changed {document} after it was fetched.", details=CHANGED, link=link)


def _bring_on(document: FetchedDocument, count: Count) -> None:
    """Take a document as far as it comes. Raises a ServiceError, NoSpace."""
    if document.state == DocumentState.LISTED:
        _fetch(document)
        count.found += document.state != DocumentState.LISTED
    is_new = document.state == DocumentState.FETCHED
    if is_new or (document.state == DocumentState.WAITING and document.rule in TRIED_EACH_ROUND):
        import_document(document)
        fault_point("fetch.imported")
        count.imported += document.state == DocumentState.IMPORTED
        count.waiting += is_new and document.state == DocumentState.WAITING
    if document.state in ENDED and document.marked_at is None and mark_ended(document):
        fault_point("fetch.marked")


def _fetch(document: FetchedDocument) -> None:
    """Fetch a document and keep it as it came, before any row says so."""
    service = document.service
    assert service is not None
    try:
        text = call(service, lambda client: client.fetch_doc(document.doc_id))
    except DocumentNotThere:
        note(document, NOT_GIVEN)
        raise
    stored = keep(text.encode())
    fault_point("fetch.stored")
    with transaction.atomic():
        this = held(document)
        if may(this, "fetch"):
            kept = {"sha256": stored.sha256, "size": stored.size, "fetched_at": timezone.now()}
            # That it was not given before is over.
            take(this, "fetch", **kept, said="", notes=[])
    document.refresh_from_db()
    fault_point("fetch.committed")
