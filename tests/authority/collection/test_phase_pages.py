"""The tasks of the old product on the officer's screens: handed over, listed, and migrated to Phase 2."""

import base64
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.task_lists import csv

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import BaseMigration, Phase, ScheduledTask, TasksLock
from schoolgate.authority.collection.task_import import carry_out
from schoolgate.authority.collection.tasks_csv import read_tasks
from schoolgate.authority.collection.today import phase_1_before_migration
from schoolgate.authority.collection.views import task_import
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.schedules.models import Schedule

pytestmark = pytest.mark.django_db

LIST = csv(
    {},
    {"Task Name": "Autumn", "Data Filter Details": "Snapshot Data", "Transfer Type": "Import to School"},
    {"When": "Now"},
    {"School No.": "9999"},
)


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def upload(browser: Client, content: bytes = LIST) -> Any:
    return browser.post(reverse("import-tasks"), {"file": SimpleUploadedFile("tasks.csv", content)})


def confirm(browser: Client, content: bytes = LIST) -> Any:
    form = {"name": "tasks.csv", "content": base64.b64encode(content).decode()}
    return browser.post(reverse("confirm-import-tasks"), form, follow=True)


def take(*tasks: dict[str, str]) -> list[ScheduledTask]:
    """These tasks, imported; in the order of their names."""
    carry_out(read_tasks(csv(*tasks)), words="tasks.csv", by=None)
    return list(ScheduledTask.objects.order_by("name", "pk"))


def migrate(browser: Client, data: dict[str, Any], query: str = "") -> Any:
    return browser.post(reverse("migrate-tasks-to-phase-2") + query, data, follow=True)


def phases() -> dict[str, int]:
    return dict(ScheduledTask.objects.values_list("name", "phase"))


def test_a_list_is_shown_line_by_line_before_anything_is_made(as_officer: Client, green_abbey: Base) -> None:
    shown = text(upload(as_officer))
    assert "Make 2 tasks" in shown
    assert "Not active. Only what was changed goes to a school" in shown
    assert "When “Now” is none of: Once, Weekly, Monthly." in shown
    assert "There is no base 820/9999 here." in shown
    assert "Every Thursday 18:30" in shown
    assert not ScheduledTask.objects.exists()


def test_what_the_preview_sends_back_is_what_was_uploaded(as_officer: Client, green_abbey: Base) -> None:
    content = csv({"Task Name": "École"}, delimiter=";").decode().encode("cp1252")
    answer = upload(as_officer, content)
    assert "Windows-1252" in text(answer)
    as_officer.post(reverse("confirm-import-tasks"), {"name": "x", "content": answer.context["content"]})
    assert ScheduledTask.objects.get().name == "École"


def test_confirmed_the_tasks_are_made_and_what_was_left_is_told(as_officer: Client, green_abbey: Base) -> None:
    shown = text(confirm(as_officer))
    assert "2 tasks were made. 1 of them is not active; each one’s page says why." in shown
    assert "line 4, 5." in shown
    assert AuditEntry.objects.get(did="tasks imported").target == "tasks.csv"


def test_confirmed_again_nothing_is_changed_and_it_says_so(as_officer: Client, green_abbey: Base) -> None:
    confirm(as_officer)
    assert "Nothing was changed. 2 were here and are left as they were." in text(confirm(as_officer))
    assert "There is nothing new in this file." in text(upload(as_officer))


def test_of_a_long_list_those_lines_are_shown_that_something_is_to_be_said_of(
    as_officer: Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_import, "SHOWN", 2)
    shown = text(upload(as_officer, csv({"Task Name": "Good"}, {"Task Name": "Bad", "When": "Now"}, {"Phase": "9"})))
    assert "Bad" in shown
    assert "Good" not in shown
    assert "1 more lines are not shown." not in shown
    assert "1 more line is not shown." in shown


def test_a_file_that_is_no_list_is_told_beside_the_field(as_officer: Client, la: str) -> None:
    answer = upload(as_officer, b"Autumn,820\n")
    assert answer.status_code == 422
    assert "There is no column “Task Name”." in text(answer)


@pytest.mark.parametrize("content", ["not base 64!", "", base64.b64encode(b"x").decode()])
def test_a_form_that_came_back_broken_makes_nothing(as_officer: Client, la: str, content: str) -> None:
    answer = as_officer.post(reverse("confirm-import-tasks"), {"content": content}, follow=True)
    assert "did not come back whole" in text(answer)


def test_what_looks_like_a_formula_is_a_name_and_leaves_as_one(as_officer: Client, green_abbey: Base) -> None:
    take({"Task Name": "=1+2|cmd"})
    downloaded: Any = as_officer.get(reverse("phase-1-tasks"), {"format": "csv"})
    assert b"'=1+2|cmd" in b"".join(downloaded.streaming_content)


def test_the_list_of_tasks_has_a_phase_only_where_there_are_two(as_officer: Client, green_abbey: Base) -> None:
    take({"Phase": "2"})
    assert "Phase" not in text(as_officer.get(reverse("tasks")))
    take({"Task Name": "Old"})
    listed = text(as_officer.get(reverse("tasks"), {"phase": "1"}))
    assert "Phase 1 tasks" in listed
    assert ("Old" in listed, "Autumn changes" in listed) == (True, False)


def test_the_chosen_ones_are_migrated_after_a_question_and_keep_all_else(as_officer: Client, green_abbey: Base) -> None:
    (before, _) = take({"Owner": "School", "NC Years": "3", "Active": "no"}, {"Task Name": "Other"})
    asked = text(migrate(as_officer, {"chosen": before.pk}))
    assert "Migrate Autumn changes to Phase 2?" in asked
    assert phases() == {"Autumn changes": 1, "Other": 1}
    told = text(migrate(as_officer, {"chosen": before.pk, "sure": "yes"}))
    assert "1 task is on Phase 2 now, and all else of it as before." in told
    after = ScheduledTask.objects.get(pk=before.pk)
    same = ("name", "owner", "nc_years", "recorded_rule", "active", "sources", "data")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert phases() == {"Autumn changes": 2, "Other": 1}
    assert list(after.bases.all()) == [green_abbey]


def test_a_migrated_task_is_due_as_it_was(as_officer: Client, green_abbey: Base) -> None:
    (task,) = take({})
    due = Schedule.objects.get().next_due_at
    migrate(as_officer, {"chosen": task.pk, "sure": "yes"})
    assert Schedule.objects.get().next_due_at == due


def test_all_that_the_filter_leaves_are_migrated_and_no_other(
    as_officer: Client, green_abbey: Base, oak_lane: Base
) -> None:
    take({}, {"Task Name": "Oak", "School No.": "2107"}, {"Task Name": "Oak too", "School No.": "2107"})
    query = f"?base={oak_lane.pk}"
    page = text(as_officer.get(reverse("phase-1-tasks") + query))
    assert "Migrate all 2 that fit" in page
    assert "Migrate 2 tasks to Phase 2?" in text(migrate(as_officer, {"all": "yes"}, query))
    told = text(migrate(as_officer, {"all": "yes", "sure": "yes"}, query))
    assert "2 tasks are on Phase 2 now" in told
    assert phases() == {"Autumn changes": 1, "Oak": 2, "Oak too": 2}


def test_locked_tasks_stay_and_the_page_says_whom_to_ask(as_officer: Client, green_abbey: Base, oak_lane: Base) -> None:
    take({}, {"Task Name": "Oak", "School No.": "2107"}, {"Task Name": "Own", "Locked": "yes"})
    TasksLock.objects.create(base=oak_lane)
    listed = text(as_officer.get(reverse("phase-1-tasks")))
    assert "Locked by Oak Lane Academy since" in listed
    asked = text(migrate(as_officer, {"all": "yes"}))
    assert "2 of them are locked by their schools and will stay on Phase 1." in asked
    told = text(migrate(as_officer, {"all": "yes", "sure": "yes"}))
    assert "1 task is on Phase 2 now" in told
    assert "2 tasks stay on Phase 1. Locked by" in told
    assert phases() == {"Autumn changes": 2, "Oak": 1, "Own": 1}


def test_where_all_that_is_chosen_is_locked_nothing_is_offered(as_officer: Client, green_abbey: Base) -> None:
    (task,) = take({"Locked": "yes"})
    asked = text(migrate(as_officer, {"chosen": task.pk}))
    assert "Ask the school. Until then it stays on Phase 1." in asked
    assert 'name="sure"' not in asked


def test_the_filter_for_a_school_without_such_a_task_leaves_those_of_no_other(
    as_officer: Client, green_abbey: Base, oak_lane: Base
) -> None:
    take({})
    query = f"?base={oak_lane.pk}"
    assert "Migrate the only one" not in text(as_officer.get(reverse("phase-1-tasks") + query))
    assert "Tick the tasks first." in text(migrate(as_officer, {"all": "yes", "sure": "yes"}, query))
    assert phases() == {"Autumn changes": 1}


def test_nothing_ticked_leaves_the_list_as_it_was(as_officer: Client, green_abbey: Base, oak_lane: Base) -> None:
    take({}, {"Task Name": "Oak", "School No.": "2107"})
    query = f"?base={oak_lane.pk}"
    answer = migrate(as_officer, {}, query)
    assert answer.redirect_chain[-1][0] == reverse("phase-1-tasks") + query
    assert "Autumn changes" not in text(answer)


def test_who_comes_from_a_migration_gets_back_to_it(as_officer: Client, green_abbey: Base) -> None:
    take({})
    migration = reverse("base-migration", args=[green_abbey.pk])
    query = f"?base={green_abbey.pk}&from=migration"
    assert query.replace("&", "&amp;") in text(as_officer.get(migration))
    assert f'href="{migration}"' in text(as_officer.get(reverse("phase-1-tasks") + query))
    answer = migrate(as_officer, {"all": "yes", "sure": "yes"}, query)
    assert answer.redirect_chain[-1][0] == migration
    assert "No task is left on Phase 1." in text(answer)


def test_the_form_of_a_two_way_task_says_so(as_officer: Client, green_abbey: Base) -> None:
    (task,) = take({"Transfer Type": "Two-way"})
    where = reverse("edit-task", args=[task.pk])
    for answer in (as_officer.get(where), as_officer.post(where, {"find-schools": "yes"})):
        assert '<option value="two-way" selected>' in text(answer)


def test_nothing_ticked_is_told(as_officer: Client, green_abbey: Base) -> None:
    take({"Phase": "2"})
    assert "Tick the tasks first." in text(migrate(as_officer, {}))
    phase_2 = ScheduledTask.objects.get(phase=Phase.TWO)
    assert "Tick the tasks first." in text(migrate(as_officer, {"chosen": [phase_2.pk, "x", "9" * 30]}))


def test_a_task_page_says_its_phase_and_leads_back_to_itself(as_officer: Client, green_abbey: Base) -> None:
    (task,) = take({"Expiry Date": "2020-01-01"})
    page = text(as_officer.get(reverse("task", args=[task.pk])))
    assert "Phase 1, of the old product." in page
    assert "It has expired." in page
    assert "Migrate to Phase 2" in page
    answer = migrate(as_officer, {"chosen": task.pk, "sure": "yes"}, "?from=task")
    assert answer.redirect_chain[-1][0] == reverse("task", args=[task.pk])
    assert "Migrate to Phase 2" not in text(answer)


def test_a_schools_page_migrates_all_of_its_tasks(as_officer: Client, green_abbey: Base, oak_lane: Base) -> None:
    take({}, {"Task Name": "More"}, {"Task Name": "Oak", "School No.": "2107"})
    page = reverse("tasks-of-school", args=[green_abbey.pk])
    assert "2 of its tasks are still on Phase 1" in text(as_officer.get(page))
    answer = migrate(as_officer, {"all": "yes", "sure": "yes"}, f"?base={green_abbey.pk}&from=school")
    assert answer.redirect_chain[-1][0] == reverse("tasks-of-school", args=[green_abbey.pk])
    assert phases() == {"Autumn changes": 2, "More": 2, "Oak": 1}


def test_a_school_that_is_migrated_is_not_said_to_end_tasks(as_officer: Client, green_abbey: Base) -> None:
    take({"Active": "no"})
    page = reverse("tasks-of-school", args=[green_abbey.pk])
    assert "1 of its tasks is still on Phase 1" in text(as_officer.get(page))
    Base.objects.update(mis="sims-primary")
    assert "still on Phase 1" not in text(as_officer.get(page))


def test_where_no_task_is_on_phase_1_the_list_says_so(as_officer: Client, la: str) -> None:
    assert "No task is on Phase 1." in text(as_officer.get(reverse("phase-1-tasks")))


def test_migrating_is_asked_for_by_post_only(as_officer: Client, la: str) -> None:
    assert as_officer.get(reverse("migrate-tasks-to-phase-2")).status_code == 405
    assert as_officer.get(reverse("confirm-import-tasks")).status_code == 405


def test_the_first_page_speaks_of_phase_1_only_for_schools_that_are_about_to_migrate(
    as_officer: Client, green_abbey: Base, oak_lane: Base
) -> None:
    take({}, {"Task Name": "Off", "Active": "no"}, {"Task Name": "Oak", "School No.": "2107"}, {"Phase": "2"})
    assert not phase_1_before_migration()
    migration = BaseMigration.objects.create(base=green_abbey, school_moved_on=date(2026, 11, 2))
    (told,) = phase_1_before_migration()
    assert told.text == (
        "One task is still on Phase 1, and would end as the base migrates to SIMS Primary: "
        "Green Abbey Primary School (820 4321)."
    )
    assert "Autumn changes" in text(as_officer.get(told.address))
    assert told.text in text(as_officer.get(reverse("today")))
    migration.migrated_at = timezone.now()
    migration.save()
    assert not phase_1_before_migration()
