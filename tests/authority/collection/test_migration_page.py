"""The page that migrates a base: what it asks for before, what it shows, and what it asks for afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.migration_pages import (
    THURSDAYS,
    VALUES,
    NewTask,
    address,
    confirm,
    is_migrated,
    page,
)

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.migrating.effects import digest_of_effects
from schoolgate.authority.collection.models import (
    BaseMigration,
    Connection,
    ConnectionState,
    Data,
    Owner,
    Phase,
    Sources,
    TasksLock,
)
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.wire.mis.connector import Check, Trouble
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary


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
