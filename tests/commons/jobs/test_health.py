"""Is the work being done?"""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from schoolgate.commons.jobs.engine import lease
from schoolgate.commons.jobs.health import Health, health, last_sign_of_life
from schoolgate.commons.jobs.models import Job, State, WorkerLife

pytestmark = pytest.mark.django_db


def test_a_site_without_work_is_well() -> None:
    assert health() == Health(waiting=0, oldest_seconds=0.0, running=0, failed=0, workers=0)


def test_it_counts_what_waits_runs_and_failed() -> None:
    states = [State.READY, State.READY, State.RUNNING, State.DONE, State.FAILED, State.PARKED, State.CANCELLED]
    for state in states:
        Job.objects.create(kind="counting", state=state)

    found = health()

    assert (found.waiting, found.running, found.failed) == (2, 1, 2)


def test_what_is_to_run_later_does_not_wait() -> None:
    Job.objects.create(kind="counting", run_at=Now() + timedelta(hours=1))
    assert health().waiting == 0


def test_it_says_how_long_the_oldest_waits() -> None:
    Job.objects.create(kind="counting", run_at=Now() - timedelta(seconds=30))
    Job.objects.create(kind="counting", run_at=Now() - timedelta(seconds=90))
    assert 90 <= health().oldest_seconds < 100


def test_workers_count_while_they_give_signs_of_life() -> None:
    WorkerLife.objects.create(name="here", slots=4)
    WorkerLife.objects.create(name="gone", slots=4, seen_at=Now() - 3 * lease())
    assert health().workers == 1


def test_without_any_work_ever_there_is_no_last_sign_of_life() -> None:
    assert last_sign_of_life() is None


def test_the_last_sign_of_life_is_a_workers_or_its_jobs() -> None:
    seen = timezone.now() - timedelta(days=2)
    WorkerLife.objects.create(name="gone", slots=4, seen_at=seen)
    assert last_sign_of_life() == seen
    Job.objects.create(kind="counting", state=State.DONE, started_at=seen, ended_at=seen + timedelta(hours=1))
    assert last_sign_of_life() == seen + timedelta(hours=1)
