"""The mark of a base whose first run came too late: caught up by one run, or taken as it is."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import BEN, School
from tests.authority.collection.migrating.conftest import Migrated, at, morning_marks
from tests.authority.school_portal.conftest import school_person

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import lock_base
from schoolgate.authority.collection.migrating.catching_up import NoGap, plan_catch_up, take_as_it_is
from schoolgate.authority.collection.migrating.tracking import note_end
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Cursor, Data, Level, RunState
from schoolgate.authority.collection.today import gaps
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.wire.mis.connector import Group, MisError, Trouble

pytestmark = pytest.mark.django_db

LATE, THEN = date(2025, 12, 18), date(2025, 12, 19)
FIRST, LAST = date(2025, 9, 7), date(2025, 9, 17)

CatchUp = Callable[[], CollectionRun]


@pytest.fixture
def marked(migrated: Migrated, school: School, collect: Collect) -> BaseMigration:
    """Its first run of attendance came four days too late."""
    migration = migrated(date(2025, 12, 15))
    with at(LATE):
        collect(Data.ATTENDANCE)
    migration.refresh_from_db()
    assert migration.gap == (FIRST, LAST)
    return migration


@pytest.fixture
def catch_up(green_abbey: Base, officer: User) -> CatchUp:
    def do() -> CollectionRun:
        run = plan_catch_up(green_abbey, by=officer)
        assert run is not None
        work_off()
        run.refresh_from_db()
        return run

    return do


def test_the_catch_up_takes_a_snapshot_and_the_marks_of_the_days_and_ends_the_mark(
    marked: BaseMigration, school: School, catch_up: CatchUp
) -> None:
    with at(THEN):
        school.enrol(BEN, "Ben")
        school.mark(BEN, date(2025, 9, 15), "AM", "/")
        school.mark(BEN, date(2025, 9, 18), "AM", "/")
        run = catch_up()
    assert (run.state, run.data, run.days) == (RunState.SUCCESSFUL, Data.SNAPSHOT, (FIRST, LAST))
    # Who came is known by the same run, and of the days no others are read.
    assert Pupil.objects.filter(forename="Ben").exists()
    assert morning_marks() == {date(2025, 9, 15): "/"}
    marked.refresh_from_db()
    assert marked.gap is None
    assert marked.gap_closed_by is None


def test_no_run_of_attendance_begins_where_the_catch_up_ends(
    marked: BaseMigration, school: School, catch_up: CatchUp
) -> None:
    before = Cursor.objects.get(group="attendance").text
    with at(THEN):
        run = catch_up()
    assert Cursor.objects.get(group="attendance").text == before
    assert "attendance" not in run.cursors
    assert Cursor.objects.get(group="pupil").run == run


def test_marks_that_waited_for_their_pupil_wait_for_more_than_the_days_of_the_catch_up(
    marked: BaseMigration, school: School, collect: Collect, catch_up: CatchUp
) -> None:
    with at(THEN):
        school.enrol(BEN, "Ben")
        school.mark(BEN, date(2025, 12, 18), "AM", "/")
        collect(Data.ATTENDANCE)
        collect(Data.SNAPSHOT)
        catch_up()
        collect(Data.ATTENDANCE)
    assert school.asked[-1] == ("days", Group.ATTENDANCE)
    assert morning_marks() == {date(2025, 12, 18): "/"}


def test_with_a_snapshot_since_the_mark_the_catch_up_is_of_attendance_alone(
    marked: BaseMigration, collect: Collect, catch_up: CatchUp
) -> None:
    with at(THEN):
        collect(Data.SNAPSHOT)
        marked.refresh_from_db()
        assert marked.gap is not None
        run = catch_up()
    assert (run.data, run.state) == (Data.ATTENDANCE, RunState.SUCCESSFUL)
    marked.refresh_from_db()
    assert marked.gap is None


def test_a_snapshot_from_before_the_mark_does_not_count(migrated: Migrated, collect: Collect) -> None:
    migration = migrated(date(2025, 12, 15))
    with at(date(2025, 12, 17)):
        collect(Data.SNAPSHOT)
    with at(LATE):
        collect(Data.ATTENDANCE)
    migration.refresh_from_db()
    assert migration.snapshot_at is not None
    assert not migration.has_snapshot


def test_a_snapshot_that_began_before_the_mark_and_ended_after_it_does_not_count(
    marked: BaseMigration, collect: Collect
) -> None:
    with at(THEN):
        run = collect(Data.SNAPSHOT, work=False)
    assert marked.gap_noted_at is not None
    run.started_at, run.cursors = marked.gap_noted_at - timedelta(minutes=1), {"pupil": "since"}
    note_end(run)
    marked.refresh_from_db()
    assert not marked.has_snapshot
    run.started_at = marked.gap_noted_at
    note_end(run)
    marked.refresh_from_db()
    assert marked.has_snapshot


def test_days_that_are_refused_still_are_told_and_the_mark_stays(
    marked: BaseMigration, school: School, catch_up: CatchUp
) -> None:
    school.refuses = lambda _, last: last <= LAST
    with at(THEN):
        run = catch_up()
    assert (run.state, run.level) == (RunState.SUCCESSFUL, Level.WARN)
    assert "refuses the days up to 17 September 2025" in run.message
    marked.refresh_from_db()
    assert marked.gap == (FIRST, LAST)
    assert marked.has_snapshot


def test_a_catch_up_that_fails_leaves_the_mark(marked: BaseMigration, school: School, catch_up: CatchUp) -> None:
    school.troubles[Group.ATTENDANCE] = [MisError(Trouble.DATA, "It cannot be read.", ends="group")]
    with at(THEN):
        assert catch_up().state == RunState.FAILED
    marked.refresh_from_db()
    assert marked.gap == (FIRST, LAST)


def test_a_catch_up_is_asked_for_once_and_stands_in_the_audit(
    marked: BaseMigration, green_abbey: Base, officer: User, collect: Collect
) -> None:
    collect(Data.SNAPSHOT, work=False)
    assert plan_catch_up(green_abbey, by=officer) is not None
    assert plan_catch_up(green_abbey, by=officer) is None
    entry = AuditEntry.objects.get(did="catch-up asked for")
    assert (entry.target, entry.details) == (green_abbey.dfe_number, "7 September 2025 to 17 September 2025")


def test_an_officer_takes_it_as_it_is(marked: BaseMigration, green_abbey: Base, officer: User) -> None:
    take_as_it_is(green_abbey, by=officer)
    marked.refresh_from_db()
    assert (marked.gap, marked.gap_closed_by) == (None, officer)
    assert AuditEntry.objects.filter(did="gap after migration taken as it is").exists()
    with pytest.raises(NoGap):
        take_as_it_is(green_abbey, by=officer)
    with pytest.raises(NoGap):
        plan_catch_up(green_abbey, by=officer)


# On the screens.


def test_the_runs_page_plans_the_catch_up(marked: BaseMigration, as_officer: Client, collect: Collect) -> None:
    late = CollectionRun.objects.get()
    address = reverse("catch-up", args=[marked.base_id])
    page = as_officer.get(reverse("collection-run", args=[late.pk])).content.decode()
    assert "Plan catch-up" in page
    assert address in page
    with at(THEN):
        answer = as_officer.post(address)
        run = CollectionRun.objects.get(first_day=FIRST)
        assert answer.headers["Location"] == reverse("collection-run", args=[run.pk])
        page = as_officer.get(reverse("collection-run", args=[late.pk])).content.decode()
        assert "They are being caught up now" in page
        assert "Plan catch-up" not in page
        work_off()
    page = as_officer.get(reverse("collection-run", args=[late.pk])).content.decode()
    assert "Plan catch-up" not in page


def test_a_catch_up_run_again_is_of_the_same_days(
    marked: BaseMigration, school: School, catch_up: CatchUp, as_officer: Client
) -> None:
    school.troubles[Group.PUPIL] = [MisError(Trouble.KEY, "The key is wrong.", ends="connection")]
    with at(THEN):
        failed = catch_up()
    as_officer.post(reverse("run-again", args=[failed.pk]))
    again = CollectionRun.objects.order_by("pk").last()
    assert again is not None
    assert again.days == failed.days


def test_taking_it_as_it_is_asks_first(marked: BaseMigration, as_officer: Client) -> None:
    address = reverse("close-gap", args=[marked.base_id])
    page = as_officer.get(address).content.decode()
    assert "7 September 2025 to 17 September 2025" in page
    assert BaseMigration.objects.marked().exists()
    as_officer.post(address)
    marked.refresh_from_db()
    assert marked.gap is None
    assert as_officer.get(address).status_code == 404


def test_a_school_that_locks_its_tasks_is_not_caught_up_by_the_authority(
    marked: BaseMigration, green_abbey: Base, as_officer: Client
) -> None:
    lock_base(green_abbey, True, by=school_person("hana", "Hana Reed", green_abbey))
    answer = as_officer.post(reverse("catch-up", args=[green_abbey.pk]), follow=True)
    assert "Locked by" in answer.content.decode()
    assert not CollectionRun.objects.filter(first_day=FIRST).exists()


@pytest.mark.parametrize("page", ["task-schools", "tasks-of-school", "log-of-school", "base"])
def test_a_marked_base_is_seen_as_such(marked: BaseMigration, as_officer: Client, page: str) -> None:
    address = reverse(page, args=[] if page == "task-schools" else [marked.base_id])
    assert "can be missing" in as_officer.get(address).content.decode()
    take_as_it_is(marked.base, by=None)
    said = as_officer.get(address).content.decode()
    # What a run said stays in its log.
    assert "can be missing" not in said.replace("2025 can be missing: the school moved", "")


def test_the_first_page_names_who_is_marked(marked: BaseMigration, catch_up: CatchUp) -> None:
    (told,) = gaps()
    assert told.text == f"Data of some days after the move to SIMS Primary can be missing: {marked.base}."
    with at(THEN):
        catch_up()
    assert gaps() == []
