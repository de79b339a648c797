"""A large CSV as spreadsheets and databases save it, row by row in flat memory.

It is read twice: once to learn what only the whole file tells, its letters and the order of day and month, and once for
its rows. A quotation mark that is not closed spoils its own row, and none after it.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import BinaryIO, NamedTuple

from schoolgate.documents.first_load.cells import DateOrder
from schoolgate.documents.first_load.columns import COLUMNS, plain_heading
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.xml import BLOCK

LONGEST_LINE = 65_536
"""Characters of a row: none of the columns known here can fill it."""
MOST_LINES_OF_A_ROW = 4

_DELIMITERS = ",;\t|"
_STROKES = re.compile(r"(?<![0-9])([0-9]{1,2})([/.-])([0-9]{1,2})\2[0-9]{4}(?![0-9])")
_SEP = re.compile(r"\"?sep=([,;|\t])\"?\s*", re.IGNORECASE)
_BLANK = _DELIMITERS + ' "\r\n\ufeff'
_SAVE_AGAIN = "Save it as CSV UTF-8 and choose it again."


class Row(NamedTuple):
    """``line`` is the one it begins in, from 1; without cells it could not be taken apart."""

    line: int
    cells: Sequence[str]


class CsvText:
    """The rows of a CSV: UTF-8, UTF-16 with its mark, or Windows letters; commas, semicolons, tabs or bars."""

    def __init__(self, open_stream: Callable[[], BinaryIO]) -> None:
        """``open_stream`` gives the bytes from the first on, each time it is asked.

        Raises DocumentError: ``not-text``, ``csv-empty``.
        """
        self._open = open_stream
        self.encoding = self._find_encoding()
        self.date_order = self._find_date_order()
        self.headings: tuple[str, ...] = ()
        self._delimiter = ","
        for line, text in self._lines():
            if not text.strip(_BLANK):
                continue
            if named := _SEP.fullmatch(text):
                self._delimiter = named[1]
                continue
            # A line that named the delimiter came before, or this one tells.
            self._delimiter = self._delimiter if self._delimiter != "," else _delimiter(text)
            self._heading_line = line
            self.headings = tuple(" ".join(cell.split()) for cell in _cells(text, self._delimiter))
            break
        if not self.headings:
            raise DocumentError("csv-empty", "The file is empty. Its first line names the columns.")

    def rows(self) -> Iterator[Row]:
        """The rows below the headings that hold anything, as often as asked for."""
        waiting: deque[tuple[int, str]] = deque()
        lines = self._lines()
        while True:
            while len(waiting) < MOST_LINES_OF_A_ROW and (read := next(lines, None)):
                waiting.append(read)
            if not waiting:
                return
            line, text = waiting[0]
            if line <= self._heading_line or not text.strip(_BLANK):
                waiting.popleft()
                continue
            cells, used = self._first_row(waiting)
            for _ in range(used):
                waiting.popleft()
            yield Row(line, cells)

    def _first_row(self, waiting: Sequence[tuple[int, str]]) -> tuple[Sequence[str], int]:
        """The cells of the row that begins with the first of these lines, and of how many lines it is."""
        record = ""
        for used, (_, text) in enumerate(waiting, start=1):
            record += text
            if record.count('"') % 2 == 0 and len(record) <= LONGEST_LINE:
                cells = _cells(record, self._delimiter)
                if used == 1 or len(cells) == len(self.headings):
                    return cells, used
        return (), 1

    def _lines(self) -> Iterator[tuple[int, str]]:
        with closing(io.TextIOWrapper(self._open(), encoding=self.encoding, newline=None)) as text:
            line, continued = 1, False
            while part := text.readline(LONGEST_LINE + 1):
                if not continued:
                    yield line, part
                continued = not part.endswith("\n")
                line += not continued

    def _find_encoding(self) -> str:
        with closing(self._open()) as stream:
            blocks = iter(partial(stream.read, BLOCK), b"")
            first = next(blocks, b"")
            if first.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                raise DocumentError(
                    "not-text", "This is an Excel workbook.", remedy="In Excel, choose Save As and the type CSV UTF-8."
                )
            if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            possible = ["utf-8-sig", "cp1252"]
            decoders = {name: codecs.getincrementaldecoder(name)() for name in possible}
            block = first
            while block and possible:
                if b"\0" in block:
                    possible = []
                for name in tuple(possible):
                    try:
                        decoders[name].decode(block)
                    except UnicodeDecodeError:
                        possible.remove(name)
                block = next(blocks, b"")
            for name in tuple(possible):
                try:
                    decoders[name].decode(b"", final=True)
                except UnicodeDecodeError:
                    possible.remove(name)
        if not possible:
            raise DocumentError("not-text", "This is not a text file.", remedy=_SAVE_AGAIN)
        return possible[0]

    def _find_date_order(self) -> DateOrder:
        day_first = month_first = False
        try:
            for _, text in self._lines():
                for first, _, second in _STROKES.findall(text):
                    day_first = day_first or int(first) > 12
                    month_first = month_first or int(second) > 12
        except UnicodeDecodeError:
            raise DocumentError("not-text", "This is not a text file.", remedy=_SAVE_AGAIN) from None
        if day_first == month_first:
            return "unknown"
        return "day-first" if day_first else "month-first"


def _cells(record: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])


def _delimiter(headings: str) -> str:
    """The sign by which the first line falls into most columns that are known here."""
    known = frozenset[str]().union(*(column.spellings for column in COLUMNS))

    def columns(delimiter: str) -> int:
        return sum(plain_heading(cell) in known for cell in _cells(headings, delimiter))

    return max(_DELIMITERS, key=columns)
