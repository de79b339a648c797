"""The handbook of SIMS Primary with One B2B:Student, chapter 02, sentence by sentence.

Quoted are the sentences that promise something; the one that contradicts itself is read as ADR 020 says.
"""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.migrating.handbook import THURSDAYS, Authority, Check, Handbook, is_due, now

from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.connecting import connector_for
from schoolgate.authority.collection.locks import Locked, lock_base, lock_of, lock_task
from schoolgate.authority.collection.migrating.checklist import Standing, checklist_of
from schoolgate.authority.collection.migrating.effects import TO, Effect
from schoolgate.authority.collection.migrating.migrate import prepare
from schoolgate.authority.collection.migrating.snapshot import want_snapshot
from schoolgate.authority.collection.migrating.tracking import (
    attendance_awaited,
    first_cursors,
    first_run_after,
    is_late,
    last_day_in_time,
)
from schoolgate.authority.collection.models import (
    BaseMigration,
    CollectionRun,
    Connection,
    Data,
    ScheduledTask,
    Sources,
)
from schoolgate.authority.collection.tools import tools_for
from schoolgate.authority.school_portal.own_task_form import OwnTaskForm, kinds_of
from schoolgate.authority.school_portal.own_tasks import own_tasks
from schoolgate.authority.school_portal.telling import tell_school
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.schedules.rules import LONDON

pytestmark = pytest.mark.django_db

HANDBOOK = Handbook()
says = HANDBOOK.says


@says("The change tracking data is lost and reset; the date of the migration is used as the change date.")
def the_schools_day(authority: Authority) -> None:
    day = timezone.localdate() - timedelta(days=30)
    prepare(authority.base, day, by=None)
    assert BaseMigration.objects.get(base=authority.base).school_moved_on == day
    prepare(authority.base, day - timedelta(days=1), by=None)
    assert BaseMigration.objects.get(base=authority.base).school_moved_on == day - timedelta(days=1)


@says("If a Phase 2 scheduled task existed, then existing snapshot and changed data tasks will continue to work.")
def they_continue(authority: Authority) -> None:
    continued = [authority.task(data) for data in (Data.SNAPSHOT, Data.CHANGED)]
    authority.migrate()
    for task in map(now, continued):
        assert (task.active, task.sources, task.rule) == (True, Sources.API, THURSDAYS)
        assert list(task.collected_bases) == [authority.base]
        assert is_due(task)


@says("Existing snapshot and changed data tasks will continue to work: also one that schools with SIMS 7 share.")
def they_continue_apart(authority: Authority) -> None:
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
def as_per_the_schedule(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE, sources=Sources.API)
    authority.migrate()
    due = tasks.next_dues([now(task)])[task.pk]
    assert timezone.localtime(due).strftime("%a %H:%M") == "Thu 18:30"


@says("All attainment, two way and SIMS 7 attendance tasks will be made inactive.")
def they_stop(authority: Authority) -> None:
    ended = [authority.task(Data.ATTAINMENT), authority.task(Data.ATTENDANCE), authority.two_way()]
    assert {authority.effect(task) for task in ended} == {Effect.STOPS}
    done = authority.migrate()
    assert [now(task).active for task in ended] == [False] * 3
    assert not any(map(is_due, ended))
    assert {(one["task"], one["effect"]) for one in done.effects} == {(task.pk, "stops") for task in ended}


@says("Tasks made inactive: for a school that shares one, it is left; its other schools go on.")
def others_go_on(authority: Authority) -> None:
    task = authority.task(Data.ATTAINMENT, authority.base, authority.other)
    assert authority.effect(task) is Effect.LEAVES
    authority.migrate()
    assert now(task).active
    assert list(now(task).bases.all()) == [authority.other]


@says("We advise a snapshot file is captured post migration to collect all data.")
def snapshot_advised(authority: Authority) -> None:
    point = {one.name: one for one in checklist_of(authority.migrate())}["snapshot"]
    assert point.standing is Standing.TO_DO
    assert "advised" in point.said


@says("If you are sure you have all changes before the school migrates, you can continue to collect changes only.")
def changes_only(authority: Authority) -> None:
    done = authority.migrate()
    want_snapshot(authority.base, wanted=False, by=None)
    done.refresh_from_db()
    assert {one.name: one for one in checklist_of(done)}["snapshot"].standing is Standing.LEFT_OUT


@says("The first changed data scheduled task will attempt to collect all changes since the migration.")
def since_the_move(authority: Authority) -> None:
    done = authority.migrate()
    run = CollectionRun(base=authority.base, data=Data.CHANGED, connector=TO, started_at=timezone.now())
    assert first_run_after(run) == done
    connector = connector_for(Connection.objects.get(base=authority.base), tools_for(None))
    assert done.school_moved_on is not None
    moved = datetime.combine(done.school_moved_on, time(), LONDON)
    assert set(first_cursors(done, connector).values()) == {connector.cursor_at(moved)}


@says("Ensure the first scheduled task of attendance student data has been completed within 3 months of the migration.")
def within_three_months(authority: Authority) -> None:
    done = authority.migrate()
    done.school_moved_on = date(2026, 8, 31)
    assert last_day_in_time(done) == date(2026, 11, 30)
    assert [is_late(done, date(2026, 11, 30)), is_late(done, date(2026, 12, 1))] == [False, True]
    done.save()
    assert attendance_awaited(date(2026, 10, 30)) == []
    assert attendance_awaited(date(2026, 10, 31)) == [done]


@says(
    "Select the Task Log tab to display the entries for the base; it includes information about errors and exceptions."
)
def task_log(authority: Authority) -> None:
    authority.migrate()
    wrong = "Access denied due to invalid subscription key."
    CollectionRun.objects.create(
        task_name="Changes", base=authority.base, data=Data.CHANGED, connector=TO, state="failed", message=wrong
    )
    browser = authority.browser_of(create_user("officer", "officer"))
    assert wrong in browser.get(reverse("log-of-school", args=[authority.base.pk])).content.decode()


@says("After migrating, B2B scheduled tasks are still maintained via the School Portal.")
def still_in_the_portal(authority: Authority) -> None:
    authority.migrate()
    form = OwnTaskForm(
        {"name": "Ours", "kind": "changed", "rhythm": "weekly", "days": [3], "at": "18:30", "active": "on"},
        base=authority.base,
    )
    assert form.is_valid(), form.errors
    task = tasks.save(form.wish(), by=authority.head)
    assert list(task.collected_bases) == [authority.base]
    assert list(own_tasks(authority.base)) == [task]


@says("The School Portal link is no longer usable from within SIMS. Ensure schools have the required URL and login.")
def told_to_the_school(authority: Authority) -> None:
    point = {one.name: one for one in checklist_of(authority.migrate())}["school-told"]
    assert point.standing is Standing.TO_DO
    assert point.step is not None
    tell_school(authority.base, by=None)
    done = BaseMigration.objects.get(base=authority.base)
    assert {one.name: one for one in checklist_of(done)}["school-told"].standing is Standing.DONE


@says("After migration, the only option in the Attendance data section is the All Attendance Changed Data.")
def only_all_attendance_changed_data(authority: Authority) -> None:
    assert [words for _, words in kinds_of(authority.base)] == [data.label for data in Data]
    authority.migrate()
    assert kinds_of(authority.base) == [
        ("snapshot", "Snapshot Data"),
        ("changed", "Changed Data"),
        ("Attendance Data", [("attendance-changed", "All Attendance Changed Data")]),
    ]


@says("If the tasks were locked down before the migration, they will continue to be locked down after the migration.")
def locks_stay(authority: Authority) -> None:
    task = authority.task(Data.CHANGED)
    lock_base(authority.base, on=True, by=authority.head)
    authority.migrate()
    assert lock_of(authority.base) is not None
    with pytest.raises(Locked):
        tasks.switch(now(task), active=False, by=None)


@says("The existing ability to lock down individual scheduled tasks remains unchanged after migration.")
def single_locks(authority: Authority) -> None:
    before, after = authority.task(Data.CHANGED), authority.task(Data.SNAPSHOT)
    lock_task(before, on=True, by=authority.head)
    authority.migrate()
    lock_task(now(after), on=True, by=authority.head)
    for task in (before, after):
        with pytest.raises(Locked):
            tasks.switch(now(task), active=False, by=None)
    lock_task(now(before), on=False, by=authority.head)
    tasks.switch(now(before), active=False, by=None)


@says("Click the Lockdown tasks to school use only toggle to display Yes.")
def lockdown(authority: Authority) -> None:
    browser = authority.browser_of(authority.head)
    address = reverse("portal-configure", args=[authority.base.pk])
    assert "Lockdown tasks to school use only" in browser.get(address).content.decode()
    browser.post(address, {"lockdown": "yes"})
    assert lock_of(authority.base) is not None


@pytest.mark.parametrize(("sentence", "check"), HANDBOOK.rows, ids=HANDBOOK.ids)
def test_the_handbook_says(sentence: str, check: Check, authority: Authority) -> None:
    check(authority)
