"""What lists tell of pupils beside their own columns, looked up for many of them at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.models import (
    Attendance,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    owner_of,
    row_key,
)
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.documents.codes.code_sets import code_set

_OF_PUPIL = [group for group in GROUPS if group.of == "pupil"]
_OF_ENROLMENT = [group for group in GROUPS if group.of == "enrolment" and group is not ATTENDANCE]


@dataclass(slots=True)
class Beside:
    """What a list tells of one pupil: enrolments, those of today first, and when anything of it was last written."""

    updated: datetime
    enrolments: list[Enrolment] = field(default_factory=list)

    @property
    def told(self) -> list[Enrolment]:
        """The enrolments that matter: those on a roll; for a leaver all."""
        return [one for one in self.enrolments if is_on_roll(one)] or self.enrolments


def beside(pupils: Sequence[Pupil]) -> dict[int, Beside]:
    """By number of pupil, in five queries; some hundreds at a time are good."""
    found = {pupil.pk: Beside(pupil.created_by.at) for pupil in pupils}
    owners: dict[int, int] = {}
    enrolments = Enrolment.objects.filter(pupil__in=found).select_related("base", "created_by")
    for enrolment in sorted(enrolments, key=lambda one: not is_on_roll(one)):
        owners[enrolment.pk] = enrolment.pupil_id
        found[enrolment.pupil_id].enrolments.append(enrolment)
        _note(found[enrolment.pupil_id], enrolment.created_by.at)
    of_pupils = [row_key(pupil, group) for pupil in found for group in _OF_PUPIL]
    for key, at in PupilGroup.objects.filter(key__in=of_pupils).values_list("key", "change__at"):
        _note(found[owner_of(key)], at)
    of_enrolments = [row_key(enrolment, group) for enrolment in owners for group in _OF_ENROLMENT]
    for key, at in EnrolmentGroup.objects.filter(key__in=of_enrolments).values_list("key", "change__at"):
        _note(found[owners[owner_of(key)]], at)
    registers = Attendance.objects.filter(enrolment__in=owners)
    for enrolment_number, at in registers.values_list("enrolment", "change__at"):
        _note(found[owners[enrolment_number]], at)
    return found


def _note(one: Beside, at: datetime) -> None:
    one.updated = max(one.updated, at)


def year_words(code: str) -> str:
    """A year group as people say it: `Year 5`, `Reception`; a code of no set stands for itself."""
    codes = code_set("nc_year")
    return codes.label(code) if codes.is_known(code) else code


def status_words(enrolment: Enrolment) -> str:
    """An enrolment's status in words; where the school tells none, whether the pupil has left."""
    codes = code_set("enrolment_status")
    if codes.is_known(enrolment.status):
        return codes.label(enrolment.status)
    return enrolment.status or ("On roll" if is_on_roll(enrolment) else "Left")


def schools_of(enrolments: Collection[Enrolment]) -> str:
    """The names of the schools, one after the other."""
    return ", ".join(enrolment.base.name for enrolment in enrolments)


def years_of(enrolments: Collection[Enrolment]) -> str:
    """Their year groups, each once, as short as in a column with that heading: `5`, `Reception`."""
    words = (year_words(one.year_group).removeprefix("Year ") for one in enrolments if one.year_group)
    return ", ".join(dict.fromkeys(words))
