"""Documents and orders as files: their XML, and their lines for a spreadsheet."""

import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from schoolgate.commons.web.downloads import csv_download
from schoolgate.documents.ebis.lines import Line

_ENCODING = re.compile(r"""^(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")

LINE_HEADINGS = (
    "Line",
    "Product",
    "Description",
    "Quantity",
    "Unit",
    "Unit price",
    "VAT code",
    "VAT %",
    "Net",
    "Gross",
    "Cost centre",
    "Ledger code",
)


def xml_download(xml: str, name: str) -> HttpResponse:
    """XML as a file, in UTF-8. What came as text may still declare the encoding that it had once (reference 13.10)."""
    return HttpResponse(
        _ENCODING.sub(r'\1 encoding="utf-8"', xml.lstrip("\ufeff"), count=1).encode("utf-8", "replace"),
        content_type="application/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name(name)}.xml"'},
    )


def lines_download(name: str, lines: tuple[Line, ...]) -> HttpResponseBase:
    """The lines of a document as CSV."""
    return csv_download(file_name(name), LINE_HEADINGS, _rows(lines))


def file_name(text: str) -> str:
    """What is safe to call a file: an order's number may have any characters."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in text)
    return plain[:80].strip(".") or "document"


def _rows(lines: tuple[Line, ...]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        yield (
            line.number,
            line.product,
            line.description,
            line.quantity,
            line.unit,
            line.unit_price,
            line.tax.code,
            line.tax.rate,
            line.net,
            line.gross,
            line.cost_centre,
            line.ledger_code,
        )
