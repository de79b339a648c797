"""Configure base: a school keeps its tasks to itself, all of them or one."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.school_portal.making_tasks import made, page, posted

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import lock_of
from schoolgate.authority.collection.models import Owner, ScheduledTask, TasksLock
from schoolgate.commons.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(green_abbey: Base) -> ScheduledTask:
    return made("Ours", green_abbey, owner=Owner.SCHOOL)


@pytest.mark.parametrize("mis", ["sims-7", "sims-primary"])
def test_a_school_locks_all_its_tasks_and_opens_them(as_hana: Client, hana: User, green_abbey: Base, mis: str) -> None:
    Base.objects.update(mis=mis)
    told = posted(as_hana, "portal-configure", green_abbey, lockdown="yes")
    assert "Your tasks are locked." in told
    lock = lock_of(green_abbey)
    assert lock is not None
    assert lock.by == hana
    assert ", by Hana Reed." in told
    assert "Your tasks are open to the council again." in posted(
        as_hana, "portal-configure", green_abbey, lockdown="no"
    )
    assert not TasksLock.objects.exists()


def test_the_list_shows_that_all_is_locked(
    as_hana: Client, as_gita: Client, green_abbey: Base, own: ScheduledTask
) -> None:
    posted(as_hana, "portal-configure", green_abbey, lockdown="yes")
    told = page(as_gita, "portal-tasks", green_abbey)
    assert "locked by Hana Reed since" in told
    assert "locked with all" in told


def test_neither_yes_nor_no_changes_nothing(as_hana: Client, green_abbey: Base) -> None:
    answer = as_hana.post(reverse("portal-configure", args=[green_abbey.pk]), {"lockdown": "perhaps"})
    assert answer.status_code == 422
    assert "Choose Yes or No." in answer.content.decode()
    assert not TasksLock.objects.exists()


def test_one_task_is_locked_and_opened_from_the_list(
    as_hana: Client, hana: User, green_abbey: Base, own: ScheduledTask
) -> None:
    assert "Ours is locked." in posted(as_hana, "portal-lock-task", green_abbey, own.pk)
    own.refresh_from_db()
    assert own.locked_by == hana
    assert "locked since" in page(as_hana, "portal-configure", green_abbey)
    assert "Ours is open to the council again." in posted(as_hana, "portal-unlock-task", green_abbey, own.pk)


def test_a_task_that_others_share_is_not_locked_by_one(as_hana: Client, green_abbey: Base, oak_lane: Base) -> None:
    shared = made("For all", green_abbey, oak_lane)
    assert "For all" not in page(as_hana, "portal-configure", green_abbey)
    assert reverse("portal-lock-task", args=[green_abbey.pk, shared.pk]) not in page(
        as_hana, "portal-tasks", green_abbey
    )
    assert "is not of your school alone" in posted(as_hana, "portal-lock-task", green_abbey, shared.pk)
    shared.refresh_from_db()
    assert shared.locked_at is None


@pytest.mark.parametrize("route", ["portal-lock-task", "portal-unlock-task"])
def test_another_schools_people_lock_and_open_nothing(
    as_olga: Client, green_abbey: Base, own: ScheduledTask, route: str
) -> None:
    assert as_olga.post(reverse(route, args=[green_abbey.pk, own.pk])).status_code == 404
    assert as_olga.post(reverse("portal-configure", args=[green_abbey.pk]), {"lockdown": "yes"}).status_code == 404
    assert not TasksLock.objects.exists()
