"""What the authority sees of schools' locks, and how its pages refuse."""

from datetime import time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.test_task_schools import csv_of

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.locks import lock_base, lock_task
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, ScheduledTask
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db

THIRD_OF_NOVEMBER = timezone.now().replace(month=11, day=3)
"""Of this year, which is not said."""
PERSON = "Green Abbey Primary School (Hana Reed) since 3 Nov"
SENTENCE = f"Locked by {PERSON}. Ask the school."


def new_task(*bases: Base, by: User | None = None) -> ScheduledTask:
    rule = Weekly(time(18, 30), frozenset({3}))
    return tasks.save(Wish("Autumn changes", Owner.LA, Data.CHANGED, rule, bases), by=by)


@pytest.fixture
def task(green_abbey: Base, hana: User) -> ScheduledTask:
    """Green Abbey's alone; it has run once."""
    made = new_task(green_abbey, by=hana)
    tasks.run_now(made, by=hana)
    CollectionRun.objects.all().take("fail")
    return made


@pytest.fixture
def shared(green_abbey: Base, oak_lane: Base, hana: User) -> ScheduledTask:
    return new_task(green_abbey, oak_lane, by=hana)


@pytest.fixture
def locked(green_abbey: Base, hana: User) -> None:
    """Green Abbey has locked all its tasks."""
    with time_machine.travel(THIRD_OF_NOVEMBER, tick=False):
        lock_base(green_abbey, True, by=hana)


def told(browser: Client, name: str, *args: int) -> str:
    return browser.get(reverse(name, args=args)).content.decode()


@pytest.mark.usefixtures("locked")
def test_both_lists_show_the_padlock_and_find_what_is_locked(
    as_officer: Client, task: ScheduledTask, oak_lane: Base
) -> None:
    new_task(oak_lane)
    for name, who in (("tasks", "Base or group"), ("task-schools", "School")):
        rows = csv_of(as_officer, reverse(name), {})
        assert {row[who]: row["Lock"] for row in rows} == {
            "Green Abbey Primary School": f"locked by {PERSON}",
            "Oak Lane Academy": "",
        }
        for choice, found in (("locked", "Green Abbey Primary School"), ("open", "Oak Lane Academy")):
            assert [row[who] for row in csv_of(as_officer, reverse(name), {"lock": choice})] == [found]


@pytest.mark.usefixtures("locked")
def test_the_page_of_a_locked_task_says_why_and_has_no_buttons(as_officer: Client, task: ScheduledTask) -> None:
    page = told(as_officer, "task", task.pk)
    assert SENTENCE in page
    assert "It keeps running on its times." in page
    for route in ("run-task", "switch-task", "clone-task", "split-task", "edit-task"):
        assert f'"{reverse(route, args=[task.pk])}"' not in page


@pytest.mark.usefixtures("locked")
def test_the_form_of_a_locked_task_says_why_and_cannot_be_saved(as_officer: Client, task: ScheduledTask) -> None:
    page = told(as_officer, "edit-task", task.pk)
    assert SENTENCE in page
    assert ">Save<" not in page


@pytest.mark.usefixtures("locked")
def test_pages_of_a_locked_school_say_why_and_offer_no_new_task(
    as_officer: Client, task: ScheduledTask, green_abbey: Base
) -> None:
    page = told(as_officer, "tasks-of-school", green_abbey.pk)
    assert SENTENCE in page
    assert "Add New Task" not in page
    run = told(as_officer, "collection-run", CollectionRun.objects.get().pk)
    assert SENTENCE in run
    assert "Run now" not in run


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("route", ["clone-task", "switch-task", "run-task", "delete-task"])
def test_a_button_that_was_there_before_the_lock_is_refused_with_the_reason(
    as_officer: Client, task: ScheduledTask, route: str
) -> None:
    before = list(ScheduledTask.objects.values())
    page = as_officer.post(reverse(route, args=[task.pk]), {"active": "no"}, follow=True).content.decode()
    assert page.count(SENTENCE) == 2, "in the answer, and on the page"
    assert list(ScheduledTask.objects.values()) == before
    assert CollectionRun.objects.count() == 1


@pytest.mark.usefixtures("locked")
def test_running_again_is_refused_with_the_reason(as_officer: Client, task: ScheduledTask) -> None:
    address = reverse("run-again", args=[CollectionRun.objects.get().pk])
    assert SENTENCE in as_officer.post(address, follow=True).content.decode()
    assert CollectionRun.objects.count() == 1


@pytest.mark.usefixtures("locked")
def test_what_is_typed_for_a_locked_school_is_refused_and_stays_typed(
    as_officer: Client, task: ScheduledTask, green_abbey: Base
) -> None:
    typed: dict[str, Any] = {
        "name": "Weekly snapshot",
        "owner": "la",
        "kind": "snapshot",
        "bases": [green_abbey.pk],
        "rhythm": "weekly",
        "at": "18:30",
        "days": ["3"],
        "active": "on",
    }
    for address in (reverse("add-task"), reverse("edit-task", args=[task.pk])):
        answer = as_officer.post(address, {**typed, "version": "1"})
        assert answer.status_code == 422
        assert SENTENCE in answer.content.decode()
        assert 'value="Weekly snapshot"' in answer.content.decode()
    assert ScheduledTask.objects.get().name == "Autumn changes"
    assert "(820 4321), locked by the school" in told(as_officer, "add-task")


@pytest.mark.usefixtures("locked")
def test_run_now_of_a_shared_task_says_who_is_left_out(
    as_officer: Client, shared: ScheduledTask, oak_lane: Base
) -> None:
    page = as_officer.post(reverse("run-task", args=[shared.pk]), follow=True).content.decode()
    assert f"Left out: {SENTENCE}" in page
    assert "1 school is collected next." in page
    assert CollectionRun.objects.get().base == oak_lane


@pytest.mark.usefixtures("locked")
def test_the_locked_schools_of_a_shared_task_are_given_one_of_their_own(
    as_officer: Client, shared: ScheduledTask
) -> None:
    assert "Give the locked schools a task of their own" in told(as_officer, "task", shared.pk)
    page = as_officer.post(reverse("split-task", args=[shared.pk]), follow=True).content.decode()
    assert "Green Abbey Primary School: in a task of their own now" in page
    assert SENTENCE not in page
    assert ">Edit<" in page
    again = as_officer.post(reverse("split-task", args=[shared.pk]), follow=True).content.decode()
    assert "No school in it has locked its tasks." in again


def test_a_single_lock_is_shown_as_one_of_all(as_officer: Client, task: ScheduledTask, hana: User) -> None:
    with time_machine.travel(THIRD_OF_NOVEMBER, tick=False):
        lock_task(task, True, by=hana)
    assert [row["Lock"] for row in csv_of(as_officer, reverse("tasks"), {})] == [f"locked by {PERSON}"]
    assert SENTENCE in told(as_officer, "task", task.pk)


def test_lists_ask_no_more_often_for_more_locks(
    as_officer: Client, green_abbey: Base, oak_lane: Base, hana: User, olga: User, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for base, person in ((green_abbey, hana), (oak_lane, olga)):
        lock_task(new_task(base), True, by=person)
        lock_base(base, True, by=person)
        with django_assert_max_num_queries(60) as asked:
            told(as_officer, "tasks")
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.fixture
def secondaries(green_abbey: Base) -> BaseGroup:
    """A group by rule, by which a task goes, and in which Green Abbey, a primary school, is not."""
    Base.objects.filter(pk=green_abbey.pk).update(phase="primary")
    group = BaseGroup.objects.create(name="Secondaries", by_rule=True, rule={"phases": ["secondary"]})
    rule = Weekly(time(18, 30), frozenset({3}))
    tasks.save(Wish("Secondary changes", Owner.LA, Data.CHANGED, rule, groups=(group,)), by=None)
    return group


def details_of(base: Base, **more: str) -> dict[str, str]:
    """What the form of a base sends; more of it as it is typed."""
    told = {name: getattr(base, name) for name in ("la", "number", "name", "phase", "notes")}
    return {**told, "licensed": "on", "active": "on", **more}


@pytest.mark.usefixtures("locked")
def test_no_change_of_a_base_moves_a_locked_school_into_a_task(
    as_officer: Client, secondaries: BaseGroup, green_abbey: Base
) -> None:
    typed = details_of(green_abbey, phase="secondary", notes="Mine")
    answer = as_officer.post(reverse("edit-base", args=[green_abbey.pk]), typed)
    assert answer.status_code == 422
    assert f"into or out of the task “Secondary changes”. {SENTENCE}" in answer.content.decode()
    green_abbey.refresh_from_db()
    assert (green_abbey.phase, green_abbey.notes) == ("primary", "")
    assert not secondaries.bases.exists()


@pytest.mark.usefixtures("locked")
def test_a_locked_school_is_closed_and_opened_again_and_its_notes_are_changed(
    as_officer: Client, secondaries: BaseGroup, green_abbey: Base
) -> None:
    Base.objects.filter(pk=green_abbey.pk).update(phase="secondary")
    for more in ({"active": ""}, {"active": "on"}, {"notes": "Mine"}):
        typed = details_of(green_abbey, **{"phase": "secondary", **more})
        if not typed["active"]:
            del typed["active"]
        assert as_officer.post(reverse("edit-base", args=[green_abbey.pk]), typed).status_code == 302
    assert secondaries.bases.get().notes == "Mine"
