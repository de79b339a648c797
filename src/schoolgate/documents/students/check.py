"""Checks 1 and 2 before anything leaves: the content against its schema, the name against the header."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Literal

from schoolgate.documents.ctf import ctf_name_problems, goes_to_a_school
from schoolgate.documents.problems import DocumentError, Problem, Problems, counts_by_kind
from schoolgate.documents.staff.names import parse_personnel_name, personnel_name_problems
from schoolgate.documents.students.doors import (
    WrongDoor,
    ctf_for_a_school,
    personnel_file_among_pupils,
    pupil_file_among_personnel,
)
from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.header import HEAD_LIMIT, Header, read_header
from schoolgate.documents.students.names import LA_ITSELF, name_problems, name_problems_from_la, parse_name
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.values import ValueCheck
from schoolgate.documents.students.versions import SchemaShelf, default_shelf
from schoolgate.documents.xml import BLOCK

Door = Literal["student", "personnel", "any"]
"""Where a file came in: by the way of pupil files, of personnel files, or to be judged by itself."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found."""

    kind: str
    """CES or CTF; of a file at the wrong door what it is (``school-census``, ``pdf``); empty when nobody can tell."""
    version: str
    """As the header says it; empty when it could not be read."""
    header: Header | None
    pupils: int
    """Pupils met, valid or not."""
    size: int
    """Bytes of the plain file."""
    sha256: str
    problems: list[Problem]
    """The first 1,000; refusals are not crowded out by warnings."""
    refusals: int
    """The true total."""
    warnings: int
    newest_schema: str
    """Where the newest schema of the kind is to be had, in a sentence; empty for a file of no kind known here."""

    @property
    def accepted(self) -> bool:
        """Whether nothing refuses the file; warnings do not."""
        return self.refusals == 0

    @property
    def total_problems(self) -> int:
        """How many problems were met, kept or not."""
        return self.refusals + self.warnings

    @property
    def counts_by_kind(self) -> list[tuple[str, int]]:
        """How many of the problems kept are of each kind, the most frequent first."""
        return counts_by_kind(problem.item or problem.code for problem in self.problems)


class _Watched:
    """Reads a stream once, for the check, its digest and its size together."""

    def __init__(self, stream: BinaryIO, on_progress: Callable[[int], None] | None) -> None:
        self.stream = stream
        self.on_progress = on_progress
        self.digest = hashlib.sha256()
        self.size = 0
        self.first = b""

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.digest.update(data)
        self.size += len(data)
        if len(self.first) < HEAD_LIMIT:
            self.first += data
        if data and self.on_progress:
            self.on_progress(self.size)
        return data

    def drain(self) -> None:
        try:
            while self.read(BLOCK):
                pass
        except DocumentError:
            return


def check_stream(
    open_stream: BinaryIO,
    *,
    name: str | None,
    shelf: SchemaShelf | None = None,
    on_progress: Callable[[int], None] | None = None,
    on_pupil: Callable[[PupilEntry], None] | None = None,
    door: Door = "student",
    demo: bool = False,
) -> Verdict:
    """Check a file (plain XML, read from where the stream stands to its end) and never raise for what is in it.

    ``name`` None leaves out check 2. ``door`` says which way the file came: one of the other kind is at the wrong
    door, and ``any`` judges a document by itself, so that a CTF for another school is at none, and a file from an LA
    to a school is named as those are. ``demo`` lets LA numbers
    of samples pass without a warning. ``on_progress`` is told the bytes read so far, ``on_pupil`` each pupil or member
    of staff that the schema takes, before the verdict is known.
    """
    check = _Check(_Watched(open_stream, on_progress), name, shelf or default_shelf(), door=door)
    try:
        check.open()
        check.walk(on_pupil, demo=demo)
    except DocumentError as error:
        check.stopped_by(error)
    return check.verdict()


class _Check:
    def __init__(self, source: _Watched, name: str | None, shelf: SchemaShelf, *, door: Door) -> None:
        self.source = source
        self.name = name
        self.shelf = shelf
        self.door = door
        self.problems = Problems()
        self.file: StudentFile | None = None
        self.header: Header | None = None
        self.kind = ""

    def open(self) -> None:
        self.file = StudentFile(self.source, self.shelf, self.problems)
        self.kind, self.header = self.file.schema.layout.kind, self.file.header
        self.refuse_at_the_wrong_door()
        self.compare_name()

    def refuse_at_the_wrong_door(self) -> None:
        if self.door == "student" and self.kind == "PER":
            raise personnel_file_among_pupils()
        if self.door == "personnel" and self.kind != "PER":
            raise pupil_file_among_personnel(self.kind)
        if self.door == "student" and self.header and self.kind == "CTF" and goes_to_a_school(self.header):
            raise ctf_for_a_school(self.header.destination_la, self.header.destination_school)

    def compare_name(self) -> None:
        if self.name is None:
            return
        if self.header is None:
            try:
                (parse_personnel_name if self._by_personnel_names else parse_name)(self.name)
            except DocumentError as error:
                self.problems.add(error.as_problem())
        elif self._by_personnel_names:
            self.problems.extend(personnel_name_problems(self.name, self.header))
        elif self.header.kind == "CTF" and self.door == "any":
            self.problems.extend(ctf_name_problems(self.name, self.header))
        elif self.header.source_school == LA_ITSELF and self.door == "any":
            self.problems.extend(name_problems_from_la(self.name, self.header))
        else:
            self.problems.extend(name_problems(self.name, self.header))

    @property
    def _by_personnel_names(self) -> bool:
        return self.door == "personnel" or self.kind == "PER"

    def walk(self, on_pupil: Callable[[PupilEntry], None] | None, *, demo: bool) -> None:
        assert self.file is not None
        schema = self.file.schema
        values = ValueCheck(self.header, schema.layout, demo=demo, proven=schema.ours) if self.header else None
        if values:
            self.problems.extend(values.header_problems())
        for entry in self.file.entries():
            if values:
                self.judge(entry, values)
            if on_pupil:
                on_pupil(entry)

    def judge(self, entry: PupilEntry, values: ValueCheck) -> None:
        for finding in values.findings(entry.record):
            if len(self.problems.kept) < self.problems.limit:
                self.problems.add(values.problem(finding, entry))
            else:
                self.problems.warnings += 1

    def stopped_by(self, error: DocumentError) -> None:
        if isinstance(error, WrongDoor):
            self.kind = error.kind
        elif self.file is None:
            # A version that is not known here still says whose file it is.
            with suppress(DocumentError):
                self.header = read_header(self.source.first, self.shelf.layouts)
                self.kind = self.header.kind
            self.compare_name()
        if not self.problems.has_room:
            self.problems.kept.pop()
        self.problems.add(error.as_problem())

    def verdict(self) -> Verdict:
        self.source.drain()
        kind = self.file.schema.layout.kind if self.file else self.header.kind if self.header else None
        return Verdict(
            kind=self.kind,
            version=self.header.version if self.header else self.file.schema.version if self.file else "",
            header=self.header,
            pupils=self.file.pupils if self.file else 0,
            size=self.source.size,
            sha256=self.source.digest.hexdigest(),
            problems=self.problems.kept,
            refusals=self.problems.refusals,
            warnings=self.problems.warnings,
            newest_schema=self.shelf.where_newest(kind) if kind else "",
        )
