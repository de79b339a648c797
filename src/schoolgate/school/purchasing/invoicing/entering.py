"""Entering invoices and credit notes by hand, from the paper: for an order, for none, or against an invoice (ADR 023).

The paper's own VAT and totals stand as they are typed. What its lines make is worked out beside them, and what differs
is shown before anything is saved, and waits for a person afterwards. Nothing is entered twice, nor beside a document
that waits to be imported under the same number.

Rows are held in this order: the document, the supplier, the order, the invoice that is credited.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.documents.ebis.money import NOTHING, number_text, tax_of, to_pence
from schoolgate.documents.problems import count_text
from schoolgate.school.purchasing import documents
from schoolgate.school.purchasing.asking import ask_to_mark
from schoolgate.school.purchasing.chart import link_in
from schoolgate.school.purchasing.importing import NO_REASON
from schoolgate.school.purchasing.invoicing import counting, sums
from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused, about, hold
from schoolgate.school.purchasing.models import (
    BOOKED,
    INVOICED,
    Coding,
    Difference,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Supplier,
    VatCode,
    VatSum,
)
from schoolgate.school.purchasing.orders import MOST_OF_A_LINE, MOST_QUANTITY
from schoolgate.school.purchasing.years import YearRefused, current_year, require_open

LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class Stated:
    """What the paper says of itself, amounts in pounds; `vat` is its VAT at each code, `net` and `gross` its totals."""

    number: str
    dated: date
    net: Decimal
    gross: Decimal
    vat: Mapping[VatCode, Decimal] = field(default_factory=dict)
    due: date | None = None
    tax_point: date | None = None
    own_notes: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """So many of an order's line, at the price that the paper has for `line.price_units` of it."""

    line: OrderLine
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Typed:
    """A line that is typed in full: of an invoice without an order, or post and packing of one with an order."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_code: VatCode
    coding: Coding
    part_number: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Credited:
    """What a credit note takes off an invoice's line: so many, and so much net. None of it, and an amount: a price."""

    line: InvoiceLine
    quantity: Decimal
    net: Decimal


class Duplicate(InvoiceRefused):
    """It is here already: as an `invoice` of the ledger, or as a `document` that waits."""

    def __init__(self, sentence: str, *, invoice: Invoice | None = None, document: FetchedDocument | None = None):
        super().__init__(sentence)
        self.invoice, self.document = invoice, document


class Differs(InvoiceRefused):
    """Nothing is saved yet: this differs, and the person has not seen it."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__("Compare with the paper: what is typed does not agree.")
        self.differences = list(differences)


def enter(
    stated: Stated,
    *,
    supplier: Supplier,
    lines: Sequence[Ordered | Typed],
    order: Order | None = None,
    document: FetchedDocument | None = None,
    seen: Collection[str] = (),
    by: User,
    request: HttpRequest | None = None,
) -> Invoice:
    """Enter a supplier's invoice. `document`: the one that waits, and is imported by it; `seen`: differences shown.

    Raises Duplicate, Differs for what is not among `seen`, and InvoiceRefused.
    """
    with transaction.atomic():
        this = _hold_document(document, FetchedDocument.Kind.INVOICE, supplier)
        _refuse_twice(supplier, Invoice.Kind.INVOICE, stated.number, this)
        held = _hold_order(order, supplier) if order is not None else None
        year = booked_in(held.year if held is not None else None)
        invoice = _head(stated, Invoice.Kind.INVOICE, supplier, year, by)
        invoice.order, invoice.document = held, this
        made = [_line(number, line, invoice, by) for number, line in enumerate(lines, 1)]
        _save(invoice, made, stated, seen)
        _end(invoice, by, request)
    return invoice


def enter_credit_note(
    stated: Stated,
    *,
    invoice: Invoice,
    lines: Sequence[Credited],
    document: FetchedDocument | None = None,
    seen: Collection[str] = (),
    by: User,
    request: HttpRequest | None = None,
) -> Invoice:
    """Enter a credit note against an invoice: never more of a line than nothing has credited yet.

    Raises as `enter` does.
    """
    with transaction.atomic():
        this = _hold_document(document, FetchedDocument.Kind.CREDIT_NOTE, invoice.supplier)
        _refuse_twice(invoice.supplier, Invoice.Kind.CREDIT_NOTE, stated.number, this)
        order = counting.hold(invoice.order_id) if invoice.order_id is not None else None
        credited = hold(invoice)
        if credited.is_credit_note or credited.state not in BOOKED:
            state = credited.get_state_display().lower()
            raise InvoiceRefused(f"{credited.title} is “{state}”: nothing of it is credited.")
        year = booked_in(credited.year)
        note = _head(stated, Invoice.Kind.CREDIT_NOTE, credited.supplier, year, by)
        note.order, note.credits, note.document = order, credited, this
        made = [_credit_line(number, line, note, credited) for number, line in enumerate(lines, 1)]
        _save(note, made, stated, seen)
        _end(note, by, request)
    return note


def booked_in(wanted: FinancialYear | None) -> FinancialYear:
    """The year that an invoice is booked in: its order's while that is open, else the current one; its row is held.

    Raises InvoiceRefused where none is open.
    """
    year = wanted if wanted is not None and wanted.closed_at is None else current_year()
    if year is None:
        raise InvoiceRefused("No financial year is open: an invoice is booked in one. Add one under Set-up first.")
    try:
        require_open(year)
    except YearRefused as refused:
        raise InvoiceRefused(str(refused)) from refused
    return year


def _hold_document(document: FetchedDocument | None, kind: str, supplier: Supplier) -> FetchedDocument | None:
    if document is None:
        return None
    held = documents.held(document)
    if held.state != DocumentState.WAITING or held.kind != kind:
        raise InvoiceRefused(f"{held} is “{held.get_state_display()}”: it is not entered by hand.")
    if held.supplier_id not in (None, supplier.pk):
        raise InvoiceRefused(f"{held} came from {held.supplier}, and not from {supplier}.")
    return held


def _refuse_twice(supplier: Supplier, kind: str, number: str, document: FetchedDocument | None) -> None:
    """Hold the supplier, so that of two who enter the same the second is told; refuse what is here already."""
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    booked = Invoice.objects.filter(supplier=supplier, kind=kind, number__iexact=number, state__in=BOOKED).first()
    if booked is not None:
        raise Duplicate(f"{booked.title} of {supplier} is in the ledger already.", invoice=booked)
    waits = FetchedDocument.objects.filter(supplier=supplier, kind=kind, reference__iexact=number)
    waits = waits.filter(state__in=(DocumentState.FETCHED, DocumentState.WAITING))
    if document is not None:
        waits = waits.exclude(pk=document.pk)
    if (other := waits.first()) is not None:
        raise Duplicate(f"{other} of {supplier} has come in already, and waits to be imported.", document=other)


def _hold_order(order: Order, supplier: Supplier) -> Order:
    held = counting.hold(order.pk)
    if held.supplier_id != supplier.pk:
        raise InvoiceRefused(f"Order {held.number} is not one to {supplier}.")
    if held.state not in INVOICED:
        state = held.get_state_display().lower()
        raise InvoiceRefused(f"Order {held.number} is {state}: only what went to its supplier is invoiced.")
    return held


def _head(stated: Stated, kind: str, supplier: Supplier, year: FinancialYear, by: User) -> Invoice:
    if not 0 < len(stated.number.strip()) <= LONGEST_NUMBER:
        raise InvoiceRefused(f"Type the number that stands on it, of at most {LONGEST_NUMBER} letters and digits.")
    return Invoice(
        kind=kind,
        number=stated.number.strip(),
        supplier=supplier,
        year=year,
        dated=stated.dated,
        tax_point=stated.tax_point,
        due=stated.due,
        net=stated.net,
        vat=sum(stated.vat.values(), NOTHING),
        gross=stated.gross,
        own_notes=stated.own_notes,
        entered_by=by,
        changed_by=by,
    )


def _line(number: int, line: Ordered | Typed, invoice: Invoice, by: User) -> InvoiceLine:
    if not 0 < line.quantity <= MOST_QUANTITY:
        raise InvoiceRefused(f"The quantity of line {number} must be above 0, and at most {MOST_QUANTITY:,}.")
    made = _typed_line(line, invoice, by) if isinstance(line, Typed) else _ordered_line(line, invoice)
    made.number = number
    if not 0 <= made.net <= MOST_OF_A_LINE:
        raise InvoiceRefused(f"Line {number} comes to £{made.net:,.2f}. Check its quantity and price.")
    made.vat = tax_of(made.net, made.vat_code.rate)
    return made


def _typed_line(line: Typed, invoice: Invoice, by: User) -> InvoiceLine:
    if line.coding.year_id != invoice.year_id or not line.coding.is_open:
        raise InvoiceRefused(f"{line.coding} is not open in the financial year {invoice.year}. Choose another coding.")
    return InvoiceLine(
        invoice=invoice,
        kind=InvoiceLine.Kind.GOODS if invoice.order is None else InvoiceLine.Kind.POST_AND_PACKING,
        part_number=line.part_number,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        net=to_pence(line.quantity * line.unit_price),
        vat_code=line.vat_code,
        coding=line.coding,
        why=f"chosen by {by}",
    )


def _ordered_line(line: Ordered, invoice: Invoice) -> InvoiceLine:
    of = line.line
    if invoice.order is None or of.order_id != invoice.order.pk or of.removed_at is not None:
        raise InvoiceRefused(f"Line {of.number} is not ordered by the order that the invoice is for.")
    at_its_price = line.unit_price == of.unit_price
    return InvoiceLine(
        invoice=invoice,
        order_line=of,
        part_number=of.part_number,
        description=of.description,
        quantity=line.quantity,
        unit=of.unit,
        unit_price=line.unit_price,
        price_units=of.price_units,
        net=of.net_for(line.quantity) if at_its_price else to_pence(line.quantity * line.unit_price / of.price_units),
        vat_code=of.vat_code,
        coding=_in_year(of.coding, invoice.year),
        why=f"as line {of.number} of order {invoice.order.number}",
    )


def _credit_line(number: int, line: Credited, note: Invoice, credited: Invoice) -> InvoiceLine:
    of = line.line
    if of.invoice_id != credited.pk:
        raise InvoiceRefused(f"Line {of.number} is not one of {credited}.")
    quantity, net = counting.still_to_credit(of)
    if not 0 <= line.quantity <= quantity or not 0 < line.net <= net:
        raise InvoiceRefused(
            f"Of line {of.number} at most {number_text(quantity)} and £{net:,.2f} net are still to be credited."
        )
    return InvoiceLine(
        invoice=note,
        number=number,
        kind=of.kind,
        order_line=of.order_line,
        credited=of,
        part_number=of.part_number,
        description=of.description,
        quantity=line.quantity,
        unit=of.unit,
        unit_price=of.unit_price,
        price_units=of.price_units,
        discount_percent=of.discount_percent,
        net=line.net,
        vat=tax_of(line.net, of.vat_code.rate),
        vat_code=of.vat_code,
        coding=_in_year(of.coding, note.year),
        why=f"as line {of.number} of {credited}",
    )


def _in_year(coding: Coding, year: FinancialYear) -> Coding:
    """The coding, or the one of the same three codes in the year that it is booked in."""
    if coding.year_id == year.pk:
        return coding
    found = link_in(year, str(coding))
    if found is None:
        raise InvoiceRefused(
            f"{coding} is not linked and open in the financial year {year}. Link it under Set-up first."
        )
    return found


def _save(invoice: Invoice, lines: Sequence[InvoiceLine], stated: Stated, seen: Collection[str]) -> None:
    """Save the invoice with its lines, its VAT and what differs in it, unless the person has not seen that yet."""
    if not lines:
        raise InvoiceRefused("Say at least one line of it: what, how many, and at what price.")
    invoice.save()
    InvoiceLine.objects.bulk_create(lines, batch_size=500)
    net: dict[VatCode, Decimal] = {}
    reckoned: dict[VatCode, Decimal] = {}
    for line in lines:
        net[line.vat_code] = net.get(line.vat_code, NOTHING) + line.net
        reckoned[line.vat_code] = reckoned.get(line.vat_code, NOTHING) + line.vat
    VatSum.objects.bulk_create(
        VatSum(
            invoice=invoice,
            vat_code=code,
            net=net.get(code, NOTHING),
            vat=stated.vat.get(code, NOTHING),
            reckoned=reckoned.get(code, NOTHING),
        )
        for code in {**net, **{code: vat for code, vat in stated.vat.items() if vat}}
    )
    # A line's net is worked out here, and the discounts of its order with it: it is right by itself.
    differences = sums.check(invoice, nets={line.number: (line.net,) for line in lines})
    if any(difference.said not in seen for difference in differences):
        raise Differs(differences)
    Difference.objects.bulk_create(differences)


def _end(invoice: Invoice, by: User, request: HttpRequest | None) -> None:
    """What follows in the same transaction: its document is imported, its order counted, the audit told."""
    if invoice.document is not None:
        documents.take(invoice.document, "import", ended_at=timezone.now(), first=None, **NO_REASON.as_fields())
        ask_to_mark(invoice.document.service)
    if invoice.order is not None:
        counting.recount(invoice.order)
    what = invoice.order or invoice.credits or "no order"
    details = f"{count_text(invoice.lines.count(), 'line', 'lines')}, £{invoice.gross:,.2f} gross, for {what}"
    did = f"{invoice.get_kind_display().lower()} entered"
    record(did, by=by, target=str(invoice), details=details, request=request, about=about(invoice))
