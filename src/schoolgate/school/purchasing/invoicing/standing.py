"""Holding an invoice and taking its steps: what everything that changes one begins with."""

from typing import Any

from django.db.models import F

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import Invoice


class InvoiceRefused(Exception):
    """It cannot be done to this invoice; the message is a sentence for the person who asked."""


class ChangedMeanwhile(InvoiceRefused):
    """Somebody changed the invoice since the person saw it."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(f"{invoice.title} has changed since you saw it: see what it is now.")
        self.invoice = invoice


def about(invoice: Invoice) -> str:
    """By what the audit finds all that was done to an invoice."""
    return f"invoice {invoice.pk}"


def hold(invoice: Invoice, seen_version: int | None = None) -> Invoice:
    """Hold the row of an invoice until the transaction ends. Raises ChangedMeanwhile if it is not as it was seen.

    Whoever needs its order held too holds the order first.
    """
    held: Invoice = (
        Invoice.objects.select_for_update(of=("self",))
        .select_related("supplier", "year", "order", "credits", "entered_by")
        .get(pk=invoice.pk)
    )
    if seen_version is not None and held.version != seen_version:
        raise ChangedMeanwhile(held)
    return held


def take_step(invoice: Invoice, step: str, *, by: User | None, **values: Any) -> None:
    """Take a step of an invoice that is held. Raises InvoiceRefused where its state does not allow it."""
    if not Invoice.objects.filter(pk=invoice.pk).take(step, changed_by=by, version=F("version") + 1, **values):
        state = invoice.get_state_display().lower()
        raise InvoiceRefused(f"{invoice.title} is “{state}”: that cannot be done now.")
