"""Jobs survive: processes killed at random and at every step, machines that stop for a while (DESIGN 6, 13)."""

import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.crew import Crew, Span
from tests.faults.database import Database

JOBS = 200
KILLS = 6
# Long enough that a busy machine keeps no live worker from renewing; the killed ones come back under their own names.
PATIENT = {"SCHOOLGATE_JOB_LEASE_SECONDS": "10"}
# Of a machine that waits for another's end.
LIVELY = {"SCHOOLGATE_JOB_LEASE_SECONDS": "5"}
SEEDS = range(1, 6) if os.environ.get("SCHOOLGATE_NIGHTLY") == "1" else [1]
# Killed here, and what was done by then need not be done again (else: may be).
POINTS = {"jobs.claimed": True, "jobs.worked": False, "jobs.ended": True}


@pytest.fixture
def crew(database: Database, tmp_path: Path) -> Iterator[Crew]:
    made = Crew(database, tmp_path)
    yield made
    made.dismiss()


def overlaps(spans: list[Span]) -> list[tuple[Span, Span]]:
    """Two attempts at jobs of one key at the same time."""
    by_key = sorted(spans, key=lambda span: (span.key, span.start))
    return [(a, b) for a, b in itertools.pairwise(by_key) if a.key == b.key and b.start < a.end]


@pytest.mark.parametrize("seed", SEEDS)
def test_of_200_jobs_none_is_lost_and_no_key_runs_twice_while_processes_are_killed(crew: Crew, seed: int) -> None:
    chance = random.Random(seed)
    workers = [crew.work(**PATIENT), crew.work(**PATIENT)]
    submitter = crew.submit(JOBS, seconds=0.2)
    crew.wait_until(lambda: len(crew.accepted()) > JOBS // 3)
    crew.kill(submitter)
    accepted = crew.accepted()
    submitter = crew.submit(JOBS, seconds=0.2)
    for _ in range(KILLS):
        place = chance.randrange(2)
        victim = workers[place]
        crew.wait_until(lambda victim=victim: crew.has_worked(victim))  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.5))
        crew.kill(victim)
        workers[place] = crew.work(**PATIENT)
    assert submitter.wait(60) == 0
    crew.wait_until_done(JOBS)

    spans = crew.spans()
    rows = crew.jobs("state, deaths, attempt")
    assert len(accepted) > JOBS // 3
    assert len(rows) == JOBS, "a job was lost or submitted twice"
    assert {span.number for span in spans if span.finished} == set(range(JOBS))
    assert overlaps(spans) == []
    # Nothing is done twice but what a kill cut off before its end was recorded.
    for number, times in Counter(span.number for span in spans if span.finished).items():
        pids = [span.pid for span in spans if span.number == number and span.finished]
        assert times == 1 or all(pid in crew.killed for pid in pids[:-1])
    # Everything told: each attempt that a kill cut off stands with its job.
    cut_off = Counter(span.number for span in spans if not span.finished)
    assert cut_off, "no kill hit a job: this test proved nothing"
    assert all(rows[number][1] >= deaths for number, deaths in cut_off.items())


def test_what_a_dead_worker_held_is_done_by_the_other_when_it_never_comes_back(crew: Crew) -> None:
    dying, staying = crew.work(WORKERS="one", **LIVELY), crew.work(WORKERS="two", **LIVELY)
    crew.submit(40, seconds=0.3)
    crew.wait_until(lambda: crew.has_worked(dying) and crew.has_worked(staying))

    crew.kill(dying)

    crew.wait_until_done(40)
    assert overlaps(crew.spans()) == []
    assert any(deaths for (deaths,) in crew.jobs("deaths"))


def test_a_worker_that_slept_past_its_lease_leaves_its_job_to_the_one_that_took_it_over(crew: Crew) -> None:
    sleeper = crew.work(WORKERS="one")
    crew.submit(1, seconds=1.0)
    crew.wait_until(lambda: crew.has_worked(sleeper))
    crew.put_to_sleep(sleeper)
    other = crew.work(WORKERS="two")
    crew.wait_until_done(1)

    sleeper.send_signal(signal.SIGCONT)
    sleeper.terminate()
    assert sleeper.wait(60) == 0

    assert crew.jobs("attempt, deaths") == [(2, 1)]
    assert f'"pid": {other.pid}' in crew.jobs("CAST(result AS text)")[0][0]


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_step_loses_doubles_and_sticks_nothing(crew: Crew, point: str) -> None:
    crew.submit(6, seconds=0.01).wait(60)

    dying = crew.work(SLOTS="1", faults=f"{point}:3")
    crew.note_death(dying)
    assert dying.returncode == -signal.SIGKILL
    crew.work()
    crew.wait_until_done(6)

    done = Counter(span.number for span in crew.spans() if span.finished)
    assert set(done) == set(range(6))
    assert overlaps(crew.spans()) == []
    if POINTS[point]:
        assert set(done.values()) == {1}
    for number, (deaths,) in enumerate(crew.jobs("deaths")):
        assert deaths >= done[number] - 1


def test_a_worker_told_to_end_leaves_nothing_running(crew: Crew) -> None:
    worker = crew.work()
    crew.submit(30, seconds=0.3)
    crew.wait_until(lambda: crew.has_worked(worker))

    worker.terminate()

    assert worker.wait(60) == 0
    assert {state for (state,) in crew.jobs("state")} <= {"done", "ready"}
    assert {deaths for (deaths,) in crew.jobs("deaths")} == {0}


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_workers_go_on_when_the_database_cuts_every_connection(crew: Crew) -> None:
    worker = crew.work()
    crew.submit(40, seconds=0.2).wait(60)
    for _ in range(3):
        crew.wait_until(lambda: crew.has_worked(worker))
        crew.database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        time.sleep(0.5)

    crew.wait_until_done(40)

    assert worker.poll() is None
    assert {span.number for span in crew.spans() if span.finished} == set(range(40))
