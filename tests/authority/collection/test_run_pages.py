"""The Task Log and one run, as an officer sees them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, School
from tests.conftest import SignedIn

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, Data, RunState
from schoolgate.commons.accounts.models import User
from schoolgate.wire.mis.connector import Group, MisError, Trouble

pytestmark = pytest.mark.django_db


def page(browser: SignedIn, user: User, run: CollectionRun) -> str:
    return browser(user).get(reverse("collection-run", args=[run.pk])).content.decode()


def test_the_log_tells_of_a_run_with_its_numbers(
    school: School, collect: Collect, signed_in: SignedIn, officer: User, green_abbey: Base
) -> None:
    school.enrol(AMINA, "Amina")
    collect()
    told = signed_in(officer).get(reverse("task-log")).content.decode()
    assert green_abbey.name in told
    assert "Snapshot Data" in told
    assert "1 pupil: 1 added." in told


def test_a_run_shows_what_became_of_it_and_every_line(
    school: School, collect: Collect, signed_in: SignedIn, officer: User
) -> None:
    school.enrol(AMINA, "Amina")
    run = collect()
    told = page(signed_in, officer, run)
    assert "Successful" in told
    assert reverse("import", args=[run.its_import_id]) in told
    assert "Pupils: 1 rows." in told


def test_a_run_that_was_refused_says_what_to_do(
    school: School, collect: Collect, signed_in: SignedIn, officer: User
) -> None:
    school.troubles[Group.PUPIL] = [MisError(Trouble.CONSENT, "The school refuses.", ends="connection")]
    run = collect()
    assert run.state == RunState.FAILED
    told = page(signed_in, officer, run)
    assert "The school refuses." in told
    assert "allow the application again" in told


def test_a_run_is_asked_for_again_once(school: School, collect: Collect, signed_in: SignedIn, officer: User) -> None:
    school.enrol(AMINA, "Amina")
    run = collect()
    browser = signed_in(officer)
    for _ in range(2):
        browser.post(reverse("run-again", args=[run.pk]))
    again = CollectionRun.objects.exclude(pk=run.pk).get()
    assert (again.asked_by, again.data) == (officer, Data.SNAPSHOT)


def test_a_run_that_waits_is_called_off(school: School, collect: Collect, signed_in: SignedIn, officer: User) -> None:
    run = collect(work=False)
    signed_in(officer).post(reverse("cancel-run", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_run_that_waits_for_the_vendor_says_until_when(
    school: School, collect: Collect, signed_in: SignedIn, officer: User
) -> None:
    run = collect(work=False)
    CollectionRun.objects.filter(pk=run.pk).update(
        next_try_at=timezone.now() + timedelta(minutes=4), message="The service takes no more calls (429)."
    )
    assert "It goes on" in page(signed_in, officer, run)
