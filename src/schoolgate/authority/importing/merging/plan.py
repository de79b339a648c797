"""What stands once two pupils are one: worked out by the page that shows it and by the step that writes it alike.

* Each pupil's time at a school comes along as it is. Where both were at one school, the two times become one, and their
  groups and registers are joined (``joining``).
* Groups of the pupil are joined likewise. Where the school that leads (``leading``: of the main registration) has told
  a group of one of the two only, its word stands there, since its next file would bring it again.
* Two registers of one school that contradict each other are the school's to correct: such pupils are not merged.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.leading import strongest
from schoolgate.authority.importing.merging.joining import Stood, joined
from schoolgate.authority.importing.merging.sides import Side, seen_as, sides_of
from schoolgate.authority.importing.models import Import, Met
from schoolgate.authority.records.columns import enrolment_columns
from schoolgate.authority.records.groups.attendance import ATTENDANCE, days_apart
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.models import Attendance, Enrolment, Pupil, Replaced
from schoolgate.authority.records.models.replaced import Row
from schoolgate.authority.records.origin import Version, histories
from schoolgate.authority.records.roll import is_on_roll

DIFFERENT_MARKS = "different-marks"
"""Code: one school has both on its roll, with different marks for one day."""
TWO_IN_ONE_FILE = "two-in-one-file"
"""Code: a school's newest file tells of both, so to it these are two children."""

DAYS_NAMED = 5


class Fault(NamedTuple):
    """Why two pupils cannot be merged: a code, a sentence, and what to do next."""

    code: str
    why: str
    step: str


@dataclass(slots=True)
class Joined:
    """Two rows of one group that become one."""

    group: DataGroup
    ours: Row
    theirs: Row
    stood: list[Stood]
    """As one history, the oldest first."""
    payload: Payload
    """What stands."""
    enrolment: Enrolment | None = None
    """Whose it is, where it is of an enrolment's group: that of the pupil who stays."""

    @property
    def is_led(self) -> bool:
        """Whether the leading school's word stands before a newer one."""
        return bool(self.group.differing(self.stood[-1].payload, self.payload))


@dataclass
class Plan:
    """What merging ``gone`` into ``keep`` makes of both."""

    keep: Side
    gone: Side
    leader: Enrolment | None = None
    """The enrolment whose school leads afterwards."""
    enrolments: list[Enrolment] = field(default_factory=list)
    """All of the one pupil, with their columns as they will be; those of both at one school as one."""
    of_pupil: list[Joined] = field(default_factory=list)
    of_enrolments: list[Joined] = field(default_factory=list)
    """Registers included."""
    told_by_leader: set[DataGroup] = field(default_factory=set)
    versions: dict[tuple[int, int], list[Version]] = field(default_factory=dict)
    """What ever stood in each row that is joined (`origin.histories`)."""

    @property
    def seen(self) -> str:
        """Stands for what a page shows of it."""
        return seen_as(self.keep, self.gone)

    @property
    def payloads(self) -> dict[DataGroup, Payload]:
        """What is held of the pupil's own groups afterwards."""
        rows = {**self.gone.groups, **self.keep.groups}
        return {group: row.payload for group, row in rows.items()} | {one.group: one.payload for one in self.of_pupil}

    @property
    def is_restricted(self) -> bool:
        """Whether either is."""
        return bool(self.keep.restricted or self.gone.restricted)

    @cached_property
    def faults(self) -> list[Fault]:
        """Why it cannot be done; empty: it can."""
        return [*self._different_marks(), *self._two_in_one_file()]

    def versions_of(self, row: Row) -> list[Version]:
        """What ever stood in a row that is joined, newest first."""
        return self.versions[Replaced.table_of(row), row.pk]

    def both_at(self) -> Iterator[tuple[Enrolment, Enrolment]]:
        """The enrolments of both at one school: of the one who stays, and of the other."""
        for base, enrolment in self.keep.enrolments.items():
            if base in self.gone.enrolments:
                yield enrolment, self.gone.enrolments[base]

    def _different_marks(self) -> Iterator[Fault]:
        for ours, theirs in self.both_at():
            if not (is_on_roll(ours) and is_on_roll(theirs)):
                continue
            other = self.gone.registers[theirs.pk]
            days = sorted(
                day
                for place, register in self.keep.registers[ours.pk].items()
                if place in other
                for day in days_apart(register.register(ours.base), other[place].register(ours.base))
            )
            if days:
                named = ", ".join(f"{day.day} {day:%b %Y}" for day in days[:DAYS_NAMED])
                more = f" and {len(days) - DAYS_NAMED:,} more" if len(days) > DAYS_NAMED else ""
                yield Fault(
                    DIFFERENT_MARKS,
                    f"{ours.base.name} has both on its roll, with different marks on {named}{more}.",
                    "Ask the school which record is the child's. Once one of them has left it, or the marks agree, "
                    "merge again.",
                )

    def _two_in_one_file(self) -> Iterator[Fault]:
        for ours, _ in self.both_at():
            for this in _newest_of(ours.base):
                if {self.keep.pupil.pk, self.gone.pupil.pk} <= Met.pupils_of(this):
                    yield Fault(
                        TWO_IN_ONE_FILE,
                        f"{ours.base.name} tells of both in its newest file, {this.source_name}: to it these are two "
                        "children.",
                        "Ask the school to keep one record. Once a file of it tells of one only, merge again.",
                    )
                    break


def payload_of(row: Row) -> Payload:
    """What is held of a group by one row; of a register, what attendance would hold with it alone."""
    return {"Attendance": [row.register(row.enrolment.base)]} if isinstance(row, Attendance) else row.payload


def plan(keep: Pupil, gone: Pupil) -> Plan:
    """What merging ``gone`` into ``keep`` would make of both: nothing is written, and nothing is locked here."""
    ours, theirs = sides_of([keep, gone])
    made = Plan(ours, theirs)
    pairs = list(_pairs(made))
    made.versions = histories([row for _, *rows, _ in pairs for row in rows])
    for group, our_row, their_row, enrolment in pairs:
        stood = joined(group, made.versions_of(our_row), made.versions_of(their_row))
        one = Joined(group, our_row, their_row, stood, stood[-1].payload, enrolment)
        (made.of_enrolments if enrolment else made.of_pupil).append(one)
    made.enrolments = _enrolments(made)
    made.leader = strongest(made.enrolments)
    if made.leader is not None:
        _let_lead(made, made.leader.base_id)
    return made


def _pairs(made: Plan) -> Iterator[tuple[DataGroup, Row, Row, Enrolment | None]]:
    for group, row in made.keep.groups.items():
        if group in made.gone.groups:
            yield group, row, made.gone.groups[group], None
    for ours, theirs in made.both_at():
        told = made.gone.of_enrolments[theirs.pk]
        for group, of_enrolment in made.keep.of_enrolments[ours.pk].items():
            if group in told:
                yield group, of_enrolment, told[group], ours
        registers = made.gone.registers[theirs.pk]
        for place, register in made.keep.registers[ours.pk].items():
            if place in registers:
                yield ATTENDANCE, register, registers[place], ours


def _enrolments(made: Plan) -> list[Enrolment]:
    after = {**made.gone.enrolments, **made.keep.enrolments}
    for ours, theirs in made.both_at():
        joined_one = after[ours.base_id] = copy(ours)
        rows = {**made.gone.of_enrolments[theirs.pk], **made.keep.of_enrolments[ours.pk]}
        payloads = {group: row.payload for group, row in rows.items()}
        payloads |= {one.group: one.payload for one in made.of_enrolments if one.enrolment is ours}
        for name, value in enrolment_columns(payloads, ours.base).items():
            setattr(joined_one, name, value)
    return list(after.values())


def _let_lead(made: Plan, base: int) -> None:
    """Have the leading base's word stand in groups that it told of one of the two only."""
    for one in made.of_pupil:
        by_side = [
            any(version.written_by.base_id == base for version in made.versions_of(row))
            for row in (one.ours, one.theirs)
        ]
        if any(by_side):
            made.told_by_leader.add(one.group)
        if by_side in ([True, False], [False, True]):
            word = made.versions_of(one.ours if by_side[0] else one.theirs)[0].payload
            one.payload = one.group.joined(one.payload, word)


def _newest_of(base: Base) -> Iterator[Import]:
    """The base's newest full document, and its newest partial one where that is newer still."""
    done = Import.objects.filter(base=base, completed_at__isnull=False, first_load=None, undo=None)
    full, partial = (done.filter(full=form).order_by("-written_at", "-pk").first() for form in (True, False))
    if full is not None:
        yield full
    if partial is not None and (full is None or partial.written_at > full.written_at):
        yield partial
