"""What is held of many pupils, as far as one base may speak of them, in few queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Refused
from schoolgate.authority.importing.models import Conflict, RemovalCandidate
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import group_numbered, in_rows
from schoolgate.authority.records.models import (
    Attendance,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Refusal,
    Restriction,
    row_key,
)
from schoolgate.authority.records.models.attendance import attendance_payload
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.records.subjects import Subject

Key = tuple[PupilKey.Kind, str]


@dataclass(slots=True)
class Holding:
    """A held pupil; without `pupil` one that is to be added."""

    pupil: Pupil | None = None
    enrolment: Enrolment | None = None
    """At the base that speaks. Of other bases' enrolments nothing is held here."""
    rows: dict[DataGroup, PupilGroup | EnrolmentGroup] = field(default_factory=dict)
    payloads: dict[DataGroup, Payload] = field(default_factory=dict)
    registers: dict[tuple[int, str], Attendance] = field(default_factory=dict)
    """By year and place."""
    keys: dict[Key, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    missing: dict[tuple[int, str], RemovalCandidate] = field(default_factory=dict)
    """Items that wait for removal, by group's number and name."""
    conflicts: dict[tuple[int, str], Conflict] = field(default_factory=dict)
    """Open ones of the base that speaks, by group's number and item."""
    restricted: bool = False
    """Nothing is written by rule (`deciding.NOTHING_BY_RULE`), and no number tells of it (`Case.tally`)."""
    others: list[Enrolment] = field(default_factory=list)
    """Enrolments at other bases."""

    @property
    def pupil_id(self) -> int:
        """The held pupil's number."""
        assert self.pupil is not None
        return self.pupil.pk

    @property
    def subject(self) -> Subject:
        """Of whom it is."""
        assert self.pupil is not None
        return self.pupil.subject

    @property
    def on_another_roll(self) -> bool:
        """Whether another base has the pupil on its roll."""
        return any(map(is_on_roll, self.others))


def hold(base: Base, ids: Collection[int]) -> dict[int, Holding]:
    """What is held of these pupils, locked until the transaction ends; one that is gone is not among them."""
    pupils = Pupil.people.select_for_update().filter(pk__in=ids).order_by("pk")
    held = {pupil.pk: Holding(pupil) for pupil in pupils}
    for pupil in Restriction.objects.filter(pupil__in=held).values_list("pupil_id", flat=True):
        held[pupil].restricted = True
    enrolments: dict[int, Holding] = {}
    for enrolment in Enrolment.objects.filter(pupil__in=held):
        holding = held[enrolment.pupil_id]
        if enrolment.base_id == base.pk:
            enrolment.base = base
            holding.enrolment = enrolment
            enrolments[enrolment.pk] = holding
        else:
            holding.others.append(enrolment)
    _hold_groups(PupilGroup, held, "pupil")
    _hold_groups(EnrolmentGroup, enrolments, "enrolment")
    for register in Attendance.objects.filter(enrolment__in=enrolments):
        holding = enrolments[register.enrolment_id]
        assert holding.enrolment is not None
        register.enrolment = holding.enrolment
        holding.registers[register.year, register.place] = register
    for holding in enrolments.values():
        if (payload := attendance_payload(holding.registers.values(), base)) is not None:
            holding.payloads[ATTENDANCE] = payload
    for pk, pupil, kind, text in PupilKey.objects.filter(pupil__in=held).values_list("pk", "pupil_id", "kind", "text"):
        held[pupil].keys[PupilKey.Kind(kind), text] = pk
    for refusal in Refusal.objects.filter(pupil__in=held, base=base):
        held[refusal.pupil_id].refusals.append(refusal)
    for candidate in RemovalCandidate.objects.filter(pupil__in=held, base=base, group__isnull=False):
        assert candidate.group is not None
        held[candidate.pupil_id].missing[candidate.group, candidate.item] = candidate
    for conflict in Conflict.objects.open().filter(pupil__in=held, base=base):
        held[conflict.pupil_id].conflicts[conflict.group, conflict.item] = conflict
    return held


def _hold_groups(
    model: type[PupilGroup] | type[EnrolmentGroup], owners: dict[int, Holding], of: Literal["pupil", "enrolment"]
) -> None:
    keys = [row_key(owner, group) for owner, one in owners.items() for group in in_rows(of, one.subject)]
    for row in model.objects.filter(key__in=keys):
        holding = owners[row.owner]
        holding.rows[row.group] = row
        # A row is empty where what it held was removed or undone: its history stays.
        if payload := row.payload:
            holding.payloads[row.group] = payload


def standing(refusals: Iterable[Refusal]) -> list[Refused]:
    """Refusals as they are decided by."""
    return [Refused(group_numbered(one.group), one.item, bytes(one.value_digest), one.code) for one in refusals]
