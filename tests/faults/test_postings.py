"""An export of postings that is killed, or made twice at once: each invoice is in one file, and one only."""

import json
import signal
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import ForkServer
from tests.faults.posting_process import INVOICES
from tests.faults.table import note

PATIENCE_SECONDS = 300
POINTS = ("posting.kept", "posting.committed")


class Processes:
    """Starts processes of posting_process."""

    def __init__(self, forks: ForkServer) -> None:
        self._forks = forks

    def run(self, verb: str, fault: str = "") -> tuple[int, bytes]:
        """How it ended, and what it printed."""
        with TemporaryFile() as printed:
            code = self._forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    def at_once(self, verb: str, count: int) -> list[int]:
        """How so many ended that were started together."""
        with TemporaryFile() as printed:
            started = [self._forks.start([verb], faults="", output=printed, errors=printed) for _ in range(count)]
            return [command.wait(PATIENCE_SECONDS) for command in started]


@pytest.fixture
def processes(database: Database) -> Iterator[Processes]:
    forks = ForkServer("tests.faults.posting_process", database.environment)
    yield Processes(forks)
    forks.close()


def told(processes: Processes) -> dict[str, Any]:
    code, printed = processes.run("told")
    assert code == 0, printed
    found: dict[str, Any] = json.loads(printed)
    return found


@pytest.mark.parametrize("point", POINTS)
def test_an_export_killed_at_a_step_is_made_by_the_next_and_nothing_is_in_two(
    database: Database, processes: Processes, point: str, request: pytest.FixtureRequest
) -> None:
    assert processes.run("set up")[0] == 0
    killed = int(processes.run("export", point)[0] == -signal.SIGKILL)
    code, printed = processes.run("export")
    assert code == 0, printed
    complaints = ask(told(processes))
    note(request, point, database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == 1
    assert not any(complaints.values()), complaints


def test_of_exports_at_once_one_has_each_invoice(database: Database, processes: Processes) -> None:
    assert processes.run("set up")[0] == 0
    assert processes.at_once("export", 3) == [0, 0, 0]
    complaints = ask(told(processes))
    assert not any(complaints.values()), complaints


def ask(found: dict[str, Any]) -> dict[str, list[str]]:
    """The four questions of DESIGN 13."""
    invoices = [f"SI-{number}" for number in range(INVOICES)]
    lost = [f"{number} is in no file" for number in invoices if not found["in files"].get(number)]
    lost += ["an invoice is exported into nothing"] * bool(found["without a file"])
    twice = [f"{number} is in {count} files" for number, count in found["in files"].items() if count > 1]
    twice += [f"there are exports {found['exports']}"] * (found["exports"] != [1])
    stuck = [f"{number} is {state}" for number, state in found["states"].items() if state != "posted"]
    stuck += [f"{found['waiting']} wait"] * bool(found["waiting"])
    untold = ["the audit has not each invoice once"] * (found["exported by the audit"] != INVOICES)
    untold += ["the audit has not one export"] * (found["exports in the audit"] != 1)
    return {"lost": lost, "twice": twice, "stuck": stuck, "untold": untold}
