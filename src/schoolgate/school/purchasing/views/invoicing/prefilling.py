"""What a form has of a document that waits: a person completes it from there instead of typing it."""

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from schoolgate.documents.ebis.invoices import Invoice, read_invoice_with_faults
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import money_text, number_text
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing.forms.orders import MOST_LINES, Choices
from schoolgate.school.purchasing.models import FetchedDocument
from schoolgate.school.purchasing.prices import RateUnknown, vat_code_of
from schoolgate.school.purchasing.store import read


@dataclass(frozen=True)
class Prefilled:
    """Values of the fields of the head and of each line, by their names."""

    head: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)


def prefill(document: FetchedDocument, choices: Choices) -> Prefilled:
    """What a document says, as far as it can be read. Codings are left for the person."""
    try:
        invoice, _ = read_invoice_with_faults(read(document.sha256).decode())
    except (DocumentError, OSError, EOFError, zlib.error):
        return Prefilled({"supplier": document.supplier_id, "number": document.reference})
    head = {
        "supplier": document.supplier_id,
        "number": invoice.number,
        "dated": invoice.date,
        "net": money_text(invoice.totals.value),
        "gross": money_text(invoice.totals.gross),
        **_vat(invoice, choices),
    }
    return Prefilled(head, [_line(line, choices) for line in invoice.lines[:MOST_LINES]])


def _vat(invoice: Invoice, choices: Choices) -> dict[str, str]:
    stated = {}
    for subtotal in invoice.tax_subtotals:
        with suppress(RateUnknown):
            code = vat_code_of(subtotal.tax, tuple(choices.vat.values()))
            stated[f"vat-{code.pk}"] = money_text(subtotal.tax_value)
    return stated


def _line(line: Line, choices: Choices) -> dict[str, Any]:
    values = {
        "part_number": line.product,
        "description": line.description,
        "quantity": number_text(line.quantity),
        "unit": line.unit,
        "unit_price": money_text(line.unit_price),
    }
    with suppress(RateUnknown):
        values["vat"] = vat_code_of(line.tax, tuple(choices.vat.values())).code
    return values
