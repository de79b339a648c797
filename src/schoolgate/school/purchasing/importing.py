"""From a kept document to an order of the ledger, or to one that waits with its reason, in one commit."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing import content_orders
from schoolgate.school.purchasing.asking import ask_to_mark
from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.copies import SEEN_BEFORE, came_before, first_of, hold_supplier, identify
from schoolgate.school.purchasing.documents import DocumentRefused, about, forget_last_try, held, may, take
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument
from schoolgate.school.purchasing.store import UNREADABLE, read

Kind = FetchedDocument.Kind

GONE = (
    "Nothing was done: the document cannot be read from this site's files. Ask whoever runs the site to bring it back "
    "from the backup."
)

NO_REASON = Refused("", "")


def import_document(document: FetchedDocument, *, by_person: bool = False) -> None:
    """Import a kept document, or have it wait with the rule that it breaks. The object is brought up to date.

    It is never imported twice: one that was here before waits beside the first, until a person who keeps the first out
    tries it again. Invoices and credit notes stay as they are, but for copies. Nothing happens to what has ended.
    """
    raw = read(document.sha256).decode()
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
    forget_last_try(this)
    identify(this, raw)
    hold_supplier(this)
    this.save(update_fields=["supplier", "reference"])
    first = first_of(this, although_kept_out=by_person)
    if first is not None:
        _wait(this, Refused(SEEN_BEFORE, came_before(first)), first)
    elif this.kind == Kind.ORDER:
        outcome = content_orders.take(this, raw)
        if isinstance(outcome, Refused):
            _wait(this, outcome)
        else:
            take(this, "import", ended_at=timezone.now(), first=None, **NO_REASON.as_fields())
    elif this.state == DocumentState.WAITING:
        take(this, "wait no more", first=None, **NO_REASON.as_fields())


def _wait(this: FetchedDocument, why: Refused, first: FetchedDocument | None = None) -> None:
    take(this, "wait", first=first, **why.as_fields())
