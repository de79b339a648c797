"""A school locks its tasks, or one of them: what the authority may not do then, and what goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from schoolgate.authority.bases.groups import GroupRefused, delete_group, save_group, wish_of
from schoolgate.authority.bases.models import SIMS_7, Base, BaseGroup
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.locks import (
    Locked,
    LockRefused,
    is_own,
    lock_base,
    lock_of,
    lock_task,
    locked_tasks,
    locks_on,
    why_locked,
)
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, ScheduledTask
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db

THURSDAYS = Weekly(time(18, 30), frozenset({3}))
THIRD_OF_NOVEMBER = timezone.now().replace(month=11, day=3)
"""Of this year, which is not said."""
WEDNESDAY_NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
THURSDAY_EVENING = datetime(2026, 11, 26, 18, 31, tzinfo=UTC)
SENTENCE = "Locked by Green Abbey Primary School (Hana Reed) since 3 Nov. Ask the school."


def wish(*bases: Base, **more: Any) -> Wish:
    return Wish("Autumn changes", Owner.LA, Data.CHANGED, THURSDAYS, bases, **more)


@pytest.fixture
def task(green_abbey: Base) -> ScheduledTask:
    """Green Abbey's alone."""
    return tasks.save(wish(green_abbey), by=None)


@pytest.fixture
def shared(green_abbey: Base, oak_lane: Base) -> ScheduledTask:
    return tasks.save(wish(green_abbey, oak_lane), by=None)


def lock_all(task: ScheduledTask, base: Base, by: User) -> None:
    lock_base(base, True, by=by)


def lock_this(task: ScheduledTask, base: Base, by: User) -> None:
    lock_task(task, True, by=by)


def change(task: ScheduledTask, by: User | None) -> None:
    tasks.save(replace(Wish.of(task), name="Mine"), task, version=task.version, by=by)


def copy(task: ScheduledTask, by: User | None) -> None:
    tasks.clone(task, by=by)


def switch_off(task: ScheduledTask, by: User | None) -> None:
    tasks.switch(task, active=False, by=by)


def switch_on(task: ScheduledTask, by: User | None) -> None:
    tasks.switch(task, active=True, by=by)


def delete(task: ScheduledTask, by: User | None) -> None:
    tasks.delete(task, by=by)


def run(task: ScheduledTask, by: User | None) -> None:
    tasks.run_now(task, by=by)


def run_of_one_school(task: ScheduledTask, by: User | None) -> None:
    tasks.run_now(task, task.bases.get(), by=by)


def run_again(task: ScheduledTask, by: User | None) -> None:
    ask_for_run(task, task.bases.get(), task.data, by=by)


def add(task: ScheduledTask, by: User | None) -> None:
    tasks.save(wish(task.bases.get()), by=by)


def add_by_group(task: ScheduledTask, by: User | None) -> None:
    everybody = BaseGroup.objects.create(name="Everybody", by_rule=True, rule={"systems": [SIMS_7]})
    tasks.save(wish(groups=(everybody,)), by=by)


def collect_by_hand(task: ScheduledTask, by: User | None) -> None:
    ask_for_run(None, task.bases.get(), Data.SNAPSHOT, by=by)


ON_A_TASK = [change, copy, switch_off, switch_on, delete, run, run_of_one_school, run_again]
ON_A_SCHOOL = [add, add_by_group, collect_by_hand]
ACTS = [(act, lock) for act in ON_A_TASK for lock in (lock_all, lock_this)] + [(act, lock_all) for act in ON_A_SCHOOL]
ACTORS = ["officer", "administrator", None, "olga", "hana"]


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize(("act", "lock"), ACTS)
def test_only_the_school_itself_acts_on_what_it_has_locked(
    task: ScheduledTask,
    green_abbey: Base,
    hana: User,
    act: Callable[[ScheduledTask, User | None], None],
    lock: Callable[[ScheduledTask, Base, User], None],
    actor: str | None,
    request: pytest.FixtureRequest,
) -> None:
    by: User | None = request.getfixturevalue(actor) if actor else None
    if act in {delete, switch_on}:
        tasks.switch(task, active=False, by=None)
    with time_machine.travel(THIRD_OF_NOVEMBER, tick=False):
        lock(task, green_abbey, hana)
    before = as_it_is()
    if actor == "hana":
        act(ScheduledTask.objects.get(pk=task.pk), by)
        assert as_it_is() != before
        return
    with pytest.raises(Locked) as locked:
        act(ScheduledTask.objects.get(pk=task.pk), by)
    assert locked.value.sentence == SENTENCE
    assert as_it_is() == before


def as_it_is() -> Any:
    """All tasks and runs."""
    return list(ScheduledTask.objects.order_by("pk").values()), CollectionRun.objects.count()


def test_a_due_task_is_run_while_it_is_locked(green_abbey: Base, hana: User) -> None:
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        task = tasks.save(wish(green_abbey), by=None)
        lock_base(green_abbey, True, by=hana)
        lock_task(task, True, by=hana)
    with time_machine.travel(THURSDAY_EVENING, tick=False):
        make_due_runs(THURSDAY_EVENING)
        work_off()
    assert CollectionRun.objects.get().due_at == datetime(2026, 11, 26, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize("actor", ["officer", "administrator", "olga"])
def test_nobody_but_the_school_locks_its_tasks_or_opens_them(
    task: ScheduledTask, green_abbey: Base, hana: User, actor: str, request: pytest.FixtureRequest
) -> None:
    other: User = request.getfixturevalue(actor)
    for on in (True, False):
        with pytest.raises(LockRefused):
            lock_base(green_abbey, on, by=other)
        with pytest.raises(LockRefused):
            lock_task(task, on, by=other)
        assert (lock_of(green_abbey) is not None) == (not on), "as Hana has left it"
        lock_base(green_abbey, True, by=hana)


def test_what_the_school_opens_is_the_authoritys_again(task: ScheduledTask, green_abbey: Base, hana: User) -> None:
    for on in (True, False):
        lock_base(green_abbey, on, by=hana)
        lock_task(task, on, by=hana)
    assert why_locked(ScheduledTask.objects.get()) == ""
    assert tasks.run_now(task, by=None) == 1


def test_a_lock_is_in_the_audit_and_told_to_the_authority(task: ScheduledTask, green_abbey: Base, hana: User) -> None:
    lock_base(green_abbey, True, by=hana)
    lock_base(green_abbey, True, by=hana)
    lock_task(task, True, by=hana)
    lock_base(green_abbey, False, by=hana)
    done = AuditEntry.objects.filter(user=hana).order_by("pk").values_list("did", "target")
    assert list(done) == [
        ("tasks locked", "8204321"),
        ("task locked", f"task {task.pk}, Autumn changes"),
        ("tasks opened", "8204321"),
    ]
    told = [(line.message, line.school) for line in JournalLine.objects.order_by("pk")]
    kept = "for its own use: the authority can see it, and change nothing."
    assert told == [
        (f"Green Abbey Primary School has locked its scheduled tasks {kept.replace('see it', 'see them')}", "4321"),
        (f"Green Abbey Primary School has locked its task Autumn changes {kept}", "4321"),
        ("Green Abbey Primary School has opened its scheduled tasks to the authority again.", "4321"),
    ]


def test_a_task_that_others_share_is_not_locked_by_itself(
    shared: ScheduledTask, task: ScheduledTask, hana: User
) -> None:
    with pytest.raises(LockRefused) as refused:
        lock_task(shared, True, by=hana)
    assert "not of your school alone" in refused.value.sentence
    task.groups.add(BaseGroup.objects.create(name="Everybody", by_rule=True))
    with pytest.raises(LockRefused):
        lock_task(task, True, by=hana)


def test_a_lock_stays_when_the_school_migrates(task: ScheduledTask, green_abbey: Base, hana: User) -> None:
    lock_base(green_abbey, True, by=hana)
    green_abbey.mis = "sims-primary"
    green_abbey.save()
    with pytest.raises(Locked):
        tasks.save(wish(green_abbey), by=None)


def test_the_lock_of_a_school_that_is_closed_binds_nobody(shared: ScheduledTask, green_abbey: Base, hana: User) -> None:
    lock_base(green_abbey, True, by=hana)
    Base.objects.filter(pk=green_abbey.pk).update(active=False)
    assert why_locked(shared) == ""
    assert not tasks.switch(shared, active=False, by=None).active


def test_run_now_leaves_locked_schools_out(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, hana: User, officer: User
) -> None:
    lock_base(green_abbey, True, by=hana)
    assert tasks.run_now(shared, by=officer) == 1
    assert CollectionRun.objects.get().base == oak_lane


def test_a_task_that_names_a_locked_school_is_given_no_other(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, far_hill: Base, hana: User
) -> None:
    lock_base(green_abbey, True, by=hana)
    with pytest.raises(Locked):
        tasks.save(wish(green_abbey, oak_lane, far_hill), shared, version=shared.version, by=None)
    with pytest.raises(Locked):
        tasks.save(wish(oak_lane), shared, version=shared.version, by=None)


def test_a_person_of_a_school_that_shares_a_task_cannot_change_it_for_a_locked_one(
    shared: ScheduledTask, green_abbey: Base, hana: User, olga: User
) -> None:
    lock_base(green_abbey, True, by=hana)
    with pytest.raises(Locked):
        tasks.switch(shared, active=False, by=olga)


def test_several_locks_are_told_together(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, hana: User, olga: User
) -> None:
    with time_machine.travel(THIRD_OF_NOVEMBER, tick=False):
        lock_base(green_abbey, True, by=hana)
        lock_base(oak_lane, True, by=olga)
        told = why_locked(shared)
    assert told == (
        "Locked by Green Abbey Primary School (Hana Reed) since 3 Nov, Oak Lane Academy (Olga Stone) since 3 Nov. "
        "Ask the schools."
    )


def test_locked_tasks_are_found_by_name_by_group_and_by_themselves(
    shared: ScheduledTask, task: ScheduledTask, green_abbey: Base, oak_lane: Base, hana: User, olga: User
) -> None:
    everybody = BaseGroup.objects.create(name="Everybody", by_rule=True)
    of_oak_lane = tasks.save(wish(oak_lane), by=None)
    by_group = tasks.save(wish(groups=(everybody,)), by=None)
    every = [shared, task, of_oak_lane, by_group]
    lock_task(of_oak_lane, True, by=olga)
    assert_locked(every, {of_oak_lane})
    lock_base(green_abbey, True, by=hana)
    assert_locked(every, {shared, task, of_oak_lane, by_group})
    lock_task(of_oak_lane, False, by=olga)
    assert_locked(every, {shared, task, by_group})


def assert_locked(every: list[ScheduledTask], expected: set[ScheduledTask]) -> None:
    now = list(ScheduledTask.objects.filter(pk__in=[task.pk for task in every]))
    assert set(locks_on(now)) == {task.pk for task in expected}
    assert set(locked_tasks()) == expected


def test_a_person_owns_the_locks_of_the_own_school_only(green_abbey: Base, oak_lane: Base, hana: User) -> None:
    assert [is_own(hana, green_abbey), is_own(hana, oak_lane), is_own(None, green_abbey)] == [True, False, False]


@pytest.fixture
def grouped(green_abbey: Base, hana: User) -> BaseGroup:
    """A group by hand with Green Abbey in it, by which a task goes; Green Abbey has locked its tasks."""
    group = BaseGroup.objects.create(name="Abbeys")
    group.chosen.add(green_abbey)
    tasks.save(wish(groups=(group,)), by=None)
    lock_base(green_abbey, True, by=hana)
    return group


def test_no_change_of_a_group_moves_a_locked_school_out_of_a_task(
    grouped: BaseGroup, oak_lane: Base, officer: User
) -> None:
    for other in (
        replace(wish_of(grouped), chosen=[oak_lane]),
        replace(wish_of(grouped), by_rule=True, rule={"name": "Oak"}),
    ):
        with pytest.raises(GroupRefused) as refused:
            save_group(grouped, other, seen=grouped.changed_at, by=officer)
        assert "out of the task “Autumn changes”. Locked by Green Abbey" in str(refused.value)
        assert [base.name for base in grouped.bases] == ["Green Abbey Primary School"]


def test_no_change_of_a_group_moves_a_locked_school_into_a_task(
    grouped: BaseGroup, oak_lane: Base, olga: User, officer: User
) -> None:
    lock_base(oak_lane, True, by=olga)
    both = replace(wish_of(grouped), chosen=[*wish_of(grouped).chosen, oak_lane])
    with pytest.raises(GroupRefused) as refused:
        save_group(grouped, both, seen=grouped.changed_at, by=officer)
    assert "Locked by Oak Lane Academy" in str(refused.value)
    assert "Green Abbey" not in str(refused.value), "it is not moved"


def test_an_open_school_comes_into_a_group_with_a_locked_one(grouped: BaseGroup, oak_lane: Base, officer: User) -> None:
    both = replace(wish_of(grouped), chosen=[*wish_of(grouped).chosen, oak_lane])
    assert save_group(grouped, both, seen=grouped.changed_at, by=officer).bases.count() == 2


def test_a_group_that_no_task_goes_by_is_changed_as_ever(green_abbey: Base, hana: User, officer: User) -> None:
    group = BaseGroup.objects.create(name="Abbeys")
    group.chosen.add(green_abbey)
    lock_base(green_abbey, True, by=hana)
    save_group(group, replace(wish_of(group), chosen=[]), seen=group.changed_at, by=officer)
    delete_group(group, by=officer)
    assert not BaseGroup.objects.exists()


def test_a_school_that_locked_a_task_and_then_all_is_named_once(
    task: ScheduledTask, green_abbey: Base, hana: User
) -> None:
    with time_machine.travel(THIRD_OF_NOVEMBER, tick=False):
        lock_task(task, True, by=hana)
        lock_base(green_abbey, True, by=hana)
    task.refresh_from_db()
    assert why_locked(task) == SENTENCE


def test_a_run_that_is_due_is_no_act_of_the_authority(task: ScheduledTask, green_abbey: Base, hana: User) -> None:
    lock_base(green_abbey, True, by=hana)
    lock_task(task, True, by=hana)
    assert ask_for_run(task, green_abbey, task.data, by=None, due_at=THURSDAY_EVENING) is not None
