"""Forty days of one authority whose schools are asked by tasks, with faults on the way: in the end it has the truth.

By day few schools live, at night (`make nightly`) forty. Waiting costs no time, all else is as it runs.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from tests.authority.collection.county import MEANS, OWN_CODE, County, taken_away
from tests.authority.collection.truth import guids, held_marks, not_as_at_the_school

from schoolgate.authority.collection.models import (
    CollectionRun,
    Data,
    HeldBackRow,
    RunState,
)
from schoolgate.authority.collection.quarantine import map_code
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.commons.schedules.rules import LONDON, Weekly
from schoolgate.simulators.faults import Fault

pytestmark = pytest.mark.django_db

FIRST = date(2026, 10, 12)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]
"""Forty days: half-term lies among them, and the night in which the clocks go back."""
LAST_SNAPSHOT_BUT_ONE = datetime.combine(DAYS[-8], time(18, 30), LONDON)
SCHOOLS = 40 if os.environ.get("SCHOOLGATE_NIGHTLY") == "1" else 2
FRIDAYS, TWICE_A_WEEK, WEEKDAYS = frozenset({4}), frozenset({1, 4}), frozenset(range(5))
ON_THE_WAY = {
    date(2026, 10, 14): [Fault("503", after=3, times=2), Fault("cut", after=9)],
    date(2026, 10, 20): [Fault("cut", path="LearnerContacts", times=1_000_000)],
    date(2026, 11, 4): [Fault("500", path="Attendance", times=2), Fault("empty-page", after=2)],
    date(2026, 11, 10): [Fault("mutation", after=4), Fault("broken-midway", after=6), Fault("duplicate-row", times=9)],
    date(2026, 11, 17): [Fault("503", times=100)],
}
"""What goes wrong with which evening's calls."""
BUSY, KILLED, MAPPED = date(2026, 10, 22), date(2026, 11, 11), date(2026, 11, 5)
"""The evenings on which the vendor says 429, a worker dies, and an officer says what a school's own code means."""
DUE_IN_THE_NIGHT = {date(2026, 10, 25): time(0, 30), date(2027, 3, 28): time(1)}
"""In UTC: the first half past one of two, and the instant at which one in the morning becomes two."""


def live(county: County, day: date) -> None:
    """What one day brings."""
    county.simulator.set(calls_per_second="5" if day == BUSY else "0")
    county.transport.dies_in = 12 if day == KILLED else -1
    evening = county.live(day, *ON_THE_WAY.get(day, []))
    if day == MAPPED:
        with time_machine.travel(evening + timedelta(hours=1), tick=False):
            map_code("sims-primary", OWN_CODE, MEANS, by=None)
        county.until(evening + timedelta(hours=1))


def test_after_forty_days_the_authority_has_what_the_schools_have(open_county: Callable[..., County]) -> None:
    county = open_county(SCHOOLS, FIRST)
    with time_machine.travel(datetime.combine(FIRST, time(9), LONDON), tick=False):
        plan = {
            county.add_task(Data.CHANGED, Weekly(time(18), WEEKDAYS), *county.bases[::2]): WEEKDAYS,
            county.add_task(Data.CHANGED, Weekly(time(18), TWICE_A_WEEK), *county.bases[1::2]): TWICE_A_WEEK,
            county.add_task(Data.SNAPSHOT, Weekly(time(18, 30), FRIDAYS), *county.bases): FRIDAYS,
            county.add_task(Data.ATTENDANCE, Weekly(time(19), WEEKDAYS), *county.bases): WEEKDAYS,
        }
    for day in DAYS:
        live(county, day)

    # Each due instant had one run of each school, and all ended; what failed was made good later.
    runs = CollectionRun.objects.filter(due_at__isnull=False)
    assert Counter(runs.values_list("task", "base")) == {
        (task.pk, base.pk): sum(day.weekday() in days for day in DAYS)
        for task, days in plan.items()
        for base in task.bases.all()
    }
    assert set(runs.exclude(state=RunState.SUCCESSFUL).values_list("state", "code", "data")) == {
        (RunState.FAILED, "network", Data.CHANGED)
    }
    assert {429, 500, 503} <= {call.status for call in county.simulator.calls}

    # Whoever was at a school on one of the evenings is held, once; no mark is lost, changed, or made up.
    everybody = county.pupils
    seen = {key: everybody[key] for key in county.on_roll}
    assert sorted(guids().values()) == sorted(seen)
    assert Pupil.objects.count() == Enrolment.objects.count() == len(seen)
    assert held_marks() == {place: mark for place, mark in county.marks.items() if place[0] in seen}
    assert not HeldBackRow.objects.filter(state=HeldBackRow.State.HELD).exists()

    # All else is as the schools have it. What they took away is no loss here, but a question to a person.
    assert not_as_at_the_school(seen.values()) == []
    asked = set(RemovalCandidate.objects.values_list("pupil", "group", "item"))
    on_roll = [pupil for pupil in seen.values() if pupil.state == "current"]
    # Two snapshots in a row must lack it (ADR 19): of what went since the last but one nobody is asked yet.
    settled = [pupil for pupil in on_roll if all(gone < LAST_SNAPSHOT_BUT_ONE for gone in pupil.part_gone.values())]
    assert set(taken_away(settled)) <= asked <= set(taken_away(seen.values()))
    assert asked


@pytest.mark.parametrize("night", [date(2026, 10, 25), date(2027, 3, 28)])
def test_in_a_night_in_which_the_clocks_change_a_task_runs_once(
    open_county: Callable[..., County], night: date
) -> None:
    county = open_county(1, night - timedelta(days=5))
    county.simulator.live_until(night - timedelta(days=1))
    with time_machine.travel(datetime.combine(night, time(0), UTC) - timedelta(hours=6), tick=False):
        county.add_task(Data.SNAPSHOT, Weekly(time(1, 30), frozenset({6})), *county.bases)
    for half_hours in range(12):
        county.until(datetime.combine(night, time(0), UTC) + timedelta(minutes=30 * half_hours))
    run = CollectionRun.objects.get()
    assert (run.state, run.due_at) == (RunState.SUCCESSFUL, datetime.combine(night, DUE_IN_THE_NIGHT[night], UTC))
    assert Pupil.objects.count() == len(county.schools[0].current)
