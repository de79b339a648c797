"""The Task Log in the School Portal: the school's own runs, without children and without other schools."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.school_portal.making_tasks import made, page

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, Data, Level, RunState
from schoolgate.authority.collection.running import ask_for_run, ask_for_runs
from schoolgate.commons.accounts.models import User
from schoolgate.wire.mis.connector import Trouble

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(green_abbey: Base, oak_lane: Base) -> CollectionRun:
    """Green Abbey's, of a task that Oak Lane is in too."""
    ask_for_runs(made("Weekly for all", green_abbey, oak_lane))
    return CollectionRun.objects.get(base=green_abbey)


def test_a_school_without_runs_is_told_so(as_hana: Client, green_abbey: Base) -> None:
    assert "No runs yet." in page(as_hana, "portal-task-log", green_abbey)


def test_a_school_sees_its_own_runs_only(
    as_hana: Client, green_abbey: Base, oak_lane: Base, run: CollectionRun
) -> None:
    told = page(as_hana, "portal-task-log", green_abbey)
    assert reverse("portal-run", args=[green_abbey.pk, run.pk]) in told
    theirs = CollectionRun.objects.get(base=oak_lane)
    assert reverse("portal-run", args=[green_abbey.pk, theirs.pk]) not in told
    assert as_hana.get(reverse("portal-run", args=[green_abbey.pk, theirs.pk])).status_code == 404


def test_who_works_for_two_schools_finds_each_ones_runs_at_its_own(
    as_hana: Client, hana: User, green_abbey: Base, oak_lane: Base, run: CollectionRun
) -> None:
    oak_lane.people.add(hana)
    theirs = CollectionRun.objects.get(base=oak_lane)
    assert "Weekly for all" in page(as_hana, "portal-run", oak_lane, theirs.pk)
    assert as_hana.get(reverse("portal-run", args=[green_abbey.pk, theirs.pk])).status_code == 404
    assert reverse("portal-run", args=[green_abbey.pk, theirs.pk]) not in page(as_hana, "portal-task-log", green_abbey)


def test_a_list_for_excel_holds_own_runs_only(as_hana: Client, green_abbey: Base, run: CollectionRun) -> None:
    answer = as_hana.get(reverse("portal-task-log", args=[green_abbey.pk]), {"format": "csv"})
    assert b"".join(answer).count(b"Weekly for all") == 1


def test_no_page_of_a_school_leads_to_the_authoritys_pages(
    as_hana: Client, green_abbey: Base, run: CollectionRun
) -> None:
    told = page(as_hana, "portal-task-log", green_abbey) + page(as_hana, "portal-run", green_abbey, run.pk)
    assert [place for place in ("/collection/", "/bases/", "/jobs/", "/imports/", "/pupils/") if place in told] == []


def test_a_run_says_what_came_and_what_became_of_it(as_hana: Client, green_abbey: Base, run: CollectionRun) -> None:
    CollectionRun.objects.filter(pk=run.pk).update(
        state=RunState.SUCCESSFUL, counts={"read": 210, "added": 14}, message="210 pupils: 14 added."
    )
    run.lines.create(message="Pupils: 210 rows were read.")
    told = page(as_hana, "portal-run", green_abbey, run.pk)
    assert [
        words for words in ("Successful", "210 pupils: 14 added.", "210 rows were read.") if words not in told
    ] == []
    assert "Pupils and values" in told


def test_what_failed_says_what_the_school_can_do(as_hana: Client, green_abbey: Base, run: CollectionRun) -> None:
    CollectionRun.objects.filter(pk=run.pk).update(
        state=RunState.FAILED, code=Trouble.CONSENT, message="The school has not allowed it.", level=Level.ERROR
    )
    told = page(as_hana, "portal-run", green_abbey, run.pk)
    assert "The school has not allowed it." in told
    assert "Allow the application in your system again" in told


def test_who_asked_at_the_authority_is_the_council_and_a_colleague_has_a_name(
    as_hana: Client, gita: User, officer: User, green_abbey: Base
) -> None:
    run = ask_for_run(None, green_abbey, Data.SNAPSHOT, by=officer)
    assert run is not None
    told = page(as_hana, "portal-run", green_abbey, run.pk)
    assert "by the council" in told
    assert "Omar" not in told
    CollectionRun.objects.update(asked_by=gita)
    assert "by Gita Shah" in page(as_hana, "portal-run", green_abbey, run.pk)
