"""A whole worker with its threads, on the real database."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries
from tests.commons.jobs.conftest import MakeKind, let_lease_run_out

from schoolgate.commons.jobs import worker as worker_module
from schoolgate.commons.jobs.engine import claim, reap, renew
from schoolgate.commons.jobs.health import live_workers
from schoolgate.commons.jobs.identity import take_identity
from schoolgate.commons.jobs.kinds import RunningJob
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import submit, work_waiting
from schoolgate.commons.jobs.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("counting")]


@contextmanager
def working(folder: Path, slots: int = 2) -> Iterator[threading.Event]:
    """A worker that works meanwhile; gives the event that stops it."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(slots=slots, folder=folder).run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "It did not come to pass."
        time.sleep(0.01)


def in_state(job: Job, state: State) -> Callable[[], bool]:
    return lambda: Job.objects.filter(pk=job.pk, state=state).exists()


def test_a_worker_does_what_is_due_and_ends_when_idle(tmp_path: Path) -> None:
    jobs = [submit("counting", {}, key=str(number % 3)) for number in range(20)]

    Worker(slots=4, folder=tmp_path).run(threading.Event(), until_idle=True)

    assert {job.state for job in Job.objects.filter(pk__in=[job.pk for job in jobs])} == {State.DONE}


def test_as_many_jobs_run_at_once_as_there_are_slots(tmp_path: Path, make_kind: MakeKind) -> None:
    met = threading.Barrier(3, timeout=60)
    make_kind("meeting", lambda _: {"place": met.wait()})
    for _ in range(3):
        submit("meeting", {})

    Worker(slots=3, folder=tmp_path).run(threading.Event(), until_idle=True)

    assert set(Job.objects.filter(kind="meeting").values_list("state", flat=True)) == {State.DONE}


def test_a_job_submitted_in_the_same_process_starts_without_waiting_for_the_next_look(
    tmp_path: Path, make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 120.0)
    started = threading.Event()

    def work(running: RunningJob) -> None:
        started.set()

    make_kind("sending", work)
    with working(tmp_path) as stop:
        time.sleep(0.3)
        submit("sending", {})
        assert started.wait(60)
        stop.set()
        # Otherwise the claiming thread would see the end only at its next look.
        work_waiting.set()


def test_a_job_submitted_elsewhere_starts_at_the_next_look(tmp_path: Path) -> None:
    with working(tmp_path):
        time.sleep(0.3)
        job = Job.objects.create(kind="counting")
        wait_until(in_state(job, State.DONE))


def test_a_lease_is_renewed_while_the_work_goes_on(
    tmp_path: Path, make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that ran out, as after a sleep of the machine, which begins and ends before the worker looks again."""
    began, go_on, slept = threading.Event(), threading.Event(), threading.Event()

    def work(running: RunningJob) -> None:
        began.set()
        go_on.wait(60)

    def renew_after_a_sleep(worker: str, held: Collection[int]) -> None:
        if job.pk in held and not slept.is_set():
            let_lease_run_out(job)
            slept.set()
        renew(worker, held)

    make_kind("long", work)
    job = submit("long", {})
    monkeypatch.setattr(worker_module, "renew", renew_after_a_sleep)
    with working(tmp_path):
        assert began.wait(60)
        assert slept.wait(60)
        wait_until(lambda: Job.objects.filter(pk=job.pk, lease_until__gt=Now()).exists())
        assert reap() == 0
        go_on.set()
        wait_until(in_state(job, State.DONE))
    job.refresh_from_db()
    assert (job.attempt, job.deaths) == (1, 0)


def test_short_work_ends_before_the_worker_stops(tmp_path: Path, make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        time.sleep(0.5)

    make_kind("short", work)
    job = submit("short", {})
    with working(tmp_path) as stop:
        wait_until(in_state(job, State.RUNNING))
        stop.set()
    job.refresh_from_db()
    assert job.state == State.DONE


def test_long_work_is_given_back_when_the_worker_stops(tmp_path: Path, make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        while True:
            running.progress(1, 0)
            time.sleep(0.01)

    make_kind("endless", work)
    job = submit("endless", {})
    with working(tmp_path) as stop:
        wait_until(in_state(job, State.RUNNING))
        stop.set()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.deaths) == (State.READY, 0, 0)


def test_work_that_cannot_be_left_keeps_its_lease_and_the_worker_its_name(
    tmp_path: Path, make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "LEAVE_WITHIN_SECONDS", 0.2)
    go_on = threading.Event()

    def work(running: RunningJob) -> None:
        go_on.wait(60)

    make_kind("deaf", work)
    job = submit("deaf", {})
    try:
        with working(tmp_path) as stop:
            wait_until(in_state(job, State.RUNNING))
            stop.set()
        assert in_state(job, State.RUNNING)()
        assert take_identity(tmp_path).name.endswith(".2")
    finally:
        go_on.set()
    wait_until(in_state(job, State.DONE))


def test_a_worker_that_starts_frees_what_a_dead_one_of_its_name_held(tmp_path: Path) -> None:
    submit("counting", {})
    identity = take_identity(tmp_path)
    dead = claim(identity.name)
    assert dead is not None
    identity.give_up()

    Worker(slots=1, folder=tmp_path).run(threading.Event(), until_idle=True)

    dead.refresh_from_db()
    assert (dead.state, dead.attempt, dead.deaths) == (State.DONE, 2, 1)


def test_a_worker_that_ended_gives_up_its_name(tmp_path: Path) -> None:
    Worker(slots=1, folder=tmp_path).run(threading.Event(), until_idle=True)
    assert take_identity(tmp_path).name.endswith(".1")


def test_a_worker_frees_what_a_dead_one_elsewhere_held(tmp_path: Path) -> None:
    submit("counting", {})
    dead = claim("another-machine.1")
    assert dead is not None
    let_lease_run_out(dead)

    with working(tmp_path):
        wait_until(in_state(dead, State.DONE))


def test_a_worker_is_seen_while_it_lives_and_not_after(tmp_path: Path) -> None:
    with working(tmp_path, slots=3):
        wait_until(lambda: live_workers().filter(slots=3).exists())
    assert not live_workers().exists()


@pytest.mark.parametrize(("routine", "kinds"), [(True, {"counting", "periodic"}), (False, {"counting"})])
def test_a_worker_sees_to_routine_work_unless_it_is_there_for_one_task(
    tmp_path: Path, routine: bool, kinds: set[str]
) -> None:
    for _ in range(50):
        submit("counting", {})
    Worker(slots=1, folder=tmp_path, routine=routine).run(threading.Event(), until_idle=True)
    assert set(Job.objects.values_list("kind", flat=True)) == kinds


def test_a_database_in_trouble_ends_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "AFTER_TROUBLE_SECONDS", 0.01)
    troubles = [OperationalError("database is locked")] * 3

    def claim_with_trouble(worker: str) -> Job | None:
        if troubles:
            raise troubles.pop()
        return claim(worker)

    monkeypatch.setattr(worker_module, "claim", claim_with_trouble)
    job = submit("counting", {})
    with working(tmp_path):
        wait_until(in_state(job, State.DONE))
    assert not troubles


def test_an_idle_look_is_one_question_to_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        claim("one")
