"""The page that migrates a base: what it asks for before, what it shows, and what it asks for afterwards."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.connections import enter
from schoolgate.authority.collection.migrating.effects import TO, digest_of_effects
from schoolgate.authority.collection.migrating.migrate import migrate, prepare
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
    TasksLock,
)
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.wire.mis.connector import Check, Trouble
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary

THURSDAYS = Weekly(time(18, 30), frozenset({3}))
VALUES = {
    "client_id": "sas-simsprimary-820",
    "secret": "Zyxley-secret-2026",
    "subscription_key": "0123456789abcdef0123456789abcdef",
    "organisation_id": "1a2b3c4d-1234-4abc-9def-0123456789ab",
}
DAYS_AGO = 10

NewTask = Callable[..., ScheduledTask]


def address(base: Base, what: str = "base-migration") -> str:
    return reverse(what, args=[base.pk])


def page(browser: Client, where: str, **typed: str) -> str:
    answer: Any = browser.post(where, typed, follow=True) if typed else browser.get(where)
    return " ".join(str(answer.content, "utf-8").replace("&#x27;", "'").split())


def confirm(browser: Client, base: Base, **typed: str) -> str:
    """Type the school's number and confirm, as the page stands now; `typed` may say something else."""
    said = {"number": base.number, "seen": digest_of_effects(base), **typed}
    return page(browser, address(base, "confirm-migration"), **said)


def is_migrated(base: Base) -> bool:
    return Base.objects.get(pk=base.pk).mis == TO


@pytest.fixture
def new_task(green_abbey: Base) -> NewTask:
    """An active task of Green Abbey, every Thursday."""

    def make(name: str, data: Data, **more: Any) -> ScheduledTask:
        return tasks.save(Wish(name, Owner.LA, data, THURSDAYS, (green_abbey,), **more), imported=True, by=None)

    return make


@pytest.fixture
def prepared(green_abbey: Base) -> Base:
    """Green Abbey, whose settings were tested and of which the day is known."""
    connection, _ = enter(green_abbey, SimsPrimary, VALUES, seen=None, by=None)
    Connection.objects.filter(pk=connection.pk).update(state=ConnectionState.WORKS)
    prepare(green_abbey, timezone.localdate() - timedelta(days=DAYS_AGO), by=None)
    return green_abbey


@pytest.fixture
def migrated(prepared: Base) -> Base:
    """Green Abbey after its migration."""
    migrate(prepared, sure=False, seen=digest_of_effects(prepared), by=None)
    prepared.refresh_from_db()
    return prepared


def test_without_the_day_and_the_settings_nobody_can_migrate(as_officer: Client, green_abbey: Base) -> None:
    shown = page(as_officer, address(green_abbey))
    assert "On which day did the school itself move?" in shown
    assert "Not entered yet: Client ID, Secret, Subscription Key, Organisation ID." in shown
    assert address(green_abbey, "confirm-migration") not in shown
    assert "Enter the day on which the school moved" in confirm(as_officer, green_abbey, sure="on")
    assert not is_migrated(green_abbey)


def test_the_day_is_entered_and_corrected(as_officer: Client, officer: User, green_abbey: Base) -> None:
    where = address(green_abbey, "school-moved")
    assert "The day is saved." in page(as_officer, where, school_moved="2026-09-01")
    assert "The school moved on 1 September 2026." in page(as_officer, where, school_moved="01/09/2026")
    page(as_officer, where, school_moved="2026-09-02")
    assert BaseMigration.objects.get().school_moved_on == date(2026, 9, 2)
    assert AuditEntry.objects.filter(did="day of the school's move entered", who=officer.username).count() == 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the day on which the school moved."),
        ("last week", "Enter the day as day/month/year"),
        ((timezone.localdate() + timedelta(days=2)).isoformat(), "This day lies in the future."),
    ],
)
def test_a_day_that_cannot_be_is_told_at_its_field(
    as_officer: Client, green_abbey: Base, typed: str, told: str
) -> None:
    answer = as_officer.post(address(green_abbey, "school-moved"), {"school_moved": typed})
    assert answer.status_code == 422
    shown = str(answer.content, "utf-8")
    assert told in shown
    assert 'href="#id_school_moved"' in shown
    assert not BaseMigration.objects.filter(school_moved_on__isnull=False).exists()


def test_no_worker_is_told(as_officer: Client, prepared: Base) -> None:
    shown = page(as_officer, address(prepared))
    assert "Nothing works on tasks at the moment." in shown
    assert reverse("jobs") in shown


def test_a_missing_attendance_task_is_one_click_away(as_officer: Client, prepared: Base) -> None:
    add = f"{reverse('add-task')}?base={prepared.pk}&kind=attendance-changed&then=migration"
    assert add.replace("&", "&amp;") in page(as_officer, address(prepared))
    form = page(as_officer, add)
    assert '<option value="attendance-changed" selected>' in form
    assert f'value="{prepared.pk}" id="id_bases_0" checked' in form or "checked" in form.split(prepared.name)[0]


def test_an_attendance_task_that_is_there_is_named(as_officer: Client, prepared: Base, new_task: NewTask) -> None:
    new_task("Marks of all", Data.ATTENDANCE, sources=Sources.API)
    assert "Marks of all starts with the migration." in page(as_officer, address(prepared))


def test_where_other_schools_have_an_attendance_task_the_school_is_added_to_it(
    as_officer: Client, prepared: Base, oak_lane: Base
) -> None:
    wish = Wish("Marks of all", Owner.LA, Data.ATTENDANCE, THURSDAYS, (oak_lane,), sources=Sources.API)
    task = tasks.save(wish, by=None)
    shown = page(as_officer, address(prepared))
    assert "Add it to “Marks of all”" in shown
    where = f"{reverse('edit-task', args=[task.pk])}?base={prepared.pk}&kind=attendance-changed&then=migration"
    assert where.replace("&", "&amp;") in shown
    form = page(as_officer, where)
    for base in (prepared, oak_lane):
        assert "checked" in form.split(f'name="bases" value="{base.pk}"')[1].split(">")[0]
    typed: dict[str, Any] = {
        "name": "Marks of all",
        "owner": "la",
        "kind": "attendance-changed",
        "rhythm": "weekly",
        "at": "18:30",
        "days": ["3"],
        "bases": [prepared.pk, oak_lane.pk],
        "active": "on",
        "version": task.version,
    }
    assert as_officer.post(where, typed)["Location"] == address(prepared)
    assert "Marks of all starts with the migration." in page(as_officer, address(prepared))


def test_an_attendance_task_that_a_school_has_locked_is_none_to_be_added_to(
    as_officer: Client, prepared: Base, oak_lane: Base
) -> None:
    wish = Wish("Marks of all", Owner.LA, Data.ATTENDANCE, THURSDAYS, (oak_lane,), sources=Sources.API)
    tasks.save(wish, by=None)
    TasksLock.objects.create(base=oak_lane)
    assert "Add New Task" in page(as_officer, address(prepared))


def test_an_attendance_task_for_some_pupils_is_not_enough(
    as_officer: Client, prepared: Base, new_task: NewTask
) -> None:
    new_task("Marks of some", Data.ATTENDANCE, sources=Sources.API, looked_after=True)
    assert "There is none for all pupils of this school" in page(as_officer, address(prepared))


def test_settings_are_tested_from_the_page_and_lead_back_to_it(
    as_officer: Client, prepared: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimsPrimary, "check", lambda _: Check("The key is not known.", Trouble.KEY))
    where = reverse("test-connection", args=[prepared.pk, "sims-primary"])
    answer = as_officer.post(where, {"then": "migration"})
    assert answer["Location"] == address(prepared)
    assert "The key is not known." in page(as_officer, address(prepared))


def test_entering_the_settings_leads_back_to_the_page(as_officer: Client, green_abbey: Base) -> None:
    where = f"{reverse('base-connection', args=[green_abbey.pk, 'sims-primary'])}?then=migration"
    assert where in page(as_officer, address(green_abbey))
    assert as_officer.post(where, {**VALUES, "do": "save"})["Location"] == address(green_abbey)


def test_a_failed_test_needs_a_second_yes(as_officer: Client, prepared: Base) -> None:
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, said="The key is not known.")
    shown = page(as_officer, address(prepared))
    assert 'name="sure"' in shown
    assert shown.count("The last test of the settings failed. The key is not known.") == 2
    assert "Tick this if it is to be migrated all the same." in confirm(as_officer, prepared)
    assert not is_migrated(prepared)
    confirm(as_officer, prepared, sure="on")
    assert is_migrated(prepared)


def test_a_phase_1_task_left_needs_a_second_yes(as_officer: Client, prepared: Base, new_task: NewTask) -> None:
    task = new_task("Old changes", Data.CHANGED, phase=Phase.ONE)
    assert "1 task is still on Phase 1, and will stop." in page(as_officer, address(prepared))
    assert "Tick this if it is to be migrated all the same." in confirm(as_officer, prepared)
    confirm(as_officer, prepared, sure="on")
    task.refresh_from_db()
    assert (is_migrated(prepared), task.active) == (True, False)


def test_where_all_is_well_there_is_no_second_yes(as_officer: Client, prepared: Base) -> None:
    assert 'name="sure"' not in page(as_officer, address(prepared))
    assert "is migrated to SIMS Primary. This is what comes next." in confirm(as_officer, prepared)
    assert is_migrated(prepared)


def test_each_task_is_shown_with_what_becomes_of_it_and_why(
    as_officer: Client, prepared: Base, new_task: NewTask
) -> None:
    new_task("Snapshot weekly", Data.SNAPSHOT)
    new_task("Results", Data.ATTAINMENT)
    new_task("Marks of all", Data.ATTENDANCE, sources=Sources.API)
    shown = page(as_officer, address(prepared))
    for name, happens, why in (
        ("Snapshot weekly", "Goes on", "through SIMS Primary."),
        ("Results", "Stops", "Attainment is collected from schools with SIMS 7 only."),
        ("Marks of all", "Starts", "It was made for the time after the migration."),
    ):
        row = next(row for row in shown.split("<tr") if f">{name}</a>" in row)
        assert happens in row
        assert why in row


def test_that_no_task_names_it_is_told(as_officer: Client, prepared: Base) -> None:
    assert "No scheduled task names it." in page(as_officer, address(prepared))


def test_that_it_is_irreversible_is_told_before(as_officer: Client, prepared: Base) -> None:
    assert "Changing a base to a SIMS Primary base is irreversible." in page(as_officer, address(prepared))


@pytest.mark.parametrize("typed", ["", "4322", "2107", "Green Abbey"])
def test_another_number_than_the_schools_migrates_nothing(as_officer: Client, prepared: Base, typed: str) -> None:
    shown = confirm(as_officer, prepared, number=typed)
    assert "4321" in shown.split("There is a problem")[1].split("</div>")[0]
    assert not is_migrated(prepared)


@pytest.mark.parametrize("typed", ["4321", " 4321 ", "8204321", "820/4321", "820 4321"])
def test_the_number_may_be_typed_as_people_write_it(as_officer: Client, prepared: Base, typed: str) -> None:
    confirm(as_officer, prepared, number=typed)
    assert is_migrated(prepared)


def test_what_changed_meanwhile_is_told_and_nothing_is_done(
    as_officer: Client, prepared: Base, new_task: NewTask
) -> None:
    seen = digest_of_effects(prepared)
    new_task("Snapshot weekly", Data.SNAPSHOT)
    shown = confirm(as_officer, prepared, seen=seen)
    assert "Its tasks, or the day, have changed since you looked. Nothing is done." in shown
    assert "Snapshot weekly" in shown
    assert f'name="seen" value="{digest_of_effects(prepared)}"' in shown
    assert not is_migrated(prepared)


def test_of_two_officers_who_migrate_at_once_the_second_is_told(
    as_officer: Client, as_administrator: Client, prepared: Base
) -> None:
    seen = digest_of_effects(prepared)
    confirm(as_administrator, prepared)
    first = BaseMigration.objects.get().migrated_at
    shown = confirm(as_officer, prepared, seen=seen)
    assert "is migrated already." in shown
    assert "What comes next" in shown
    assert BaseMigration.objects.get().migrated_at == first


def test_who_migrates_stands_in_the_audit_and_on_the_page(as_officer: Client, officer: User, prepared: Base) -> None:
    shown = confirm(as_officer, prepared)
    assert f"by {officer}" in shown
    assert AuditEntry.objects.filter(did="base migrated", who=officer.username).exists()


@pytest.mark.parametrize("what", ["base-migration", "school-moved", "confirm-migration", "migration-snapshot"])
def test_whoever_is_not_signed_in_sees_and_does_nothing(stranger: Client, prepared: Base, what: str) -> None:
    typed = {"number": "4321", "seen": digest_of_effects(prepared), "school_moved": "2026-01-01", "do": "leave-out"}
    before = BaseMigration.objects.values().get()
    for answer in (stranger.get(address(prepared, what)), stranger.post(address(prepared, what), typed)):
        assert answer["Location"].startswith("/sign-in/")
    assert not is_migrated(prepared)
    assert BaseMigration.objects.values().get() == before


def test_the_bases_page_leads_to_the_migration_and_afterwards_to_the_checklist(
    as_officer: Client, prepared: Base
) -> None:
    assert ">Migrate to SIMS Primary</a>" in page(as_officer, address(prepared, "base"))
    confirm(as_officer, prepared)
    assert ">Migration checklist</a>" in page(as_officer, address(prepared, "base"))


def test_afterwards_what_became_of_the_tasks_stands_there(
    as_officer: Client, prepared: Base, new_task: NewTask
) -> None:
    task = new_task("Results", Data.ATTAINMENT)
    confirm(as_officer, prepared)
    shown = page(as_officer, address(prepared))
    assert "☁" in shown
    assert "Attainment is collected from schools with SIMS 7 only." in shown
    assert f'href="{reverse("task", args=[task.pk])}"' in shown
    tasks.delete(ScheduledTask.objects.get(), by=None)
    assert f'href="{reverse("task", args=[task.pk])}"' not in page(as_officer, address(prepared))


def test_a_shared_task_leads_to_the_one_in_which_the_school_goes_on(
    as_officer: Client, prepared: Base, oak_lane: Base
) -> None:
    wish = Wish("Changes of two", Owner.LA, Data.CHANGED, THURSDAYS, (prepared, oak_lane))
    shared = tasks.save(wish, by=None)
    assert f'href="{reverse("task", args=[shared.pk])}"' in page(as_officer, address(prepared))
    confirm(as_officer, prepared)
    apart = ScheduledTask.objects.get(continues=shared)
    shown = page(as_officer, address(prepared))
    assert f'href="{reverse("task", args=[apart.pk])}"' in shown
    assert f'href="{reverse("task", args=[shared.pk])}"' not in shown


def test_a_snapshot_is_advised_and_one_click_away(as_officer: Client, officer: User, migrated: Base) -> None:
    assert "Run a snapshot now" in page(as_officer, address(migrated))
    assert "It is queued, and collected next." in page(as_officer, address(migrated, "migration-snapshot"), do="take")
    run = CollectionRun.objects.get()
    assert (run.data, run.base, run.asked_by) == (Data.SNAPSHOT, migrated, officer)
    shown = page(as_officer, address(migrated))
    assert reverse("collection-run", args=[run.pk]) in shown
    assert "Run a snapshot now" not in shown
    page(as_officer, address(migrated, "migration-snapshot"), do="take")
    assert CollectionRun.objects.count() == 1


def test_a_snapshot_that_failed_says_why_and_is_run_again(as_officer: Client, migrated: Base) -> None:
    page(as_officer, address(migrated, "migration-snapshot"), do="take")
    CollectionRun.objects.update(state=RunState.FAILED, message="The gateway does not know the key.")
    shown = page(as_officer, address(migrated))
    assert "The gateway does not know the key." in shown
    assert "Run a snapshot now" in shown


def test_who_is_sure_leaves_the_snapshot_out_and_may_take_that_back(as_officer: Client, migrated: Base) -> None:
    shown = page(as_officer, address(migrated, "migration-snapshot"), do="leave-out")
    assert "Left out" in shown
    assert "Run a snapshot now" not in shown
    assert "Run a snapshot now" in page(as_officer, address(migrated, "migration-snapshot"), do="want")
    assert [entry.did for entry in AuditEntry.objects.filter(did__contains="snapshot").order_by("pk")] == [
        "snapshot after migration not wanted",
        "snapshot after migration wanted",
    ]


def test_a_school_that_keeps_its_tasks_to_itself_is_not_asked_for_a_snapshot(
    as_officer: Client, migrated: Base
) -> None:
    TasksLock.objects.create(base=migrated)
    assert "Locked by Green Abbey" in page(as_officer, address(migrated, "migration-snapshot"), do="take")
    assert not CollectionRun.objects.exists()


def test_what_was_done_is_shown_with_when(as_officer: Client, migrated: Base) -> None:
    at = timezone.now()
    BaseMigration.objects.update(snapshot_at=at, changed_at=at, attendance_at=at, school_told_at=at)
    shown = page(as_officer, address(migrated))
    assert shown.count('<strong class="tag tag-good">Done</strong>') == 4
    assert "Run a snapshot now" not in shown


def test_the_first_runs_say_by_which_task_they_come(as_officer: Client, prepared: Base, new_task: NewTask) -> None:
    new_task("Changes weekly", Data.CHANGED)
    confirm(as_officer, prepared)
    shown = page(as_officer, address(prepared))
    assert "Task “Changes weekly” is due Thu" in shown
    assert f"{reverse('add-task')}?base={prepared.pk}&amp;kind=attendance-changed" in shown


def test_a_task_of_some_pupils_is_not_the_first_run_that_is_awaited(
    as_officer: Client, prepared: Base, new_task: NewTask
) -> None:
    new_task("Looked after", Data.CHANGED, looked_after=True)
    new_task("Year 3", Data.CHANGED, nc_years=("3",))
    confirm(as_officer, prepared)
    shown = page(as_officer, address(prepared))
    assert "Task “" not in shown
    assert shown.count("No task collects it of all pupils.") == 2


def test_a_school_whose_people_have_signed_in_since_has_its_login(as_officer: Client, migrated: Base) -> None:
    person = User.objects.create(username="jo", name="Jo Price", role="school user", last_login=timezone.now())
    assert "Jo Price has signed in." not in page(as_officer, address(migrated))
    migrated.people.add(person)
    assert "Jo Price has signed in." in page(as_officer, address(migrated))
    User.objects.filter(pk=person.pk).update(last_login=timezone.now() - timedelta(days=DAYS_AGO))
    assert "Send address and login" in page(as_officer, address(migrated))


def test_how_long_the_first_attendance_run_has_is_told(as_officer: Client, migrated: Base) -> None:
    for ago, told in ((1, "days are left"), (400, "so days can be missing")):
        BaseMigration.objects.update(school_moved_on=timezone.localdate() - timedelta(days=ago))
        assert told in page(as_officer, address(migrated))


def test_days_that_can_be_missing_stand_on_the_page(as_officer: Client, migrated: Base) -> None:
    BaseMigration.objects.update(gap_first=date(2026, 1, 5), gap_last=date(2026, 2, 5), gap_noted_at=timezone.now())
    assert "can be missing" in page(as_officer, address(migrated))


def test_the_day_may_be_corrected_until_the_first_run_and_no_longer(as_officer: Client, migrated: Base) -> None:
    where = address(migrated, "school-moved")
    assert "The day is saved." in page(as_officer, where, school_moved="2026-09-02")
    CollectionRun.objects.create(
        base=migrated, data=Data.CHANGED, task_name="Weekly", connector=TO, started_at=timezone.now()
    )
    assert where not in page(as_officer, address(migrated))
    assert "it can be changed no more" in page(as_officer, where, school_moved="2026-09-03")
    assert BaseMigration.objects.get().school_moved_on == date(2026, 9, 2)


def test_the_settings_stay_editable(as_officer: Client, migrated: Base) -> None:
    where = reverse("base-connection", args=[migrated.pk, "sims-primary"])
    assert where in page(as_officer, address(migrated))
    seen = Connection.objects.get().entered_at.isoformat()
    page(as_officer, where, **{**VALUES, "client_id": "sas-2", "secret": "", "do": "save", "seen": seen})
    assert Connection.objects.get().values["client_id"] == "sas-2"


def test_a_base_that_was_on_sims_primary_before_has_no_checklist(as_officer: Client, green_abbey: Base) -> None:
    green_abbey.mis = TO
    green_abbey.save()
    shown = page(as_officer, address(green_abbey))
    assert "was not migrated on this page" in shown
    assert green_abbey.mis != SIMS_7
