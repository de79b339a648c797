"""A job as its work sees it: progress, and being ended from outside."""

import threading
import time

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.commons.jobs.conftest import MakeKind, claimed

from schoolgate.commons.jobs.engine import claim, free_leases_of, perform
from schoolgate.commons.jobs.kinds import GivenBack, LeaseLost, RunningJob, StopWork
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import cancel, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


def test_progress_stands_with_the_job() -> None:
    job = claimed()

    RunningJob(job).progress(3, 40, "Reading pupils")

    job.refresh_from_db()
    assert (job.progress_done, job.progress_total, job.progress_text) == (3, 40, "Reading pupils")


def test_progress_reaches_the_database_once_a_second_at_most() -> None:
    job = claimed()
    running = RunningJob(job)

    for number in range(1000):
        running.progress(number, 1000)

    job.refresh_from_db()
    assert job.progress_done == 0


def test_the_last_progress_is_kept_whatever_the_second(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        for number in range(41):
            running.progress(number, 40)

    make_kind("sending", work)
    submit("sending", {})
    job = claim("one")
    assert job is not None

    perform(job)

    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (40, 40)


def test_a_new_attempt_starts_at_nothing() -> None:
    job = claimed()
    RunningJob(job).progress(3, 40, "Reading pupils")
    free_leases_of("one")

    claim("one")

    job.refresh_from_db()
    assert (job.progress_done, job.progress_total, job.progress_text) == (0, 0, "")


def test_work_is_told_within_a_second_that_it_shall_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    job = claimed()
    running = RunningJob(job)
    assert not running.cancel_asked()
    cancel(job)
    assert not running.cancel_asked()

    later = time.monotonic() + 1.01
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert running.cancel_asked()


@pytest.mark.parametrize("look", ["progress", "cancel_asked"])
def test_a_lost_lease_ends_the_work_where_it_looks(look: str) -> None:
    running = RunningJob(claimed())
    free_leases_of("one")
    with pytest.raises(LeaseLost):
        running.progress(1, 2) if look == "progress" else running.cancel_asked()


def test_a_worker_that_stops_ends_the_work_where_it_looks() -> None:
    stopping = threading.Event()
    running = RunningJob(claimed(), stopping)
    running.progress(1, 2)

    stopping.set()

    with pytest.raises(GivenBack):
        running.progress(2, 2)


def test_a_guard_around_one_file_does_not_hold_up_the_end_of_the_work() -> None:
    assert not issubclass(StopWork, Exception)


def test_work_given_back_is_ready_at_once_and_has_used_no_attempt(make_kind: MakeKind) -> None:
    stopping = threading.Event()

    def work(running: RunningJob) -> None:
        stopping.set()
        running.cancel_asked()

    make_kind("sending", work)
    submit("sending", {})
    job = claim("one")
    assert job is not None

    perform(job, stopping)

    job.refresh_from_db()
    assert (job.state, job.attempt, job.deaths, job.lease_until) == (State.READY, 0, 0, None)
    assert list(Job.objects.due()) == [job]


def test_what_is_left_of_work_given_back_does_not_write_for_the_next_worker(make_kind: MakeKind) -> None:
    stopping = threading.Event()
    left: list[RunningJob] = []

    def work(running: RunningJob) -> None:
        left.append(running)
        stopping.set()
        running.cancel_asked()

    make_kind("sending", work)
    submit("sending", {})
    job = claim("one")
    assert job is not None
    perform(job, stopping)
    again = claim("two")
    assert again is not None
    assert again.attempt == job.attempt
    stopping.clear()

    with pytest.raises(LeaseLost):
        left[0].progress(1, 1)


def test_nothing_is_asked_of_the_database_between_two_seconds(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    running = RunningJob(claimed())
    running.progress(1, 3)
    with django_assert_num_queries(0):
        running.progress(2, 3)
        running.cancel_asked()
