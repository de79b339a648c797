"""Tables as files: CSV that Excel opens rightly, and Excel's own."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

EXCEL_ROWS = 10_000
"""So many rows a download for Excel may have. It is made whole in memory before its first byte goes out, 2 seconds for
so many; more are given as CSV, which goes out as it is made and which Excel opens, too."""

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The control characters that XML 1.0 does not have; openpyxl refuses them.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
# A spreadsheet takes a text that begins so for a formula and runs it; some, too, in the wide letters of East Asia.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """A file whose every write is handed straight on."""

    def write(self, text: str) -> str:
        return text


def csv_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """UTF-8 with a byte order mark, as Excel wants it; times as London wall time; streamed, so any length goes."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(headings)
        for row in rows:
            yield writer.writerow([harmless(_plain(value)) for value in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(name)}.csv"'},
    )


def excel_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """One sheet, its first row fixed; texts stay texts, so that school number 0412 keeps its zero."""
    # Few ask for it, and every command and process of a site would start a tenth later.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    sheet.append(list(headings))
    for row in rows:
        sheet.append([_for_excel(_plain(value)) for value in row])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{_file_name(name)}.xlsx", content_type=EXCEL)


def _file_name(name: str) -> str:
    return f"{name}-{timezone.localtime():%Y-%m-%d}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.make_naive(value).replace(microsecond=0) if timezone.is_aware(value) else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int | float | Decimal) or value is None else str(value)


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA) else value


def _for_excel(value: Any) -> Any:
    return _NOT_IN_XML.sub("", harmless(value)) if isinstance(value, str) else value
