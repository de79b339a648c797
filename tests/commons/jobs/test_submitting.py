"""Asking for work, calling it off, starting it again."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from tests.commons.jobs.conftest import MakeKind, claimed

from schoolgate.commons.jobs.engine import DEATHS_UNTIL_PARKED, claim, free_leases_of, perform, work_off
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import cancel, start_again, submit, submit_many, work_waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


def test_a_submitted_job_is_ready_at_once() -> None:
    job = submit("counting", {"la": "820"})

    assert (job.state, job.args) == (State.READY, {"la": "820"})
    assert Job.objects.due().get() == job


def test_a_job_for_later_is_not_due() -> None:
    submit("counting", {}, run_at=timezone.now() + timedelta(hours=1))
    assert not Job.objects.due().exists()


def test_an_unknown_kind_is_refused_where_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="no kind of job 'juggling'"):
        submit("juggling", {})


def test_a_used_dedup_returns_the_job_that_has_it() -> None:
    first = submit("counting", {"n": 1}, dedup="monday")

    again = submit("counting", {"n": 2}, dedup="monday")

    assert again == first
    assert again.args == {"n": 1}
    assert Job.objects.count() == 1


def test_a_dedup_stays_used_after_the_job_is_done() -> None:
    job = claimed(dedup="monday")
    perform(job)
    assert submit("counting", {}, dedup="monday") == job


def test_jobs_without_dedup_are_never_taken_for_one() -> None:
    assert submit("counting", {}) != submit("counting", {})


def test_a_job_of_a_failed_transaction_was_never_there() -> None:
    with transaction.atomic():
        submit("counting", {})
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_workers_of_this_process_are_woken_when_the_transaction_commits() -> None:
    work_waiting.clear()
    with transaction.atomic():
        submit("counting", {})
        assert not work_waiting.is_set()
    assert work_waiting.is_set()


def test_the_kind_says_how_often_a_job_is_tried(make_kind: MakeKind) -> None:
    make_kind("stubborn", max_attempts=9)
    assert submit("stubborn", {}).max_attempts == 9
    assert submit("stubborn", {}, max_attempts=2).max_attempts == 2


def test_cancelling_a_waiting_job_ends_it_at_once() -> None:
    job = submit("counting", {})

    assert cancel(job)

    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert job.ended_at is not None
    assert claim("one") is None


def test_cancelling_a_running_job_asks_its_work_to_stop() -> None:
    job = claimed()

    assert cancel(job)

    job.refresh_from_db()
    assert (job.state, job.cancel_asked) == (State.RUNNING, True)


def test_a_done_job_cannot_be_cancelled() -> None:
    job = claimed()
    perform(job)

    assert not cancel(job)

    job.refresh_from_db()
    assert job.state == State.DONE


def test_a_failed_job_can_be_set_aside_for_good(make_kind: MakeKind) -> None:
    job = _failed(make_kind)
    assert cancel(job)
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_failed_job_started_again_has_all_its_attempts(make_kind: MakeKind) -> None:
    job = _failed(make_kind)
    attempts_used = job.attempt

    assert start_again(job)

    job.refresh_from_db()
    assert (job.state, job.error, job.ended_at, job.deaths) == (State.READY, "", None, 0)
    assert job.max_attempts - attempts_used == JobKind.max_attempts
    assert claim("one") == job


def test_a_parked_job_started_again_may_see_as_many_workers_die_as_a_new_one() -> None:
    job = submit("counting", {})
    states = []
    for _ in range(2):
        for _ in range(DEATHS_UNTIL_PARKED):
            claim("one")
            free_leases_of("one")
            job.refresh_from_db()
            states.append(job.state)
        start_again(job)
    assert states == [State.READY, State.READY, State.PARKED] * 2


def test_a_done_job_cannot_be_started_again() -> None:
    job = claimed()
    perform(job)
    assert not start_again(job)


def _failed(make_kind: MakeKind) -> Job:
    def fail(running: RunningJob) -> None:
        raise Permanent("There is no such folder. Make it, then start the job again.")

    make_kind("doomed", fail)
    job = submit("doomed", {})
    work_off()
    job.refresh_from_db()
    assert job.state == State.FAILED
    return job


def test_many_jobs_asked_for_at_once_are_as_if_asked_for_one_by_one(make_kind: MakeKind) -> None:
    make_kind("patient", max_attempts=3)
    one = submit("patient", {"school": 0, "told": "O\u2019Neill \\N\t"}, key="collect 0", priority=2)

    wanted = [{"school": number, "told": "O\u2019Neill \\N\t"} for number in range(3)]
    numbers = submit_many("patient", wanted, keys=[f"collect {number}" for number in range(3)], priority=2)

    made = [Job.objects.get(pk=number) for number in numbers]
    assert [job.args for job in made] == wanted
    assert [job.key for job in made] == ["collect 0", "collect 1", "collect 2"]
    ours = {"id", "args", "key", "created_at", "run_at"}
    for job in made:
        values = {name: value for name, value in vars(job).items() if name not in ours and name != "_state"}
        assert values == {name: getattr(one, name) for name in values if name != "_state"}
    assert Job.objects.due().count() == 4


def test_of_many_jobs_none_is_there_when_the_transaction_fails() -> None:
    with transaction.atomic():
        submit_many("counting", [{}, {}])
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_many_jobs_want_a_key_each_and_a_known_kind() -> None:
    with pytest.raises(ValueError, match="no kind of job 'juggling'"):
        submit_many("juggling", [{}])
    with pytest.raises(ValueError, match="zip"):
        submit_many("counting", [{}, {}], keys=["only one"])
    assert list(submit_many("counting", [])) == []
