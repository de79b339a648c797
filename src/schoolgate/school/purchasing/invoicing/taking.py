"""A supplier's invoice or credit note is booked in the ledger (reference 9.3), or waits with the rule that it breaks.

The document's VAT and total stand. What is other than the order or the arithmetic make it is booked with it, as a
`Difference` that a person accepts before it is paid.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.money import PENCE
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import NOTHING, tax_of, to_pence
from schoolgate.documents.ebis.nodes import Source
from schoolgate.documents.problems import count_text
from schoolgate.school.purchasing import documents
from schoolgate.school.purchasing.baskets import Place, Refused
from schoolgate.school.purchasing.chart import link_in
from schoolgate.school.purchasing.coding import Coded, NotCoded
from schoolgate.school.purchasing.invoicing import counting, sums
from schoolgate.school.purchasing.invoicing.charges import net_of, vat_of
from schoolgate.school.purchasing.invoicing.line_rules import line_code, price_of, quantity_of, rate_code
from schoolgate.school.purchasing.invoicing.matching import LineMatch, Match, match
from schoolgate.school.purchasing.invoicing.reading import Bill, read
from schoolgate.school.purchasing.invoicing.rules import judge
from schoolgate.school.purchasing.invoicing.standing import about
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.models import (
    Coding,
    Difference,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceLine,
    Order,
    VatCode,
    VatSum,
)
from schoolgate.school.purchasing.post_and_packing import code_post_and_packing
from schoolgate.school.purchasing.prices import units_of, ways_of
from schoolgate.school.purchasing.rules import NO_CODING, NO_YEAR
from schoolgate.school.purchasing.years import YearRefused, current_year, require_open

_MOST_NOTES = 2_000
_MOST_WHY = 200


def take(document: FetchedDocument, raw: Source) -> Invoice | Refused:
    """Book a document, or say why it cannot be; what is to be told of it goes to the document's notes.

    Call it in the transaction that holds the document's and its supplier's rows and takes the document's step, so that
    none is booked twice. The order's row is held, then the credited invoice's and the year's.
    """
    bill = read(raw)
    if isinstance(bill, Refused):
        return bill
    ledger = Ledger.as_it_is(bill.supplier.duns)
    refused, notes = judge(bill, ledger)
    with transaction.atomic():
        for note in notes:
            documents.note(document, note)
        return refused or _book(document, bill, ledger)


def _book(document: FetchedDocument, bill: Bill, ledger: Ledger) -> Invoice | Refused:
    assert ledger.supplier is not None
    found = match(bill, ledger.supplier, document)
    if isinstance(found, Refused):
        return found
    year = _year(found.credits or found.order)
    if isinstance(year, Refused):
        return year
    invoice = _head(document, bill, found, year)
    lines = _lines(invoice, bill, found, ledger.vat_codes)
    if isinstance(lines, Refused):
        return lines
    vat_sums = _vat_sums(invoice, bill, lines, ledger.vat_codes)
    nets = {each.number: ways_of(each.line) for each in bill.lines if _is_priced(each.line)}
    rates = [to_pence(rate.sums.tax_value or NOTHING) for rate in bill.rates]
    differences = [
        *sums.check(invoice, lines, vat_sums, nets=nets),
        *sums.check_totals(invoice, bill.invoice.totals, rates, len(lines)),
    ]
    invoice.save()
    InvoiceLine.objects.bulk_create(lines, batch_size=500)
    VatSum.objects.bulk_create(vat_sums)
    Difference.objects.bulk_create(differences)
    counting.recount(found.order)
    details = f"{count_text(len(lines), 'line', 'lines')}, £{invoice.gross:,.2f} gross, for {found.order}" + (
        f", {count_text(len(differences), 'difference', 'differences')}" if differences else ""
    )
    what = f"{bill.word} booked"
    record(what, by=invoice.entered_by, target=str(invoice), details=details, about=about(invoice))
    fault_point("invoices.booked")
    return invoice


def _year(of: Order | Invoice) -> FinancialYear | Refused:
    """The year of the order, or of the invoice that is credited, if it is open, else the current one; its row held so
    that nobody closes it meanwhile.
    """
    for year in (of.year, current_year()):
        try:
            if year is not None:
                require_open(year)
                return year
        except YearRefused:
            continue
    return Refused(NO_YEAR, "No financial year is open: an invoice is booked in one.", expected="an open year")


def _head(document: FetchedDocument, bill: Bill, found: Match, year: FinancialYear) -> Invoice:
    source, totals = bill.invoice, bill.invoice.totals
    assert source.date is not None
    said_by_person = document.for_order_id is not None or document.for_invoice_id is not None
    return Invoice(
        kind=Invoice.Kind.CREDIT_NOTE if source.is_credit_note else Invoice.Kind.INVOICE,
        number=source.number,
        supplier=found.order.supplier,
        year=year,
        order=found.order,
        credits=found.credits,
        document=document,
        dated=source.date,
        tax_point=source.tax_point,
        due=bill.due,
        net=net_of(source),
        vat=vat_of(source),
        gross=to_pence(totals.gross or NOTHING),
        freight=to_pence(totals.freight or NOTHING),
        charges=to_pence(totals.charges or NOTHING),
        settlement_discount=to_pence(totals.settlement_discount or NOTHING),
        suppliers_notes=_notes(bill),
        entered_by=document.decided_by if said_by_person else None,
    )


def _lines(invoice: Invoice, bill: Bill, found: Match, codes: tuple[VatCode, ...]) -> list[InvoiceLine] | Refused:
    lines = []
    for each in found.lines:
        coded = _coding(invoice, each)
        if isinstance(coded, NotCoded):
            at = Place(each.bill.at)
            said = f"{each.bill}: {coded.said}"
            return Refused(NO_CODING, said, expected="an open coding", path=at.path, line=at.line)
        lines.append(_line(invoice, bill, each, coded, codes))
    return lines


def _line(invoice: Invoice, bill: Bill, each: LineMatch, coded: Coded, codes: tuple[VatCode, ...]) -> InvoiceLine:
    line, net = each.bill.line, to_pence(each.bill.line.net or NOTHING)
    is_goods = each.order_line is not None
    vat_code = line_code(bill, line, codes)
    assert vat_code is not None
    return InvoiceLine(
        invoice=invoice,
        number=each.bill.number,
        kind=InvoiceLine.Kind.GOODS if is_goods else InvoiceLine.Kind.POST_AND_PACKING,
        order_line=each.order_line,
        credited=each.credited,
        part_number=_cut(line.product, "part_number"),
        description=_cut(line.description, "description") or ("" if is_goods else "Post and packing"),
        quantity=quantity_of(each.bill) or NOTHING,
        unit=_cut(line.unit, "unit"),
        unit_price=price_of(each.bill),
        price_units=units_of(line),
        discount_percent=_percent_off(line),
        net=net,
        vat=tax_of(net, vat_code.rate),
        vat_code=vat_code,
        coding=coded.coding,
        why=coded.why[:_MOST_WHY],
    )


def _coding(invoice: Invoice, each: LineMatch) -> Coded | NotCoded:
    """As the order's line, or the invoice's line that is credited; post and packing as its supplier's."""
    if each.credited is not None:
        return _in_year(each.credited.coding, invoice.year, f"as line {each.credited.number} of {invoice.credits}")
    if each.order_line is not None:
        return _in_year(each.order_line.coding, invoice.year, f"as line {each.order_line.number} of {invoice.order}")
    return code_post_and_packing(invoice.supplier, invoice.year)


def _in_year(coding: Coding, year: FinancialYear, why: str) -> Coded | NotCoded:
    if coding.year_id == year.pk:
        return Coded(coding, why)
    now = link_in(year, str(coding))
    if now is None:
        return NotCoded(f"{coding} of {coding.year} is not linked and open in {year}, the year that it is booked in.")
    return Coded(now, f"{why}, in {year}")


def _vat_sums(invoice: Invoice, bill: Bill, lines: Sequence[InvoiceLine], codes: tuple[VatCode, ...]) -> list[VatSum]:
    """The document's VAT for each code, of rates that share one together; a code that only lines have has none."""
    stated: dict[VatCode, Decimal] = {line.vat_code: NOTHING for line in lines}
    settlement: dict[VatCode, Decimal] = defaultdict(lambda: NOTHING)
    for rate in bill.rates:
        code = rate_code(bill, rate.sums.tax, codes)
        assert code is not None
        stated[code] = stated.get(code, NOTHING) + to_pence(rate.sums.tax_value or NOTHING)
        settlement[code] += rate.sums.settlement_discount or NOTHING
    made = []
    for code, vat in stated.items():
        net = sum((line.net for line in lines if line.vat_code == code), NOTHING)
        reckoned = sums.reckon_vat(net, code.rate, settlement[code], vat)
        made.append(VatSum(invoice=invoice, vat_code=code, net=net, vat=vat, reckoned=reckoned))
    return made


def _is_priced(line: Line) -> bool:
    return line.quantity is not None and line.unit_price is not None


def _percent_off(line: Line) -> Decimal:
    """The discount in per cent, of several or of an amount what they come to; what late payment costs is none (9.3)."""
    discounts = [discount for discount in line.discounts if not discount.is_late_payment_charge]
    if len(discounts) == 1 and discounts[0].percent is not None:
        percent = discounts[0].percent
    else:
        full = (line.quantity or NOTHING) * (line.unit_price or NOTHING) / units_of(line)
        percent = 100 - (line.net or NOTHING) * 100 / full if discounts and full else NOTHING
    return percent.quantize(PENCE) if 0 <= percent <= 100 else NOTHING


def _cut(text: str, column: str) -> str:
    """What is too long for its column, cut: the document is kept as it came."""
    most: int = InvoiceLine._meta.get_field(column).max_length  # type: ignore[union-attr,assignment]  # noqa: SLF001
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _notes(bill: Bill) -> str:
    """All that the supplier says in words, of the whole first, then of its lines."""
    texts = [each.line.description for each in bill.texts]
    of_lines = [f"{each}: {note}" for each in bill.lines for note in each.line.notes]
    told = "\n".join(filter(None, (*bill.invoice.notes, *texts, *of_lines)))
    return told if len(told) <= _MOST_NOTES else f"{told[: _MOST_NOTES - 1]}…"
