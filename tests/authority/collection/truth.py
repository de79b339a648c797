"""What is held, beside the truth of the made-up schools that were collected."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TypeAlias

from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.records.groups.attendance import one_a_session
from schoolgate.authority.records.groups.data_group import DataGroup, Payload, together
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.authority.records.models import (
    Attendance,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
)
from schoolgate.documents.codes.code_sets import NO_MARK
from schoolgate.documents.students.entries import Record
from schoolgate.simulators.population import Population, SimPupil
from schoolgate.simulators.registers import codes

Place: TypeAlias = tuple[str, date, str]
"""A key, a day, a session."""

Told: TypeAlias = Callable[[SimPupil], Iterable[Record]]
"""The parts of the truth of a pupil that the school's system can tell."""


def all_of_it(pupil: SimPupil) -> Iterable[Record]:
    return [pupil.record]


def guids() -> dict[int, str]:
    """The key of each pupil that is held."""
    keys = PupilKey.objects.filter(kind=PupilKey.Kind.GUID)
    return dict(keys.values_list("pupil_id", "text"))


def held_marks() -> dict[Place, str]:
    by_pupil = guids()
    found = {}
    for register in Attendance.objects.select_related("enrolment"):
        for place, mark in enumerate(one_a_session(register.marks)):
            assert register.first_day is not None
            day = register.first_day + timedelta(days=place // 2)
            if mark != NO_MARK:
                found[by_pupil[register.enrolment.pupil_id], day, ("AM", "PM")[place % 2]] = mark
    return found


def true_marks(population: Population, mapped: Mapping[str, str] | None = None) -> dict[Place, str]:
    """As they are to be held: the school's own codes by what they count as, and without what counts as nothing.

    `mapped` is what a person has said of codes that count as nothing by themselves.
    """
    means = {code.code: code.statutory[:1] for code in codes(2026)} | dict(mapped or {})
    return {
        (normal_guid(key), day, session): means[mark.code]
        for (key, day, session), mark in population.marks.items()
        if mark.code and means[mark.code]
    }


def not_as_at_the_school(pupils: Iterable[SimPupil], told: Told = all_of_it) -> list[str]:
    """The groups of which taking the truth would change what is held of these pupils."""
    return [
        f"{group.name}: {differing}"
        for _, group, held, true in beside_the_truth(pupils, told)
        if (differing := group.differing(held, true))
    ]


def beside_the_truth(
    pupils: Iterable[SimPupil], told: Told = all_of_it
) -> Iterator[tuple[Pupil, DataGroup, Payload, Payload]]:
    """Group by group what is held of pupils and what is true of them. Raises KeyError where one is not held."""
    by_guid = {guid: pupil for pupil, guid in guids().items()}
    for one in pupils:
        enrolment = Enrolment.objects.select_related("pupil").get(pupil=by_guid[normal_guid(one.guid)])
        rows = [
            *PupilGroup.objects.of(enrolment.pupil_id),
            *EnrolmentGroup.objects.of(enrolment.pk),
        ]
        held = {row.group: row.payload for row in rows}
        true = dict(read_groups(together(told(one))))
        for group in held.keys() | true.keys():
            yield enrolment.pupil, group, held.get(group, {}), true.get(group, {})
