"""An authority whose schools live at SIMS Primary, and the clock of both.

Waiting costs no time; all else is as it runs.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import time_machine
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from tests.authority.collection.test_sims_primary_runs import set_settings
from tests.authority.collection.truth import Place, beside_the_truth, true_marks

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks, tools
from schoolgate.authority.collection.models import Data, Owner, PaceTurn, ScheduledTask
from schoolgate.authority.collection.tasks import Wish
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.commons.jobs.engine import free_leases_of, work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.rules import LONDON, Rule
from schoolgate.simulators.faults import Fault
from schoolgate.simulators.population import Population, SimPupil
from schoolgate.simulators.sims_primary import SimsPrimary
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches

OWN_CODE, MEANS = "Q07", "B"
"""A school's own code, and what an officer says that it means."""
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
        self.on_roll: set[str] = set()
        """The keys of all who were at a school on an evening: who comes and goes within a day stands on no roll."""
        self.simulator = SimsPrimary(schools, SimsPrimarySwitches(calls_per_second=0), now=timezone.now)
        self.schools = self.simulator.schools
        self.transport = InProcess(self.simulator)
        for base, said in zip(bases, self.simulator.settings("http://127.0.0.1"), strict=True):
            set_settings(base, said)

    def add_task(self, data: Data, rule: Rule, *bases: Base, **more: Any) -> ScheduledTask:
        return tasks.save(Wish(f"{data.label} {rule.at}", Owner.LA, data, rule, bases, **more), by=None)

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

    def live(self, day: date, *faults: Fault) -> datetime:
        """What one day brings, at the schools and at the authority, where calls meet faults; gives its evening."""
        self.simulator.live_until(day)
        self.on_roll |= {key for key, pupil in self.pupils.items() if pupil.state == "current"}
        for fault in faults:
            self.simulator.faults.add(fault)
        evening = datetime.combine(day, time(20), LONDON)
        self.until(evening)
        self.simulator.faults.clear()
        return evening

    @property
    def pupils(self) -> dict[str, SimPupil]:
        """All that the schools have or had, by their keys."""
        return {normal_guid(key): pupil for school in self.schools for key, pupil in school.pupils.items()}

    @property
    def marks(self) -> dict[Place, str]:
        """As they are to be held, with the code that the officer spoke of."""
        marks: dict[Place, str] = {}
        for school in self.schools:
            marks |= true_marks(school, {OWN_CODE: MEANS})
        return marks


def taken_away(pupils: Iterable[SimPupil]) -> Iterator[tuple[int, int, str]]:
    """What is held of pupils and is not true any more, but for the name that the vendor gives to its system."""
    for pupil, group, held, true in beside_the_truth(pupils):
        for item in group.missing(held, true):
            if item != "SuppID":
                yield pupil.pk, group.number, item
