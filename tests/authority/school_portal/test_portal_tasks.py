"""Scheduled Tasks in the School Portal: what a school sees, and what is its own to change."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, ScheduledTask
from schoolgate.authority.collection.running import ask_for_runs
from schoolgate.authority.collection.wishes import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db

THURSDAYS = Weekly(time(18, 30), frozenset({3}))

TYPED = {"name": "Our snapshot", "kind": "snapshot", "rhythm": "weekly", "at": "18:30", "days": ["3"], "active": "on"}


def made(name: str, *bases: Base, owner: str = Owner.LA, **more: Any) -> ScheduledTask:
    return steps.save(Wish(name, owner, more.pop("data", Data.SNAPSHOT), THURSDAYS, bases, **more), by=None)


@pytest.fixture
def shared(green_abbey: Base, oak_lane: Base) -> ScheduledTask:
    """The authority's, for two schools."""
    return made("Weekly for all", green_abbey, oak_lane)


@pytest.fixture
def the_las(green_abbey: Base) -> ScheduledTask:
    """The authority's, for Green Abbey alone."""
    return made("The LA's", green_abbey)


@pytest.fixture
def own(green_abbey: Base) -> ScheduledTask:
    return made("Ours", green_abbey, owner=Owner.SCHOOL)


def page(browser: Client, route: str, base: Base, *numbers: int) -> str:
    return browser.get(reverse(route, args=[base.pk, *numbers])).content.decode()


def posted(browser: Client, route: str, base: Base, task: ScheduledTask, **typed: Any) -> str:
    return browser.post(reverse(route, args=[base.pk, task.pk]), typed, follow=True).content.decode()


def test_a_school_without_tasks_is_told_what_to_do(as_hana: Client, green_abbey: Base) -> None:
    assert "The LA has set up no tasks. Add one, or ask." in page(as_hana, "portal-tasks", green_abbey)


def test_a_school_sees_its_tasks_and_nothing_of_other_schools(
    as_hana: Client, green_abbey: Base, oak_lane: Base, shared: ScheduledTask, own: ScheduledTask
) -> None:
    made("Oak Lane's", oak_lane)
    told = page(as_hana, "portal-tasks", green_abbey) + page(as_hana, "portal-task", green_abbey, shared.pk)
    assert "Weekly for all" in told
    assert "Ours" in told
    assert not [word for word in ("Oak Lane", "2107", "2 schools", "1 school") if word in told]


def test_the_last_run_is_of_this_school_only(
    as_hana: Client, green_abbey: Base, oak_lane: Base, shared: ScheduledTask
) -> None:
    ask_for_runs(shared)
    CollectionRun.objects.filter(base=oak_lane).take("fail")
    told = page(as_hana, "portal-tasks", green_abbey)
    assert "Pending" in told
    assert "Failed" not in told


def test_a_school_adds_a_task_of_its_own(as_hana: Client, hana: User, green_abbey: Base) -> None:
    told = as_hana.post(reverse("portal-add-task", args=[green_abbey.pk]), TYPED, follow=True).content.decode()
    assert "Every Thursday 18:30, a snapshot." in told
    task = ScheduledTask.objects.get()
    assert (task.owner, list(task.bases.all()), task.changed_by) == (Owner.SCHOOL, [green_abbey], hana)


def test_what_names_other_schools_is_not_asked_and_not_taken(
    as_hana: Client, green_abbey: Base, oak_lane: Base
) -> None:
    address = reverse("portal-add-task", args=[green_abbey.pk])
    as_hana.post(address, {**TYPED, "bases": [oak_lane.pk], "owner": "la"})
    task = ScheduledTask.objects.get()
    assert (task.owner, list(task.bases.all())) == (Owner.SCHOOL, [green_abbey])


@pytest.mark.parametrize(
    ("mis", "offered", "not_offered"),
    [
        ("sims-7", ["Snapshot Data", "Changed Data", "Attendance Data", "Attainment Data"], ["All Attendance"]),
        ("sims-primary", ["Snapshot Data", "Changed Data", "All Attendance Changed Data"], ["Attainment"]),
        ("wonde", ["Snapshot Data", "Changed Data", "All Attendance Changed Data"], ["Attainment"]),
    ],
)
def test_a_school_is_offered_what_its_kind_of_base_has(
    as_hana: Client, green_abbey: Base, mis: str, offered: list[str], not_offered: list[str]
) -> None:
    Base.objects.update(mis=mis)
    told = page(as_hana, "portal-add-task", green_abbey)
    assert [words for words in offered if words not in told] == []
    assert [words for words in not_offered if words in told] == []
