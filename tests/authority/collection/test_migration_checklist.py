"""The page of a base that was migrated: a checklist of what the move still asks for."""

from datetime import date, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.migration_pages import (
    DAYS_AGO,
    THURSDAYS,
    VALUES,
    NewTask,
    address,
    confirm,
    page,
)

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.migrating.effects import TO
from schoolgate.authority.collection.models import (
    BaseMigration,
    CollectionRun,
    Connection,
    Data,
    Owner,
    RunState,
    ScheduledTask,
    TasksLock,
)
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry


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
