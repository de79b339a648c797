"""A file for a school is offered once and collected once, wherever the authority is killed meanwhile."""

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
OFFERING = "outbox.written"
COLLECTING = "outbox.collected"
POINTS = (OFFERING, COLLECTING)

Run = Callable[..., tuple[int, bytes]]


@pytest.fixture
def run(database: Database) -> Iterator[Run]:
    forks = ForkServer("tests.faults.outbox_process", database.environment)

    def do(verb: str, fault: str = "") -> tuple[int, bytes]:
        with TemporaryFile() as printed:
            code = forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    yield do
    forks.close()


def test_a_file_is_offered_and_collected_once_though_the_authority_is_killed(
    database: Database, run: Run, request: pytest.FixtureRequest
) -> None:
    code, printed = run("set up")
    assert code == 0, printed
    killed = int(run("work", OFFERING)[0] == -signal.SIGKILL)
    assert database.rows("SELECT count(*) FROM authority_exchange_outboxentry")[0][0] == 0
    assert run("work")[0] == 0
    killed += run("collected", COLLECTING)[0] == -signal.SIGKILL
    for _ in range(2):
        assert run("collected")[0] == 0
    complaints = ask(json.loads(run("told")[1]))
    note(request, "outbox", database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(POINTS)
    assert not any(complaints.values()), complaints


def ask(told: dict[str, Any]) -> dict[str, list[str]]:
    """The four questions of DESIGN 13, of what the site itself says in the end."""
    once = {name: told[name] for name in ("bytes", "values", "offered", "collected")}
    once["entries"] = len(told["entries"])
    return {
        "lost": [name for name, number in once.items() if number < 1],
        "twice": [name for name, number in once.items() if number > 1],
        "stuck": [f"the run is {told['run']}"] * (told["run"] != "successful")
        + [f"a file is {state}" for state in told["entries"] if state != "closed"]
        + [f"{told['open jobs']} jobs wait"] * bool(told["open jobs"]),
        "untold": [f"{told['audit']} entries of the audit"] * (told["audit"] != 2)
        + ["the run does not say what it sent"] * ("1 value of 1 pupil" not in told["message"]),
    }
