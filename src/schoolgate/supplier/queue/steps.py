"""Every step of a document in the queue (DESIGN 5), by the school's program or by somebody at the supplier's.

A step is one UPDATE that counts only where the row still stands as the step needs it, so of two at once one succeeds
and the other is told how the document stands.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.journal.writing import write
from schoolgate.commons.prepared import PreparedUpdate, insert, new_row
from schoolgate.supplier.models import STEPS, Document, DocumentEvent, State
from schoolgate.supplier.models.document import StepName
from schoolgate.supplier.queue.expiry import expires_at


class StepNotAllowed(Exception):
    """The document does not stand as the step needs it. `code` is for programs, the message a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def process(document: Document) -> None:
    """The school has taken the document in (UpdateDocumentStatus, true). Said again, nothing changes.

    Raises StepNotAllowed when it was withdrawn or has expired: then it does not exist for the school.
    """
    now = timezone.now()
    # A savepoint (here and below) would be a part of a school's call's cost: its name is never the same twice.
    with transaction.atomic(savepoint=False):
        moved = _TAKEN.run(document.pk, now)
        if moved:
            document.processed_at = now
            _note(document, State.PROCESSED, now, "processed", "Taken by the school")
    if not moved:
        _require_done("process", document, now)


def unprocess(document: Document) -> None:
    """The school wants the document again (UpdateDocumentStatus, false). Said again, nothing changes.

    One whose day has come meanwhile gets its days anew, or it would be gone before anybody could fetch it. Raises
    StepNotAllowed as `process` does, and when its content is no longer kept.
    """
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        moved = bool(_WANTED_AGAIN.run(document.pk, now))
        if not moved:
            anew = expires_at(document.buyer, now)
            moved = document.take("unprocess", now, processed_at=None, warned_at=None, expires_at=anew)
        if moved:
            document.processed_at = None
            _note(document, State.WAITING, now, "unprocessed", "Asked for again by the school")
    if not moved:
        _require_done("unprocess", document, now)


def withdraw(
    document: Document,
    *,
    by: User | None,
    seen: State | None = None,
    request: HttpRequest | None = None,
    who: str = "",
) -> None:
    """Take a document out of the queue that no school has taken. Raises StepNotAllowed.

    `seen` is the state in which the person saw it: where it stands otherwise by now, nothing is done. `who` names a
    program that is no user.
    """
    _by_hand("withdraw", document, what="withdrawn", by=by, seen=seen, request=request, who=who)


def expire(
    document: Document,
    *,
    by: User | None,
    seen: State | None = None,
    request: HttpRequest | None = None,
    who: str = "",
) -> None:
    """End a waiting document's days now. Raises StepNotAllowed; `seen` and `who` as for `withdraw`."""
    _by_hand("expire", document, what="expired", by=by, seen=seen, request=request, who=who)


def put_back(
    document: Document,
    *,
    by: User | None,
    seen: State | None = None,
    although_ordered: bool = False,
    request: HttpRequest | None = None,
    who: str = "",
) -> None:
    """Let a document wait again that was taken, withdrawn or has expired; it gets its days anew.

    Raises StepNotAllowed as `withdraw` does; `content-gone` when it is no longer kept; and `already-ordered` for a
    basket from which an order came, since the school would order it once more, unless `although_ordered`.
    """
    if not although_ordered and document.orders.exists():
        raise StepNotAllowed(
            "already-ordered",
            f"The school has already ordered from {document.doc_id}. Put back, it would be there to be ordered twice.",
        )
    _by_hand(
        "put back",
        document,
        what="put back",
        by=by,
        seen=seen,
        request=request,
        who=who,
        expires_at=expires_at(document.buyer, timezone.now()),
        warned_at=None,
        processed_at=None,
    )


def _require_done(step: StepName, document: Document, now: datetime) -> None:
    """Raises StepNotAllowed unless the document stands where the step leads to."""
    document.refresh_from_db()
    if document.state_at(now) != STEPS[step].target:
        raise StepNotAllowed(*_how_it_stands(document, now))


def _note(document: Document, state: State, now: datetime, what: str, words: str) -> None:
    document.state, document.changed_at = state, now
    insert(new_row(DocumentEvent, document_id=document.pk, at=now, what=what, words=words))
    fault_point("status.before-commit")


_PK, _NOW = -1, datetime(1999, 1, 1, tzinfo=UTC)
_TAKEN = PreparedUpdate(
    lambda pk, now: (
        Document.objects.filter(pk=pk).that_may("process", now),
        {"state": State.PROCESSED, "changed_at": now, "processed_at": now},
    ),
    _PK,
    _NOW,
)
_WANTED_AGAIN = PreparedUpdate(
    lambda pk, now: (
        Document.objects.filter(pk=pk, expires_at__gt=now).that_may("unprocess", now),
        {"state": State.WAITING, "changed_at": now, "processed_at": None},
    ),
    _PK,
    _NOW,
)


def _by_hand(
    step: StepName,
    document: Document,
    *,
    what: str,
    by: User | None,
    seen: State | None,
    request: HttpRequest | None,
    who: str,
    **values: Any,
) -> None:
    now = timezone.now()
    with transaction.atomic():
        if not document.take(step, now, seen=seen, **values):
            document.refresh_from_db()
            code, sentence = _how_it_stands(document, now)
            changed = seen is not None and document.state_at(now) != seen
            raise StepNotAllowed(code, f"{sentence} That has changed since you looked." if changed else sentence)
        words = f"{what.capitalize()} by {by or who or 'the command line'}"
        DocumentEvent.objects.create(document=document, at=now, what=what, words=words[:200], by=by)
        record(f"document {what}", by=by, target=document.doc_id, request=request, who=who)
        # Staff of every supplier read the journal: it names neither the school nor the supplier.
        write("INFO", f"{document.get_kind_display()} {document.doc_id} {what}.", link=document.get_absolute_url())


def _how_it_stands(document: Document, now: datetime) -> tuple[str, str]:
    """A code and a sentence for why a step cannot be taken."""
    if document.content_gone_at:
        return "content-gone", f"The content of {document.doc_id} is no longer kept. Put it into the queue anew."
    state = document.state_at(now)
    if state == State.EXPIRED:
        at = timezone.localtime(document.expires_at if document.state == State.WAITING else document.changed_at)
        return "expired", f"{document.doc_id} expired on {at.day} {at:%B %Y}."
    sentences = {
        State.WAITING: "waits for the school",
        State.PROCESSED: "was taken by the school",
        State.WITHDRAWN: "was withdrawn",
    }
    return state.value, f"{document.doc_id} {sentences[state]}."
