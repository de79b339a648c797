"""Whose a task is: a school asks for the authority's, takes it over while it is locked, and gives it back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.school_portal.making_tasks import made, page, posted

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.locks import lock_base, lock_task
from schoolgate.authority.collection.models import Owner, ScheduledTask
from schoolgate.authority.collection.today import asked_take_overs
from schoolgate.authority.collection.wishes import TaskRefused, Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(green_abbey: Base) -> ScheduledTask:
    """The authority's, for Green Abbey alone."""
    return made("Weekly snapshot", green_abbey)


@pytest.fixture
def asked(as_hana: Client, green_abbey: Base, task: ScheduledTask) -> ScheduledTask:
    posted(as_hana, "portal-ask-for-task", green_abbey, task.pk)
    task.refresh_from_db()
    return task


def answered(browser: Client, task: ScheduledTask, give: str) -> str:
    answer: Any = browser.post(reverse("answer-take-over", args=[task.pk]), {"give": give}, follow=True)
    return str(answer.content, "utf-8")


def test_what_a_school_asks_for_stands_on_the_authoritys_first_page(asked: ScheduledTask) -> None:
    (told,) = asked_take_overs()
    assert told.text == "Green Abbey Primary School (820 4321) asks to take over the task “Weekly snapshot”."
    assert told.address == reverse("task", args=[asked.pk])


def test_who_asks_again_changes_nothing(as_gita: Client, hana: User, green_abbey: Base, asked: ScheduledTask) -> None:
    assert "The council is asked." in posted(as_gita, "portal-ask-for-task", green_abbey, asked.pk)
    assert ScheduledTask.objects.get().asked_for_by == hana
    assert AuditEntry.objects.filter(did="task asked for by the school").count() == 1


def test_several_that_are_asked_for_are_counted(as_olga: Client, oak_lane: Base, asked: ScheduledTask) -> None:
    for name in ("Two", "Three"):
        posted(as_olga, "portal-ask-for-task", oak_lane, made(name, oak_lane).pk)
    (told,) = asked_take_overs()
    assert told.text.endswith("“Weekly snapshot”. 2 more are asked for.")


def test_the_authority_gives_a_task_to_the_school(as_officer: Client, officer: User, asked: ScheduledTask) -> None:
    told = str(as_officer.get(reverse("task", args=[asked.pk])).content, "utf-8")
    assert "Green Abbey Primary School (Hana Reed) asks to take over this task" in told
    assert "The task is the school’s own now." in answered(as_officer, asked, "yes")
    asked.refresh_from_db()
    assert (asked.owner, asked.version, asked.asked_for_at) == (Owner.SCHOOL, 2, None)
    assert AuditEntry.objects.get(did="task given to the school").user == officer
    assert asked_take_overs() == []


def test_the_authority_keeps_a_task(as_officer: Client, asked: ScheduledTask) -> None:
    assert "It stays the authority’s task." in answered(as_officer, asked, "no")
    asked.refresh_from_db()
    assert (asked.owner, asked.asked_for_at) == (Owner.LA, None)


def test_who_answers_second_is_told(as_officer: Client, asked: ScheduledTask) -> None:
    answered(as_officer, asked, "no")
    assert "Nobody asks to take this task over any more." in answered(as_officer, asked, "yes")
    assert ScheduledTask.objects.get().owner == Owner.LA


def test_a_school_cannot_answer_itself(as_hana: Client, asked: ScheduledTask) -> None:
    assert as_hana.post(reverse("answer-take-over", args=[asked.pk]), {"give": "yes"}).status_code == 403


def test_what_is_given_to_other_schools_too_is_not_asked_for_any_more(asked: ScheduledTask, oak_lane: Base) -> None:
    wish = Wish.of(asked)
    steps.save(Wish(wish.name, wish.owner, wish.data, wish.rule, (*wish.bases, oak_lane)), asked, by=None)
    assert asked_take_overs() == []


def test_a_task_that_others_share_is_not_given(as_officer: Client, asked: ScheduledTask, oak_lane: Base) -> None:
    asked.bases.add(oak_lane)
    assert "Other schools are in this task by now." in answered(as_officer, asked, "yes")
    assert ScheduledTask.objects.get().owner == Owner.LA


def test_a_task_that_others_share_cannot_be_asked_for(as_hana: Client, green_abbey: Base, oak_lane: Base) -> None:
    shared = made("For all", green_abbey, oak_lane)
    assert "Ask to take over" not in page(as_hana, "portal-task", green_abbey, shared.pk)
    told = posted(as_hana, "portal-ask-for-task", green_abbey, shared.pk)
    assert "Other schools are in this task too, so it stays the council’s." in told


def test_while_locked_a_school_takes_a_task_over_itself(
    as_hana: Client, hana: User, green_abbey: Base, task: ScheduledTask
) -> None:
    assert "Only while your tasks are locked" in posted(as_hana, "portal-take-over-task", green_abbey, task.pk)
    lock_base(green_abbey, True, by=hana)
    assert "Take it over" in page(as_hana, "portal-task", green_abbey, task.pk)
    posted(as_hana, "portal-take-over-task", green_abbey, task.pk)
    assert ScheduledTask.objects.get().owner == Owner.SCHOOL


def test_a_school_gives_its_task_back_and_a_lock_of_it_ends(as_hana: Client, hana: User, green_abbey: Base) -> None:
    own = made("Ours", green_abbey, owner=Owner.SCHOOL)
    lock_task(own, True, by=hana)
    assert "Give Ours to the council?" in page(as_hana, "portal-give-back-task", green_abbey, own.pk)
    assert "The task is the council’s now." in posted(as_hana, "portal-give-back-task", green_abbey, own.pk)
    own.refresh_from_db()
    assert (own.owner, own.locked_at) == (Owner.LA, None)


def test_a_school_owns_a_task_of_itself_only(green_abbey: Base, oak_lane: Base) -> None:
    with pytest.raises(TaskRefused, match="A school owns a task of that one school only"):
        made("For two", green_abbey, oak_lane, owner=Owner.SCHOOL)
