"""Lists that people keep in a spreadsheet and hand over as CSV: read leniently, told line by line."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LARGEST_BYTES = 5 * 1024 * 1024
MOST_LINES = 20_000
DELIMITERS = (",", ";", "\t")


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
    """One line below the headings: its number in the file (1 is the first line), and the values of known columns."""

    number: int
    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class CsvList:
    """The lines that hold anything, and the headings that mean nothing here."""

    lines: tuple[CsvLine, ...]
    unknown: tuple[str, ...]


def read_csv(content: bytes, columns: Sequence[CsvColumn]) -> CsvList:
    """The lines of a CSV file as spreadsheets save it: UTF-8 or Windows letters, commas, semicolons or tabs.

    The first line that holds anything names the columns, in any order. Raises CsvRefused: too large, no text, no
    headings, a required column missing or twice.
    """
    rows = _rows(_text(content))
    first = next(rows, None)
    if first is None:
        raise CsvRefused("The file is empty. Its first line names the columns, each further line is one school.")
    headings = [heading.strip() for heading in first[1]]
    places = {column.name: [at for at, heading in enumerate(headings) if column.fits(heading)] for column in columns}
    for column in columns:
        if column.required and not places[column.name]:
            raise CsvRefused(f"There is no column “{column.name}”. The first line must name it.")
        if len(places[column.name]) > 1:
            raise CsvRefused(f"Two columns are called “{column.name}”. Leave one.")
    known = {at for found in places.values() for at in found}
    lines: list[CsvLine] = []
    for number, row in rows:
        if len(lines) == MOST_LINES:
            raise CsvRefused(f"The file has more than {MOST_LINES:,} lines. Divide it.")
        values = {name: row[at[0]].strip() for name, at in places.items() if at and at[0] < len(row)}
        lines.append(CsvLine(number, values))
    unknown = tuple(heading for at, heading in enumerate(headings) if at not in known and heading)
    return CsvList(tuple(lines), unknown)


def _text(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise CsvRefused(f"The file is larger than {LARGEST_BYTES // 1024 // 1024} MB: it is hardly a list of schools.")
    if content.startswith(b"PK\x03\x04"):
        raise CsvRefused("This is an Excel workbook. In Excel, choose Save As and the type CSV UTF-8.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if "\0" in text:
        raise CsvRefused("This is not a text file. Save the list as CSV and choose it again.")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, with the number of its last line; Excel's `sep=;` is obeyed."""
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep="):
        delimiter, text, skipped = first.strip()[4:5] or ",", rest, 1
    else:
        delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + skipped, row
    except csv.Error:
        raise CsvRefused(f"Line {reader.line_num + skipped} cannot be read: look at its quotation marks.") from None


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())
