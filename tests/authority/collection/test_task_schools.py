"""Scheduled Tasks school by school, how the last run went at all schools, and looking for schools in the form."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import SignedIn

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.models import CollectionRun, RunState, ScheduledTask
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


def csv_of(browser: Client, address: str, asked: dict[str, str]) -> list[dict[str, str]]:
    """The rows of a list, as it is downloaded."""
    answer: Any = browser.get(address, {**asked, "format": "csv"})
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_schools_are_found_by_number_and_group_with_their_tasks_and_log(
    browser: Client, task: ScheduledTask, green_abbey: Base
) -> None:
    Base.objects.create(la="820", number="2003", name="Low Field", account=green_abbey.account)
    nursery = BaseGroup.objects.create(name="Nurseries")
    nursery.chosen.add(green_abbey)
    browser.post(reverse("run-task", args=[task.pk]))
    listed = csv_of(browser, reverse("task-schools"), {})
    assert [(row["School"], row["Tasks"], row["Last Run Status"]) for row in listed] == [
        (green_abbey.name, "1", "Pending"),
        ("Low Field", "0", "Not run yet"),
    ]
    assert [row["School"] for row in csv_of(browser, reverse("task-schools"), {"q": "8202003"})] == ["Low Field"]
    (chosen,) = csv_of(browser, reverse("task-schools"), {"group": str(nursery.pk)})
    assert (chosen["School"], chosen["Group"]) == (green_abbey.name, "Nurseries")
    assert "Weekly snapshot" in browser.get(reverse("log-of-school", args=[green_abbey.pk])).content.decode()


def test_tasks_are_filtered_by_group(browser: Client, task: ScheduledTask, green_abbey: Base) -> None:
    group = BaseGroup.objects.create(name="Nurseries")
    assert not csv_of(browser, reverse("tasks"), {"whom": str(group.pk)})
    task.groups.add(group)
    (found,) = csv_of(browser, reverse("tasks"), {"whom": str(group.pk)})
    assert found["Base or group"] == f"Nurseries, {green_abbey.name}"


def test_a_task_that_one_school_failed_has_failed(browser: Client, task: ScheduledTask, green_abbey: Base) -> None:
    other = Base.objects.create(la="820", number="2003", name="Low Field", account=green_abbey.account)
    for base, state in ((green_abbey, RunState.FAILED), (other, RunState.SUCCESSFUL)):
        CollectionRun.objects.create(task=task, base=base, data="snapshot", state=state, due_at=timezone.now())
    due = timezone.now()
    CollectionRun.objects.update(due_at=due, made_at=due)
    assert [row["Last Run Status"] for row in csv_of(browser, reverse("tasks"), {})] == ["Failed"]


def test_schools_are_looked_for_in_the_form_and_ticks_stay(
    browser: Client, typed: dict[str, Any], green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.authority.collection.task_form.SHOWN", 1)
    for number, name in (("2003", "Low Field"), ("2004", "Elm Grove")):
        Base.objects.create(la="820", number=number, name=name, account=green_abbey.account)
    answer = browser.post(reverse("add-task"), {**typed, "name": "", "find": "820 2003", "find-schools": "yes"})
    told = answer.content.decode()
    assert answer.status_code == 200, "nothing is judged yet"
    assert "Low Field" in told
    assert green_abbey.name in told, "it is ticked"
    assert "Elm Grove" not in told


def test_a_task_that_is_deleted_meanwhile_is_told(browser: Client, task: ScheduledTask, officer: User) -> None:
    seen = ScheduledTask.objects.get()
    steps.switch(task, active=False, by=officer)
    steps.delete(task, by=officer)
    for act in (steps.delete, steps.run_now):
        with pytest.raises(steps.ChangedMeanwhile):
            act(seen, by=officer)
