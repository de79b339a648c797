"""Claims, leases, fences, deaths and retries."""

import logging
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.commons.jobs.conftest import MakeKind, claimed, let_lease_run_out, make_due

from schoolgate.commons.jobs import engine
from schoolgate.commons.jobs.engine import claim, free_leases_of, pause_after, perform, reap, renew, work_off
from schoolgate.commons.jobs.kinds import Permanent, RunningJob, TryLater
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import cancel, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


def test_a_claim_gives_the_job_a_worker_an_attempt_and_a_lease() -> None:
    job = claimed("one")

    job.refresh_from_db()
    assert (job.state, job.worker, job.attempt) == (State.RUNNING, "one", 1)
    assert job.lease_until is not None
    assert timedelta(0) < job.lease_until - _now() <= engine.lease()


def test_a_claimed_job_is_not_claimed_again() -> None:
    claimed("one")
    assert claim("two") is None


def test_jobs_go_by_priority_then_time_then_order_of_asking() -> None:
    last = submit("counting", {})
    second = submit("counting", {}, priority=1)
    third = submit("counting", {}, run_at=_now() - timedelta(hours=1))
    first = submit("counting", {}, priority=1, run_at=_now() - timedelta(hours=2))

    assert [claim("one") for _ in range(4)] == [first, second, third, last]


def test_of_the_jobs_with_one_key_one_runs_and_the_others_wait() -> None:
    first = submit("counting", {}, key="820")
    second = submit("counting", {}, key="820")
    other = submit("counting", {}, key="823")

    assert [claim("one"), claim("two"), claim("three")] == [first, other, None]
    perform(Job.objects.get(pk=first.pk))
    assert claim("two") == second


def test_jobs_without_key_run_side_by_side() -> None:
    submit("counting", {})
    submit("counting", {})
    assert claim("one") is not None
    assert claim("two") is not None


def test_a_done_job_keeps_its_result_and_has_an_end(make_kind: MakeKind) -> None:
    make_kind("sending", lambda _: {"sent": 3})
    submit("sending", {})

    work_off()

    job = Job.objects.get()
    assert (job.state, job.result, job.error, job.lease_until) == (State.DONE, {"sent": 3}, "", None)
    assert job.ended_at is not None


def test_work_gets_its_arguments(make_kind: MakeKind) -> None:
    seen = []
    make_kind("sending", lambda running: seen.append(running.args))
    submit("sending", {"la": "820"})
    work_off()
    assert seen == [{"la": "820"}]


def test_what_cannot_pass_fails_at_once_with_its_sentence(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        raise Permanent("The folder is gone. Make it again, then start the job again.")

    make_kind("sending", work)
    submit("sending", {})

    work_off()

    job = Job.objects.get()
    assert (job.state, job.attempt) == (State.FAILED, 1)
    assert job.error == "The folder is gone. Make it again, then start the job again."
    assert job.ended_at is not None


def test_what_may_pass_is_tried_later_and_fails_when_the_attempts_are_used_up(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        raise TryLater(None, "The LA did not answer.")

    make_kind("sending", work, max_attempts=3)
    job = submit("sending", {})
    states = []
    for _ in range(3):
        make_due(job)
        work_off()
        job.refresh_from_db()
        states.append(job.state)

    assert states == [State.READY, State.READY, State.FAILED]
    assert job.error == "The LA did not answer."


def test_work_that_knows_when_is_tried_then(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        raise TryLater(600, "The LA asks to wait ten minutes.")

    make_kind("sending", work)
    job = submit("sending", {})

    work_off()

    job.refresh_from_db()
    assert timedelta(seconds=595) < job.run_at - _now() <= timedelta(seconds=600)


def test_an_unexpected_error_is_told_by_a_number_and_quotes_no_value(
    make_kind: MakeKind, caplog: pytest.LogCaptureFixture
) -> None:
    def work(running: RunningJob) -> None:
        try:
            raise ValueError(running.args["child"])
        except ValueError as error:
            raise KeyError(running.args["upn"]) from error

    make_kind("sending", work, max_attempts=1)
    submit("sending", {"child": "Tamsin Okoro", "upn": "A823200212003"})

    with caplog.at_level(logging.ERROR):
        work_off()

    job = Job.objects.get()
    reference = job.error.split()[-1].rstrip(".")
    assert job.state == State.FAILED
    assert reference in caplog.text
    assert "KeyError" in caplog.text
    assert "ValueError" in caplog.text
    assert __file__ in caplog.text
    assert "Tamsin" not in caplog.text + job.error
    assert "A823200212003" not in caplog.text + job.error


def test_an_unexpected_error_is_tried_again(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        if running.attempt == 1:
            raise RuntimeError

    make_kind("sending", work)
    job = submit("sending", {})
    work_off()
    make_due(job)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (State.DONE, 2, "")


def test_work_that_leaves_the_program_is_an_error_like_any_other(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        raise SystemExit(1)

    make_kind("sending", work, max_attempts=1)
    submit("sending", {})
    work_off()
    assert Job.objects.get().state == State.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_result_that_is_not_json_is_an_error_of_the_job(make_kind: MakeKind) -> None:
    make_kind("sending", lambda _: {"when": datetime.now}, max_attempts=1)
    submit("sending", {})
    work_off()
    assert Job.objects.get().state == State.FAILED


def test_a_kind_that_this_version_does_not_know_fails_and_says_so() -> None:
    Job.objects.create(kind="juggling")

    work_off()

    job = Job.objects.get()
    assert job.state == State.FAILED
    assert "'juggling'" in job.error


@given(tries=st.integers(1, 10_000))
def test_pauses_grow_to_a_quarter_of_an_hour_and_no_further(tries: int) -> None:
    longest = min(5.0 * 2 ** min(tries - 1, 20), 900.0)
    assert longest / 2 <= pause_after(tries) <= longest


def test_a_renewed_lease_is_a_whole_one() -> None:
    job = claimed("one")
    let_lease_run_out(job)

    renew("one", [job.pk])

    job.refresh_from_db()
    assert job.lease_until is not None
    assert job.lease_until - _now() > engine.lease() * 0.9
    assert reap() == 0


def test_nobody_renews_what_another_worker_holds() -> None:
    job = claimed("one")
    let_lease_run_out(job)
    renew("two", [job.pk])
    assert reap() == 1


def test_a_lease_that_runs_out_frees_the_job_for_any_worker() -> None:
    job = claimed("one")
    let_lease_run_out(job)

    assert reap() == 1

    again = claim("two")
    assert again == job
    assert (again.attempt, again.deaths) == (2, 1)


def test_a_lease_that_still_runs_is_left_alone() -> None:
    claimed("one")
    assert reap() == 0


def test_a_worker_of_the_same_name_frees_what_its_former_life_left() -> None:
    mine, others = claimed("one"), claimed("two")

    assert free_leases_of("one") == 1

    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.state, others.state) == (State.READY, State.RUNNING)


def test_three_deaths_park_a_job_and_say_so() -> None:
    job = submit("counting", {})
    states = []
    for _ in range(3):
        claim("one")
        free_leases_of("one")
        job.refresh_from_db()
        states.append(job.state)

    assert states == [State.READY, State.READY, State.PARKED]
    assert "three times" in job.error
    assert claim("one") is None


def test_deaths_use_up_no_attempt(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        raise TryLater(0, "Not now.")

    make_kind("sending", work, max_attempts=2)
    job = submit("sending", {})
    for _ in range(2):
        claim("one")
        free_leases_of("one")
    states = []
    for _ in range(2):
        make_due(job)
        again = claim("one")
        assert again is not None
        perform(again)
        job.refresh_from_db()
        states.append(job.state)
    assert states == [State.READY, State.FAILED]


def test_a_job_whose_worker_died_after_it_was_called_off_is_cancelled() -> None:
    job = claimed("one")
    cancel(job)
    free_leases_of("one")
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_worker_that_lost_its_lease_writes_nothing(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> dict[str, str]:
        let_lease_run_out(job)
        reap()
        return {"by": running.worker}

    make_kind("sending", work)
    job = submit("sending", {})
    late = claim("one")
    assert late is not None

    perform(late)

    job.refresh_from_db()
    assert (job.state, job.result) == (State.READY, None)


def test_a_worker_whose_job_another_has_writes_nothing(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        let_lease_run_out(job)
        reap()
        assert claim("two") == job
        raise Permanent("Too late.")

    make_kind("sending", work)
    job = submit("sending", {})
    late = claim("one")
    assert late is not None

    perform(late)

    job.refresh_from_db()
    assert (job.state, job.worker, job.error) == (State.RUNNING, "two", "")


def test_the_same_worker_does_not_write_for_its_earlier_attempt(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        if running.attempt == 1:
            free_leases_of("one")
            assert claim("one") == job

    make_kind("sending", work)
    job = submit("sending", {})
    first = claim("one")
    assert first is not None

    perform(first)

    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.RUNNING, 2)


def test_work_that_was_told_to_stop_and_returns_is_cancelled(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> dict[str, int]:
        cancel(job)
        assert running.cancel_asked()
        return {"sent": 1}

    make_kind("sending", work)
    job = submit("sending", {})

    work_off()

    job.refresh_from_db()
    assert (job.state, job.result) == (State.CANCELLED, {"sent": 1})


def test_work_that_ended_before_it_was_told_to_stop_is_done(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        cancel(job)

    make_kind("sending", work)
    job = submit("sending", {})
    work_off()
    job.refresh_from_db()
    assert job.state == State.DONE


def test_a_job_that_was_called_off_is_not_tried_again(make_kind: MakeKind) -> None:
    def work(running: RunningJob) -> None:
        cancel(job)
        raise TryLater(0, "Not now.")

    make_kind("sending", work)
    job = submit("sending", {})
    work_off()
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def _now() -> datetime:
    return timezone.now()
