"""A school locks its tasks at the moment at which the authority acts: one comes first, and the other sees it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import time as clock
from typing import Any

import pytest
from django.db import connection, connections, transaction

from schoolgate.authority.bases.groups import GroupRefused, save_group, wish_of
from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.locks import Locked, lock_base, lock_of, lock_task
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, ScheduledTask
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""

Act = Callable[[ScheduledTask, Base], object]


def wish(*bases: Base) -> Wish:
    return Wish("Autumn changes", Owner.LA, Data.CHANGED, Weekly(clock(18, 30), frozenset({3})), bases)


@pytest.fixture
def task(green_abbey: Base) -> ScheduledTask:
    return tasks.save(wish(green_abbey), by=None)


def somebody_waits() -> bool:
    """Whether another connection waits for a row; SQLite does not tell."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
        (number,) = cursor.fetchone()
    return bool(number)


def first_and_second(first: Callable[[], object], second: Callable[[], object]) -> BaseException | None:
    """Do the first, and the second beside it before the first is on record; what the second raised."""
    raised: list[BaseException] = []

    def do() -> None:
        try:
            second()
        except (Locked, GroupRefused) as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    with transaction.atomic():
        first()
        thread.start()
        until = time.monotonic() + PATIENCE
        while not somebody_waits() and time.monotonic() < until:
            time.sleep(0.01)
        assert somebody_waits()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return raised[0] if raised else None


def add(task: ScheduledTask, base: Base) -> object:
    return tasks.save(wish(base), by=None)


def change(task: ScheduledTask, base: Base) -> object:
    return tasks.save(Wish.of(task), task, version=task.version, by=None)


def switch(task: ScheduledTask, base: Base) -> object:
    return tasks.switch(task, active=False, by=None)


def clone(task: ScheduledTask, base: Base) -> object:
    return tasks.clone(task, by=None)


def run_now(task: ScheduledTask, base: Base) -> object:
    return tasks.run_now(task, by=None)


def run_again(task: ScheduledTask, base: Base) -> object:
    return ask_for_run(task, base, task.data, by=None)


def as_it_is() -> Any:
    return list(ScheduledTask.objects.order_by("pk").values("pk", "version", "active")), CollectionRun.objects.count()


@pytest.mark.parametrize("act", [add, change, switch, clone, run_now, run_again])
def test_what_the_authority_does_after_a_lock_is_refused_though_it_began_before(
    task: ScheduledTask, green_abbey: Base, hana: User, act: Act
) -> None:
    before = as_it_is()
    raised = first_and_second(lambda: lock_base(green_abbey, True, by=hana), lambda: act(task, green_abbey))
    assert isinstance(raised, Locked)
    assert as_it_is() == before


@pytest.mark.parametrize("act", [change, switch, clone, run_now, run_again])
def test_the_same_holds_of_the_lock_of_one_task(task: ScheduledTask, green_abbey: Base, hana: User, act: Act) -> None:
    before = as_it_is()
    raised = first_and_second(lambda: lock_task(task, True, by=hana), lambda: act(task, green_abbey))
    assert isinstance(raised, Locked)
    assert as_it_is() == before


@pytest.mark.parametrize("act", [add, change, switch, clone, run_now, run_again])
def test_a_lock_waits_for_what_the_authority_has_begun(
    task: ScheduledTask, green_abbey: Base, hana: User, act: Act
) -> None:
    before = as_it_is()
    first_and_second(lambda: act(task, green_abbey), lambda: lock_base(green_abbey, True, by=hana))
    assert as_it_is() != before
    assert lock_of(green_abbey) is not None


def test_a_group_takes_in_no_school_that_locks_at_the_same_moment(green_abbey: Base, hana: User) -> None:
    group = BaseGroup.objects.create(name="Abbeys")
    tasks.save(Wish("By group", Owner.LA, Data.CHANGED, wish().rule, groups=(group,)), by=None)
    with_it = replace(wish_of(group), chosen=[green_abbey])
    raised = first_and_second(
        lambda: lock_base(green_abbey, True, by=hana),
        lambda: save_group(group, with_it, seen=group.changed_at, by=None),
    )
    assert isinstance(raised, GroupRefused)
    assert not group.bases.exists()
