"""One of two pupils who are to be merged, with all that is held of it, and what stands for what was seen of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schoolgate.authority.importing.held import keys_of_held
from schoolgate.authority.importing.matching.keys import MatchKeys
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.models import (
    Attendance,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Restriction,
    row_key,
)
from schoolgate.authority.records.models.replaced import Row

_OF_ENROLMENT = [group for group in GROUPS if group.of == "enrolment" and group is not ATTENDANCE]


@dataclass(slots=True)
class Side:
    """A pupil with its rows."""

    pupil: Pupil
    enrolments: dict[int, Enrolment] = field(default_factory=dict)
    """By base."""
    groups: dict[DataGroup, PupilGroup] = field(default_factory=dict)
    of_enrolments: dict[int, dict[DataGroup, EnrolmentGroup]] = field(default_factory=dict)
    """By the enrolment's number."""
    registers: dict[int, dict[tuple[int, str], Attendance]] = field(default_factory=dict)
    """By the enrolment's number, then by year and place."""
    guids: list[str] = field(default_factory=list)
    restricted: int = 0
    """The version of its restriction; 0: it is not restricted."""

    @property
    def keys(self) -> MatchKeys:
        """What it is recognised by."""
        return keys_of_held(self.pupil, self.guids)

    def rows(self) -> Iterator[Row]:
        """All of them."""
        yield from self.groups.values()
        for rows in self.of_enrolments.values():
            yield from rows.values()
        for registers in self.registers.values():
            yield from registers.values()

    def _seen(self) -> Any:
        enrolments = [
            [one.pk, one.base_id, one.status, one.year_group, str(one.entered), str(one.left)]
            for _, one in sorted(self.enrolments.items())
        ]
        rows = sorted([type(row).__name__, row.pk, row.change_id] for row in self.rows())
        return [self.pupil.pk, enrolments, rows, self.restricted]


def sides_of(pupils: Sequence[Pupil]) -> list[Side]:
    """Each of them with its rows, in six queries; changes and bases are at hand."""
    sides = {pupil.pk: Side(pupil) for pupil in pupils}
    owners: dict[int, Side] = {}
    for enrolment in Enrolment.objects.filter(pupil__in=sides).select_related("base", "created_by").order_by("pk"):
        side = owners[enrolment.pk] = sides[enrolment.pupil_id]
        enrolment.pupil = side.pupil
        side.enrolments[enrolment.base_id] = enrolment
        side.of_enrolments[enrolment.pk], side.registers[enrolment.pk] = {}, {}
    of_pupils = [row_key(pupil, group) for pupil in sides for group in GROUPS if group.of == "pupil"]
    for row in PupilGroup.objects.filter(key__in=of_pupils).select_related("change__base"):
        sides[row.owner].groups[row.group] = row
    of_enrolments = [row_key(enrolment, group) for enrolment in owners for group in _OF_ENROLMENT]
    for told in EnrolmentGroup.objects.filter(key__in=of_enrolments).select_related("change__base"):
        owners[told.owner].of_enrolments[told.owner][told.group] = told
    for register in Attendance.objects.filter(enrolment__in=owners).select_related("change__base"):
        side = owners[register.enrolment_id]
        register.enrolment = next(one for one in side.enrolments.values() if one.pk == register.enrolment_id)
        side.registers[register.enrolment_id][register.year, register.place] = register
    guids = PupilKey.objects.filter(kind=PupilKey.Kind.GUID, pupil__in=sides).order_by("text")
    for pupil, text in guids.values_list("pupil_id", "text"):
        sides[pupil].guids.append(text)
    for pupil, version in Restriction.objects.filter(pupil__in=sides).values_list("pupil_id", "version"):
        sides[pupil].restricted = version
    return list(sides.values())


def seen_as(keep: Side, gone: Side) -> str:
    """What stands for all that a page shows of two pupils, and for which of them stays; sent back with its form."""
    return digest_of(canonical([keep._seen(), gone._seen()])).hex()  # noqa: SLF001  of this very module
