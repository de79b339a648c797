"""What an invoice is posted as: a row a line, which add up to the document's own net, VAT and total (reference 9.3).

The document's amounts stand, whatever its lines make. So VAT that differs from the lines' goes on the largest line of
its VAT code, and what a document has beside its lines (freight, say) has a row of its own. Each such row says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from schoolgate.documents.ebis.money import money_text
from schoolgate.school.purchasing.models import Coding, Invoice, VatCode

NOTHING = Decimal(0)

BESIDE = 0
"""The number of the row of what a document has beside its lines; lines are numbered from 1.

The VAT of a second code that no line has is numbered on after the last line.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, in pounds; a credit note's amounts are below nothing. `note` says what is other than on the line."""

    number: int
    description: str
    coding: Coding
    vat_code: VatCode
    net: Decimal
    vat: Decimal
    gross: Decimal
    note: str = ""


def entries_of(invoice: Invoice) -> list[Entry]:
    """The rows of an invoice or credit note: they sum up to exactly its net, its VAT and its total."""
    rows = _lines(invoice)
    for one in invoice.vat_sums.all():
        of_code = [row for row in rows if row.vat_code == one.vat_code]
        differs = one.vat - sum((row.vat for row in of_code), NOTHING)
        if of_code and differs:
            largest = _largest(of_code)
            note = f"VAT {money_text(differs)} more than the line's: the document's VAT of {one.vat_code.code} stands"
            rows[rows.index(largest)] = replace(largest, vat=largest.vat + differs, note=note)
    return [_counted(row, invoice) for row in (*rows, *_beside(invoice, rows))]


def _lines(invoice: Invoice) -> list[Entry]:
    return [
        Entry(line.number, line.description, line.coding, line.vat_code, line.net, line.vat, NOTHING)
        for line in invoice.lines.all()
    ]


def _beside(invoice: Invoice, rows: list[Entry]) -> Iterator[Entry]:
    """What the document's amounts have beyond its lines', coded as the largest line; none where that is nothing.

    VAT at a code that no line has stays at that code: of several each after the first has a row of its own.
    """
    net = invoice.net - sum((row.net for row in rows), NOTHING)
    vat = invoice.vat - sum((row.vat for row in rows), NOTHING)
    total = invoice.gross - invoice.net - invoice.vat
    largest, used = _largest(rows), {row.vat_code for row in rows}
    untouched = sorted(
        (one for one in invoice.vat_sums.all() if one.vat_code not in used), key=lambda one: (-abs(one.vat), one.pk)
    )
    more = [one for one in untouched[1:] if one.vat]
    if not (net or vat or total or more):
        return
    note = "what the document has beside its lines, coded as its largest line"
    first = note
    if total:
        first += f"; its total is {money_text(total)} more than its net and VAT"
    yield Entry(
        BESIDE,
        "Beside the lines",
        largest.coding,
        untouched[0].vat_code if untouched else largest.vat_code,
        net,
        vat - sum((one.vat for one in more), NOTHING),
        # `_counted` adds net and VAT.
        total,
        first,
    )
    last = max(row.number for row in rows)
    for number, one in enumerate(more, last + 1):
        yield Entry(number, "Beside the lines", largest.coding, one.vat_code, NOTHING, one.vat, NOTHING, note)


def _largest(rows: list[Entry]) -> Entry:
    """The row with the largest net, the first of several."""
    return max(rows, key=lambda row: (abs(row.net), -row.number))


def _counted(row: Entry, invoice: Invoice) -> Entry:
    net, vat, gross = row.net, row.vat, row.net + row.vat + row.gross
    # Times -1, nothing would be -0.00, which not every finance system reads.
    return replace(row, net=-net, vat=-vat, gross=-gross) if invoice.is_credit_note else replace(row, gross=gross)
