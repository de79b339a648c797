"""The rows of a file of existing records, sorted by school: each school's are a document of their own to import."""

import json
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.reading import Entry
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.documents.first_load.reading import FirstLoadFile
from schoolgate.documents.first_load.rows import ExistingPupil, RowFault
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.layout import Layout
from schoolgate.documents.students.values import ValueCheck

IN_MEMORY = 64 * 1024
"""Bytes of a school's rows that are kept until they go to its file: no file stays open, however many schools."""

TOLD_EVERY = 200


@dataclass(slots=True)
class _Rows:
    """The rows of one school so far."""

    path: Path
    lines: "array[int]" = field(default_factory=lambda: array("L"))
    pending: bytearray = field(default_factory=bytearray)

    def add(self, pupil: ExistingPupil) -> None:
        self.lines.append(pupil.line)
        self.pending += canonical(pupil.record).encode() + b"\n"
        if len(self.pending) > IN_MEMORY:
            self.flush()

    def flush(self) -> None:
        with self.path.open("ab") as file:
            file.write(self.pending)
        self.pending.clear()


class Place(NamedTuple):
    """Of which school a row is."""

    line: int
    la: str
    school: str


@dataclass(slots=True)
class Sorted:
    """What stands in the file: each school's rows as a document, and all that is not taken, by line."""

    documents: dict[int, "RowsDocument"] = field(default_factory=dict)
    """By number of the base, in the order of the bases."""
    faults: list[RowFault] = field(default_factory=list)
    without_base: list["Place"] = field(default_factory=list)
    """Rows of schools that are no bases here."""
    rows: int = 0
    """Those with a right pupil, whatever the school."""


def sort_by_school(file: FirstLoadFile, folder: Path, *, demo: bool, on_progress: Callable[[int], None]) -> Sorted:
    """Read the whole file and put each school's rows into a file of its own in ``folder``.

    Raises DocumentError where the file cannot be read on, StopWork as ``on_progress`` does, which is told how many rows
    were read.
    """
    bases = {(base.la, base.number): base.pk for base in Base.objects.order_by("la", "number")}
    by_base: dict[int, _Rows] = {}
    found = Sorted()
    for row in file.rows():
        if isinstance(row, RowFault):
            found.faults.append(row)
            continue
        found.rows += 1
        if found.rows % TOLD_EVERY == 0:
            on_progress(found.rows)
        base = bases.get((row.la, row.school))
        if base is None:
            found.without_base.append(Place(row.line, row.la, row.school))
            continue
        if base not in by_base:
            by_base[base] = _Rows(folder / f"{base}.rows")
        by_base[base].add(row)
    for base in bases.values():
        if base in by_base:
            rows = by_base[base]
            rows.flush()
            found.documents[base] = RowsDocument(rows.path, file.header, file.layout, rows.lines, demo=demo)
    return found


class RowsDocument:
    """The rows of one school, as an import reads a document (``reading.Readable``)."""

    judged_by = "first load"

    def __init__(self, path: Path, header: Header, layout: Layout, lines: "array[int]", *, demo: bool) -> None:
        self._path = path
        self.header = header
        self._layout = layout
        self.lines = lines
        """In which line of the whole file each row begins; the first row is number 1."""
        self._demo = demo

    def judge(self, vouched: Callable[[bytes], Any] | None) -> Iterator[Entry]:
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                raw = line.rstrip(b"\n")
                yield _Row(number, raw, vouched(raw) if vouched else None)

    def value_check(self) -> ValueCheck:
        return ValueCheck(self.header, self._layout, demo=self._demo, proven=False)

    def speaks_of(self, entry: Entry) -> None:
        """A row is about all."""


class _Row:
    """One row. Its record is made when it is asked for."""

    __slots__ = ("_record", "number", "raw", "voucher")

    def __init__(self, number: int, raw: bytes, voucher: Any) -> None:
        self.number = number
        self.raw = raw
        self.voucher = voucher
        self._record: Record | None = None

    @property
    def record(self) -> Record:
        if self._record is None:
            self._record = json.loads(self.raw)
        return self._record
