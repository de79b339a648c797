"""Forty days of one authority whose schools are asked by tasks, with faults on the way: in the end it has the truth.

By day few schools live, at night (`make nightly`) forty. Waiting costs no time, all else is as it runs.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest
import time_machine
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from tests.authority.collection.test_sims_primary_runs import set_settings
from tests.authority.collection.truth import (
    Place,
    beside_the_truth,
    guids,
    held_marks,
    not_as_at_the_school,
    true_marks,
)

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks, tools
from schoolgate.authority.collection.models import (
    CollectionRun,
    Data,
    HeldBackRow,
    Owner,
    PaceTurn,
    RunState,
    ScheduledTask,
)
from schoolgate.authority.collection.quarantine import map_code
from schoolgate.authority.collection.tasks import Wish
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.commons.jobs.engine import free_leases_of, work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.rules import LONDON, Rule, Weekly
from schoolgate.simulators.faults import Fault
from schoolgate.simulators.population import Population, SimPupil
from schoolgate.simulators.sims_primary import SimsPrimary
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches

pytestmark = pytest.mark.django_db

FIRST = date(2026, 10, 12)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]
"""Forty days: half-term lies among them, and the night in which the clocks go back."""
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
OWN_CODE, MEANS = "Q07", "B"
DUE_IN_THE_NIGHT = {date(2026, 10, 25): time(0, 30), date(2027, 3, 28): time(1)}
"""In UTC: the first half past one of two, and the instant at which one in the morning becomes two."""
WORKER = "worker"


class Killed(BaseException):
    """The worker dies in this call."""


class InProcess(httpx.WSGITransport):
    """Calls a simulator without a socket. It sees, as one with a socket, that an answer was cut."""

    dies_in = -1
    """The calls until the worker dies; negative for never."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.dies_in -= 1
        if self.dies_in == 0:
            raise Killed
        answer = super().handle_request(request)
        if len(answer.read()) != int(answer.headers["Content-Length"]):
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        return answer


class County:
    """The authority, its schools at SIMS Primary, and the clock of both."""

    def __init__(self, bases: list[Base], schools: list[Population]) -> None:
        self.bases = bases
        self.simulator = SimsPrimary(schools, SimsPrimarySwitches(calls_per_second=0), now=timezone.now)
        self.schools = self.simulator.schools
        self.transport = InProcess(self.simulator)
        for base, said in zip(bases, self.simulator.settings("http://127.0.0.1"), strict=True):
            set_settings(base, said)

    def add_task(self, data: Data, rule: Rule, *bases: Base) -> ScheduledTask:
        return tasks.save(Wish(f"{data.label} {rule.at}", Owner.LA, data, rule, bases), by=None)

    def until(self, moment: datetime) -> None:
        """Do what is due by this moment, and what waits then for a later one, which comes at once."""
        with time_machine.travel(moment, tick=False) as self.clock:
            make_due_runs(timezone.now())
            while True:
                try:
                    work_off(WORKER)
                except Killed:
                    free_leases_of(WORKER)
                if not Job.objects.filter(state=State.READY).update(run_at=Now()):
                    return

    def sleep(self, seconds: float) -> None:
        """Find at once that the time is over, on this machine's clock and on the database's."""
        if seconds > tools.WAITS_HERE_SECONDS:
            raise tools.NotNow(seconds)
        self.clock.shift(seconds)
        PaceTurn.objects.update(next_at=F("next_at") - timedelta(seconds=seconds))

    def live(self, day: date) -> None:
        """What one day brings, at the schools and at the authority."""
        self.simulator.live_until(day)
        for fault in ON_THE_WAY.get(day, []):
            self.simulator.faults.add(fault)
        self.simulator.set(calls_per_second="5" if day == BUSY else "0")
        self.transport.dies_in = 12 if day == KILLED else -1
        evening = datetime.combine(day, time(20), LONDON)
        self.until(evening)
        if day == MAPPED:
            with time_machine.travel(evening + timedelta(hours=1), tick=False):
                map_code("sims-primary", OWN_CODE, MEANS, by=None)
            self.until(evening + timedelta(hours=1))
        self.simulator.faults.clear()

    @property
    def pupils(self) -> dict[str, SimPupil]:
        """All that the schools have or had, by their keys."""
        return {normal_guid(key): pupil for school in self.schools for key, pupil in school.pupils.items()}


@pytest.fixture
def open_county(la: str, green_abbey: Base, monkeypatch: pytest.MonkeyPatch) -> Callable[..., County]:
    def do(schools: int, begins: date) -> County:
        use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
        populations = [
            Population("820", str(2001 + number), seed=number + 1, pupils=8 + number % 8, begins=begins)
            for number in range(schools)
        ]
        bases = [
            Base.objects.create(la="820", number=one.school, name=one.name, account=green_abbey.account)
            for one in populations
        ]
        county = County(bases, populations)
        client = httpx.Client(transport=county.transport)
        monkeypatch.setattr(tools, "_client", lambda *_: client)
        monkeypatch.setattr(tools, "_sleeper", lambda _: county.sleep)
        return county

    return do


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
        county.live(day)

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

    # Whoever was at a school on one of the days is held, once; no mark is lost, changed, or made up.
    everybody = county.pupils
    seen = {key: pupil for key, pupil in everybody.items() if pupil.state != "future" and not left_before(pupil)}
    assert sorted(guids().values()) == sorted(seen)
    assert Pupil.objects.count() == Enrolment.objects.count() == len(seen)
    assert held_marks() == all_marks(county)
    assert not HeldBackRow.objects.filter(state=HeldBackRow.State.HELD).exists()

    # All else is as the schools have it. What they took away is no loss here, but a question to a person.
    assert not_as_at_the_school(seen.values()) == []
    asked = set(RemovalCandidate.objects.values_list("pupil", "group", "item"))
    on_roll = [pupil for pupil in seen.values() if pupil.state == "current"]
    assert set(taken_away(on_roll)) <= asked <= set(taken_away(seen.values()))
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


def left_before(pupil: SimPupil) -> bool:
    """Whether a pupil was gone when the authority began to collect."""
    return pupil.gone_at is not None and pupil.gone_at < FIRST


def all_marks(county: County) -> dict[Place, str]:
    """As they are to be held, with the code that the officer spoke of."""
    marks: dict[Place, str] = {}
    for school in county.schools:
        marks |= true_marks(school, {OWN_CODE: MEANS})
    return marks


def taken_away(pupils: Iterable[SimPupil]) -> Iterator[tuple[int, int, str]]:
    """What is held of pupils and is not true any more, but for the name that the vendor gives to its system."""
    for pupil, group, held, true in beside_the_truth(pupils):
        for item in group.missing(held, true):
            if item != "SuppID":
                yield pupil.pk, group.number, item
