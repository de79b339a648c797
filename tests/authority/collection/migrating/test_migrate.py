"""What a migration does beside the tasks: the runs that wait, the record of it, and two officers at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.utils import timezone
from tests.authority.collection.migrating.handbook import Authority

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.connections import ChangedMeanwhile
from schoolgate.authority.collection.locks import lock_base, lock_task
from schoolgate.authority.collection.migrating.effects import TO, Effect, digest_of_effects, effects_on_tasks
from schoolgate.authority.collection.migrating.migrate import MigrationRefused, NotSure, migrate, prepare
from schoolgate.authority.collection.migrating.phases import migrate_to_phase_2
from schoolgate.authority.collection.models import (
    BaseMigration,
    CollectionRun,
    Connection,
    ConnectionState,
    Data,
    Owner,
    Phase,
    RunState,
    ScheduledTask,
    Sources,
)
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.taking_over import answer, ask_for
from schoolgate.authority.collection.tasks import Wish
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db

THURSDAYS = Weekly(time(18, 30), frozenset({3}))


def add_task(data: Data, *bases: Base, **more: object) -> ScheduledTask:
    return tasks.save(Wish(data.label, Owner.LA, data, THURSDAYS, bases, **more), by=None)  # type: ignore[arg-type]


@pytest.fixture
def ready(green_abbey: Base) -> Base:
    """A base that can be migrated: its day and its settings are entered, and were tested."""
    made = Connection(base=green_abbey, connector=TO, state=ConnectionState.WORKS)
    made.values = dict.fromkeys(("client_id", "secret", "subscription_key", "organisation_id"), "x")
    made.save()
    prepare(green_abbey, timezone.localdate() - timedelta(days=10), by=None)
    return green_abbey


def do(base: Base, *, sure: bool = False) -> BaseMigration:
    return migrate(base, seen=digest_of_effects(base), sure=sure, by=None)


def test_what_the_school_was_asked_for_is_called_off(ready: Base) -> None:
    run = ask_for_run(add_task(Data.SNAPSHOT, ready), ready, Data.SNAPSHOT, by=None)
    assert run is not None
    work_off()
    do(ready)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert not OutboxEntry.objects.open().exists()


def test_a_run_that_waits_goes_on_through_the_api_if_its_task_does(ready: Base) -> None:
    goes_on = ask_for_run(add_task(Data.SNAPSHOT, ready), ready, Data.SNAPSHOT, by=None)
    ends = ask_for_run(add_task(Data.ATTENDANCE, ready), ready, Data.ATTENDANCE, by=None)
    assert goes_on is not None
    assert ends is not None
    do(ready)
    assert CollectionRun.objects.get(pk=goes_on.pk).state == RunState.PENDING
    assert CollectionRun.objects.get(pk=ends.pk).state == RunState.CANCELLED


def test_it_stands_in_the_audit_in_the_journal_and_with_the_base(ready: Base) -> None:
    task = add_task(Data.CHANGED, ready)
    done = do(ready)
    assert done.effects == [
        {
            "task": task.pk,
            "name": task.name,
            "effect": "goes on",
            "why": "With the same name and times, through SIMS Primary.",
        }
    ]
    assert AuditEntry.objects.filter(did="base migrated", target=ready.dfe_number).exists()
    assert "1 go on" in JournalLine.objects.order_by("-pk")[0].message


def test_who_saw_something_else_migrates_nothing(ready: Base) -> None:
    task = add_task(Data.CHANGED, ready)
    seen = digest_of_effects(ready)
    tasks.switch(task, active=False, by=None)
    with pytest.raises(ChangedMeanwhile):
        migrate(ready, seen=seen, sure=True, by=None)
    assert not Base.objects.get(pk=ready.pk).is_collected


def test_of_two_officers_the_second_is_told_that_it_is_done(ready: Base) -> None:
    seen = digest_of_effects(ready)
    migrate(ready, seen=seen, by=None)
    with pytest.raises(MigrationRefused):
        migrate(ready, seen=seen, by=None)


@pytest.mark.parametrize("state", [ConnectionState.NEW, ConnectionState.NEEDS_ATTENTION])
def test_settings_that_were_not_seen_to_work_need_a_second_yes(ready: Base, state: ConnectionState) -> None:
    Connection.objects.update(state=state)
    with pytest.raises(NotSure):
        do(ready)
    do(ready, sure=True)
    assert Base.objects.get(pk=ready.pk).mis == TO


def test_the_day_stands_once_a_run_has_begun(ready: Base) -> None:
    do(ready)
    prepare(ready, timezone.localdate() - timedelta(days=9), by=None)
    CollectionRun.objects.create(
        task_name="first", base=ready, data=Data.CHANGED, connector=TO, started_at=timezone.now()
    )
    with pytest.raises(MigrationRefused):
        prepare(ready, timezone.localdate() - timedelta(days=8), by=None)


def test_a_base_that_leaves_the_group_by_which_its_task_took_it_stays_in_the_task(ready: Base) -> None:
    group = BaseGroup.objects.create(name="SIMS 7", by_rule=True, rule={"systems": ["sims-7"]})
    task = tasks.save(Wish("All", Owner.LA, Data.CHANGED, THURSDAYS, (), (group,)), by=None)
    do(ready)
    task.refresh_from_db()
    assert (task.sources, list(task.collected_bases)) == (Sources.API, [ready])


def test_a_task_of_a_group_whose_rule_takes_it_afterwards_starts(ready: Base) -> None:
    hill_top = Base.objects.create(la="820", number="2002", name="Hill Top", mis=TO, account=ready.account)
    group = BaseGroup.objects.create(name="SIMS Primary", by_rule=True, rule={"systems": [TO]})
    task = tasks.save(Wish("All", Owner.LA, Data.CHANGED, THURSDAYS, (), (group,)), by=None)
    assert [(one.task, one.effect) for one in effects_on_tasks(ready)] == [(task, Effect.STARTS)]
    do(ready)
    assert set(task.collected_bases) == {ready, hill_top}


@pytest.mark.parametrize(("data", "goes_on"), [(Data.CHANGED, True), (Data.ATTENDANCE, False)])
def test_a_phase_1_task_that_was_left_says_how_it_goes_on_where_it_can(ready: Base, data: Data, goes_on: bool) -> None:
    wish = Wish("Old", Owner.LA, data, THURSDAYS, (ready,), phase=Phase.ONE)
    task = tasks.save(wish, imported=True, by=None)
    do(ready, sure=True)
    task.refresh_from_db()
    assert ("Migrate it to Phase 2 and switch it on" in task.stopped_because) is goes_on
    if goes_on:
        task = tasks.switch(migrate_to_phase_2(task, by=None), active=True, by=None)
        assert (task.active, task.sources, list(task.collected_bases)) == (True, Sources.API, [ready])


def lock_it(task: ScheduledTask, base: Base) -> None:
    lock_task(task, True, by=base.people.get())


def lock_all(task: ScheduledTask, base: Base) -> None:
    lock_base(base, True, by=base.people.get())


def give_it_to_the_school(task: ScheduledTask, base: Base) -> None:
    ask_for(task, base, by=base.people.get())
    answer(task, give=True, by=None)


def switch_it_off(task: ScheduledTask, base: Base) -> None:
    tasks.switch(task, active=False, by=None)


def let_it_collect_something_else(task: ScheduledTask, base: Base) -> None:
    tasks.save(replace(Wish.of(task), data=Data.SNAPSHOT), task, version=task.version, by=None)


def let_it_collect_some_only(task: ScheduledTask, base: Base) -> None:
    tasks.save(replace(Wish.of(task), nc_years=("1",)), task, version=task.version, by=None)


@pytest.mark.parametrize(
    "change",
    [
        lock_it,
        lock_all,
        give_it_to_the_school,
        switch_it_off,
        let_it_collect_something_else,
        let_it_collect_some_only,
    ],
)
def test_a_school_that_migrates_later_is_put_into_no_task_that_was_made_another_since(
    authority: Authority, change: Callable[[ScheduledTask, Base], None]
) -> None:
    third = Base.objects.create(la="820", number="3003", name="Low Brook", account=authority.base.account)
    shared = authority.task(Data.CHANGED, authority.base, authority.other, third)
    authority.migrate()
    first = ScheduledTask.objects.get(continues=shared)
    change(first, authority.base)
    before = ScheduledTask.objects.filter(pk=first.pk).values().get()
    authority.migrate(authority.other)
    assert ScheduledTask.objects.filter(pk=first.pk).values().get() == before
    assert list(first.bases.all()) == [authority.base]
    second = ScheduledTask.objects.exclude(pk=first.pk).get(continues=shared)
    assert (second.active, second.data, list(second.collected_bases)) == (True, Data.CHANGED, [authority.other])


@pytest.mark.parametrize("data", [Data.CHANGED, Data.ATTAINMENT])
def test_a_task_that_is_off_is_left_too_so_that_its_other_schools_can_switch_it_on(ready: Base, data: Data) -> None:
    hill_top = Base.objects.create(la="820", number="2002", name="Hill Top", account=ready.account)
    task = tasks.switch(add_task(data, ready, hill_top), active=False, by=None)
    assert [one.effect for one in effects_on_tasks(ready)] == [Effect.LEAVES]
    do(ready)
    assert list(tasks.switch(task, active=True, by=None).collected_bases) == [hill_top]
    assert "0 go on, 0 start, 0 stop" in JournalLine.objects.filter(message__contains="is migrated")[0].message
