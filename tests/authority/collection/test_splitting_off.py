"""Locked schools leave a shared task for one of their own, in which nothing changes for them."""

from datetime import UTC, datetime, time

import pytest
import time_machine

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.locks import lock_base, why_locked
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, ScheduledTask
from schoolgate.authority.collection.splitting_off import split_off_locked
from schoolgate.authority.collection.tasks import ChangedMeanwhile, TaskRefused, Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db

WEDNESDAY_NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HALF_PAST = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)
THURSDAY_EVENING = datetime(2026, 11, 26, 18, 31, tzinfo=UTC)


@pytest.fixture
def shared(green_abbey: Base, oak_lane: Base, hana: User) -> ScheduledTask:
    """For two schools, of which Green Abbey has locked its tasks."""
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        rule = Weekly(time(18, 30), frozenset({3}))
        wish = Wish("Autumn changes", Owner.LA, Data.CHANGED, rule, (green_abbey, oak_lane), nc_years=("3", "4"))
        made = tasks.save(wish, by=None)
        lock_base(green_abbey, True, by=hana)
    return made


def test_the_locked_school_has_the_same_by_itself_and_the_rest_is_open(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        own = split_off_locked(shared, by=officer)
    same = ("name", "active", "owner", "data", "sources", "nc_years", "recorded_rule", "in_term", "phase")
    assert [getattr(own, name) for name in same] == [getattr(shared, name) for name in same]
    assert list(own.bases.all()) == [green_abbey]
    assert list(shared.bases.all()) == [oak_lane]
    assert why_locked(own) != ""
    assert why_locked(shared) == ""
    entry = AuditEntry.objects.get(user=officer)
    assert (entry.did, entry.details) == ("locked schools given a task of their own", f"task {own.pk}: 8204321")


def test_who_has_the_old_task_open_is_told(shared: ScheduledTask, oak_lane: Base, officer: User) -> None:
    split_off_locked(shared, by=officer)
    with pytest.raises(ChangedMeanwhile):
        tasks.save(Wish.of(ScheduledTask.objects.get(pk=shared.pk)), shared, version=1, by=officer)


def test_what_is_due_and_not_run_yet_is_run_of_both(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    with time_machine.travel(THURSDAY_EVENING, tick=False):
        own = split_off_locked(shared, by=officer)
        make_due_runs(THURSDAY_EVENING)
        work_off()
    runs = CollectionRun.objects.order_by("base__name").values_list("task", "base__name", "due_at")
    assert list(runs) == [
        (own.pk, green_abbey.name, HALF_PAST),
        (shared.pk, oak_lane.name, HALF_PAST),
    ]


def test_a_task_whose_schools_are_just_being_asked_is_left_whole(shared: ScheduledTask, officer: User) -> None:
    with time_machine.travel(THURSDAY_EVENING, tick=False):
        make_due_runs(THURSDAY_EVENING)
        with pytest.raises(TaskRefused) as refused:
            split_off_locked(shared, by=officer)
        assert "due just now" in refused.value.sentence
        assert ScheduledTask.objects.count() == Schedule.objects.count() == 1
        work_off()
        split_off_locked(shared, by=officer)


def test_the_schools_lines_of_the_task_log_go_with_it(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, hana: User, officer: User
) -> None:
    lock_base(green_abbey, False, by=hana)
    tasks.run_now(shared, by=None)
    lock_base(green_abbey, True, by=hana)
    own = split_off_locked(shared, by=officer)
    assert [run.base for run in own.runs.all()] == [green_abbey]
    assert [run.base for run in shared.runs.all()] == [oak_lane]


def test_a_task_that_rests_is_split_into_two_that_rest(shared: ScheduledTask, hana: User, green_abbey: Base) -> None:
    lock_base(green_abbey, False, by=hana)
    tasks.switch(shared, active=False, by=None)
    lock_base(green_abbey, True, by=hana)
    assert not split_off_locked(shared, by=None).active
    assert not Schedule.objects.exists()


def test_a_school_that_is_in_it_through_a_group_stays_and_the_group_is_named(
    shared: ScheduledTask, green_abbey: Base, officer: User
) -> None:
    group = BaseGroup.objects.create(name="Abbeys")
    group.chosen.add(green_abbey)
    shared.groups.add(group)
    with pytest.raises(TaskRefused) as refused:
        split_off_locked(shared, by=officer)
    assert refused.value.sentence.startswith(
        "Green Abbey Primary School is in it through the group Abbeys, and cannot have a task of its own"
    )


def test_a_task_is_not_split_where_none_is_locked_or_all_are(
    shared: ScheduledTask, green_abbey: Base, oak_lane: Base, hana: User, olga: User, officer: User
) -> None:
    lock_base(oak_lane, True, by=olga)
    with pytest.raises(TaskRefused) as refused:
        split_off_locked(shared, by=officer)
    assert "No other school is in it" in refused.value.sentence
    lock_base(green_abbey, False, by=hana)
    split_off_locked(shared, by=officer)
    with pytest.raises(TaskRefused) as refused:
        split_off_locked(shared, by=officer)
    assert "No school in it has locked" in refused.value.sentence


def test_a_task_that_is_deleted_meanwhile_is_told(shared: ScheduledTask, officer: User) -> None:
    ScheduledTask.objects.all().delete()
    with pytest.raises(ChangedMeanwhile):
        split_off_locked(shared, by=officer)
