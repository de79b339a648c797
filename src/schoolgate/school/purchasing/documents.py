"""What people and rounds do with a document that came from a supplier's service."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit
from schoolgate.school.purchasing.asking import ask_to_mark
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument
from schoolgate.school.purchasing.models.fetched_document import STEPS

ENDED = (DocumentState.IMPORTED, DocumentState.KEPT_OUT)
"""What the service may be told of as processed."""

CHANGED = (
    "The supplier's service has other content under this id now. What was fetched first stands; if the other is meant, "
    "ask the supplier to send it as a new document."
)
PUT_BACK = (
    "The supplier's service offered it once more after it had ended here. It was not imported again, and the service "
    "was told again that it is processed."
)
GONE = "The service no longer has it, so that nothing was left to be told."
LISTED_OTHERWISE = (
    "The supplier's service listed it as an invoice where it is a credit note, or the other way about: it is taken as "
    "what it says itself."
)
OF_ITS_SERVICE = (CHANGED, PUT_BACK, GONE, LISTED_OTHERWISE)
"""Notes of what became at its service of a document that is kept here. All others are of the last try to import it."""

TRY_WAITING = "try-documents-again"


class DocumentRefused(Exception):
    """It cannot be done to this document; the message is a sentence for the person who asked."""


def may(document: FetchedDocument, step: str) -> bool:
    """Whether a document may take a step of STEPS."""
    return document.state in STEPS[step][0]


def held(document: FetchedDocument) -> FetchedDocument:
    """The document as it is now, its row held to the end of the transaction."""
    found: FetchedDocument = FetchedDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    return found


def take(document: FetchedDocument, step: str, **values: Any) -> None:
    """Take a step of STEPS with a document whose row is held, which is brought up to date.

    Raises DocumentRefused when it has moved on.
    """
    if not may(document, step):
        raise DocumentRefused(f"Nothing was done: the document is “{document.get_state_display()}” meanwhile.")
    for name, value in {**values, "state": STEPS[step][1]}.items():
        setattr(document, name, value)
    document.save(update_fields=[*values, "state"])


def note(document: FetchedDocument, text: str) -> None:
    """Keep a sentence with a document, once."""
    if text not in document.notes:
        document.notes = [*document.notes, text]
        FetchedDocument.objects.filter(pk=document.pk).update(notes=document.notes)


def forget_last_try(document: FetchedDocument) -> None:
    """Have a document, whose row is held, without the notes of the try before: a new one makes its own."""
    document.notes = [text for text in document.notes if text in OF_ITS_SERVICE]
    document.save(update_fields=["notes"])


def keep_out(document: FetchedDocument, *, by: User | None, reason: str, request: HttpRequest | None = None) -> None:
    """Decide that a document is not imported. Its service is told that it is processed, so it offers it no more.

    Raises DocumentRefused when it has moved on, or without a reason.
    """
    if not reason.strip():
        raise DocumentRefused("Say why the document is kept out.")
    with transaction.atomic():
        this = held(document)
        take(this, "keep out", ended_at=timezone.now(), decided_by=by, reason=reason.strip()[:200])
        record("document kept out", by=by, target=str(this), details=reason, request=request, about=about(this))
        ask_to_mark(this.service)
    document.refresh_from_db()


def take_back(document: FetchedDocument, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Let a document that was kept out wait again. Raises DocumentRefused when it has moved on."""
    with transaction.atomic():
        this = held(document)
        take(this, "take back", ended_at=None, decided_by=by, reason="")
        record("document taken back", by=by, target=str(this), request=request, about=about(this))
    document.refresh_from_db()


def try_waiting_again(rule: str) -> Job:
    """Have every document that waits by this rule tried again, in the caller's transaction: what it lacks is there."""
    return submit(TRY_WAITING, {"rule": rule}, key=f"{TRY_WAITING}:{rule}")


def about(document: FetchedDocument) -> str:
    """By this the audit's entries of a document are found."""
    return about_number(document.pk)


def about_number(pk: int) -> str:
    """The same, of a document by its number in the database."""
    return f"document {pk}"


TAKEN_FROM_MAIL = "order taken from e-mail"
"""What the audit calls it that a person took an order from a file; `own_orders` reads it there."""
