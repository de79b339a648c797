"""What lists tell of pupils and staff beside their own columns, looked up for many of them at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schoolgate.authority.records.groups.contracts import CONTRACTS, posts_of
from schoolgate.authority.records.groups.registry import in_rows
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
    subjects = {pupil.pk: pupil.subject for pupil in pupils}
    of_pupils = [row_key(pupil, group) for pupil in found for group in in_rows("pupil", subjects[pupil])]
    for key, at in PupilGroup.objects.filter(key__in=of_pupils).values_list("key", "change__at"):
        _note(found[owner_of(key)], at)
    of_enrolments = [
        row_key(enrolment, group)
        for enrolment, pupil in owners.items()
        for group in in_rows("enrolment", subjects[pupil])
    ]
    for key, at in EnrolmentGroup.objects.filter(key__in=of_enrolments).values_list("key", "change__at"):
        _note(found[owners[owner_of(key)]], at)
    registers = Attendance.objects.filter(enrolment__in=owners)
    for enrolment_number, at in registers.values_list("enrolment", "change__at"):
        _note(found[owners[enrolment_number]], at)
    return found


def _note(one: Beside, at: datetime) -> None:
    one.updated = max(one.updated, at)


def posts(pupils: Sequence[Pupil], known: dict[int, Beside]) -> dict[int, str]:
    """The posts of members of staff in words, by number, at the schools that a list tells of (`Beside.told`)."""
    owners = {enrolment.pk: pupil.pk for pupil in pupils for enrolment in known[pupil.pk].told}
    found: dict[int, dict[str, None]] = {}
    for row in EnrolmentGroup.objects.filter(key__in=[row_key(enrolment, CONTRACTS) for enrolment in owners]):
        found.setdefault(owners[row.owner], {}).update(dict.fromkeys(map(post_words, posts_of(row.payload))))
    return {pupil: ", ".join(words) for pupil, words in found.items()}


def year_words(code: str) -> str:
    """A year group as people say it: `Year 5`, `Reception`; a code of no set stands for itself."""
    codes = code_set("nc_year")
    return codes.label(code) if codes.is_known(code) else code


def post_words(code: str) -> str:
    """A post of a member of staff; a code of no set stands for itself."""
    codes = code_set("staff_post")
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
