"""A whole school that is behind Wonde, collected by tasks of which a test only sets the settings."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from tests.authority.collection.truth import guids, held_marks, not_as_at_the_school, true_marks
from tests.wire.mis.test_wonde import told_by_wonde

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, Connection, Data, HeldBackRow, RunState
from schoolgate.authority.collection.options import OPTIONS
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.jobs.engine import work_off
from schoolgate.simulators.population import Population
from schoolgate.simulators.serving import serving
from schoolgate.simulators.wonde import Wonde
from schoolgate.simulators.wonde_switches import WondeSwitches

pytestmark = pytest.mark.django_db

BEGINS = date(2026, 11, 2)


@pytest.fixture
def simulator(green_abbey: Base) -> Iterator[Wonde]:
    """Green Abbey at Wonde, which says of its codes what they count as."""
    population = Population("820", "4321", seed=7, pupils=15, begins=BEGINS)
    simulator = Wonde([population], WondeSwitches(calls_per_second=0, statutory_codes=True))
    with serving(simulator) as url:
        (said,) = simulator.settings(url)
        OPTIONS["wonde"]["base_url"].set(said["base_url"], by=None)
        OPTIONS["wonde"]["calls_per_second"].set("1000", by=None)
        connection = Connection(base=green_abbey, connector="wonde")
        connection.values = {name: said[name] for name in ("token", "school_id")}
        connection.save()
        green_abbey.mis = "wonde"
        green_abbey.save()
        use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
        yield simulator


def collect(simulator: Wonde, base: Base, data: Data, day: int) -> CollectionRun:
    """What the evening of this day of November brings."""
    simulator.live_until(date(2026, 11, day))
    with time_machine.travel(datetime(2026, 11, day, 19 if data == Data.ATTENDANCE else 18, 30, tzinfo=UTC), tick=True):
        run = ask_for_run(None, base, data, by=None)
        assert run is not None
        work_off()
    run.refresh_from_db()
    assert run.state == RunState.SUCCESSFUL, run.message
    return run


def test_snapshot_changes_and_attendance_leave_what_the_school_has(simulator: Wonde, green_abbey: Base) -> None:
    (population,) = simulator.schools
    first = collect(simulator, green_abbey, Data.SNAPSHOT, 6)
    assert first.counts["added"] == len(population.current) == Pupil.objects.count()
    collect(simulator, green_abbey, Data.ATTENDANCE, 6)
    for day in (10, 13):
        assert collect(simulator, green_abbey, Data.CHANGED, day).counts["read"] < first.counts["read"]
        collect(simulator, green_abbey, Data.ATTENDANCE, day)

    of_whom = set(guids().values())
    assert held_marks() == {place: mark for place, mark in true_marks(population).items() if place[0] in of_whom}
    assert set(HeldBackRow.objects.values_list("code", "what")) <= {("unknown-code", "Q07")}
    assert not_as_at_the_school(population.current, lambda pupil: told_by_wonde(pupil).values()) == []
    assert not RemovalCandidate.objects.exists()
