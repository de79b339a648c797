"""What is due is made once: in time, late, after the clock was wrong, and whoever looks."""

from contextlib import closing
from datetime import datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from tests.commons.schedules.conftest import scheduled, utc

from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.schedules import due
from schoolgate.commons.schedules.due import Scheduler, make_due_runs
from schoolgate.commons.schedules.models import LATE, Run, Schedule
from schoolgate.commons.schedules.rules import Once, Weekly
from schoolgate.commons.schedules.tidying import prune_runs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errand")]

EVENINGS = Weekly(time(18, 30), frozenset(range(5)))
# A Monday, and the Thursday of its week, in winter.
MONDAY = utc(2026, 11, 23, 18, 30)
THURSDAY = utc(2026, 11, 26, 18, 30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def schedule() -> Schedule:
    """Every working day at 18:30, set on a Sunday."""
    return scheduled(EVENINGS, MONDAY - DAY)


def dues() -> list[datetime]:
    return list(Run.objects.order_by("due_at").values_list("due_at", flat=True))


def test_before_its_minute_nothing_is_made(schedule: Schedule) -> None:
    assert make_due_runs(MONDAY - timedelta(microseconds=1)) == 0
    assert not Run.objects.exists()


def test_in_its_minute_a_run_and_its_job_are_made(schedule: Schedule) -> None:
    assert make_due_runs(MONDAY) == 1
    run = Run.objects.get()
    assert (run.due_at, run.made_at, run.missed, run.first_missed_at) == (MONDAY, MONDAY, 0, None)
    assert run.job == Job.objects.get()
    assert run.job is not None
    assert (run.job.kind, run.job.args, run.job.state) == ("errand", {"due": "2026-11-23T18:30:00+00:00"}, State.READY)


def test_a_job_has_the_arguments_of_its_schedule_too(schedule: Schedule) -> None:
    Schedule.objects.update(args={"task": 17})
    make_due_runs(MONDAY)
    assert Job.objects.get().args == {"task": 17, "due": "2026-11-23T18:30:00+00:00"}


def test_however_often_it_is_looked_it_is_made_once(schedule: Schedule) -> None:
    for seconds in range(120):
        make_due_runs(MONDAY + timedelta(seconds=seconds))
    assert dues() == [MONDAY]
    assert Job.objects.count() == 1


def test_the_next_one_is_made_in_its_turn(schedule: Schedule) -> None:
    make_due_runs(MONDAY)
    make_due_runs(MONDAY + DAY)
    assert dues() == [MONDAY, MONDAY + DAY]


@pytest.mark.parametrize(("after", "missed"), [(timedelta(0), 0), (LATE, 0), (LATE + timedelta(seconds=1), 1)])
def test_a_run_is_late_after_more_than_two_minutes(schedule: Schedule, after: timedelta, missed: int) -> None:
    make_due_runs(MONDAY + after)
    assert Run.objects.get().missed == missed


def test_a_missed_run_is_made_once_late(schedule: Schedule) -> None:
    morning = MONDAY + timedelta(hours=13, minutes=42)
    make_due_runs(morning)
    make_due_runs(morning + MINUTE)
    run = Run.objects.get()
    assert (run.due_at, run.made_at, run.missed, run.first_missed_at) == (MONDAY, morning, 1, MONDAY)


def test_several_missed_runs_are_made_good_by_one_that_counts_them(schedule: Schedule) -> None:
    make_due_runs(THURSDAY + HOUR)
    run = Run.objects.get()
    assert (run.due_at, run.missed, run.first_missed_at) == (THURSDAY, 4, MONDAY)
    assert Job.objects.count() == 1


def test_one_in_time_counts_what_was_missed_before_it(schedule: Schedule) -> None:
    make_due_runs(THURSDAY + MINUTE)
    run = Run.objects.get()
    assert (run.due_at, run.missed, run.first_missed_at) == (THURSDAY, 3, MONDAY)


def test_after_a_late_run_the_next_is_due_at_its_own_time(schedule: Schedule) -> None:
    make_due_runs(THURSDAY + HOUR)
    schedule.refresh_from_db()
    assert schedule.next_due_at == THURSDAY + DAY


def test_what_is_due_once_is_never_due_again() -> None:
    schedule = scheduled(Once(time(18, 30), MONDAY.date()), MONDAY - DAY)
    make_due_runs(MONDAY)
    schedule.refresh_from_db()
    assert schedule.next_due_at is None
    assert make_due_runs(MONDAY + 400 * DAY) == 0


def test_each_schedule_has_its_own_runs(schedule: Schedule) -> None:
    other = scheduled(EVENINGS, MONDAY - DAY, name="task 17")
    later = scheduled(Weekly(time(19, 0), frozenset({0})), MONDAY - DAY, name="task 18")
    assert make_due_runs(MONDAY) == 2
    assert make_due_runs(MONDAY + 31 * MINUTE) == 1
    assert set(Run.objects.values_list("schedule", "due_at")) == {
        (schedule.pk, MONDAY),
        (other.pk, MONDAY),
        (later.pk, MONDAY + 30 * MINUTE),
    }


def test_more_than_one_portion_that_is_due_is_made_in_one_look(errand: str) -> None:
    for number in range(230):
        scheduled(EVENINGS, MONDAY - DAY, name=f"task {number}")
    assert make_due_runs(MONDAY) == 230
    assert Job.objects.count() == 230


def test_work_that_this_program_does_not_know_waits_for_one_that_does(schedule: Schedule, errand: str) -> None:
    Schedule.objects.update(kind="collection")
    assert make_due_runs(MONDAY) == 0
    Schedule.objects.update(kind=errand)
    assert make_due_runs(MONDAY + MINUTE) == 1


def test_a_look_that_finds_nothing_is_one_question_to_the_database(
    schedule: Schedule, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        make_due_runs(MONDAY - MINUTE)


def test_the_database_itself_holds_a_due_instant_to_one_run(schedule: Schedule) -> None:
    make_due_runs(MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(schedule=schedule, due_at=MONDAY, made_at=MONDAY)


@pytest.mark.parametrize("hours", [1, 3, 23])
def test_a_clock_set_back_by_hours_runs_nothing_twice(schedule: Schedule, hours: int) -> None:
    scheduler = Scheduler()
    scheduler.tick(MONDAY + 10 * MINUTE)
    for minute in range(0, 60 * hours + 30, 5):
        scheduler.tick(MONDAY + 10 * MINUTE - hours * HOUR + minute * MINUTE)
    assert dues() == [MONDAY]


def test_a_restart_after_a_clock_was_set_back_runs_nothing_twice(schedule: Schedule) -> None:
    make_due_runs(MONDAY)
    for minute in range(-180, 30, 5):
        Scheduler().tick(MONDAY + minute * MINUTE)
    assert dues() == [MONDAY]


def test_a_clock_set_forward_by_hours_runs_what_it_jumped_over_once(schedule: Schedule) -> None:
    scheduler = Scheduler()
    scheduler.tick(MONDAY - 2 * HOUR)
    scheduler.tick(MONDAY + 3 * HOUR)
    # And back again: its own time comes a second time.
    for minute in range(-120, 60, 5):
        scheduler.tick(MONDAY + minute * MINUTE)
    assert dues() == [MONDAY]
    scheduler.tick(MONDAY + DAY)
    assert dues() == [MONDAY, MONDAY + DAY]


def test_a_clock_that_was_a_year_ahead_stops_the_schedule_for_no_year(schedule: Schedule) -> None:
    scheduler = Scheduler()
    scheduler.tick(MONDAY + 365 * DAY)
    scheduler.tick(MONDAY - HOUR)
    scheduler.tick(MONDAY)
    assert dues() == [MONDAY]


def test_a_schedule_set_while_the_clock_was_a_year_ahead_begins_when_that_is_put_right() -> None:
    scheduled(EVENINGS, MONDAY + 365 * DAY)
    Scheduler().tick(MONDAY - HOUR)
    Scheduler().tick(MONDAY)
    assert dues() == [MONDAY]


def test_what_was_put_right_is_left_alone_afterwards(schedule: Schedule) -> None:
    Scheduler().tick(MONDAY + 365 * DAY)
    Scheduler().tick(MONDAY - HOUR)
    # Off at its time: were it begun anew at this start too, the missed run would be lost.
    Scheduler().tick(MONDAY + HOUR)
    assert Run.objects.get().missed == 1


def test_a_run_begins_once(schedule: Schedule) -> None:
    make_due_runs(MONDAY)
    run = Run.objects.get()
    assert run.begin(MONDAY)
    assert not Run.objects.get().begin(MONDAY + HOUR)
    assert Run.objects.get().began_at == MONDAY


def test_a_run_made_in_time_whose_work_begins_late_missed_its_time(schedule: Schedule) -> None:
    make_due_runs(MONDAY)
    run = Run.objects.get()
    run.begin(MONDAY + HOUR)
    run.refresh_from_db()
    assert (run.missed, run.first_missed_at, run.nobody_was_there) == (1, MONDAY, False)


def test_a_run_made_late_is_not_counted_again_when_it_begins(schedule: Schedule) -> None:
    make_due_runs(MONDAY + HOUR)
    run = Run.objects.get()
    run.begin(MONDAY + HOUR)
    run.refresh_from_db()
    assert (run.missed, run.nobody_was_there) == (1, True)


def test_late_runs_are_told_until_one_is_in_time(schedule: Schedule) -> None:
    make_due_runs(MONDAY + HOUR)
    make_due_runs(MONDAY + DAY + HOUR)
    assert schedule.runs.since_the_last_in_time().count() == 2
    make_due_runs(MONDAY + 2 * DAY)
    assert schedule.runs.since_the_last_in_time().count() == 0
    make_due_runs(MONDAY + 3 * DAY + HOUR)
    assert [run.due_at for run in schedule.runs.since_the_last_in_time()] == [THURSDAY]


def test_old_runs_are_cleared_away(schedule: Schedule) -> None:
    make_due_runs(MONDAY)
    Run.objects.update(made_at=utc(2020, 1, 1, 12))
    make_due_runs(MONDAY + DAY)
    Run.objects.filter(due_at=MONDAY + DAY).update(made_at=utc(2100, 1, 1, 12))
    assert prune_runs() == 1
    assert dues() == [MONDAY + DAY]


def test_work_of_several_kinds_that_is_due_at_once_is_each_of_its_own_kind(errand: str) -> None:
    KINDS["other errand"] = KINDS[errand]
    try:
        for number in range(6):
            scheduled(EVENINGS, MONDAY - DAY, name=f"task {number}")
        Schedule.objects.filter(pk__in=Schedule.objects.order_by("name")[:3]).update(kind="other errand")
        assert make_due_runs(MONDAY) == 6
    finally:
        del KINDS["other errand"]
    assert all(run.job is not None and run.job.kind == run.schedule.kind for run in Run.objects.select_related())


def test_each_rule_goes_on_at_its_own_time(errand: str) -> None:
    rules = [EVENINGS, Weekly(time(18, 30), frozenset({0})), Once(time(18, 30), MONDAY.date())]
    for number in range(9):
        scheduled(rules[number % 3], MONDAY - DAY, name=f"task {number}")
    make_due_runs(MONDAY)
    for schedule in Schedule.objects.all():
        assert schedule.next_due_at == schedule.rule.next_after(MONDAY)


def test_what_repeats_all_day_is_made_good_by_one_run_after_a_pause(errand: str) -> None:
    scheduled(Weekly(time(8), frozenset(range(5)), every_minutes=30, until=time(16)), MONDAY - DAY)
    make_due_runs(MONDAY)
    run = Run.objects.get()
    assert (run.due_at, run.missed, run.first_missed_at) == (utc(2026, 11, 23, 16), 17, utc(2026, 11, 23, 8))


def test_what_costs_is_the_rules_and_not_the_schedules(errand: str) -> None:
    for number in range(30):
        scheduled(EVENINGS, MONDAY - DAY, name=f"task {number}")
    with CaptureQueriesContext(connection) as few:
        make_due_runs(MONDAY)
    for number in range(30, 300):
        scheduled(EVENINGS, MONDAY, name=f"task {number}")
    with CaptureQueriesContext(connection) as many:
        make_due_runs(MONDAY + DAY)
    assert len(few) == len(many)


def test_between_two_portions_others_may_write(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    scheduled(EVENINGS, MONDAY - DAY, name="task 17")
    monkeypatch.setattr(due, "PORTION", 1)
    made_by_then: list[int] = []

    def write() -> None:
        with closing(connection.copy()) as other:
            if other.vendor == "sqlite":
                other.settings_dict["OPTIONS"] = {**other.settings_dict["OPTIONS"], "timeout": 0}
            with other.cursor() as cursor:
                cursor.execute("UPDATE schedules_schedule SET args = args")
                cursor.execute("SELECT COUNT(*) FROM schedules_run")
                made_by_then.append(cursor.fetchone()[0])

    monkeypatch.setattr(due, "let_others_write", write)
    assert make_due_runs(MONDAY) == 2
    assert made_by_then == [1, 2]
