"""An invoice or credit note as it came: held to its schema, read by its values (reference 6, 9.3).

FMS wants these documents schema valid, and does not validate their checksum. A TestFlag has a rule of its own, in both
places that it is written in, and what an Extensions element holds is nobody's business here: of neither the schema is
asked.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from lxml import etree

from schoolgate.documents.ebis.batches import MOST_LINES
from schoolgate.documents.ebis.checking import Checked, check_document
from schoolgate.documents.ebis.invoices import Invoice, TaxSubTotal, read_invoice_with_faults
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.nodes import Source, local_name, parse_once, to_day
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.school.purchasing.baskets import UNREADABLE, Place, Refused, place_below, told_of
from schoolgate.school.purchasing.invoicing.charges import line_of_charges

_NOT_ASKED = re.compile(r"/(TestFlag|Extensions)\b")
_DAYS_FROM_INVOICE = re.compile(r"([0-9]{1,3})I", re.IGNORECASE)
_TEXTS = ("DES", "BLK")
"""TypeCodes of a description and a blank (reference 7.11)."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line, and its element in the document. `number` is its own, or a free one after the last."""

    line: Line
    at: etree._Element
    number: int

    def place(self, *names: str) -> Place:
        """Where the child of these local names stands, the first of each; a last name `@Code` is an attribute."""
        return place_below(self.at, names)

    @property
    def reference(self) -> Place:
        """The school's number of the order's line that it is for, wherever it stands (9.3); empty: post and packing."""
        of_order = self.place("InvoiceLineReferences", "OrderLineNumber")
        other = self.place("InvoiceLineReferences", "BuyersOrderLineReference")
        return other if other.text and not of_order.text else of_order

    @property
    def is_text(self) -> bool:
        """Whether it is a description or a blank, and charges nothing."""
        charges = (self.line.quantity, self.line.unit_price, self.line.net)
        return charges == (None, None, None) and (self.at.get("TypeCode") or "").strip().upper() in _TEXTS

    def __str__(self) -> str:
        return f"Line {self.number}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A TaxSubTotal, and its element in the document."""

    sums: TaxSubTotal
    at: etree._Element

    def place(self, *names: str) -> Place:
        """As of a line."""
        return place_below(self.at, names)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice or credit note, with the lines that charge something, its texts, and its VAT by rate.

    The last line is of freight and charges, where its totals have such and no line has.
    """

    invoice: Invoice
    root: etree._Element
    lines: tuple[BillLine, ...]
    texts: tuple[BillLine, ...]
    rates: tuple[Rate, ...]
    against_schema: tuple[Problem, ...]
    notes: tuple[str, ...]
    """What is to be told of it and refuses nothing."""

    @property
    def supplier(self) -> Party:
        return self.invoice.supplier

    @property
    def buyer(self) -> Party:
        return self.invoice.buyer

    def place(self, *names: str) -> Place:
        """As of a line, below the document's root."""
        return place_below(self.root, names)

    @property
    def word(self) -> str:
        return "credit note" if self.invoice.is_credit_note else "invoice"

    @property
    def due(self) -> dt.date | None:
        """The day by which it is to be paid, if its settlement terms say so (reference 4, 7.10)."""
        terms = ("Settlement", "SettlementTerms")
        days = _DAYS_FROM_INVOICE.fullmatch(self.place(*terms, "@Code").text)
        stated = days[1] if days else self.place(*terms, "DaysFromInvoice").text
        try:
            if self.invoice.date is not None and re.fullmatch(r"[0-9]{1,3}", stated):
                return self.invoice.date + dt.timedelta(days=int(stated))
            return to_day(self.place(*terms, "PayByDate").text)
        except (ValueError, OverflowError):
            # No day, or one after the last that there is, 31 December 9999.
            return None


def read(raw: Source) -> Bill | Refused:
    """Read an invoice or credit note. Refused (`unreadable`) where it is no XML or none at all; raises nothing."""
    try:
        parsed = parse_once(raw)
        invoice, faults = read_invoice_with_faults(parsed)
    except DocumentError as error:
        expected = "an eBIS-XML invoice or credit note"
        return Refused(UNREADABLE, error.message, expected=expected, line=error.line or None)
    found = [child for child in parsed.root if local_name(child) == "InvoiceLine"]
    charges = line_of_charges(invoice)
    if charges is not None:
        found.append(_place_of_charges(parsed.root))
    of_all = [*invoice.lines, *([charges] if charges else [])]
    lines = [BillLine(*each) for each in zip(of_all, found, _numbers(of_all), strict=True)]
    rates = [child for child in parsed.root if local_name(child) == "TaxSubTotal"]
    checked = check_document(parsed, "invoice")
    return Bill(
        invoice,
        parsed.root,
        lines=tuple(line for line in lines if not line.is_text),
        texts=tuple(line for line in lines if line.is_text),
        rates=tuple(Rate(*each) for each in zip(invoice.tax_subtotals, rates, strict=True)),
        against_schema=tuple(problem for problem in checked.schema if not _NOT_ASKED.search(problem.path)),
        notes=(*told_of(faults), *_checksum(checked)),
    )


def _numbers(lines: Sequence[Line]) -> Iterator[int]:
    own = {line.number for line in lines if 0 < line.number <= MOST_LINES}
    free = count(max(own, default=0) + 1)
    taken: set[int] = set()
    for line in lines:
        number = line.number if line.number in own and line.number not in taken else next(free)
        taken.add(number)
        yield number


def _place_of_charges(root: etree._Element) -> etree._Element:
    freight = place_below(root, ("InvoiceTotal", "FreightCharges"))
    return place_below(root, ("InvoiceTotal", "MiscCharges")).at if freight.missing else freight.at


def _checksum(checked: Checked) -> Iterator[str]:
    """It is not validated on these documents (reference 8); a stale one is told."""
    if checked.checksum.problem is not None:
        yield checked.checksum.problem.message
