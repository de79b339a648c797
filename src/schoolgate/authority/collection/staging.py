"""What a school's system says in a run, by pupil, until it is one document to import; and that document's file.

Rows may come twice and in any order: of a pupil's rows in one group the last one stands. Who a pupil is comes from its
own row; for whom none came it is what is held here, or what the system's list of pupils says. What cannot be taken is
put aside, to be held back (`holding_back`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.meanings import WHY, Meanings
from schoolgate.authority.collection.registers import Registers
from schoolgate.authority.collection.who import only_who, who_is_held
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import together
from schoolgate.authority.records.groups.registry import items_in
from schoolgate.commons.filestore import FileStore, Stored
from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.connector import BadRow, Batch, Group, Mark, Raw, Row

UNKNOWN_PUPIL = "unknown-pupil"
"""Code of a held back row: the school's system speaks of a pupil who is not in its list of pupils."""

_WHO_UNKNOWN = "The school's system says this of a pupil who is not in its list of pupils."


def collected_files() -> FileStore:
    """Where what was collected lies, each document under its digest."""
    return FileStore(settings.SCHOOLGATE_HOME.folder / "collected")


class HeldBack(NamedTuple):
    """Something to hold back; `what` it lacks, by which such rows are listed together."""

    group: Group
    key: str
    code: str
    what: str
    sentence: str
    raw: tuple[Raw, ...]


class RawCode(NamedTuple):
    """A session whose school's own code is not the one that is held; the same code where it is."""

    key: str
    day: str
    session: str
    code: str
    is_held: bool


@dataclass(slots=True)
class _Said:
    """Of one pupil: the parts of the record by group, and the registers."""

    parts: dict[Group, Record] = field(default_factory=dict)
    registers: Registers | None = None
    raw: dict[Group, list[Raw]] = field(default_factory=dict)
    """Only of who is not known yet: what to hold back where nobody says who it is."""


class Staging:
    """One run's, filled batch by batch."""

    def __init__(self, base: Base, meanings: Meanings, known: frozenset[str]) -> None:
        """`known` are the keys in compared form of pupils that are held at the base (`who.held_keys`)."""
        self.base = base
        self.meanings = meanings
        self.known = known
        self.held_back: list[HeldBack] = []
        self.codes: dict[tuple[str, str, str], RawCode] = {}
        self.gone: set[str] = set()
        self.marked_but_not_held: set[str] = set()
        self.half_read: set[str] = set()
        """Of whom a row could not be read: what is not said of them is not missing."""
        self._without_meaning: dict[tuple[str, str, str], Mark] = {}
        self._said: dict[str, _Said] = {}
        self._who: dict[str, Record] = {}

    def __len__(self) -> int:
        return len(self._said)

    def keys(self) -> list[str]:
        """Of whom something is said, in order."""
        return sorted(self._said)

    def says(self, key: str, group: Group) -> bool:
        """Whether something is said of a pupil in a group."""
        return key in self._said and group in self._said[key].parts

    def add(self, batch: Batch) -> None:
        """Take a batch in."""
        for row in batch.rows:
            self._take(row)
        for mark in batch.marks:
            self._mark(mark)
        self.held_back += [_held_back(bad) for bad in batch.bad]
        self.half_read.update(bad.key for bad in batch.bad)
        self.gone.update(batch.gone)

    def only_for_who(self, rows: Iterable[Row]) -> None:
        """Take rows of pupils of whom something was said, just for who they are."""
        self._who.update((row.key, only_who(row.record)) for row in rows if row.key in self._said)

    def leave_out(self, keys: Iterable[str]) -> None:
        """Forget what is said of these pupils."""
        for key in keys:
            self._said.pop(key, None)
        self.codes = {place: one for place, one in self.codes.items() if one.key in self._said}

    def not_held(self) -> set[str]:
        """The keys of pupils of whom something is said, and who are not held at the base."""
        return {key for key in self._said if normal_guid(key) not in self.known}

    def unknown(self) -> set[str]:
        """The keys of pupils of whom something is said, and nobody knows who they are."""
        return {
            key
            for key, said in self._said.items()
            if Group.PUPIL not in said.parts and key not in self._who and normal_guid(key) not in self.known
        }

    def settle_who(self, *, full: bool = False) -> None:
        """Find out who all are, once all is added; what is said of others, and marks that mean nothing, are held back.

        Whoever could be read in part only is there all the same, in a `full` document.
        """
        if full:
            for key in self.half_read:
                if normal_guid(key) in self.known:
                    self._said.setdefault(key, _Said())
        if self._without_meaning:
            # Somebody may have said meanwhile what the codes mean.
            self.meanings.read()
        for mark in list(self._without_meaning.values()):
            self._mark(mark)
        for mark in self._without_meaning.values():
            code = self.meanings.why_not(mark.code)
            self.held_back.append(HeldBack(Group.ATTENDANCE, mark.key, code, mark.code, WHY[code], (mark.raw,)))
        for key in self.unknown():
            said = self._said[key]
            self.leave_out([key])
            for group, raw in said.raw.items():
                # Each mark is a row of its own, so that each is read again by itself.
                pieces = [(one,) for one in raw] if group is Group.ATTENDANCE else [tuple(raw)]
                self.held_back += [HeldBack(group, key, UNKNOWN_PUPIL, "", _WHO_UNKNOWN, piece) for piece in pieces]
        self._who.update(who_is_held(self.base, [key for key in self._said if key not in self._told_who()]))

    def entries(self) -> Iterator[tuple[str, Record, Record]]:
        """By key who each pupil is, where that is not said itself, and all that is said, in the order of the keys."""
        for key, said in sorted(self._said.items()):
            # Of some that both say, what was read of the pupil's own row counts.
            parts = [said.parts[group] for group in reversed(Group) if group in said.parts]
            if said.registers is not None:
                parts.append({"Attendance": said.registers.year_data(self.base.la, self.base.number)})
            yield key, self._who.get(key, {}), together(parts)

    def _told_who(self) -> set[str]:
        return {key for key, said in self._said.items() if Group.PUPIL in said.parts or key in self._who}

    def _take(self, row: Row) -> None:
        said = self._said.setdefault(row.key, _Said())
        said.parts[row.group] = row.record
        if normal_guid(row.key) not in self.known and row.group is not Group.PUPIL:
            said.raw[row.group] = list(row.raw)

    def _mark(self, mark: Mark) -> None:
        if not mark.code:
            # A session without a mark is not absence, and takes no mark away (reference mis-apis.md 8, rule 9).
            return
        day = mark.day.isoformat()
        held = self.meanings.mark(mark.code, mark.day)
        if not held:
            self._without_meaning[mark.key, day, mark.session] = mark
            return
        # What could not be taken of the session was overtaken.
        self._without_meaning.pop((mark.key, day, mark.session), None)
        said = self._said.setdefault(mark.key, _Said())
        if said.registers is None:
            said.registers = Registers()
        said.registers.put(mark.day, mark.session, held)
        self.codes[mark.key, day, mark.session] = RawCode(mark.key, day, mark.session, mark.code, mark.code == held)
        if normal_guid(mark.key) not in self.known:
            self.marked_but_not_held.add(mark.key)
            said.raw.setdefault(Group.ATTENDANCE, []).append(mark.raw)


def _held_back(bad: BadRow) -> HeldBack:
    return HeldBack(bad.group, bad.key, bad.code, "", bad.sentence, bad.raw)


def keep_document(staging: Staging, *, full: bool) -> Stored:
    """Write what was said into a file of its own: the first line tells of the whole, each other one is a pupil.

    The same is said by the same bytes. A full document is about every item that it says of anybody: what a system
    never tells is not missing. Raises NoSpace.
    """
    entries = list(staging.entries())
    items = sorted({(group.name, item) for _, _, says in entries for group, item in items_in(says)}) if full else None
    # Of whom a row could not be read, what is not said is not missing.
    half_read = [{"whole": False} if key in staging.half_read else {} for key, _, _ in entries]
    lines = ({"key": key, "who": who, "says": says} for key, who, says in entries)
    return keep_lines(items, ({**line, **whole} for line, whole in zip(lines, half_read, strict=True)))


def keep_lines(items: list[tuple[str, str]] | None, lines: Iterable[dict[str, Any]]) -> Stored:
    """Write a document: the `items` that it is about, None where each line is about what it says, and its lines.

    Raises NoSpace.
    """
    with collected_files().incoming() as incoming:
        incoming.write(_line({"items": items}))
        for line in lines:
            incoming.write(_line(line))
        return incoming.keep()


def _line(said: dict[str, Any]) -> bytes:
    return canonical(said).encode() + b"\n"


def read_line(line: bytes) -> dict[str, Any]:
    """What `_line` was given."""
    found: dict[str, Any] = json.loads(line)
    return found
