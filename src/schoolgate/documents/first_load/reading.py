"""A file of existing pupils, whatever it is: CSV, CTF or CES (issue 4, "First load")."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import BinaryIO, Literal

from schoolgate.documents.first_load.columns import newest_school
from schoolgate.documents.first_load.csv_pupils import CsvPupils
from schoolgate.documents.first_load.rows import ExistingPupil, RowFault
from schoolgate.documents.problems import DocumentError, Problem, Problems
from schoolgate.documents.students.doors import personnel_file_among_pupils
from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.layout import CES_LAYOUT, Layout
from schoolgate.documents.students.reader import MOST_REFUSALS, StudentFile
from schoolgate.documents.students.versions import SchemaShelf

_PUPIL = re.compile(r"/[^/]+/[^/]+/[^/]+\[[0-9]+\]")
_DIGITS = re.compile("[0-9]+")


class FirstLoadFile:
    """One file. Its pupils are of one school, or of many: each says which."""

    kind: Literal["CSV", "CTF", "CES"]
    header: Header
    """Of a CSV one that is made up, for what depends on a file's date and version."""
    layout: Layout

    def __init__(
        self,
        open_stream: Callable[[], BinaryIO],
        *,
        la: str = "",
        school_names: Mapping[tuple[str, str], str] | None = None,
        shelf: SchemaShelf | None = None,
        now: datetime,
    ) -> None:
        """``open_stream`` gives the plain bytes, as often as it is asked; the rest as ``CsvPupils``.

        Raises DocumentError when it is none that can be read: as ``StudentFile``, whose header must be right too, and
        as ``CsvPupils``.
        """
        self._open = open_stream
        self._shelf = shelf
        self._csv: CsvPupils | None = None
        self.unknown: tuple[str, ...] = ()
        """Headings of a CSV that mean nothing here."""
        self.windows = False
        """It was no Unicode and was read as Windows-1252."""
        if _is_xml(open_stream):
            with closing(open_stream()) as stream:
                file = self._student_file(stream)
                self.layout = file.schema.layout
            if self.layout.kind == "PER":
                raise personnel_file_among_pupils()
            self.kind = self.layout.kind
        else:
            self._csv = CsvPupils(open_stream, la=la, school_names=school_names, now=now)
            self.kind, self.header, self.layout = "CSV", self._csv.header, CES_LAYOUT
            self.unknown = self._csv.unknown
            self.windows = self._csv.encoding == "cp1252"

    def rows(self) -> Iterator[ExistingPupil | RowFault]:
        """The pupils and the faults, in the file's order.

        Raises DocumentError where an XML file cannot be read on: whoever loads anything has read to the end before.
        """
        if self._csv:
            yield from self._csv.rows()
            return
        with closing(self._open()) as stream:
            file = self._student_file(stream)
            for entry in file.entries():
                yield from _taken_out(file.problems)
                yield self._placed(entry)
            yield from _taken_out(file.problems)

    def _student_file(self, stream: BinaryIO) -> StudentFile:
        file = StudentFile(stream, self._shelf, Problems(limit=MOST_REFUSALS + 1))
        if file.header is None or file.problems.refusals:
            first = file.problems.kept[0]
            raise DocumentError(first.code, first.message, remedy=first.remedy, line=first.line, column=first.column)
        self.header = file.header
        return file

    def _placed(self, entry: PupilEntry) -> ExistingPupil | RowFault:
        """A file of a school tells of that school's pupils; an authority's, of each pupil where it was last.

        That an authority's CTF is read so is inferred: its header names no school (reference 4.2).
        """
        la, school = self.header.source_la, self.header.source_school
        if not _DIGITS.fullmatch(school):
            newest = newest_school(entry.record.get("SchoolHistory") or [{}])
            la, school = newest.get("LEA", ""), newest.get("Estab", "")
        if not (_DIGITS.fullmatch(la) and _DIGITS.fullmatch(school)):
            return RowFault(entry.line, "School history", "no-school", "Neither the file nor the pupil says a school.")
        return ExistingPupil(entry.line, la, school, entry.record)


def _is_xml(open_stream: Callable[[], BinaryIO]) -> bool:
    """Whether the file begins as XML, or as something that is told of better by who reads XML."""
    with closing(open_stream()) as stream:
        first = stream.read(256)
    text = first.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return text.lstrip().startswith((b"<", b"%PDF", b"\x1f\x8b"))


def _taken_out(problems: Problems) -> Iterator[RowFault]:
    """The problems met since the last time; they are not kept here."""
    found = problems.kept[:]
    problems.kept.clear()
    yield from (_as_fault(problem) for problem in found)


def _as_fault(problem: Problem) -> RowFault:
    allowed = f"; allowed is {problem.allowed}" if problem.allowed else ""
    if problem.rule == "required element":
        sentence = f"{problem.item} is missing."
    else:
        sentence = f"What stands there is not as the schema wants it{allowed}."
    return RowFault(problem.line, problem.item, problem.code, sentence)
