"""Scheduled Tasks, as an officer makes and changes them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import SignedIn

from schoolgate.authority.bases.models import Base, BaseGroup, Term
from schoolgate.authority.collection.holding_back import MOST_BAD_ROWS
from schoolgate.authority.collection.late import LATE_HOURS
from schoolgate.authority.collection.models import CollectionRun, ScheduledTask
from schoolgate.commons.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(signed_in: SignedIn, officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def typed(green_abbey: Base) -> dict[str, Any]:
    """A whole task, as it is typed in."""
    return {
        "name": "Weekly snapshot",
        "owner": "la",
        "kind": "snapshot",
        "bases": [green_abbey.pk],
        "rhythm": "weekly",
        "at": "18:30",
        "days": ["3"],
        "active": "on",
    }


@pytest.fixture
def task(browser: Client, typed: dict[str, Any]) -> ScheduledTask:
    browser.post(reverse("add-task"), typed)
    return ScheduledTask.objects.get()


def test_a_task_is_added_and_said_in_a_sentence(browser: Client, typed: dict[str, Any]) -> None:
    told = browser.post(reverse("add-task"), typed, follow=True).content.decode()
    assert "Every Thursday 18:30, a snapshot, 1 school." in told
    assert "Next" in told
    listed = browser.get(reverse("tasks")).content.decode()
    assert "Weekly snapshot" in listed
    assert "Every Thursday 18:30" in listed
    assert "Not run yet" in listed


def test_the_sentence_is_said_before_anything_is_saved(browser: Client, typed: dict[str, Any]) -> None:
    told = browser.post(reverse("add-task"), {**typed, "preview": "yes", "at": "01:30", "days": ["6"]}).content.decode()
    assert "Every Sunday 01:30, a snapshot, 1 school." in told
    assert "the clocks go back and 01:30 comes twice" in told
    assert "the clocks go forward and there is no 01:30" in told
    assert not ScheduledTask.objects.exists()


def test_an_attendance_task_made_before_says_that_it_starts_at_migration(
    browser: Client, typed: dict[str, Any], green_abbey: Base
) -> None:
    made = {**typed, "name": "Marks", "kind": "attendance-changed"}
    said = "It starts at migration for 1 school still on SIMS 7."
    assert said in browser.post(reverse("add-task"), {**made, "preview": "yes"}).content.decode()
    told = browser.post(reverse("add-task"), made, follow=True).content.decode()
    assert said in told
    assert f'href="{reverse("base-migration", args=[green_abbey.pk])}"' in told
    assert "no school of its kind" not in told
    task = ScheduledTask.objects.get()
    assert said in browser.post(reverse("run-task", args=[task.pk]), follow=True).content.decode()
    assert not CollectionRun.objects.exists()
    of_school = browser.get(reverse("tasks-of-school", args=[green_abbey.pk])).content.decode()
    assert "☁ starts at migration" in of_school
    assert "☁ API" in browser.get(reverse("tasks")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"bases": []}, "Choose at least one school, or a group."),
        ({"days": []}, "Choose at least one day of the week."),
        ({"rhythm": "monthly"}, "Choose the day of the month."),
        ({"rhythm": "once"}, "Choose the day on which it runs."),
        ({"rhythm": "once", "first": "2020-01-01"}, "This moment is over."),
        ({"first": "2030-02-01", "last": "2030-01-01"}, "It would expire before it starts."),
        ({"last": "2020-01-01"}, "It would expire before it is ever due."),
        ({"until": "20:00"}, "Choose how often it runs again until then."),
        ({"every_minutes": "60", "until": "17:00"}, "It would stop before it starts."),
        ({"at": "half past six"}, "Enter the time as hours and minutes"),
    ],
)
def test_what_cannot_be_is_said_where_it_stands(
    browser: Client, typed: dict[str, Any], wrong: dict[str, Any], said: str
) -> None:
    answer = browser.post(reverse("add-task"), {**typed, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_two_who_edit_at_once_are_told(browser: Client, typed: dict[str, Any], task: ScheduledTask) -> None:
    address = reverse("edit-task", args=[task.pk])
    assert 'value="18:30"' in browser.get(address).content.decode()
    browser.post(address, {**typed, "name": "Mine", "version": "1"})
    told = browser.post(address, {**typed, "name": "Yours", "version": "1"}).content.decode()
    assert "Somebody else has changed this task" in told
    assert "Task Name: Yours → Mine" in told
    assert ScheduledTask.objects.get().name == "Mine"


def test_a_task_is_run_now_cloned_switched_off_and_deleted(browser: Client, task: ScheduledTask) -> None:
    told = browser.post(reverse("run-task", args=[task.pk]), follow=True).content.decode()
    assert "1 school is collected next." in told
    assert CollectionRun.objects.get().asked_by is not None
    browser.post(reverse("clone-task", args=[task.pk]))
    assert ScheduledTask.objects.filter(active=False).count() == 1
    browser.post(reverse("delete-task", args=[task.pk]))
    assert ScheduledTask.objects.filter(pk=task.pk).exists(), "it is active"
    browser.post(reverse("switch-task", args=[task.pk]), {"active": "no"})
    assert "Delete Weekly snapshot?" in browser.get(reverse("delete-task", args=[task.pk])).content.decode()
    browser.post(reverse("delete-task", args=[task.pk]))
    assert not ScheduledTask.objects.filter(pk=task.pk).exists()


def test_the_tasks_of_one_school_are_listed(browser: Client, task: ScheduledTask, green_abbey: Base) -> None:
    other = Base.objects.create(la="820", number="2003", name="Low Field", account=green_abbey.account)
    assert "Weekly snapshot" in browser.get(reverse("tasks-of-school", args=[green_abbey.pk])).content.decode()
    assert "Weekly snapshot" not in browser.get(reverse("tasks-of-school", args=[other.pk])).content.decode()
    everybody = BaseGroup.objects.create(name="Everybody", by_rule=True)
    task.groups.add(everybody)
    assert "Weekly snapshot" in browser.get(reverse("tasks-of-school", args=[other.pk])).content.decode()


def test_terms_are_entered_and_deleted(browser: Client) -> None:
    autumn = {"name": "Autumn", "first_day": "2026-09-02", "last_day": "2026-10-23"}
    browser.post(reverse("terms"), autumn)
    assert "Autumn" in browser.get(reverse("terms")).content.decode()
    again = browser.post(reverse("terms"), {**autumn, "first_day": "2026-10-20", "last_day": "2026-12-18"})
    assert "Some of these days are in Autumn already." in again.content.decode()
    address = reverse("edit-term", args=[Term.objects.get().pk])
    browser.post(address, {**autumn, "last_day": "2026-10-22"})
    assert Term.objects.get().last_day == date(2026, 10, 22)
    browser.post(reverse("remove-term", args=[Term.objects.get().pk]))
    assert not Term.objects.exists()


def test_the_limits_are_an_administrators(browser: Client, signed_in: SignedIn, administrator: User) -> None:
    assert browser.get(reverse("collection-limits")).status_code == 403
    address = reverse("collection-limits")
    signed_in(administrator).post(address, {"late_hours": "48", "most_bad_rows": "10"})
    assert (LATE_HOURS.get(), MOST_BAD_ROWS.get()) == (48, 10)
