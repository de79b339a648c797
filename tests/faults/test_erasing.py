"""An erasure that is killed has done nothing, and is done whole when it is asked for again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.database import Database

PROGRAM = Path(__file__).parent / "erasing_process.py"
POINTS = {"erasing.before-commit"}


def test_a_record_is_erased_whole_or_not_at_all_and_no_file_brings_it_back(database: Database) -> None:
    here = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    environment = {**database.environment, "PYTHONPATH": here}
    done = subprocess.run([sys.executable, str(PROGRAM)], env=environment, stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout) == {
        "killed": -signal.SIGKILL,
        "nothing was done": True,
        "ended": 0,
        "files that tell": [],
        "held": ["Sorrel"],
        "known again": True,
        "state": "done",
        "held afterwards": ["Sorrel"],
        "waits": [["Daniel", "erased-before"]],
    }
