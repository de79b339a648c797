"""A base whose school is asked through an API, and what a run of it comes to."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone
from tests.authority.collection import listed
from tests.authority.collection.county import County
from tests.authority.collection.listed import Listed, School
from tests.authority.collection.migration_pages import DAYS_AGO, THURSDAYS, VALUES, NewTask
from tests.authority.school_portal.conftest import school_person

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import connecting, tasks, tools
from schoolgate.authority.collection.connections import enter
from schoolgate.authority.collection.migrating.effects import digest_of_effects
from schoolgate.authority.collection.migrating.migrate import migrate, prepare
from schoolgate.authority.collection.models import (
    CollectionRun,
    Connection,
    ConnectionState,
    Data,
    Owner,
    ScheduledTask,
)
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.tasks import Wish
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.simulators.population import Population
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary

Collect = Callable[..., CollectionRun]


@pytest.fixture
def school(green_abbey: Base, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """The system of Green Abbey, which is collected: whatever it says is imported, whom nobody knows is added."""
    monkeypatch.setattr(connecting, "connector_named", {"listed": Listed}.__getitem__)
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    green_abbey.mis = "listed"
    green_abbey.save()
    connection = Connection(base=green_abbey, connector="listed")
    connection.values = {"key": "green-abbey"}
    connection.save()
    listed.SCHOOLS["green-abbey"] = School()
    yield listed.SCHOOLS["green-abbey"]
    listed.SCHOOLS.clear()


@pytest.fixture
def collect(green_abbey: Base, school: School) -> Collect:
    """Run for some data, to the end of its import."""

    def do(data: Data = Data.SNAPSHOT, *, task: ScheduledTask | None = None, work: bool = True) -> CollectionRun:
        run = ask_for_run(task, green_abbey, data, by=None)
        assert run is not None
        if work:
            work_off()
        run.refresh_from_db()
        return run

    return do


@pytest.fixture
def hana(green_abbey: Base) -> User:
    """Keeps Green Abbey's office."""
    return school_person("hana", "Hana Reed", green_abbey)


@pytest.fixture
def olga(oak_lane: Base) -> User:
    """Keeps another school's office: the stranger."""
    return school_person("olga", "Olga Stone", oak_lane)


@pytest.fixture
def open_county(la: str, green_abbey: Base, monkeypatch: pytest.MonkeyPatch) -> Callable[..., County]:
    """So many small schools, whose lives begin on a day, as bases that are collected."""

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


@pytest.fixture
def new_task(green_abbey: Base) -> NewTask:
    """An active task of Green Abbey, every Thursday."""

    def make(name: str, data: Data, **more: Any) -> ScheduledTask:
        return tasks.save(Wish(name, Owner.LA, data, THURSDAYS, (green_abbey,), **more), imported=True, by=None)

    return make


@pytest.fixture
def prepared(green_abbey: Base) -> Base:
    """Green Abbey, whose settings were tested and of which the day is known."""
    connection, _ = enter(green_abbey, SimsPrimary, VALUES, seen=None, by=None)
    Connection.objects.filter(pk=connection.pk).update(state=ConnectionState.WORKS)
    prepare(green_abbey, timezone.localdate() - timedelta(days=DAYS_AGO), by=None)
    return green_abbey


@pytest.fixture
def migrated(prepared: Base) -> Base:
    """Green Abbey after its migration."""
    migrate(prepared, sure=False, seen=digest_of_effects(prepared), by=None)
    prepared.refresh_from_db()
    return prepared
