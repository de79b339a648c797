"""The handbook of SIMS Primary with One B2B:Student, sentence by sentence: each row quotes one, and sees it hold.

Quoted are the sentences of its chapters 01 and 02 that promise something; the one that contradicts itself is read as
ADR 020 says. Pages, the School Portal and what a run asks for are in the tables beside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

import pytest
from django.utils import timezone

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.connections import ConnectionRefused, choose_system, enter, forget
from schoolgate.authority.collection.migrating.effects import TO, Effect, digest_of_effects, effects_on_tasks
from schoolgate.authority.collection.migrating.migrate import MigrationRefused, NotSure, migrate, prepare
from schoolgate.authority.collection.migrating.phases import migrate_to_phase_2
from schoolgate.authority.collection.migrating.prerequisites import prerequisites_of
from schoolgate.authority.collection.models import (
    BaseMigration,
    Connection,
    ConnectionState,
    Data,
    Owner,
    Phase,
    ScheduledTask,
    Sources,
    TransferType,
)
from schoolgate.authority.collection.sentence import data_words
from schoolgate.authority.collection.task_form import TaskForm
from schoolgate.authority.collection.tasks import TaskRefused, Wish
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.wire.mis.registry import connector_named

pytestmark = pytest.mark.django_db

THURSDAYS = Weekly(time(18, 30), frozenset({3}))
VALUES = {"client_id": "client", "secret": "secret", "subscription_key": "0" * 32, "organisation_id": "a" * 8}


@dataclass
class Authority:
    """An authority with two schools of SIMS 7, of which one is to migrate, and its tasks."""

    base: Base
    other: Base

    def task(self, data: Data, *bases: Base, **more: object) -> ScheduledTask:
        """An active task for the school, or for those that are named."""
        made = Wish(f"{data.label} weekly", Owner.LA, data, THURSDAYS, bases or (self.base,), **more)  # type: ignore[arg-type]
        return tasks.save(made, imported=True, by=None)

    def two_way(self) -> ScheduledTask:
        """As the old product has them."""
        task = self.task(Data.CHANGED)
        ScheduledTask.objects.filter(pk=task.pk).update(transfer_type=TransferType.TWO_WAY)
        return task

    def settings(self, base: Base | None = None, state: ConnectionState = ConnectionState.WORKS) -> Connection:
        made = Connection(base=base or self.base, connector=TO, state=state)
        made.values = VALUES
        made.save()
        return made

    def migrate(self, base: Base | None = None, *, sure: bool = True) -> BaseMigration:
        base = base or self.base
        if not Connection.objects.filter(base=base).exists():
            self.settings(base)
        prepare(base, timezone.localdate() - timedelta(days=10), by=None)
        done = migrate(base, seen=digest_of_effects(base), sure=sure, by=None)
        base.refresh_from_db()
        return done

    def effect(self, task: ScheduledTask) -> Effect:
        return next(one.effect for one in effects_on_tasks(self.base) if one.task == task)


@pytest.fixture
def authority(green_abbey: Base) -> Authority:
    other = Base.objects.create(la="820", number="2002", name="Hill Top", account=green_abbey.account)
    return Authority(green_abbey, other)


Sentence = Callable[[Authority], None]
SENTENCES: list[tuple[str, Sentence]] = []


def says(sentence: str) -> Callable[[Sentence], Sentence]:
    """A row of the table."""

    def add(check: Sentence) -> Sentence:
        SENTENCES.append((sentence, check))
        return check

    return add


def now(task: ScheduledTask) -> ScheduledTask:
    return ScheduledTask.objects.get(pk=task.pk)


def is_due(task: ScheduledTask) -> bool:
    return Schedule.objects.filter(name=task.schedule_name, next_due_at__isnull=False).exists()


@says(
    "Firstly, the school must migrate from using SIMS 7 to SIMS Primary. Once a school has "
    "migrated, the LA can migrate the base."
)
def _the_school_first(authority: Authority) -> None:
    authority.settings()
    with pytest.raises(MigrationRefused):
        migrate(authority.base, seen=digest_of_effects(authority.base), sure=True, by=None)
    with pytest.raises(MigrationRefused):
        prepare(authority.base, timezone.localdate() + timedelta(days=1), by=None)
    authority.migrate()
    assert authority.base.mis == TO


@says(
    "After migrating to SIMS Primary, B2B will still have the ability to collect Snapshot, Changed "
    "Data and Attendance data."
)
def _three_kinds(authority: Authority) -> None:
    authority.migrate()
    for data in (Data.SNAPSHOT, Data.CHANGED, Data.ATTENDANCE):
        assert list(authority.task(data).collected_bases) == [authority.base]


@says("Attainment data and two-way transfer of data back to the school: this is not supported.")
def _not_supported(authority: Authority) -> None:
    authority.migrate()
    with pytest.raises(TaskRefused):
        authority.task(Data.ATTAINMENT)
    with pytest.raises(TaskRefused):
        authority.task(Data.CHANGED, transfer_type=TransferType.TWO_WAY)


@says("The B2B scheduler service is installed.")
def _scheduler(authority: Authority) -> None:
    found = {one.name: one for one in prerequisites_of(authority.base)}["scheduler"]
    assert not found.met
    assert found.step is not None


@says("Before migrating a base, all scheduled tasks should be migrated to Phase 2.")
def _phase_2_before(authority: Authority) -> None:
    left = authority.task(Data.CHANGED, phase=Phase.ONE)
    authority.settings()
    with pytest.raises(NotSure):
        authority.migrate(sure=False)
    migrate_to_phase_2(left, by=None)
    authority.migrate(sure=False)
    assert now(left).active


@says("If this is not undertaken, there will be no scheduled tasks set up for use.")
def _phase_1_stops(authority: Authority) -> None:
    left = authority.task(Data.SNAPSHOT, phase=Phase.ONE)
    assert authority.effect(left) is Effect.STOPS
    authority.migrate()
    assert not now(left).active
    assert not is_due(left)
    assert "Phase 1" in now(left).stopped_because


@says(
    "Creating the Attendance Changed Data task before migrating ensures attendance data collection "
    "continues after the migration."
)
def _attendance_before(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE, sources=Sources.API)
    assert list(task.waiting_bases) == [authority.base]
    assert not task.collected_bases.exists()
    assert authority.effect(task) is Effect.STARTS
    authority.migrate()
    assert list(now(task).collected_bases) == [authority.base]
    assert is_due(task)


@says(
    "It is strongly recommended that before migrating a base you create a SIMS Primary Attendance "
    "Changed Data scheduled task."
)
def _attendance_is_asked_for(authority: Authority) -> None:
    assert not {one.name: one.met for one in prerequisites_of(authority.base)}["attendance"]
    authority.task(Data.ATTENDANCE, sources=Sources.API)
    assert {one.name: one.met for one in prerequisites_of(authority.base)}["attendance"]


@says("All attendance related scheduled tasks from SIMS 7 will be made inactive after migration.")
def _sims_7_attendance_stops(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE)
    authority.migrate()
    assert not now(task).active


@says("You cannot group SIMS 7 and SIMS Primary bases together against a task.")
def _never_together(authority: Authority) -> None:
    authority.migrate(authority.other)
    for data in (Data.SNAPSHOT, Data.CHANGED, Data.ATTENDANCE):
        with pytest.raises(TaskRefused):
            authority.task(data, authority.base, authority.other)


@says("Creating the attendance task before migrating the base to SIMS Primary enables these bases to re-group.")
def _they_are_together_again(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE, authority.base, authority.other, sources=Sources.API)
    authority.migrate()
    assert list(now(task).collected_bases) == [authority.base]
    assert list(now(task).waiting_bases) == [authority.other]
    authority.migrate(authority.other)
    assert set(now(task).collected_bases) == {authority.base, authority.other}
    assert ScheduledTask.objects.count() == 1


@says(
    "Select a Transfer Type of Export from School. Select Attendance Data. Select Attendance "
    "Changed Data (SIMS Primary)."
)
def _as_it_is_made(authority: Authority) -> None:
    typed = {"name": "Attendance", "owner": "la", "kind": "attendance-changed", "bases": [authority.base.pk]}
    form = TaskForm({**typed, "rhythm": "weekly", "days": [3], "at": "18:30", "active": "on"})
    assert form.is_valid(), form.errors
    task = tasks.save(form.wish(), by=None)
    assert (task.data, task.sources, task.transfer_type) == ("attendance", "api", "export-from-school")
    assert data_words(task, {TO}) == "Attendance Changed Data (SIMS Primary)"


@says("You must enter the Client ID, Secret, Subscription Key, and Organisation ID.")
def _all_four(authority: Authority) -> None:
    prepare(authority.base, timezone.localdate(), by=None)
    kind = connector_named(TO)
    assert [one.label for one in kind.settings] == ["Client ID", "Secret", "Subscription Key", "Organisation ID"]
    for name in VALUES:
        with pytest.raises(ConnectionRefused):
            enter(authority.base, kind, {**VALUES, name: ""}, seen=None, by=None)
    with pytest.raises(MigrationRefused):
        migrate(authority.base, seen=digest_of_effects(authority.base), sure=True, by=None)


@says("WARNING!: Changing a base to a SIMS Primary base is irreversible.")
def _irreversible(authority: Authority) -> None:
    authority.migrate()
    for system in (SIMS_7, "wonde"):
        with pytest.raises(ConnectionRefused):
            choose_system(authority.base, system, seen=TO, by=None)
    with pytest.raises(ConnectionRefused):
        forget(authority.base, connector_named(TO), by=None)
    with pytest.raises(MigrationRefused):
        authority.migrate()


@says("However, you can edit the SIMS Primary connection settings later if required.")
def _settings_later(authority: Authority) -> None:
    authority.migrate()
    entered = Connection.objects.get(base=authority.base).entered_at
    _, changed = enter(authority.base, connector_named(TO), {**VALUES, "secret": "new"}, seen=entered, by=None)
    assert changed == ["Secret"]


@says("The change tracking data is lost and reset; the date of the migration is used as the change date.")
def _the_schools_day(authority: Authority) -> None:
    day = timezone.localdate() - timedelta(days=30)
    prepare(authority.base, day, by=None)
    assert BaseMigration.objects.get(base=authority.base).school_moved_on == day
    prepare(authority.base, day - timedelta(days=1), by=None)
    assert BaseMigration.objects.get(base=authority.base).school_moved_on == day - timedelta(days=1)


@says("If a Phase 2 scheduled task existed, then existing snapshot and changed data tasks will continue to work.")
def _they_continue(authority: Authority) -> None:
    continued = [authority.task(data) for data in (Data.SNAPSHOT, Data.CHANGED)]
    authority.migrate()
    for task in map(now, continued):
        assert (task.active, task.sources, task.rule) == (True, Sources.API, THURSDAYS)
        assert list(task.collected_bases) == [authority.base]
        assert is_due(task)


@says("Existing snapshot and changed data tasks will continue to work: also one that schools with SIMS 7 share.")
def _they_continue_apart(authority: Authority) -> None:
    task = authority.task(Data.CHANGED, authority.base, authority.other)
    assert authority.effect(task) is Effect.GOES_ON_APART
    authority.migrate()
    apart = ScheduledTask.objects.get(continues=task)
    assert (apart.name, apart.rule, apart.active, apart.sources) == (task.name, THURSDAYS, True, Sources.API)
    assert list(apart.collected_bases) == [authority.base]
    assert list(now(task).collected_bases) == [authority.other]
    assert is_due(apart)
    assert is_due(task)
    authority.migrate(authority.other)
    assert set(now(apart).collected_bases) == {authority.base, authority.other}
    assert not now(task).active
    assert ScheduledTask.objects.count() == 2


@says(
    "If you set up a SIMS Primary attendance task prior to migration, this will now start pulling "
    "data as per the schedule."
)
def _as_per_the_schedule(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE, sources=Sources.API)
    authority.migrate()
    due = tasks.next_dues([now(task)])[task.pk]
    assert timezone.localtime(due).strftime("%a %H:%M") == "Thu 18:30"


@says("All attainment, two way and SIMS 7 attendance tasks will be made inactive.")
def _they_stop(authority: Authority) -> None:
    ended = [authority.task(Data.ATTAINMENT), authority.task(Data.ATTENDANCE), authority.two_way()]
    assert {authority.effect(task) for task in ended} == {Effect.STOPS}
    done = authority.migrate()
    assert [now(task).active for task in ended] == [False] * 3
    assert not any(map(is_due, ended))
    assert {(one["task"], one["effect"]) for one in done.effects} == {(task.pk, "stops") for task in ended}


@says("Tasks made inactive: for a school that shares one, it is left; its other schools go on.")
def _others_go_on(authority: Authority) -> None:
    task = authority.task(Data.ATTAINMENT, authority.base, authority.other)
    assert authority.effect(task) is Effect.LEAVES
    authority.migrate()
    assert now(task).active
    assert list(now(task).bases.all()) == [authority.other]


@pytest.mark.parametrize(("sentence", "check"), SENTENCES, ids=[check.__name__[1:] for _, check in SENTENCES])
def test_the_handbook_says(sentence: str, check: Sentence, authority: Authority) -> None:
    check(authority)
