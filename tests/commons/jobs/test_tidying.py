"""Jobs leave the table by age."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from tests.commons.jobs.conftest import MakeKind

from schoolgate.commons.jobs.models import Job, State, WorkerLife
from schoolgate.commons.jobs.tidying import KEEP_DAYS, prune_jobs

pytestmark = pytest.mark.django_db


def ended(days_ago: float, *, kind: str = "counting", state: State = State.DONE) -> Job:
    return Job.objects.create(kind=kind, state=state, ended_at=Now() - timedelta(days=days_ago))


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED, State.FAILED, State.PARKED])
def test_what_ended_long_ago_goes_and_the_rest_stays(state: State) -> None:
    ended(KEEP_DAYS + 1, state=state)
    kept = ended(KEEP_DAYS - 1, state=state)

    prune_jobs()

    assert list(Job.objects.all()) == [kept]


@pytest.mark.parametrize("state", [State.READY, State.RUNNING])
def test_work_that_has_not_ended_stays_however_old(state: State) -> None:
    job = ended(1000, state=state)
    prune_jobs()
    assert list(Job.objects.all()) == [job]


def test_routine_that_went_well_goes_earlier_and_what_failed_stays(make_kind: MakeKind) -> None:
    make_kind("routine", keep_days=2)
    ended(3, kind="routine")
    failed = ended(3, kind="routine", state=State.FAILED)
    recent = ended(1, kind="routine")

    prune_jobs()

    assert set(Job.objects.all()) == {failed, recent}


def test_workers_not_seen_for_a_day_are_forgotten() -> None:
    WorkerLife.objects.create(name="gone", slots=1, seen_at=Now() - timedelta(days=2))
    here = WorkerLife.objects.create(name="here", slots=1)
    prune_jobs()
    assert list(WorkerLife.objects.all()) == [here]
