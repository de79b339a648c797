"""Setting a schedule: it counts from then on."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from tests.commons.schedules.conftest import utc

from schoolgate.commons.jobs.models import Job
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Run, Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.commons.schedules.setting import add_schedules, copy_schedule, remove_schedule, set_schedule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errand")]

THURSDAY = utc(2026, 11, 26, 18, 30)
WEEK = timedelta(weeks=1)


def on_thursdays(hour: int, minute: int) -> Weekly:
    return Weekly(time(hour, minute), frozenset({3}))


def set_at(moment: datetime, rule: Weekly) -> bool:
    with time_machine.travel(moment, tick=False):
        return set_schedule("school", rule, kind="errand")


def next_due() -> datetime | None:
    return Schedule.objects.get().next_due_at


def test_it_is_due_first_after_it_was_set() -> None:
    assert set_at(THURSDAY - timedelta(seconds=1), on_thursdays(18, 30))
    assert next_due() == THURSDAY


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=20), timedelta(hours=2)])
def test_nothing_is_run_that_was_due_before_it_was_set(after: timedelta) -> None:
    set_at(THURSDAY + after, on_thursdays(18, 30))
    assert make_due_runs(THURSDAY + after) == 0
    assert next_due() == THURSDAY + WEEK


def test_a_change_counts_from_the_change() -> None:
    set_at(THURSDAY - WEEK, on_thursdays(18, 30))
    set_at(THURSDAY + timedelta(hours=12), on_thursdays(18, 45))
    assert make_due_runs(THURSDAY + timedelta(hours=13)) == 0
    assert next_due() == THURSDAY + WEEK + timedelta(minutes=15)


def test_the_same_again_changes_nothing() -> None:
    set_at(THURSDAY - WEEK, on_thursdays(18, 30))
    before = Schedule.objects.values().get()
    assert not set_at(THURSDAY + timedelta(hours=12), on_thursdays(18, 30))
    assert Schedule.objects.values().get() == before


def test_a_run_that_took_place_is_not_repeated_when_the_time_is_set_back_and_the_schedule_anew() -> None:
    set_at(THURSDAY - WEEK, on_thursdays(18, 30))
    make_due_runs(THURSDAY - WEEK + WEEK)
    set_at(THURSDAY - timedelta(hours=2), on_thursdays(19, 0))
    set_at(THURSDAY - timedelta(hours=1), on_thursdays(18, 30))
    assert make_due_runs(THURSDAY) == 0
    assert Run.objects.count() == 1


def test_without_days_it_rests_and_keeps_its_time() -> None:
    set_at(THURSDAY - WEEK, on_thursdays(18, 30))
    set_at(THURSDAY - WEEK, Weekly(time(18, 30), frozenset()))
    assert next_due() is None
    assert Schedule.objects.get().rule.at == time(18, 30)


def test_one_that_is_removed_is_due_no_more_and_its_runs_are_forgotten() -> None:
    set_at(THURSDAY - WEEK, on_thursdays(18, 30))
    make_due_runs(THURSDAY)
    assert remove_schedule("school")
    assert make_due_runs(THURSDAY + WEEK) == 0
    assert (Schedule.objects.count(), Run.objects.count(), Job.objects.count()) == (0, 0, 1)


def test_what_is_not_there_cannot_be_removed() -> None:
    assert not remove_schedule("task 17")


def test_many_are_set_at_once_as_each_would_be_by_itself() -> None:
    with time_machine.travel(THURSDAY, tick=False):
        add_schedules("errand", [(f"task {hour}", on_thursdays(hour, 30), {"task": hour}) for hour in (18, 19)])
        assert not set_schedule("task 18", on_thursdays(18, 30), kind="errand", args={"task": 18})
    assert list(Schedule.objects.order_by("name").values_list("name", "next_due_at")) == [
        ("task 18", THURSDAY + WEEK),
        ("task 19", THURSDAY + timedelta(hours=1)),
    ]


def test_of_many_none_is_set_where_one_is_there_already() -> None:
    set_at(THURSDAY, on_thursdays(18, 30))
    with pytest.raises(IntegrityError), transaction.atomic():
        add_schedules("errand", [(name, on_thursdays(18, 30), {}) for name in ("task 1", "school")])
    assert Schedule.objects.get().name == "school"


def test_a_copy_is_due_of_what_is_due_and_not_run_yet() -> None:
    set_at(THURSDAY - WEEK, on_thursdays(18, 30))
    with time_machine.travel(THURSDAY + timedelta(minutes=1), tick=False):
        assert copy_schedule("school", "other school", args={"school": 2})
    assert make_due_runs(THURSDAY + timedelta(minutes=1)) == 2
    assert {run.due_at for run in Run.objects.all()} == {THURSDAY}
    assert [job.args["school"] for job in Job.objects.filter(args__school=2)] == [2]


def test_what_is_not_set_is_not_copied() -> None:
    assert not copy_schedule("school", "other school", args={})
