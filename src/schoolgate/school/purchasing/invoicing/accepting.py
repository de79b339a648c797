"""Accepting what differs in an invoice: by a person, each difference by itself, and with a reason (reference 9.3)."""

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused, about, hold
from schoolgate.school.purchasing.models import Difference, Invoice, InvoiceState

MOST_OF_A_REASON = 300


def accept(difference: Difference, *, by: User, reason: str, request: HttpRequest | None = None) -> None:
    """Accept one difference: it stands in the way of payment no more.

    Raises InvoiceRefused: without a reason, when somebody did already, or for an invoice that is past it.
    """
    reason = reason.strip()[:MOST_OF_A_REASON]
    if not reason:
        raise InvoiceRefused("Say why this is right all the same, for who looks at it later.")
    with transaction.atomic():
        invoice = hold(difference.invoice)
        if invoice.state != InvoiceState.UNAUTHORISED:
            state = invoice.get_state_display().lower()
            raise InvoiceRefused(f"{invoice.title} is “{state}”: nothing is left to accept.")
        open_yet = Difference.objects.filter(pk=difference.pk, accepted_at=None)
        if not open_yet.update(accepted_at=timezone.now(), accepted_by=by, reason=reason):
            raise InvoiceRefused("Somebody has accepted it already: see below who, and why.")
        Invoice.objects.filter(pk=invoice.pk).update(version=F("version") + 1, changed_at=timezone.now(), changed_by=by)
        details = f"{difference.said} {reason}"
        record(
            "difference accepted", by=by, target=str(invoice), details=details, request=request, about=about(invoice)
        )
    difference.refresh_from_db()
