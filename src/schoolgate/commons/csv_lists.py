"""Lists that people keep in a spreadsheet and hand over as CSV: read leniently, told line by line.

What is not right is said of its own line, and the other lines stand.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
DELIMITERS = ",;\t"
LONGEST_ROW = 10_000
LONGEST_ROW_LINES = 4
BROKEN = "A quotation mark is open, or the line is far too long."
_BLANK = DELIMITERS + ' "\r\n\ufeff'
_NO_TEXT = "This is not a text file. Save the list as CSV UTF-8 and choose it again."


class CsvRefused(Exception):
    """The file as a whole is no such list; the message is a sentence for the person."""


@dataclass(frozen=True)
class CsvColumn:
    """A column by the `name` it has here, and other `headings` people give it; compared by letters and digits only."""

    name: str
    headings: tuple[str, ...] = ()
    required: bool = False

    def fits(self, heading: str) -> bool:
        return _plain(heading) in {_plain(one) for one in (self.name, *self.headings)}


@dataclass(frozen=True)
class CsvLine:
    """One row below the headings: the number of the line it begins in, from 1, and the values of known columns.

    A `broken` one could not be taken apart, and has none: BROKEN says why.
    """

    number: int
    values: dict[str, str]
    broken: bool = False

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class CsvList:
    """The lines that hold anything.

    `headings` are all that the first line says, `known` the columns found among them, `unknown` those that mean nothing
    here. `windows`: it was no UTF-8 and was read as Windows-1252.
    """

    lines: tuple[CsvLine, ...]
    headings: tuple[str, ...]
    known: frozenset[str]
    unknown: tuple[str, ...]
    windows: bool = False


def read_csv(
    content: bytes, columns: Sequence[CsvColumn], *, largest_bytes: int = 5 * MEGABYTE, most_lines: int = 20_000
) -> CsvList:
    """The lines of a CSV file as spreadsheets save it: UTF-8, Excel's Unicode text or Windows letters; commas,
    semicolons or tabs.

    The first line that holds anything names the columns, in any order. Raises CsvRefused: too large, no text, no
    headings, a required column missing, one twice.
    """
    if len(content) > largest_bytes:
        raise CsvRefused(f"The file is larger than {largest_bytes // MEGABYTE} MB: it is hardly such a list.")
    text, windows = _text(content)
    first, rows = _rows(text, columns)
    headings = tuple(" ".join(heading.split()) for heading in first)
    places = {column.name: [at for at, heading in enumerate(headings) if column.fits(heading)] for column in columns}
    for column in columns:
        if column.required and not places[column.name]:
            raise CsvRefused(f"There is no column “{column.name}”. The first line must name it.")
        if len(places[column.name]) > 1:
            raise CsvRefused(f"Two columns are called “{column.name}”. Leave one.")
    if len(rows) > most_lines:
        raise CsvRefused(f"The file has {len(rows):,} lines; at most {most_lines:,} are taken at once. Split it.")
    place_of = {name: at[0] for name, at in places.items() if at}
    lines = tuple(
        CsvLine(number, {name: row[at].strip() for name, at in place_of.items() if at < len(row)}, broken=not row)
        for number, row in rows
    )
    unknown = tuple(heading for at, heading in enumerate(headings) if at not in place_of.values() and heading)
    return CsvList(lines, headings, frozenset(place_of), unknown, windows)


def plain_cell(cell: str) -> str:
    """A cell on one line, without blanks around it and without Excel's marks of a text (`="0021"`, `'0021`)."""
    text = " ".join(cell.split())
    marked = re.fullmatch(r'="(.*)"', text)
    return (marked[1] if marked else text.removeprefix("'")).strip()


def _text(content: bytes) -> tuple[str, bool]:
    """What the bytes say, and whether they had to be read as Windows-1252."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise CsvRefused("This is an Excel workbook. In Excel, choose Save As and the type CSV UTF-8.")
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding == "cp1252"
    raise CsvRefused(_NO_TEXT)


Cells = Sequence[str]


def _rows(text: str, columns: Sequence[CsvColumn]) -> tuple[Cells, list[tuple[int, Cells]]]:
    """The headings, and each row with the number of the line it begins in; empty rows are left out.

    A row that cannot be taken apart has no cells. Excel's first line `sep=;` names the delimiter.
    """
    lines = list(io.StringIO(text, newline=None))
    place = next((place for place, line in enumerate(lines) if line.strip(_BLANK)), len(lines))
    named = re.fullmatch(r"\"?sep=([,;|\t])\"?\s*", lines[place], re.IGNORECASE) if place < len(lines) else None
    if named:
        place += 1
    if place == len(lines):
        raise CsvRefused("The file is empty. Its first line names the columns, each further line is one row.")
    delimiter = named[1] if named else _delimiter(lines[place], columns)
    headings, place = _row(lines, place, delimiter)
    rows = []
    while place < len(lines):
        begins = place
        cells, place = _row(lines, place, delimiter, width=len(headings))
        if any(map(str.strip, cells)) or (not cells and lines[begins].strip(_BLANK)):
            rows.append((begins + 1, cells))
    return headings, rows


def _row(lines: Cells, place: int, delimiter: str, *, width: int = 0) -> tuple[Cells, int]:
    """The cells of the row that begins at `place`, and where the next one begins.

    A cell may run over a few lines (Excel's line breaks) when the row then has as many cells as the headings have.
    Otherwise an open quotation mark spoils its own line only: it has no cells.
    """
    record, end = "", place
    while end < min(len(lines), place + LONGEST_ROW_LINES):
        record += lines[end]
        end += 1
        if record.count('"') % 2 == 0 and len(record) <= LONGEST_ROW:
            cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
            if end == place + 1 or not width or len(cells) == width:
                return cells, end
    return [], place + 1


def _delimiter(heading: str, columns: Sequence[CsvColumn]) -> str:
    """The sign by which the first line falls into most columns that are known here."""

    def known(delimiter: str) -> int:
        cells = next(csv.reader([heading[:LONGEST_ROW]], delimiter=delimiter), [])
        return sum(any(column.fits(cell) for column in columns) for cell in cells)

    return max(DELIMITERS, key=known)


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())
