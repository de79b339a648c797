"""Three months of one authority whose schools move from SIMS 7 one after another, and whose bases follow in their time.

Some follow within days, some after weeks, some when the three months are over. By day few schools live, at night
(`make nightly`) forty. The vendor tells no mark of a day that is over for more than three months: the rest is known
from SIMS 7, collected in time, or told as a gap.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from tests.authority.collection.county import MEANS, OWN_CODE, County, taken_away
from tests.authority.collection.truth import Place, guids, held_marks, not_as_at_the_school, true_marks
from tests.authority.importing.importing_files import bring_in

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.collection.migrating.catching_up import plan_catch_up
from schoolgate.authority.collection.migrating.effects import TO, digest_of_effects
from schoolgate.authority.collection.migrating.migrate import migrate, prepare
from schoolgate.authority.collection.migrating.tracking import is_late
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Data, RunState, Sources
from schoolgate.authority.collection.quarantine import map_code
from schoolgate.authority.collection.registers import Registers
from schoolgate.authority.collection.today import awaited_attendance, gaps
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.commons.schedules.rules import LONDON, Weekly
from schoolgate.documents.students.entries import Record
from schoolgate.simulators.faults import Fault
from schoolgate.simulators.population import Population

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 9, 3), date(2026, 12, 18)
TUESDAYS_AND_THURSDAYS, FRIDAYS, EVERY_OTHER_DAY = frozenset({1, 3}), frozenset({4}), frozenset({0, 2, 4})
KEPT_DAYS = 92
"""No three months are longer."""
NIGHT = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"
WAITS = (100, 7, 15, 60) if NIGHT else (100, 7, 15)
"""How many days after its school a base follows."""
ON_THE_WAY = {
    date(2026, 10, 8): [Fault("503", after=3, times=2), Fault("cut", after=9)],
    date(2026, 11, 26): [Fault("cut", path="LearnerContacts", times=1_000_000)],
    date(2026, 12, 17): [Fault("503", path="Attendance", times=2)],
}
KILLED = date(2026, 12, 16)
"""In the evening after this day's migrations a worker dies in the midst of the calls."""


@dataclass
class Move:
    """A school's move, and when its base follows."""

    base: Base
    school: Population
    moved_on: date
    follows_on: date

    def is_told(self) -> None:
        """Import the last file of SIMS 7, with all as it is on the evening before, and enter the day."""
        prepare(self.base, self.moved_on, by=None)
        bring_in(self.base, [*self._records()], created=datetime.combine(self.moved_on, time()) - timedelta(hours=6))

    def is_followed(self) -> None:
        migrate(self.base, seen=digest_of_effects(self.base), sure=True, by=None)

    def _records(self) -> Iterator[Record]:
        """All who are on roll, or have marks, with the names that a file must have and the API does not tell."""
        named = {"SchoolName": self.school.name}
        registers: dict[str, Registers] = defaultdict(Registers)
        for (key, day, session), mark in true_marks(self.school, {OWN_CODE: MEANS}).items():
            registers[key].put(day, "AM" if session == "AM" else "PM", mark)
        for key, pupil in self.school.pupils.items():
            marks = registers[normal_guid(key)].year_data(self.base.la, self.base.number)
            if pupil.state == "current" or marks:
                yield pupil.record | {
                    "Attendance": [year | named for year in marks],
                    "SchoolHistory": [stay | named for stay in pupil.record["SchoolHistory"]],
                    "SuppInfo": {"SuppID": "SIMS", **pupil.record["SuppInfo"]},
                }


@pytest.fixture
def moves(open_county: Callable[..., County]) -> tuple[County, list[Move]]:
    """Who moves when: at night four in each of ten weeks, by day one that is followed too late and two that are not."""
    county = open_county(40 if NIGHT else 3, FIRST)
    Base.objects.filter(pk__in=[base.pk for base in county.bases]).update(mis=SIMS_7)
    weeks = [number % 10 for number in range(40)] if NIGHT else [0, 3, 9]
    planned = []
    for number, (base, school, week) in enumerate(zip(county.bases, county.schools, weeks, strict=True)):
        base.refresh_from_db()
        moved_on = date(2026, 9, 7) + timedelta(weeks=week)
        waits = WAITS[number // 10 if NIGHT else number]
        planned.append(Move(base, school, moved_on, min(moved_on + timedelta(days=waits), KILLED)))
    county.simulator.set(
        marks_kept_days=str(KEPT_DAYS),
        migration_dates=",".join(f"{move.school.school}:{move.moved_on}" for move in planned),
    )
    return county, planned


def test_after_three_months_the_authority_has_what_the_schools_have_but_for_gaps_that_are_told(
    moves: tuple[County, list[Move]],
) -> None:
    county, planned = moves
    with time_machine.travel(datetime.combine(FIRST, time(9), LONDON), tick=False):
        map_code(TO, OWN_CODE, MEANS, by=None)
        # With leavers, so that whoever came and went between a move and what followed is known, too.
        county.add_task(Data.CHANGED, Weekly(time(18), TUESDAYS_AND_THURSDAYS), *county.bases, leavers=True)
        county.add_task(Data.SNAPSHOT, Weekly(time(18, 30), FRIDAYS), *county.bases, leavers=True)
        api = county.add_task(
            Data.ATTENDANCE, Weekly(time(19), EVERY_OTHER_DAY), *county.bases, leavers=True, sources=Sources.API
        )
    told: dict[date, int] = {}
    for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)):
        with time_machine.travel(datetime.combine(day, time(8), LONDON), tick=False):
            for move in planned:
                if move.moved_on == day:
                    move.is_told()
                if move.follows_on == day:
                    move.is_followed()
            told[day] = len(awaited_attendance())
        county.transport.dies_in = 12 if day == KILLED else -1
        county.live(day, *ON_THE_WAY.get(day, []))

    # Every base is collected by the tasks that were made beforehand, and all runs ended; what failed was made good.
    assert set(api.collected_bases) == set(county.bases)
    runs = CollectionRun.objects.filter(connector=TO)
    assert set(runs.exclude(state=RunState.SUCCESSFUL).values_list("state", "code", "data")) <= {
        (RunState.FAILED, "network", Data.CHANGED)
    }

    # All who are or were at a school are held, once, and all of them as they are there.
    seen = {key: pupil for key, pupil in county.pupils.items() if pupil.state != "future"}
    assert sorted(guids().values()) == sorted(seen)
    assert Pupil.objects.count() == Enrolment.objects.count() == len(seen)
    assert not_as_at_the_school(seen.values()) == []
    asked = set(RemovalCandidate.objects.values_list("pupil", "group", "item"))
    assert set(taken_away(pupil for pupil in seen.values() if pupil.state == "current")) <= asked

    # Marks are missing only where that is told: where a base followed too late, which the first page had said before.
    late = {move.base for move in planned if is_late(migration_of(move), move.follows_on)}
    assert late
    assert {move.base for move in planned if migration_of(move).gap} == late
    assert next(day for day, lines in told.items() if lines) == date(2026, 11, 7)
    lost = not_held(county)
    for move in planned:
        gap = migration_of(move).gap
        days = {day for key, day, _ in lost if key in {normal_guid(key) for key in move.school.pupils}}
        assert all(gap is not None and gap[0] <= day <= gap[1] for day in days), (move, sorted(days))
    assert lost

    # Once the vendor tells them again, the catch-up brings what is missing, and the mark goes.
    county.simulator.set(marks_kept_days="0")
    evening = datetime.combine(LAST, time(21), LONDON)
    with time_machine.travel(evening, tick=False):
        for base in late:
            plan_catch_up(base, by=None)
    county.until(evening)
    assert not_held(county) == {}
    assert gaps() == []


def migration_of(move: Move) -> BaseMigration:
    return BaseMigration.objects.get(base=move.base)


def not_held(county: County) -> dict[Place, str]:
    """The marks that are not held as they are at the schools; none is held that no school has."""
    held, true = held_marks(), county.marks
    assert held.keys() <= true.keys()
    return {place: mark for place, mark in true.items() if held.get(place) != mark}
