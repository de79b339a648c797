"""One made-up school that lives day by day: who comes, moves, leaves and is marked. The same seed, the same life.

Simulators of vendors' clouds tell of it, each in its vendor's words; tests hold what arrived against it. It knows no
threads: who serves it keeps calls apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from schoolgate.documents.codes.code_sets import academic_year_of
from schoolgate.documents.identifiers import parse_upn
from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.places import school_name
from schoolgate.documents.samples.school_year import PRESENT, school_year
from schoolgate.documents.samples.students import make_students
from schoolgate.documents.students.entries import Record
from schoolgate.simulators import happenings, registers
from schoolgate.simulators.first_records import first_record
from schoolgate.simulators.parts import parts_of
from schoolgate.simulators.registers import MarkKey, SimMark
from schoolgate.wire.mis.connector import Group

LONDON = ZoneInfo("Europe/London")
_MOST_TO_COME = 1_000
_LEARNER_GROUPS = tuple(group for group in Group if group is not Group.ATTENDANCE)


@dataclass(slots=True)
class SimPupil:
    """A pupil as the school's system holds it. `record` is the truth in the form of student files, without marks."""

    guid: str
    admission_number: str
    record: Record
    state: Literal["current", "leaver", "future"]
    changed: dict[Group, datetime] = field(default_factory=dict)
    """When something of a group last changed (UTC)."""
    part_changed: dict[tuple[Group, str], datetime] = field(default_factory=dict)
    """The same of each part of a group (`parts.parts_of`)."""
    part_gone: dict[tuple[Group, str], datetime] = field(default_factory=dict)
    """When a part was taken away."""
    gone_at: date | None = None
    """The last day of who has left."""
    enters_at: date | None = None
    """The first day of who is to come."""

    @property
    def year_group(self) -> str:
        """The national curriculum year: R, 1, 2 …"""
        return str(self.record["BasicDetails"]["NCyearActual"])

    def tell_all(self, moment: datetime) -> None:
        """Say of everything that it changed at `moment`."""
        self.changed = dict.fromkeys(_LEARNER_GROUPS, moment)
        self.part_changed = {(group, key): moment for group in self.changed for key in parts_of(self.record, group)}

    def change(self, group: Group, moment: datetime, before: Record) -> None:
        """Tell that something of `group` is not as in the record `before` any more."""
        old, new = parts_of(before, group), parts_of(self.record, group)
        changed = [key for key, part in new.items() if old.get(key) != part]
        gone = old.keys() - new.keys()
        if changed or gone:
            self.changed[group] = moment
        self.part_changed |= {(group, key): moment for key in changed}
        self.part_gone |= {(group, key): moment for key in gone}


class Population:
    """A school with `pupils` on roll on the day it `begins`, which is not lived yet; some left, some are to come."""

    def __init__(self, la: str, school: str, *, seed: int, pupils: int, begins: date) -> None:
        """`la` has three digits, `school` four, which say what phase it is (`samples.places.phase_of`)."""
        self.la = la
        self.school = school
        self.name = school_name(la, school)
        self.seed = seed
        self.size = pupils
        self.begins = begins
        self.academic_year = academic_year_of(begins.year, begins.month)
        """By the year it begins in. Nobody moves up at its end: the school lives one year."""
        self.lived = begins - timedelta(days=1)
        """The last day that is over."""
        self.days = 0
        """How many school days are over."""
        self.pupils: dict[str, SimPupil] = {}
        self.marks: dict[MarkKey, SimMark] = {}
        self.version = 0
        """Counts what happened, so that who reads knows whether anything has since."""
        self._marked_on: dict[date, list[MarkKey]] = {}
        self.planned: dict[MarkKey, str] = {}
        """Codes of sessions to come that are known already: of a suspension, of a longer illness."""
        sample = make_students(
            la=la,
            school=school,
            destination_la=la,
            pupils=2 * pupils + _MOST_TO_COME,
            seed=seed,
            academic_year=self.academic_year,
            today=begins,
        )
        self._to_come = sample.records()
        self._admissions = 1_000
        self._open()

    @property
    def current(self) -> list[SimPupil]:
        """Who is on roll."""
        return [pupil for pupil in self.pupils.values() if pupil.state == "current"]

    def dice(self, what: str) -> Dice:
        """Throws for one purpose, which depend on nothing that other purposes took."""
        return Dice(f"{self.seed}/{self.la}{self.school}/{what}")

    def is_school_day(self, day: date) -> bool:
        """Say if registers are taken."""
        began = academic_year_of(day.year, day.month)
        year = school_year(began)
        place = (day - year.first_day).days
        return 0 <= place < len(year.days) and year.days[place] == PRESENT

    def school_days(self, after: date) -> Iterator[date]:
        """The days on which registers are taken after this one, without end."""
        day = after
        while True:
            day += timedelta(days=1)
            if self.is_school_day(day):
                yield day

    def live_until(self, day: date) -> None:
        """Let all happen up to and with this day; what has happened stays as it is."""
        while self.lived < day:
            self.lived += timedelta(days=1)
            self.version += 1
            if self.is_school_day(self.lived):
                self.days += 1
                dice = self.dice(f"day {self.lived}")
                happenings.morning(self, dice)
                registers.take(self, dice)
                registers.correct(self, dice)
                happenings.day(self, dice)

    def mark(self, key: MarkKey, mark: SimMark) -> None:
        """Make a mark, or another in its place."""
        self.marks[key] = mark
        self._marked_on.setdefault(mark.changed.date(), []).append(key)

    def marks_since(self, start: datetime) -> Iterator[MarkKey]:
        """The keys of marks that were made or changed at `start` or later, each once."""
        days = sorted(day for day in self._marked_on if day >= start.date())
        for key in dict.fromkeys(key for day in days for key in self._marked_on[day]):
            if self.marks[key].changed >= start:
                yield key

    def touch(self, group: Group) -> None:
        """Let something of a group change now: on the last day lived, at the end of its hours."""
        self.version += 1
        dice = self.dice(f"touch {self.version}")
        moment = self.moment(dice, 18, 18)
        if group is Group.ATTENDANCE:
            registers.correct_one(self, dice, moment)
        elif self.current:
            happenings.OF_GROUP[group](self, dice, moment)

    def moment(self, dice: Dice, first_hour: int = 9, last_hour: int = 16) -> datetime:
        """Some instant (UTC) of the day being lived, in the school's hours."""
        wall = time(dice.number(first_hour, last_hour), dice.number(0, 59), dice.number(0, 59))
        return datetime.combine(self.lived, wall, LONDON).astimezone(UTC)

    def admit(self, state: Literal["current", "leaver", "future"], moment: datetime, entry: date | None) -> SimPupil:
        """Write someone new into the system; `entry` is the first day, else the one that the sample made up."""
        made = next(self._to_come)
        record = first_record(self, made, entry)
        guid = record["SuppInfo"]["GUID"]
        self._admissions += 1
        pupil = SimPupil(guid, f"{self._admissions:06}", record, state)
        pupil.enters_at = entry if state == "future" else None
        pupil.tell_all(moment)
        self.pupils[guid] = pupil
        return pupil

    def permanent_upn(self) -> str:
        """A number that was given to nobody here."""
        return next(upn for upn in (str(made["UPN"]) for made in self._to_come) if not parse_upn(upn).temporary)

    def _open(self) -> None:
        """Whom the system has before the first day: one of those on roll has left once and come back."""
        moment = datetime.combine(self.begins - timedelta(days=1), time(17), UTC)
        for _ in range(self.size):
            self.admit("current", moment, None)
        if not self.size:
            return
        for pupil in islice(self.pupils.values(), 1):
            happenings.has_been_away(pupil, self.begins)
        for number in range(max(2, self.size // 40)):
            leaver = self.admit("leaver", moment, None)
            happenings.has_left(leaver, self.begins - timedelta(days=10 + 9 * number))
        for entry in islice(self.school_days(self.begins + timedelta(days=20)), max(1, self.size // 80)):
            self.admit("future", moment, entry)
        for pupil in self.pupils.values():
            pupil.tell_all(moment)
