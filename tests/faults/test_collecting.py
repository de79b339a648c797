"""A run that is killed is begun again: all arrives once, and no cursor moves before its import has ended."""

import json
import signal
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import ForkServer
from tests.faults.table import note

PATIENCE_SECONDS = 300
PUPILS = 20
WALK = ("collect.begun", "collect.staged", "collect.before-commit", "collect.handed-over", "collect.ended")
"""Killed here one after the other, the last one within the import's own commit."""
ASKING = "collect.asked"
POINTS = (*WALK, ASKING)

Run = Callable[..., tuple[int, bytes]]


@pytest.fixture
def run(database: Database) -> Iterator[Run]:
    forks = ForkServer("tests.faults.collect_process", {**database.environment, "PUPILS": str(PUPILS)})

    def do(verb: str, fault: str = "") -> tuple[int, bytes]:
        with TemporaryFile() as printed:
            code = forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    yield do
    forks.close()


def test_a_run_killed_at_every_step_ends_and_nothing_is_there_twice(
    database: Database, run: Run, request: pytest.FixtureRequest
) -> None:
    assert run("ask")[0] == 0
    killed = 0
    untold: list[str] = []
    for point in WALK:
        killed += run("work", point)[0] == -signal.SIGKILL
        # No job may count it as its third death: each of these kills is a case of its own.
        database.write("UPDATE jobs_job SET deaths = 0")
        if moved := database.rows("SELECT count(*) FROM authority_collection_cursor")[0][0]:
            untold.append(f"{moved} cursors moved before {point}")

    code, printed = run("work")
    assert code == 0, printed
    complaints = {**ask(json.loads(run("told")[1])), "untold": untold}
    note(request, "run", database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(WALK)
    assert not any(complaints.values()), complaints


def test_a_school_is_asked_for_a_file_once_though_the_worker_is_killed(
    database: Database, run: Run, request: pytest.FixtureRequest
) -> None:
    assert run("ask for a file")[0] == 0
    killed = int(run("work", ASKING)[0] == -signal.SIGKILL)
    assert run("work")[0] == 0
    told = json.loads(run("asked")[1])
    complaints: dict[str, list[str]] = {"lost": [], "twice": [], "stuck": [], "untold": []}
    note(request, ASKING, database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert (killed, told) == (1, {"state": "asked", "waits for": True})


def ask(told: dict[str, Any]) -> dict[str, list[str]]:
    """Three of the questions of DESIGN 13, of what the site itself says in the end."""
    once = {
        "pupils": (told["held"]["pupils"], PUPILS),
        "pupils added": (told["counts"].get("added"), PUPILS),
        "enrolments": (told["held"]["enrolments"], PUPILS),
        "imports": (told["imports"], 1),
        "rows held back": (told["held back"], 1),
        "cursors": (told["cursors"], 7),
        "changes": (told["changes"], 1),
        "values replaced": (told["replaced"], 0),
        "lines of the journal": (told["told"], 1),
    }
    return {
        "lost": [f"{what}: {found} of {right}" for what, (found, right) in once.items() if (found or 0) < right],
        "twice": [f"{what}: {found}, not {right}" for what, (found, right) in once.items() if (found or 0) > right],
        "stuck": [f"the run is {told['state']}: {told['message']}"] * (told["state"] != "successful")
        + [f"{told['open jobs']} jobs wait"] * bool(told["open jobs"]),
    }
