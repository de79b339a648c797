"""An import that is killed leaves whole pupils, says how many, and is finished by the next worker (DESIGN 7, 13)."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.database import Database

PROGRAM = Path(__file__).parent / "import_process.py"
PUPILS = 1_100
# Killed here one after the other, at which turn, and how many of the pupils are held then: portions have 500.
WALK = [
    ("import.before-commit", 2, 500),
    ("import.portion", 1, 1_000),
    ("import.before-end", 1, PUPILS),
    ("import.completed", 1, PUPILS),
]
POINTS = {point for point, _, _ in WALK}


def run(database: Database, verb: str, fault: str = "") -> subprocess.CompletedProcess[bytes]:
    here = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    environment = {**database.environment, "SCHOOLGATE_FAULTS": fault, "PYTHONPATH": here, "PUPILS": str(PUPILS)}
    return subprocess.run([sys.executable, str(PROGRAM), verb], env=environment, stdout=subprocess.PIPE, check=False)


def test_an_import_killed_at_every_step_is_finished_and_nothing_is_there_twice(database: Database) -> None:
    assert run(database, "receive").returncode == 0
    for point, turn, held in WALK:
        assert run(database, "work", f"{point}:{turn}").returncode == -signal.SIGKILL, point
        # No job may count it as its third death: each of these kills is a case of its own.
        database.write("UPDATE jobs_job SET deaths = 0")
        ((pupils,),) = database.rows("SELECT count(*) FROM authority_records_pupil")
        ((done, met),) = database.rows("SELECT done, pupils FROM authority_importing_import")
        assert (pupils, done, met) == (held, held, PUPILS), point

    assert run(database, "work").returncode == 0
    told = json.loads(run(database, "held").stdout)
    assert (told["state"], told["outcome"]) == ("completed", "completed")
    assert told["counts"]["pupils"] == {"added": PUPILS}
    assert told["counts"]["groups"]["basic-details"] == {"added": PUPILS}
    assert (told["held"]["pupils"], told["changes"], told["replaced"]) == (PUPILS, 1, 0)
