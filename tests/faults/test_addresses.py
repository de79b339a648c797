"""The loading of an address list that is killed leaves the list before in use, and is finished by the next worker."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.database import Database

PROGRAM = Path(__file__).parent / "address_process.py"
POINTS = ("addresses.written", "addresses.in-use")


def run(database: Database, verb: str, *, fault: str = "") -> int:
    here = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    environment = {**database.environment, "SCHOOLGATE_FAULTS": fault, "PYTHONPATH": here}
    return subprocess.run([sys.executable, str(PROGRAM), verb], env=environment, check=False).returncode


def in_use(database: Database) -> list[tuple[object, ...]]:
    lists = "SELECT source_name, records FROM authority_importing_addresslistload WHERE state = 'in use'"
    return [tuple(row) for row in database.rows(lists)]


def test_a_list_whose_loading_is_killed_at_every_step_is_in_use_once_and_whole(database: Database) -> None:
    assert run(database, "prepare") == 0
    for point, counts in zip(POINTS, (("first.csv", 100), ("second.csv", 120)), strict=True):
        assert run(database, "work", fault=f"{point}:1") == -signal.SIGKILL
        database.write("UPDATE jobs_job SET deaths = 0")
        assert in_use(database) == [counts]
    assert run(database, "work") == 0
    assert in_use(database) == [("second.csv", 120)]
    ((addresses,),) = database.rows("SELECT count(*) FROM authority_importing_listedaddress")
    ((to_do,),) = database.rows("SELECT count(*) FROM jobs_job WHERE state <> 'done'")
    assert (addresses, to_do) == (120, 0)
