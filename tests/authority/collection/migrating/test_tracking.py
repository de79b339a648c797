"""What the first runs after a migration ask for, what they leave missing when they come too late, and who says so."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, School
from tests.authority.collection.migrating.conftest import LAST_IN_TIME, MOVED, Migrated, at, morning_marks

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.migrating.tracking import months_after
from schoolgate.authority.collection.models import (
    BaseMigration,
    Cursor,
    Data,
    Level,
    Owner,
    RunState,
    ScheduledTask,
)
from schoolgate.authority.collection.tasks import Wish, save
from schoolgate.authority.collection.today import awaited_attendance
from schoolgate.authority.records.models import Attendance
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.wire.mis.connector import Group, MisError, Trouble

pytestmark = pytest.mark.django_db

Filtered = Callable[..., ScheduledTask]


@pytest.fixture
def filtered(green_abbey: Base) -> Filtered:
    """A task of the base for some data, with filters."""

    def do(data: Data, **filters: Any) -> ScheduledTask:
        rule = Weekly(time(18), frozenset({4}))
        return save(Wish("Some", Owner.LA, data, rule, (green_abbey,), **filters), by=None)

    return do


def too_old() -> MisError:
    return MisError(Trouble.DATA, "The service answers 400.", ends="group", status=400)


# What is asked for.


def test_the_first_run_of_changed_data_takes_all_that_changed_since_the_schools_move(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migrated(date(2025, 10, 1))
    with at(date(2025, 10, 2)):
        collect(Data.CHANGED)
    assert {how for how, _ in school.asked} == {"changes"}
    # Midnight in London is eleven in the evening of the day before, as long as it is summer there.
    assert set(school.cursors) == {datetime(2025, 9, 13, 23, tzinfo=UTC)}


def test_the_first_run_of_attendance_takes_the_marks_that_changed_since_the_schools_move(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migrated(date(2025, 10, 1))
    with at(date(2025, 9, 16)):
        school.enrol(AMINA, "Amina")
        school.mark(AMINA, date(2025, 9, 16), "AM", "/")
        school.mark(AMINA, date(2025, 6, 1), "AM", "/")
    with at(date(2025, 10, 2)):
        collect(Data.SNAPSHOT)
        run = collect(Data.ATTENDANCE)
    assert school.asked[-1] == ("changes", Group.ATTENDANCE)
    assert (run.level, run.state) == (Level.INFO, RunState.SUCCESSFUL)
    assert Attendance.objects.count() == 2


def test_a_base_that_never_migrated_is_read_whole_at_first(school: School, collect: Collect) -> None:
    school.enrol(AMINA, "Amina")
    collect(Data.CHANGED)
    collect(Data.ATTENDANCE)
    assert {how for how, group in school.asked if group is not Group.ATTENDANCE} == {"snapshot"}
    assert school.asked[-1] == ("days", Group.ATTENDANCE)


def test_a_group_with_a_cursor_goes_on_from_there(migrated: Migrated, school: School, collect: Collect) -> None:
    migrated(date(2025, 10, 1))
    with at(date(2025, 10, 2)):
        collect(Data.SNAPSHOT)
    Cursor.objects.get(group="sen").delete()
    with at(date(2025, 10, 3)):
        collect(Data.CHANGED)
    moved, *others = sorted(school.cursors)
    assert moved == datetime(2025, 9, 13, 23, tzinfo=UTC)
    assert {cursor.date() for cursor in others} == {date(2025, 10, 2)}


def test_a_task_made_long_after_the_first_run_begins_as_everywhere(
    migrated: Migrated, school: School, collect: Collect, filtered: Filtered
) -> None:
    migrated(date(2025, 10, 1))
    with at(date(2025, 10, 2)):
        collect(Data.CHANGED)
        school.asked.clear()
        collect(Data.CHANGED, task=filtered(Data.CHANGED, nc_years=("4",)))
    assert ("snapshot", Group.SEN) in school.asked


# What a run's end is to the migration.


def test_the_first_of_each_is_noted_when_its_import_is_done(migrated: Migrated, collect: Collect) -> None:
    migration = migrated(date(2025, 10, 1))
    for data, fact in (
        (Data.SNAPSHOT, "snapshot_at"),
        (Data.CHANGED, "changed_at"),
        (Data.ATTENDANCE, "attendance_at"),
    ):
        with at(date(2025, 10, 2)):
            collect(data, work=False)
        migration.refresh_from_db()
        assert getattr(migration, fact) is None
        with at(date(2025, 10, 3)):
            work_off()
        migration.refresh_from_db()
        assert getattr(migration, fact).date() == date(2025, 10, 3)
    first = migration.changed_at
    with at(date(2025, 10, 9)):
        collect(Data.CHANGED)
    migration.refresh_from_db()
    assert migration.changed_at == first
    assert migration.gap is None


def test_a_run_that_began_before_the_migration_counts_for_nothing(migrated: Migrated, collect: Collect) -> None:
    migration = migrated(date(2025, 10, 5))
    with at(date(2025, 10, 4)):
        collect()
    migration.refresh_from_db()
    assert migration.snapshot_at is None


def test_a_run_in_which_a_group_failed_is_not_the_first(migrated: Migrated, school: School, collect: Collect) -> None:
    migration = migrated(date(2025, 10, 1))
    school.troubles[Group.SEN] = [too_old()]
    with at(date(2025, 10, 2)):
        assert collect(Data.CHANGED).state == RunState.FAILED
        migration.refresh_from_db()
        assert migration.changed_at is None
        collect(Data.CHANGED)
    migration.refresh_from_db()
    assert migration.changed_at is not None


@pytest.mark.parametrize(("filters", "counts"), [({"nc_years": ("4",)}, False), ({"leavers": True}, True)])
def test_a_run_for_some_pupils_only_is_not_the_first(
    migrated: Migrated, collect: Collect, filtered: Filtered, filters: dict[str, Any], counts: bool
) -> None:
    migration = migrated(date(2025, 10, 1))
    with at(date(2025, 10, 2)):
        collect(Data.ATTENDANCE, task=filtered(Data.ATTENDANCE, **filters))
    migration.refresh_from_db()
    assert (migration.attendance_at is not None) is counts


# After three months.


def test_the_last_day_of_the_three_months_is_in_time(migrated: Migrated, school: School, collect: Collect) -> None:
    migration = migrated(date(2025, 12, 1))
    with at(LAST_IN_TIME):
        run = collect(Data.ATTENDANCE)
    migration.refresh_from_db()
    assert school.asked[-1] == ("changes", Group.ATTENDANCE)
    assert (migration.gap, run.level) == (None, Level.INFO)


def test_a_first_run_of_attendance_that_is_late_reads_by_days_and_says_what_can_be_missing(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migration = migrated(date(2025, 12, 15))
    with at(date(2025, 12, 18)):
        run = collect(Data.ATTENDANCE)
    told = (
        "Marks of 7 September 2025 to 17 September 2025 can be missing: the school moved on 14 September 2025, more "
        "than three months before this run."
    )
    assert (run.state, run.level) == (RunState.SUCCESSFUL, Level.WARN)
    assert run.message.endswith(told)
    lines = [line.message for line in run.lines.order_by("pk")]
    assert lines[0] == "Attendance, 7 Sep 2025 to 4 Oct 2025: 0 marks."
    assert lines[-2] == "Attendance, 30 Nov 2025 to 18 Dec 2025: 0 marks."
    assert lines[-1] == told
    migration.refresh_from_db()
    assert migration.gap == (date(2025, 9, 7), date(2025, 9, 17))
    assert not migration.has_snapshot


def test_days_that_are_refused_as_too_old_fail_no_run_but_are_told(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migration = migrated(date(2025, 12, 15))
    with at(date(2025, 10, 6)):
        school.enrol(AMINA, "Amina")
        school.mark(AMINA, date(2025, 10, 6), "AM", "/")
    school.refuses = lambda _, last: last < date(2025, 10, 5)
    with at(date(2025, 12, 18)):
        collect(Data.SNAPSHOT)
        run = collect(Data.ATTENDANCE)
    assert run.state == RunState.SUCCESSFUL
    assert morning_marks() == {date(2025, 10, 6): "/"}
    told = run.lines.order_by("pk")[0]
    assert (told.level, told.message) == (
        Level.WARN,
        "Attendance, 7 Sep 2025 to 4 Oct 2025: the service answers 400. These days are taken to be too old for it.",
    )
    migration.refresh_from_db()
    assert migration.gap == (date(2025, 9, 7), date(2025, 10, 4))
    assert "to 4 October 2025 can be missing" in run.message
    with at(date(2025, 12, 19)):
        collect(Data.ATTENDANCE)
    assert school.asked[-1] == ("changes", Group.ATTENDANCE)


def test_days_that_are_refused_after_others_were_told_fail_the_run(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migration = migrated(date(2025, 12, 15))
    school.refuses = lambda first, last: first <= date(2025, 11, 1) <= last
    with at(date(2025, 12, 18)):
        run = collect(Data.ATTENDANCE)
    migration.refresh_from_db()
    assert (run.state, migration.attendance_at, migration.gap) == (RunState.FAILED, None, None)


def test_a_service_that_refuses_the_days_up_to_now_fails_the_run(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migration = migrated(date(2025, 12, 15))
    school.refuses = lambda _first, _last: True
    with at(date(2025, 12, 18)):
        run = collect(Data.ATTENDANCE)
    migration.refresh_from_db()
    assert (run.state, migration.attendance_at) == (RunState.FAILED, None)


def test_a_first_run_of_changed_data_that_is_late_marks_the_base_until_the_next_snapshot(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migration = migrated(date(2025, 12, 1))
    with at(date(2025, 12, 2)):
        collect(Data.ATTENDANCE)
        collect(Data.SNAPSHOT)
        Cursor.objects.all().delete()
    with at(date(2025, 12, 18)):
        run = collect(Data.CHANGED)
    assert run.message.partition(": ")[2].endswith("before this run.")
    migration.refresh_from_db()
    assert migration.gap == (date(2025, 9, 7), date(2025, 9, 17))
    with at(date(2025, 12, 19)):
        collect(Data.SNAPSHOT)
    migration.refresh_from_db()
    assert migration.gap is None


def test_marks_that_waited_for_their_pupil_are_told_as_of_the_day_on_which_they_are_read(
    migrated: Migrated, school: School, collect: Collect
) -> None:
    migration = migrated(date(2025, 12, 15))
    with at(date(2025, 12, 18)):
        school.mark(AMINA, date(2025, 9, 19), "AM", "/")
        collect(Data.ATTENDANCE)
    with at(date(2025, 12, 21)):
        collect(Data.SNAPSHOT)
        run = collect(Data.ATTENDANCE)
    assert "Marks of 7 September 2025 to 20 September 2025 can be missing" in run.message
    migration.refresh_from_db()
    assert migration.gap == (date(2025, 9, 7), date(2025, 9, 20))
    assert migration.attendance_at is not None
    assert migration.attendance_at.date() == date(2025, 12, 18)
    with at(date(2025, 12, 23)):
        assert collect(Data.ATTENDANCE).message == "Nothing has changed."


def test_the_first_page_names_who_has_no_attendance_from_two_months_on(
    migrated: Migrated, collect: Collect, green_abbey: Base
) -> None:
    migrated(date(2025, 11, 1))
    with at(date(2025, 11, 13)):
        assert awaited_attendance() == []
    with at(date(2025, 11, 14)):
        (told,) = awaited_attendance()
    assert told.text == (
        f"No attendance has come since the move to SIMS Primary: {green_abbey}. Of the three months in which it "
        "should, 30 days are left."
    )
    assert told.address == reverse("base-migration", args=[green_abbey.pk])
    with at(LAST_IN_TIME):
        assert "0 days are left" in awaited_attendance()[0].text
    with at(LAST_IN_TIME + timedelta(days=1)):
        assert "which days can be missing" in awaited_attendance()[0].text
        collect(Data.ATTENDANCE)
        assert awaited_attendance() == []


def test_a_base_that_is_not_migrated_yet_is_named_too_once_its_school_has_moved(green_abbey: Base) -> None:
    BaseMigration.objects.create(base=green_abbey, school_moved_on=MOVED)
    with at(date(2025, 11, 14)):
        assert len(awaited_attendance()) == 1


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 9, 14), 3, date(2026, 12, 14)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
    ],
)
def test_months_are_the_calendars(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then
