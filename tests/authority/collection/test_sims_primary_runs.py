"""A whole school of SIMS Primary, collected by tasks of which a test only sets the settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import time_machine
from tests.authority.collection.truth import guids, held_marks, not_as_at_the_school, true_marks

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import connecting
from schoolgate.authority.collection.models import (
    CollectionRun,
    Connection,
    Data,
    HeldBackRow,
    LogLine,
    PaceTurn,
    RunState,
)
from schoolgate.authority.collection.options import OPTIONS
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.tools import TOKENS
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.alerts.models import Event, Mail
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine
from schoolgate.simulators.population import Population
from schoolgate.simulators.serving import serving
from schoolgate.simulators.sims_primary import SimsPrimary
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches

pytestmark = pytest.mark.django_db

BEGINS = date(2026, 11, 2)


@dataclass
class Cloud:
    """Green Abbey at SIMS Primary."""

    base: Base
    population: Population
    simulator: SimsPrimary

    def collect(self, data: Data, day: int) -> CollectionRun:
        """What the evening of this day of November brings."""
        self.simulator.live_until(date(2026, 11, day))
        hour = 19 if data == Data.ATTENDANCE else 18
        with time_machine.travel(datetime(2026, 11, day, hour, 30, tzinfo=UTC), tick=True):
            run = ask_for_run(None, self.base, data, by=None)
            assert run is not None
            work_off()
        run.refresh_from_db()
        return run


@pytest.fixture
def cloud(green_abbey: Base) -> Iterator[Cloud]:
    population = Population("820", "4321", seed=7, pupils=40, begins=BEGINS)
    simulator = SimsPrimary([population], SimsPrimarySwitches(calls_per_second=0))
    with serving(simulator) as url:
        (said,) = simulator.settings(url)
        set_settings(green_abbey, said)
        use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
        yield Cloud(green_abbey, population, simulator)


def set_settings(base: Base, said: dict[str, str]) -> None:
    options = OPTIONS["sims-primary"]
    options["data_url"].set(said["base_url"], by=None)
    options["token_url"].set(said["token_url"], by=None)
    options["calls_per_second"].set("1000", by=None)
    connection = Connection(base=base, connector="sims-primary")
    connection.values = {name: said[name] for name in ("client_id", "secret", "subscription_key", "organisation_id")}
    connection.save()
    base.mis = "sims-primary"
    base.save()


def test_snapshot_changes_and_attendance_leave_what_the_school_has(cloud: Cloud) -> None:
    first = cloud.collect(Data.SNAPSHOT, 6)
    assert first.state == RunState.SUCCESSFUL, first.message
    assert first.counts["added"] == len(cloud.population.current) == Pupil.objects.count()
    assert first.calls == len(cloud.simulator.calls)
    assert cloud.collect(Data.ATTENDANCE, 6).state == RunState.SUCCESSFUL
    for day in (10, 13):
        changed = cloud.collect(Data.CHANGED, day)
        assert changed.state == RunState.SUCCESSFUL, changed.message
        assert changed.counts["read"] < first.counts["read"]
        marks = cloud.collect(Data.ATTENDANCE, day)
        assert marks.state == RunState.SUCCESSFUL, marks.message

    of_whom = set(guids().values())
    assert held_marks() == {place: mark for place, mark in true_marks(cloud.population).items() if place[0] in of_whom}
    assert set(HeldBackRow.objects.values_list("code", "what")) <= {("unknown-code", "Q07")}
    assert not_as_at_the_school(cloud.population.current) == []
    assert not RemovalCandidate.objects.exists()


def test_what_is_logged_of_a_run_has_no_secret_and_no_pupil_in_it(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="schoolgate")
    connection = Connection.objects.get()
    right = connection.values
    for wrong in ("subscription_key", "secret", ""):
        connection.values = {**right, wrong: "0" * 32} if wrong else right
        connection.save()
        cloud.collect(Data.SNAPSHOT, 6)

    tables = (LogLine, CollectionRun, JournalLine, AuditEntry, Job, PaceTurn, Event, Mail)
    logged = caplog.text + "".join(str(list(table.objects.values())) for table in tables)
    secrets = {right["secret"], right["subscription_key"], *(token.text for token in TOKENS._tokens.values())}
    pupils = Pupil.objects.all()
    names = {pupil.surname for pupil in pupils} | {pupil.upn for pupil in pupils} | set(guids().values())
    assert len(secrets) > 2
    assert len(names) > 60
    assert [text for text in secrets | names if text and text in logged] == []


def test_a_wrong_subscription_key_is_said_on_the_run_and_a_right_one_cures_it(cloud: Cloud) -> None:
    connection = Connection.objects.get()
    right = connection.values
    connection.values = {**right, "subscription_key": "0" * 32}
    connection.save()

    run = cloud.collect(Data.SNAPSHOT, 6)
    assert (run.state, run.code) == (RunState.FAILED, "key")
    assert run.lines.filter(code="401").exists()
    connection.refresh_from_db()
    assert connection.trouble == "key"

    connection.values = right
    connection.save()
    assert connecting.tested(connection).trouble is None
    assert cloud.collect(Data.SNAPSHOT, 6).state == RunState.SUCCESSFUL
