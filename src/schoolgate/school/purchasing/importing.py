"""From a kept document to an order or invoice of the ledger, or to one that waits with its reason, in one commit."""

from collections.abc import Callable, Mapping

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing import content_orders
from schoolgate.school.purchasing.asking import ask_to_mark
from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.copies import (
    SEEN_BEFORE,
    came_before,
    first_of,
    hold_supplier,
    identify,
)
from schoolgate.school.purchasing.documents import (
    LISTED_OTHERWISE,
    DocumentRefused,
    about,
    forget_last_try,
    held,
    may,
    note,
    take,
)
from schoolgate.school.purchasing.invoicing import taking as invoices
from schoolgate.school.purchasing.mailing.texts import text_of
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, Invoice, Order
from schoolgate.school.purchasing.store import UNREADABLE

Kind = FetchedDocument.Kind

GONE = (
    "Nothing was done: the document cannot be read from this site's files. Ask whoever runs the site to bring it back "
    "from the backup."
)

NO_REASON = Refused("", "")

TAKES: Mapping[str, Callable[[FetchedDocument, str], Order | Invoice | Refused]] = {
    Kind.ORDER: content_orders.take,
    Kind.INVOICE: invoices.take,
    Kind.CREDIT_NOTE: invoices.take,
}
"""What makes a row of the ledger of each kind of document that is fetched."""


def import_document(document: FetchedDocument, *, by_person: bool = False) -> None:
    """Import a kept document, or have it wait with the rule that it breaks. The object is brought up to date.

    It is never imported twice: one that was here before waits beside the first, until a person who keeps the first out
    tries it again. Nothing happens to what has ended.
    """
    raw = text_of(document)
    with transaction.atomic():
        this = held(document)
        if may(this, "import"):
            consider(this, raw, by_person=by_person)
    document.refresh_from_db()


def try_again(document: FetchedDocument, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Import a document that waits, for a person. Raises DocumentRefused when it has moved on, or cannot be read."""
    if not may(document, "import"):
        raise DocumentRefused(f"Nothing was done: the document is “{document.get_state_display()}” meanwhile.")
    with transaction.atomic():
        record("document tried again", by=by, target=str(document), request=request, about=about(document))
        try:
            import_document(document, by_person=True)
        except UNREADABLE as error:
            raise DocumentRefused(GONE) from error
        if document.state == DocumentState.IMPORTED:
            ask_to_mark(document.service)


def consider(this: FetchedDocument, raw: str, *, by_person: bool = False) -> None:
    """Take the step that a kept document is due, within the transaction that holds its row."""
    listed = this.kind
    forget_last_try(this)
    identify(this, raw)
    hold_supplier(this)
    this.save(update_fields=["supplier", "reference", "kind"])
    if this.kind != listed:
        note(this, LISTED_OTHERWISE)
    first = first_of(this, although_kept_out=by_person)
    if first is not None:
        _wait(this, Refused(SEEN_BEFORE, came_before(first, this)), first)
    else:
        outcome = TAKES[this.kind](this, raw)
        if isinstance(outcome, Refused):
            _wait(this, outcome)
        else:
            take(this, "import", ended_at=timezone.now(), first=None, **NO_REASON.as_fields())


def _wait(this: FetchedDocument, why: Refused, first: FetchedDocument | None = None) -> None:
    take(this, "wait", first=first, **why.as_fields())
