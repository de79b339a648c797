"""What a person says of a document that does not say it itself: which order it is for, which invoice it credits.

It is tried again in the same transaction. Who said it stands as who entered the invoice: if they accept what differs in
it, too, somebody else authorises it for payment (ADR 023).
"""

from typing import TypeAlias

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing.documents import DocumentRefused, about, held
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.invoicing.rules import FOR_INVOICE, FOR_ORDER
from schoolgate.school.purchasing.models import BOOKED, INVOICED, DocumentState, FetchedDocument, Invoice, Order

Target: TypeAlias = Order | Invoice

CREDIT_NOTE = FetchedDocument.Kind.CREDIT_NOTE


def can_be_said(document: FetchedDocument) -> bool:
    """Whether a document waits for want of this, or waits although somebody said it."""
    if document.state != DocumentState.WAITING or document.supplier_id is None:
        return False
    if document.kind == CREDIT_NOTE:
        return document.rule in FOR_INVOICE or document.for_invoice_id is not None
    return document.kind == FetchedDocument.Kind.INVOICE and (
        document.rule in FOR_ORDER or document.for_order_id is not None
    )


def orders_for(document: FetchedDocument) -> QuerySet[Order]:
    """What an invoice may be for: the supplier's orders that went out, the newest first."""
    return Order.objects.filter(supplier=document.supplier_id, state__in=INVOICED)


def invoices_for(document: FetchedDocument) -> QuerySet[Invoice]:
    """What a credit note may credit: the supplier's booked invoices for orders, the newest first."""
    booked = Invoice.objects.filter(supplier=document.supplier_id, kind=Invoice.Kind.INVOICE, state__in=BOOKED)
    return booked.exclude(order=None).select_related("order")


def credited_by(document: FetchedDocument, number: str) -> Invoice | None:
    """The booked invoice, for an order or for none, that a credit note credits: as a person said, else by `number`."""
    booked = Invoice.objects.filter(kind=Invoice.Kind.INVOICE, state__in=BOOKED)
    if document.for_invoice_id is not None:
        return booked.filter(pk=document.for_invoice_id).first()
    return booked.filter(supplier=document.supplier_id, number__iexact=number).first() if number else None


def say(document: FetchedDocument, target: Target, *, by: User, request: HttpRequest | None = None) -> None:
    """Say which order an invoice is for, or which invoice a credit note credits, and try the document again.

    Raises DocumentRefused where it is not waiting for that any more, or the two do not go together.
    """
    with transaction.atomic():
        this = held(document)
        if not can_be_said(this):
            raise DocumentRefused(f"Nothing was done: {this} does not wait for that any more.")
        among = invoices_for(this) if this.kind == CREDIT_NOTE else orders_for(this)
        if not isinstance(target, among.model) or not among.filter(pk=target.pk).exists():
            raise DocumentRefused(f"Nothing was done: {this} cannot be for {target}.")
        if isinstance(target, Invoice):
            this.for_invoice = target
        else:
            this.for_order = target
        this.decided_by = by
        this.save(update_fields=["for_order", "for_invoice", "decided_by"])
        details = f"it is for {target}"
        record("document assigned", by=by, target=str(this), details=details, request=request, about=about(this))
        try_again(this, by=by, request=request)
    document.refresh_from_db()
