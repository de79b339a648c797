"""A student or personnel file as the importer reads it: its header, then its people, as often as needed."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, BinaryIO, Protocol

from schoolgate.authority.importing.deciding import Incoming, Invalid, Place
from schoolgate.authority.importing.leaving_out import take_out
from schoolgate.authority.records.groups.attendance import ATTENDANCE, can_be_held
from schoolgate.authority.records.groups.data_group import Payload
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.values import ValueCheck
from schoolgate.documents.students.versions import SchemaShelf

MET_BEFORE = frozenset({"upn-twice", "number-twice"})
"""Findings that count for the school's check only: here people are told apart by more than their number."""

UNUSABLE_REGISTER = "unusable-register"
"""Code of a refusal: a register that does not say of which year and school it is, or whose numbers are none."""


class Refused(Exception):
    """The document is refused whole: it cannot be read, or its schema does not take it."""

    def __init__(self, problems: list[Problem], number: int) -> None:
        """``problems`` are the first of ``number``."""
        super().__init__(f"{number} problems")
        self.problems = problems
        self.number = number


class Entry(Protocol):
    """What a document says of one pupil, as ``documents.students.entries.PupilEntry`` has it."""

    @property
    def number(self) -> int:
        """Which of the document it is, from 1."""

    @property
    def raw(self) -> bytes:
        """Bytes that are the same when the same is said of the pupil again."""

    @property
    def record(self) -> Record:
        """The pupil's items."""

    @property
    def voucher(self) -> Any:
        """What was given for one that is passed over."""


class Readable(Protocol):
    """A document as an import reads it, whatever it is."""

    @property
    def header(self) -> Header:
        """What it says of itself."""

    @property
    def judged_by(self) -> str:
        """What a verdict on an entry's bytes depends on beside them."""

    def judge(self, vouched: Callable[[bytes], Any] | None) -> Iterator[Entry]:
        """Walk the pupils; those that are ``vouched`` for need not be looked at. Raises Refused."""

    def value_check(self) -> ValueCheck:
        """What finds values that cannot be right."""

    def speaks_of(self, entry: Entry) -> frozenset[Place] | None:
        """The items that one of its entries is about (``Incoming.of``); None: all."""


class Document:
    """A student or personnel file: ``open_stream`` gives its plain bytes from the first on, each time it is asked."""

    def __init__(self, open_stream: Callable[[], BinaryIO], shelf: SchemaShelf | None = None, *, demo: bool) -> None:
        """Read the header. Raises Refused."""
        self._open = open_stream
        self._shelf = shelf
        self._demo = demo
        with closing(open_stream()) as stream:
            file = self._start(stream)
            if file.header is None or file.problems.refusals:
                raise Refused(list(file.problems), file.problems.refusals)
            self.header = file.header
            self.judged_by = file.judged_by
            self._schema = file.schema

    def judge(self, vouched: Callable[[bytes], Any] | None) -> Iterator[Entry]:
        """Walk the pupils, and hold those that are not ``vouched`` for to the schema (``StudentFile``).

        Raises Refused, at the end or where reading cannot go on: nobody acts on a pupil before.
        """
        with closing(self._open()) as stream:
            file = self._start(stream, vouched)
            try:
                yield from file.entries()
            except DocumentError as error:
                file.problems.add(error.as_problem())
        if file.problems.refusals and vouched:
            # Lines were not counted, and they are what a school needs to know.
            for _ in self.judge(None):
                pass
        if file.problems.refusals:
            raise Refused(list(file.problems), file.problems.refusals)

    def value_check(self) -> ValueCheck:
        """What finds values that cannot be right."""
        return ValueCheck(self.header, self._schema.layout, demo=self._demo, proven=self._schema.ours)

    def speaks_of(self, entry: Entry) -> None:
        """A file is about all."""

    def _start(self, stream: BinaryIO, vouched: Callable[[bytes], Any] | None = None) -> StudentFile:
        try:
            return StudentFile(stream, self._shelf, vouched=vouched)
        except DocumentError as error:
            raise Refused([error.as_problem()], 1) from None


def incoming_of(entry: Entry, check: ValueCheck, *, full: bool, of: frozenset[Place] | None = None) -> Incoming:
    """What a pupil's entry says by data groups, values that cannot be right taken out."""
    findings = [finding for finding in check.findings(entry.record) if finding.code not in MET_BEFORE]
    record, invalid = take_out(entry.record, findings)
    payloads = dict(read_groups(record))
    registers = payloads.pop(ATTENDANCE, {}).get("Attendance", [])
    invalid += tuple(_unusable(register) for register in registers if not can_be_held(register))
    if usable := [register for register in registers if can_be_held(register)]:
        payloads[ATTENDANCE] = _one_register_each({"Attendance": usable})
    return Incoming(payloads, full, invalid, of)


def _unusable(register: Record) -> Invalid:
    return Invalid(ATTENDANCE, "Attendance", UNUSABLE_REGISTER, ATTENDANCE.form_of("Attendance").text([register]))


def _one_register_each(payload: Payload) -> Payload:
    """Registers of the same year and school as one: a row is held for each."""
    registers = payload["Attendance"]
    names = {tuple(register.get(name) for name in ("Year", "LEA", "Estab")) for register in registers}
    if len(names) == len(registers):
        return payload
    joined: Payload = {}
    for register in registers:
        joined = ATTENDANCE.joined(joined, {"Attendance": [register]})
    return joined
