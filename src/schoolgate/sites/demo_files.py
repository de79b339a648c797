"""The made-up files of the demonstration: three schools' first ones, and what two of them send a week later.

In the second week there is something to follow: a family has moved, a pupil has a new surname, a number has a slip in
it, and a pupil goes to two schools.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import StudentSample, make_students
from schoolgate.documents.students.entries import Record


@dataclass(frozen=True)
class School:
    number: str
    name: str
    pupils: int
    destination: str
    seed: int
    la: str = "820"


GREEN_ABBEY = School("4321", "Green Abbey School", 240, "820", seed=1)
OAKHANGER = School("2107", "Oakhanger Primary School", 130, "820", seed=2)
EASTMERE = School("7004", "Eastmere Special School", 110, "823", seed=3)
SCHOOLS = (GREEN_ABBEY, OAKHANGER, EASTMERE)

# Broken on purpose: a date that is none and a pupil without date of birth.
BROKEN = replace(OAKHANGER, pupils=20, seed=4)
BROKEN_FAULTS = ("missing-dob", "bad-date")

MOVED, RENAMED, AT_TWO_SCHOOLS, MISTYPED = range(4)
"""The places in Green Abbey's file of those with news."""
NEW_SURNAME = "Attwater"
WRONG_UPN = "A820264219999"
"""Its check letter does not fit."""


@dataclass(frozen=True, slots=True)
class _Told(StudentSample):
    """A sample whose pupils are these."""

    told: tuple[Record, ...] = ()

    def records(self) -> Iterator[Record]:
        return iter(self.told)


def drop_first_week(root: Path, today: date) -> int:
    """Put the files of a week ago into the school's folders, and a broken one; how many are right."""
    for school in SCHOOLS:
        _drop(root, _sample(school, today - timedelta(days=7)), serial=1)
    _drop(root, _sample(BROKEN, today, faults=BROKEN_FAULTS), serial=2)
    return len(SCHOOLS)


def drop_second_week(root: Path, today: date) -> int:
    """Put today's files there: all of one school, and of another a part; how many there are."""
    here = _sample(GREEN_ABBEY, today)
    there = _sample(OAKHANGER, today, qualifier="partial")
    _drop(root, _with(here, _news(here.records())), serial=2)
    _drop(root, _with(there, [_guest(here)]), serial=3)
    return 2


def upn_of(place: int, today: date) -> str:
    """The UPN of a pupil of Green Abbey, by the place in its file."""
    return str(_pupil(_sample(GREEN_ABBEY, today), place)["UPN"])


def _sample(school: School, day: date, **options: Any) -> StudentSample:
    return make_students(
        la=school.la,
        school=school.number,
        destination_la=school.destination,
        pupils=school.pupils,
        seed=school.seed,
        today=day,
        **options,
    )


def _pupil(sample: StudentSample, place: int) -> Record:
    return next(record for number, record in enumerate(sample.records()) if number == place)


def _with(sample: StudentSample, records: Iterable[Record]) -> StudentSample:
    told = tuple(records)
    return _Told(sample.header, len(told), sample.seed, sample.today, told=told)


def _drop(root: Path, sample: StudentSample, *, serial: int) -> None:
    write_student_sample(root / sample.header.destination_la / "Files Not Exported", sample, serial=serial)


def _news(records: Iterator[Record]) -> Iterator[Record]:
    news: dict[int, Callable[[Record], None]] = {MOVED: _move, RENAMED: _rename, MISTYPED: _mistype}
    for place, record in enumerate(records):
        if place in news:
            # Brothers and sisters share what they share.
            record = deepcopy(record)  # noqa: PLW2901  the same pupil, with news
            news[place](record)
        yield record


def _move(pupil: Record) -> None:
    pupil["Address"] = {
        "AddressLines": {"AddressLine1": "2 Weir Cottages", "AddressLine2": "Mill Lane", "AddressLine3": "Saltmarsh"},
        "PostCode": "ZZ27 8QP",
    }


def _rename(pupil: Record) -> None:
    pupil["BasicDetails"] |= {"FormerSurname": pupil["Surname"], "PreferredSurname": NEW_SURNAME}
    pupil["Surname"] = NEW_SURNAME


def _mistype(pupil: Record) -> None:
    pupil["BasicDetails"]["FormerUPN"] = WRONG_UPN


def _guest(sample: StudentSample) -> Record:
    """A pupil of Green Abbey as the school tells of her that she goes to on some days."""
    pupil = _pupil(sample, AT_TWO_SCHOOLS)
    entered = {"EntryDate": sample.today.isoformat(), "LastSchool": "false"}
    return {
        **{name: pupil[name] for name in ("UPN", "Surname", "Forename", "DOB", "Sex")},
        "BasicDetails": {"NCyearActual": pupil["BasicDetails"]["NCyearActual"], "EnrolStatus": "S"},
        "SchoolHistory": [{"LEA": "820", "Estab": OAKHANGER.number, "SchoolName": OAKHANGER.name, **entered}],
    }
