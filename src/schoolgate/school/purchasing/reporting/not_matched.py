"""Invoices and credit notes that match no order, or not quite, and documents that wait to become one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse

from schoolgate.commons.web.tables import Column
from schoolgate.school.purchasing.models import BOOKED, DocumentState, FetchedDocument, Invoice
from schoolgate.school.purchasing.reporting.report import Report, Scope, number_of, report
from schoolgate.school.purchasing.years import current_year

WAITS, DIFFERS, NO_ORDER = "waits", "differs", "without an order"
WHY = ((WAITS, "Waits to come in"), (DIFFERS, "Differs from order or sums"), (NO_ORDER, "Without an order"))


@dataclass(frozen=True)
class NotMatched:
    """An invoice, a credit note or a document: `why` it does not match, and what was `said` of it."""

    kind: str
    number: str
    supplier: str
    dated: date | None
    gross: Decimal | None
    why: str
    said: str
    since: datetime
    address: str


@report
class InvoicesNotMatched(Report):
    """What waits to come in, what came in and differs, and what has no order, the oldest first."""

    name = "invoices-not-matched"
    title = "Invoices not matched"
    question = "Which invoices and credit notes match no order, or not quite?"
    noun = ("invoice or credit note", "invoices and credit notes")
    of_supplier = True

    def columns(self, scope: Scope) -> list[Column]:
        return [
            Column("number", "Number", kind="code", search=True, link=lambda row: row.address),
            Column("kind", "Kind"),
            Column("supplier", "Supplier", search=True),
            Column("dated", "Date", kind="date"),
            Column("gross", "Gross", kind="money"),
            Column("why", "Why", choices=WHY, value=lambda row: dict(WHY)[row.why]),
            Column("said", "What is said", kind="long"),
            Column("since", "Since", kind="time"),
        ]

    def rows(self, scope: Scope) -> list[NotMatched]:
        found = [*_differing(scope), *_without_order(scope)]
        # A document that waits is of no year yet: it comes into the current one.
        if scope.year == current_year():
            found += _waiting(scope)
        return sorted(found, key=lambda one: one.since)

    def answer(self, scope: Scope, rows: list[NotMatched]) -> str:
        counts = [sum(one.why == why for one in rows) for why, _ in WHY]
        if not any(counts):
            return "Every invoice and credit note matches its order."
        waits, differs, no_order = counts
        documents = number_of(waits, ("document waits", "documents wait"))
        differing = number_of(differs, ("invoice or credit note differs", "invoices and credit notes differ"))
        without = number_of(no_order, ("has", "have")) if no_order else "none has"
        return f"{documents.capitalize()} to come in, {differing}, and {without} no order."


def _waiting(scope: Scope) -> Iterator[NotMatched]:
    kinds = (FetchedDocument.Kind.INVOICE, FetchedDocument.Kind.CREDIT_NOTE)
    documents = FetchedDocument.objects.filter(kind__in=kinds, state__in=(DocumentState.FETCHED, DocumentState.WAITING))
    if scope.supplier is not None:
        documents = documents.filter(supplier=scope.supplier)
    for document in documents.select_related("supplier"):
        yield NotMatched(
            document.get_kind_display(),
            document.reference or document.doc_id,
            str(document.supplier or ""),
            None,
            None,
            WAITS,
            document.said,
            document.fetched_at or document.listed_at,
            reverse("purchasing-document", args=[document.pk]),
        )


def _differing(scope: Scope) -> Iterator[NotMatched]:
    invoices = Invoice.objects.filter(
        state__in=BOOKED,
        differences__accepted_at=None,
        differences__isnull=False,
        **scope.narrowed(supplier="supplier"),
    )
    for invoice in invoices.distinct().select_related("supplier").prefetch_related("differences"):
        open_ones = [one.said for one in invoice.differences.all() if one.accepted_at is None]
        yield _of_invoice(invoice, DIFFERS, " ".join(open_ones))


def _without_order(scope: Scope) -> Iterator[NotMatched]:
    invoices = Invoice.objects.filter(
        state__in=BOOKED, order=None, credits=None, **scope.narrowed(supplier="supplier")
    ).select_related("supplier")
    for invoice in invoices:
        yield _of_invoice(invoice, NO_ORDER, invoice.get_state_display())


def _of_invoice(invoice: Invoice, why: str, said: str) -> NotMatched:
    return NotMatched(
        invoice.get_kind_display(),
        invoice.number,
        str(invoice.supplier),
        invoice.dated,
        invoice.sign * invoice.gross,
        why,
        said,
        invoice.entered_at,
        reverse("purchase-invoice", args=[invoice.pk]),
    )
