"""An import that is killed is ended by the next: each file lies in *Files Imported* once, and the LA knows."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import ForkServer
from tests.faults.table import note
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import RawServer

PATIENCE_SECONDS = 300
WALK = (
    "file-import.fetched",
    "file-import.aside",
    "file-import.placing",
    "file-import.renamed",
    "file-import.placed",
    "file-import.said",
    "file-import.told",
)
"""Killed here one after the other, each at a file that no import before it had brought to its end."""
POINTS = WALK
FILES = {
    number: (f"820LLLL_PER_8204321_{number:03}.xml", f"<PERfile>{number}</PERfile>".encode()) for number in range(9)
}


@pytest.fixture
def la() -> Iterator[ScriptedLa]:
    """An LA with files for the school."""
    la = ScriptedLa(offers=dict(FILES))
    la.server = RawServer(la.handle)
    threading.Thread(target=la.server.run, daemon=True).start()
    yield la
    with suppress(OSError):
        la.server.listener.shutdown(2)
    la.server.listener.close()


@pytest.fixture
def forks(database: Database, la: ScriptedLa, tmp_path: Path) -> Iterator[ForkServer]:
    environment = {**database.environment, "URL": la.address, "FOLDER": str(tmp_path / "staff")}
    forks = ForkServer("tests.faults.file_import_process", environment)
    yield forks
    forks.close()


def run(forks: ForkServer, verb: str, fault: str = "") -> tuple[int, bytes]:
    """How it ended, and what it printed."""
    with TemporaryFile() as printed:
        code = forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
        printed.seek(0)
        return code, printed.read()


def test_an_import_killed_at_every_step_leaves_each_file_once(
    database: Database, forks: ForkServer, la: ScriptedLa, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    code, printed = run(forks, "set up")
    assert code == 0, printed
    assert run(forks, "ask")[0] == 0
    killed = 0
    for point in WALK:
        killed += run(forks, "work", point)[0] == -signal.SIGKILL
        # No job may count it as its third death: each of these kills is a case of its own.
        database.write("UPDATE jobs_job SET deaths = 0")
    code, printed = run(forks, "work")
    assert code == 0, printed
    complaints = ask(json.loads(run(forks, "told")[1]), la, tmp_path / "staff" / "imported")
    name = "postgres" if database.url else "sqlite"
    note(request, "importing files from an LA", database=name, killed=killed, complaints=complaints)
    assert killed == len(WALK)
    assert not any(complaints.values()), complaints


def ask(told: dict[str, Any], la: ScriptedLa, folder: Path) -> dict[str, list[str]]:
    """The four questions of DESIGN 13."""
    there = {file.name: file.read_bytes() for file in folder.iterdir()}
    wanted = dict(FILES.values())
    lost = [f"{name} is not there, or not as it was" for name, plain in wanted.items() if there.get(name) != plain]
    twice = [f"{name} lies there too" for name in there.keys() - wanted.keys()]
    twice += [f"{message}: told {count} times" for message, count in told["journal"].items() if count > 1]
    stuck = [f"{number} is {state}" for number, state in told["states"].items() if state != "told"]
    stuck += [f"the LA was not told of {number}" for number in FILES if number not in la.collected]
    stuck += [f"{told['open jobs']} jobs wait"] * bool(told["open jobs"])
    untold = [
        f"the journal tells nothing of {name}" for name in wanted if not any(name in one for one in told["journal"])
    ]
    untold += [f"a job failed: {error}" for error in told["failed jobs"]]
    return {"lost": lost, "twice": twice, "stuck": stuck, "untold": untold}
