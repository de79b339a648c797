"""A made-up school: a header and its pupils' records, the same for the same seed, one after another."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from schoolgate.documents.codes.code_sets import academic_year_of
from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.families import make_family
from schoolgate.documents.samples.faults import Fault, PupilFault, faults_named, plant_in_pupils
from schoolgate.documents.samples.numbers import NumberOffice
from schoolgate.documents.samples.places import Phase, phase_of, school_name
from schoolgate.documents.samples.pupils import pupil_record
from schoolgate.documents.samples.school import School
from schoolgate.documents.samples.school_year import school_year
from schoolgate.documents.students.header import Header

SUPPLIER = "Example MIS 7.2"
_CREATED_AT = time(18, 30, 5)


@dataclass(frozen=True, slots=True)
class StudentSample:
    """A file to be: what its header says, and its pupils as often as asked for."""

    header: Header
    pupils: int
    seed: int
    today: date
    faults: tuple[Fault, ...] = ()
    faults_every: int | None = None

    def records(self) -> Iterator[dict[str, Any]]:
        """Make the pupils' records, family by family, each when it is asked for.

        The same seed, school, year and version give the same pupils: more of them if more are asked for, and with a
        longer register on a later day. Brothers and sisters share the objects of what they share: copy before a change.
        """
        planted = [fault for fault in self.faults if isinstance(fault, PupilFault)]
        every = self.faults_every
        return plant_in_pupils(self._clean_records(), planted, self.header, pupils=self.pupils, every=every)

    def _clean_records(self) -> Iterator[dict[str, Any]]:
        seed = int.from_bytes(hashlib.sha256(f"{self.seed}/{self._school_key}".encode()).digest()[:8])
        school = self._school(seed)
        dice = Dice()
        made = number = 0
        while made < self.pupils:
            dice.seed(seed + number)
            number += 1
            family = make_family(dice, school.la, guids=school.guids)
            taken: set[str] = set()
            children = [(group, dice.getrandbits(64)) for group in _year_groups(dice, school.phase, family.children)]
            for year_group, own_seed in children[: self.pupils - made]:
                dice.seed(own_seed)
                made += 1
                yield pupil_record(dice, school, family, year_group, taken)

    @property
    def _school_key(self) -> str:
        return f"{self.header.source_la}/{self.header.source_school}"

    def _school(self, seed: int) -> School:
        header = self.header
        la, number, version = header.source_la, header.source_school, header.version
        return School(
            la=la,
            number=number,
            name=header.school_name,
            phase=phase_of(number),
            year=school_year(header.academic_year),
            today=self.today,
            supplier=header.supplier,
            guids=version not in {"3.71", "3.72"},
            reasons=1 if version == "3.71" else 3,
            numbers=NumberOffice(la, number, start=seed),
        )


def make_students(
    *,
    la: str,
    school: str,
    destination_la: str,
    pupils: int,
    seed: int,
    version: str = "3.73",
    faults: Iterable[str] = (),
    faults_every: int | None = None,
    qualifier: Literal["full", "partial"] = "full",
    academic_year: int | None = None,
    today: date | None = None,
) -> StudentSample:
    """Make up the pupils of a school for a file to ``destination_la``.

    The school's number says what phase it is (``places.phase_of``). ``today`` is the day of the file and the last of
    its registers: by default today in London, or 20 November of ``academic_year`` where that is given; the year is
    by default the one of ``today``. ``faults`` names what is planted (``faults.FAULTS``): each once, or those of pupils
    in turn in each ``faults_every``-th of them. Raises ValueError for a fault that there is not.
    """
    if today is None:
        today = datetime.now(ZoneInfo("Europe/London")).date() if academic_year is None else date(academic_year, 11, 20)
    header = Header(
        kind="CES",
        version=version,
        document_name="Common Exchange of Students",
        created=datetime.combine(today, _CREATED_AT),
        qualifier=qualifier,
        supplier=SUPPLIER,
        source_la=la,
        source_school=school,
        school_name=school_name(la, school),
        academic_year=academic_year_of(today.year, today.month) if academic_year is None else academic_year,
        destination_la=destination_la,
        destination_school="LLLL",
    )
    return StudentSample(header, pupils, seed, today, tuple(faults_named(faults)), faults_every)


def _year_groups(dice: Dice, phase: Phase, children: int) -> list[int]:
    """The year groups of a family's children at this school: eldest first, none twice but for a few twins."""
    first, last = phase.years[0], phase.years[-1]
    stays_on = dice.chance(0.5)
    groups = [dice.number(first, last if last < 12 or stays_on else 11)]
    for _ in range(children - 1):
        group = groups[-1] - (0 if dice.chance(0.04) else dice.number(1, 3))
        if group >= first:
            groups.append(group)
    return groups
