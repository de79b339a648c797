"""Pupils and members of staff as programs are told of them: by the command line today."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.registry import groups_of
from schoolgate.authority.records.listing import Beside, beside
from schoolgate.authority.records.models import Change, Enrolment, Pupil
from schoolgate.authority.records.one_pupil import OnePupil

AT_ONCE = 500


def tell_pupils(pupils: Iterable[Pupil]) -> Iterator[dict[str, Any]]:
    """Each of them with its schools and when anything of it was last written, some hundreds looked up at a time."""
    rows = iter(pupils)
    while portion := list(islice(rows, AT_ONCE)):
        known = beside(portion)
        for pupil in portion:
            yield _pupil(pupil, known[pupil.pk])


def tell_pupil(pupil: Pupil) -> dict[str, Any]:
    """One of them whole: its groups, and since when and from where each value is."""
    (told,) = tell_pupils([pupil])
    held: list[dict[str, Any]] = []
    for group in groups_of(pupil.subject):
        for section in OnePupil(pupil, group).sections:
            school = section.enrolment.base.dfe_number if section.enrolment else None
            about = {"group": group.name, "school": school}
            for item in section.items:
                value = item.today
                held.append({**about, "item": item.name, "value": value.raw, **_origin(value.since.change)})
            for one in section.registers:
                register = one.register.register(one.register.enrolment.base)
                held.append({**about, "item": ATTENDANCE.items[0].name, "value": register, **_origin(one.since.change)})
    return {**told, "held": held}


def _pupil(pupil: Pupil, known: Beside) -> dict[str, Any]:
    return {
        "number": pupil.pk,
        "surname": pupil.surname,
        "forename": pupil.forename,
        "middle_names": pupil.middle_names,
        "preferred_surname": pupil.preferred_surname,
        "preferred_forename": pupil.preferred_forename,
        "former_surname": pupil.former_surname,
        "upn": pupil.upn,
        "former_upn": pupil.former_upn,
        "born": pupil.born,
        "sex": pupil.sex,
        "on_roll": pupil.active,
        "bases": [_enrolment(enrolment) for enrolment in known.enrolments],
        "updated": known.updated,
    }


def _enrolment(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "la": enrolment.base.la,
        "school": enrolment.base.number,
        "name": enrolment.base.name,
        "status": enrolment.status,
        "year": enrolment.year_group,
        "from": enrolment.entered,
        "to": enrolment.left,
    }


def _origin(change: Change) -> dict[str, Any]:
    return {
        "since": change.at,
        "source": change.source,
        "from": change.source_name,
        "told_by": change.base.dfe_number if change.base else None,
        "job": change.job,
        "rule": change.rule,
    }
