"""Pupils of a CSV: each row made into a pupil's record, and judged by the schema of the student file.

So a row is right when the same pupil in a student file would be: no rule about a value stands here a second time.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from schoolgate.documents.first_load.cells import CellFault, plain
from schoolgate.documents.first_load.columns import COLUMNS, Column, plain_heading, put_together
from schoolgate.documents.first_load.csv_text import CsvText, Row
from schoolgate.documents.first_load.rows import ExistingPupil, RowFault
from schoolgate.documents.identifiers import la_number_fault, school_number_fault
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students.entries import REPEATED, WRAPPERS, Record
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.versions import CES_VERSIONS
from schoolgate.documents.students.writer import write_students

AT_ONCE = 200
"""Rows that are judged together."""

_NO_UPN = "A000000000000"
"""Stands for the UPN of a child who has none: a student file wants one of each pupil, an authority's own records have
children without (reference 4.11, 5.1). It is taken out again once the row is judged."""

_NOT_OF_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PUPIL_STEP = re.compile(r"/CESfile/CESpupilData/Pupil\[([0-9]+)\]/?(.*)")


class _Judged(NamedTuple):
    line: int
    cells: Sequence[tuple[Column, Any]]
    record: Record
    has_upn: bool


class CsvPupils:
    """The pupils of one CSV."""

    def __init__(
        self,
        open_stream: Callable[[], BinaryIO],
        *,
        la: str = "",
        school_names: Mapping[tuple[str, str], str] | None = None,
        now: datetime,
    ) -> None:
        """``la`` counts for rows that say none; ``school_names``, by LA and school number, where no column has them.

        Raises DocumentError: as ``CsvText``, ``csv-columns`` when a column is missing or stands twice.
        """
        self._text = CsvText(open_stream)
        self._la = la
        self._school_names = school_names or {}
        self.header = _header(now)
        self._columns, self.unknown = _columns(self._text.headings)
        names = {column.name for column in self._columns.values()}
        missing = [column.name for column in COLUMNS if column.needed and column.name not in names]
        if not la and "la" not in names:
            missing.append("la")
        if missing:
            raise DocumentError(
                "csv-columns",
                f"The first line must name the columns; it lacks {', '.join(missing)}.",
                remedy="See the list of columns in the documentation of the first load.",
            )

    @property
    def encoding(self) -> str:
        """By which letters it was read: ``utf-8-sig``, ``utf-16`` or ``cp1252``."""
        return self._text.encoding

    def rows(self) -> Iterator[ExistingPupil | RowFault]:
        """The pupils, and what is wrong with whom no pupil is made of, in portions in the file's order."""
        rows = self._text.rows()
        while portion := list(islice(rows, AT_ONCE)):
            made: list[_Judged] = []
            for row in portion:
                faults: list[RowFault] = []
                judged = self._read(row, faults)
                yield from faults
                if judged is not None and not faults:
                    made.append(judged)
            if made:
                yield from self._judge(made)

    def _read(self, row: Row, faults: list[RowFault]) -> _Judged | None:
        if not row.cells:
            told = "A quotation mark is open, or the row is far too long."
            faults.append(RowFault(row.line, "", "broken-row", told))
            return None
        cells: list[tuple[Column, Any]] = []
        for at, column in self._columns.items():
            text = plain(row.cells[at]) if at < len(row.cells) else ""
            if not text:
                continue
            try:
                if _NOT_OF_XML.search(text):
                    raise CellFault("not-text", "There is a character in it that no text has.")
                cells.append((column, column.reader.read(text, self._text.date_order)))
            except CellFault as fault:
                faults.append(RowFault(row.line, column.name, fault.code, fault.sentence))
        said = {column.name: value for column, value in cells}
        if "entered" not in said and (lost := said.keys() & {"left", "leaving_reason"}):
            told = "A stay at a school needs the day on which it began, in the column entered."
            faults.append(RowFault(row.line, min(lost), "no-entry-date", told))
        place = self._place(row.line, said, faults)
        record = put_together(cells)
        self._complete(record, *place)
        return _Judged(row.line, cells, record, has_upn="upn" in said)

    def _place(self, line: int, said: Mapping[str, Any], faults: list[RowFault]) -> tuple[str, str]:
        la, school = said.get("la", self._la), said.get("school_number", "")
        for column, fault in (
            ("la", la_number_fault(la, listed=False, demo=True)),
            ("school_number", school_number_fault(school)),
        ):
            if fault is not None:
                faults.append(RowFault(line, column, fault.code, fault.reason))
        return la, school

    def _complete(self, record: Record, la: str, school: str) -> None:
        """Add what a column's absence may not take away from a student file."""
        record.setdefault("UPN", _NO_UPN)
        history = record.setdefault("SchoolHistory", [{}])
        history[0] |= {"LEA": la, "Estab": school, "LastSchool": "true"}
        history[0].setdefault("SchoolName", self._school_names.get((la, school), f"{la}/{school}"))

    def _judge(self, made: Sequence[_Judged]) -> Iterator[ExistingPupil | RowFault]:
        document = io.BytesIO()
        # A stay has a date on which it began; where none is said there is no stay to tell of, only a place.
        records = [{**one.record, "SchoolHistory": _stays(one.record)} for one in made]
        records = [{name: value for name, value in record.items() if value} for record in records]
        write_students(document, self.header, records, version=self.header.version)
        document.seek(0)
        file = StudentFile(document)
        reached = 0
        for entry in file.entries():
            yield from self._faults(file, made, reached, entry.number - 1)
            reached = entry.number
            one = made[entry.number - 1]
            record = entry.record
            if not one.has_upn:
                del record["UPN"]
            here = one.record["SchoolHistory"][0]
            yield ExistingPupil(one.line, here["LEA"], here["Estab"], record)
        yield from self._faults(file, made, reached, len(made))

    def _faults(self, file: StudentFile, made: Sequence[_Judged], begin: int, end: int) -> Iterator[RowFault]:
        """What the schema says of rows ``begin`` to ``end``, which gave no pupil: each thing once."""
        faults: dict[RowFault, None] = {}
        for problem in file.problems:
            step = _PUPIL_STEP.fullmatch(problem.path)
            number = int(step[1]) - 1 if step else 0
            if step and begin <= number < end:
                one = made[number]
                column = _column_at(one.cells, step[2]) or problem.item
                faults[RowFault(one.line, column, "xsd", _in_words(problem))] = None
        yield from faults


def _stays(record: Record) -> list[Record]:
    return [stay for stay in record["SchoolHistory"] if "EntryDate" in stay]


def _in_words(problem: Problem) -> str:
    """The problem without the value, which is a child's."""
    if problem.rule == "required element":
        return f"{problem.item} is missing."
    if problem.allowed:
        return f"What stands there is not allowed; allowed is {problem.allowed}."
    return "What stands there is not allowed."


def _column_at(cells: Sequence[tuple[Column, Any]], path: str) -> str:
    """The name of the column whose value the schema met at ``path`` below the pupil; empty when it is none."""
    here: Any = put_together([(column, column.name) for column, _ in cells])
    for step in path.split("/"):
        name, _, number = step.partition("[")
        if isinstance(here, list):
            place = int(number.rstrip("]") or 1) - 1
            here = here[place] if place < len(here) else None
            if name in WRAPPERS.values():
                continue
        if isinstance(here, dict):
            here = here.get(name)
            if name in REPEATED and isinstance(here, list):
                here = here[int(number.rstrip("]") or 1) - 1]
    return here if isinstance(here, str) and here in {column.name for column, _ in cells} else ""


def _columns(headings: Sequence[str]) -> tuple[dict[int, Column], tuple[str, ...]]:
    """The columns by their place, and the headings that mean nothing here."""
    by_spelling = {spelling: column for column in COLUMNS for spelling in column.spellings}
    found: dict[int, Column] = {}
    for at, heading in enumerate(headings):
        column = by_spelling.get(plain_heading(heading))
        if column is None:
            continue
        if column in found.values():
            raise DocumentError("csv-columns", f"Two columns are called {column.name}.", remedy="Leave one.")
        found[at] = column
    # In the order of the table, so that members of a list come in the order of their keys.
    places = {column.name: place for place, column in enumerate(COLUMNS)}
    ordered = dict(sorted(found.items(), key=lambda one: places[one[1].name]))
    return ordered, tuple(heading for at, heading in enumerate(headings) if at not in found and heading)


def _header(now: datetime) -> Header:
    """As if the rows stood in a student file of today."""
    return Header(
        kind="CES",
        version=CES_VERSIONS[-1],
        document_name="First load",
        created=now.replace(tzinfo=None, microsecond=0),
        qualifier="partial",
        supplier="First load",
        source_la="000",
        source_school="0000",
        school_name="First load",
        academic_year=now.year if now.month >= 8 else now.year - 1,
        destination_la="000",
        destination_school="LLLL",
    )
