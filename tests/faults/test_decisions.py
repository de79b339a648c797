"""A decision on many conflicts that is killed, and its undo, are finished by the next worker: no pupil twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.database import Database

PROGRAM = Path(__file__).parent / "decision_process.py"
PUPILS = 5
# Killed here one after the other, at which turn, and how many pupils have the new surname then: portions have two.
WALK = [("decide.before-commit", 2, 2), ("decide.portion", 1, 4)]
# And its undo.
WALK_BACK = [("take-back.before-commit", 2, 3), ("take-back.portion", 1, 1), ("take-back.before-end", 1, 0)]
POINTS = {point for point, _, _ in (*WALK, *WALK_BACK)}


def test_a_decision_on_many_and_its_undo_killed_at_every_step_are_done_once(database: Database) -> None:
    here = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    environment = {**database.environment, "PYTHONPATH": here, "PUPILS": str(PUPILS)}
    walks = [json.dumps([one[:2] for one in walk]) for walk in (WALK, WALK_BACK)]
    done = subprocess.run([sys.executable, str(PROGRAM), *walks], env=environment, stdout=subprocess.PIPE, check=True)
    decided, undone = json.loads(done.stdout)
    assert decided == {
        "met": [[*one, -signal.SIGKILL] for one in WALK],
        "ended": 0,
        "changed": PUPILS,
        "open": 0,
        "decided": PUPILS,
        "replaced": PUPILS,
        "audit": [PUPILS, 0],
        "undone": 0,
        "to do": 0,
        "result": {"decided": PUPILS, "changed": 0, "refused": 0},
    }
    assert undone == {
        "met": [[*one, -signal.SIGKILL] for one in WALK_BACK],
        "ended": 0,
        "changed": 0,
        "open": PUPILS,
        "decided": PUPILS,
        "replaced": 2 * PUPILS,
        "audit": [PUPILS, PUPILS],
        "undone": 1,
        "to do": 0,
        "result": {"put_back": PUPILS, "left": 0, "waits_again": PUPILS},
    }
