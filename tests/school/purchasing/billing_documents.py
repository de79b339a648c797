"""Suppliers' invoices and credit notes as documents, and what the ledger makes of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.school.purchasing.taking import edited

from schoolgate.documents.ebis.invoices import Invoice as Document
from schoolgate.documents.ebis.invoices import write_invoice
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.ebis.totals import invoice_totals, with_amounts
from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.importing import consider
from schoolgate.school.purchasing.invoicing import taking
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, Invoice, Order, WebService
from schoolgate.school.purchasing.store import keep

Bill = Callable[..., bytes]
STANDARD = Tax("S", Decimal(20))


def line(number: int, quantity: Any, price: Any, *, of: int | str | None = None, **values: Any) -> Line:
    """A line for line `of` of an order, or of post and packing; its amounts are reckoned where they are not given."""
    usual: dict[str, Any] = {"product": "BX-100", "description": "Exercise books", "tax": STANDARD, "action": ""}
    made = Line(
        number,
        quantity=None if quantity is None else Decimal(quantity),
        unit_price=None if price is None else Decimal(price),
        order_line="" if of is None else str(of),
        **{**usual, **values},
    )
    return with_amounts(made)


def usual_lines() -> tuple[Line, ...]:
    """All of the order that `ordering.an_order` makes: £26.00 net."""
    return line(1, 3, "4.50", of=1), line(2, 10, "1.25", of=2, product="PN-7", description="Pens")


def a_bill(*lines: Line, **values: Any) -> bytes:
    """An invoice as a supplier's system writes it: for order PO-1001 unless `values`, the head's, say else."""
    billed = lines or usual_lines()
    head: dict[str, Any] = {"number": "SI-9001", "date": date(2026, 11, 27), "order_number": "PO-1001"}
    changed = {name: values.pop(name) for name in ("totals", "tax_subtotals") if name in values}
    rates, totals = invoice_totals(billed, "GBP")
    document = Document(
        supplier=Party("Beacon Supplies", SUPPLIER_DUNS),
        buyer=Party("Green Abbey Primary School", SCHOOL_DUNS),
        lines=billed,
        tax_subtotals=rates,
        totals=replace(totals, **changed.get("totals", {})),
        **{**head, **values},
    )
    if "tax_subtotals" in changed:
        document = replace(document, tax_subtotals=changed["tax_subtotals"])
    return write_invoice(document)


def a_credit_bill(*lines: Line, **values: Any) -> bytes:
    """A credit note for invoice SI-9001, or for what `credits` says."""
    return a_bill(*lines, **{"kind": "CRN", "number": "CN-1", "credits": "SI-9001", **values})


def kept(raw: bytes | str, service: WebService | None = None, **values: Any) -> FetchedDocument:
    """A document that was just fetched, and is kept."""
    plain = raw.encode() if isinstance(raw, str) else raw
    made: FetchedDocument = FetchedDocument.objects.create(
        **{
            "service": service,
            "doc_id": f"doc-{FetchedDocument.objects.count() + 1}",
            "kind": FetchedDocument.Kind.INVOICE,
            "state": DocumentState.FETCHED,
            "listed_at": timezone.now(),
            "sha256": keep(plain).sha256,
            **values,
        }
    )
    return made


def billed(raw: bytes | str, **values: Any) -> tuple[Invoice | Refused, FetchedDocument]:
    """What became of a document in the ledger, by its rules alone, and the document with its notes."""
    document = kept(raw, **values)
    text = raw.decode() if isinstance(raw, bytes) else raw
    with transaction.atomic():
        outcome = taking.take(document, text)
    document.refresh_from_db()
    return outcome, document


def invoice_of(raw: bytes | str, **values: Any) -> Invoice:
    """The invoice that a document was booked as."""
    outcome, _ = billed(raw, **values)
    assert isinstance(outcome, Invoice), outcome
    return Invoice.objects.get(pk=outcome.pk)


def why_it_waits(raw: bytes | str, **values: Any) -> Refused:
    """Why a document waits; nothing was booked."""
    before = Invoice.objects.count()
    outcome, _ = billed(raw, **values)
    assert isinstance(outcome, Refused), outcome
    assert Invoice.objects.count() == before
    return outcome


def differences_of(invoice: Invoice) -> set[str]:
    """The codes of what differs in it."""
    return set(invoice.differences.values_list("code", flat=True))


def imported(document: FetchedDocument, raw: bytes) -> FetchedDocument:
    """A document after its import, as a round does it."""
    with transaction.atomic():
        this = FetchedDocument.objects.select_for_update().get(pk=document.pk)
        consider(this, raw.decode())
    document.refresh_from_db()
    return document


def changed(raw: bytes, *changes: tuple[str, str | None]) -> bytes:
    """A document with other values, as `taking.edited`; its checksum is left stale, which nobody validates here."""
    return edited(raw, *changes, right_checksum=False)


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)
