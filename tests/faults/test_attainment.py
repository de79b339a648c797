"""A run that reads a folder and is killed reads it again: each result is held or waits once."""

import json
import signal
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import ForkServer
from tests.faults.table import note

PATIENCE_SECONDS = 300
POINTS = ("attainment.read", "attainment.before-commit")


def test_results_arrive_once_though_the_run_is_killed(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    forks = ForkServer("tests.faults.attainment_process", {**database.environment, "FOLDER": str(tmp_path)})

    def run(verb: str, fault: str = "") -> tuple[int, bytes]:
        with TemporaryFile() as printed:
            code = forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    code, said = run("set up")
    assert code == 0, said
    killed = 0
    for point in POINTS:
        killed += run("work", point)[0] == -signal.SIGKILL
        assert database.rows("SELECT count(*) FROM authority_collection_suspendedresult")[0][0] == 0
        # No job may count it as its third death: each of these kills is a case of its own.
        database.write("UPDATE jobs_job SET deaths = 0")
    code, said = run("work")
    assert code == 0, said
    complaints = ask(json.loads(run("told")[1]))
    forks.close()
    note(request, "attainment", database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(POINTS)
    assert not any(complaints.values()), complaints


def ask(told: dict[str, Any]) -> dict[str, list[str]]:
    """The four questions of DESIGN 13, of what the site itself says in the end."""
    once = {name: told[name] for name in ("imports", "files", "waits", "held")}
    return {
        "lost": [name for name, number in once.items() if number < 1],
        "twice": [name for name, number in once.items() if number > 1],
        "stuck": [f"the run is {told['run']}"] * (told["run"] != "successful")
        + [f"{told['open jobs']} jobs wait"] * bool(told["open jobs"]),
        "untold": ["the run does not say that one waits"] * ("held back" not in told["message"]),
    }
