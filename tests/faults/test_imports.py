"""An import that is killed leaves whole pupils, says how many, and is finished by the next worker (DESIGN 7, 13)."""

import json
import signal
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any, Protocol

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import IMPORTS, ForkServer
from tests.faults.table import note

PATIENCE_SECONDS = 300
PUPILS = 440
# Killed here one after the other, at which turn, and how many of the pupils are held then: portions have 200.
WALK = [
    ("import.before-commit", 2, 200),
    ("import.portion", 1, 400),
    ("import.before-end", 1, PUPILS),
    ("import.completed", 1, PUPILS),
]
# And its undo: where, at which turn, and how many of the pupils are still held then.
WALK_BACK = [
    ("undo.before-commit", 2, PUPILS - 200),
    ("undo.portion", 1, PUPILS - 400),
    ("undo.before-end", 1, 0),
]
POINTS = {point for point, _, _ in (*WALK, *WALK_BACK)}


class Run(Protocol):
    """Have a process of its own do something (import_process), and say how it ended and what it printed."""

    def __call__(self, verb: str, fault: str = "") -> tuple[int, bytes]: ...


@pytest.fixture
def run(database: Database) -> Iterator[Run]:
    forks = ForkServer(IMPORTS, {**database.environment, "PUPILS": str(PUPILS)})

    def do(verb: str, fault: str = "") -> tuple[int, bytes]:
        with TemporaryFile() as printed:
            code = forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    yield do
    forks.close()


def test_an_import_killed_at_every_step_is_finished_and_nothing_is_there_twice(
    database: Database, run: Run, request: pytest.FixtureRequest
) -> None:
    assert run("receive")[0] == 0
    killed = 0
    untold: list[str] = []
    for point, turn, held in WALK:
        killed += run("work", f"{point}:{turn}")[0] == -signal.SIGKILL
        # No job may count it as its third death: each of these kills is a case of its own.
        database.write("UPDATE jobs_job SET deaths = 0")
        ((pupils,),) = database.rows("SELECT count(*) FROM authority_records_pupil")
        ((done, met),) = database.rows("SELECT done, pupils FROM authority_importing_import")
        if (pupils, done, met) != (held, held, PUPILS):
            untold.append(f"{done} of {met} are told at {point}, {pupils} held, {held} to be")

    assert run("work")[0] == 0
    complaints = {**ask(json.loads(run("held")[1])), "untold": untold}
    where = f"import of {PUPILS:,} pupils"
    note(request, where, database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(WALK)
    assert not any(complaints.values()), complaints
    walk_back(database, run, request)


def walk_back(database: Database, run: Run, request: pytest.FixtureRequest) -> None:
    """Kill the undo of the import at every step; the next worker finishes it, and nothing is undone twice."""
    assert run("undo")[0] == 0
    killed = 0
    untold: list[str] = []
    for point, turn, held in WALK_BACK:
        killed += run("work", f"{point}:{turn}")[0] == -signal.SIGKILL
        database.write("UPDATE jobs_job SET deaths = 0")
        ((pupils,),) = database.rows("SELECT count(*) FROM authority_records_pupil")
        if pupils != held:
            untold.append(f"{pupils} pupils are held at {point}, {held} to be")
    assert run("work")[0] == 0
    told = json.loads(run("held")[1])
    ends = {"removed": told["undone"]["removed"], "held back": told["held back"]}
    complaints = {
        "lost": [f"{what}: {number} of {PUPILS}" for what, number in ends.items() if number < PUPILS],
        "twice": [f"{what}: {number}, not {PUPILS}" for what, number in ends.items() if number > PUPILS],
        "stuck": [] if told["told"] else ["the undo has not ended"],
        "untold": untold + [f"its end is told {told['told']} times"] * (told["told"] > 1),
    }
    where = f"undo of an import of {PUPILS:,} pupils"
    note(request, where, database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(WALK_BACK)
    assert not any(complaints.values()), complaints


def ask(told: dict[str, Any]) -> dict[str, list[str]]:
    """Three of the questions of DESIGN 13, of what the site itself says in the end."""
    pupils = told["held"]["pupils"]
    ended = {"import": told["state"], "outcome": told["outcome"]}
    once = {
        "pupils added": (told["counts"]["pupils"], {"added": PUPILS}),
        "basic details": (told["counts"]["groups"]["basic-details"], {"added": PUPILS}),
        "changes": (told["changes"], 1),
        "values replaced": (told["replaced"], 0),
    }
    return {
        "lost": [f"{pupils} of {PUPILS} pupils are held"] if pupils < PUPILS else [],
        "twice": [f"{what}: {found}, not {right}" for what, (found, right) in once.items() if found != right]
        + ([f"{pupils} pupils are held"] if pupils > PUPILS else []),
        "stuck": [f"{what} is {state}" for what, state in ended.items() if state != "completed"],
    }
