"""The service is killed in the middle of a call: an order answered true is there, and sent again it is one order."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.database import Database

PROGRAM = Path(__file__).parent / "service_process.py"
# Killed here, and whether what was asked stands in the database then.
ORDERS = [("order.checked", False), ("order.before-commit", False), ("order.committed", True)]
STATUSES = [("status.before-commit", False), ("status.committed", True)]
POINTS = {point for point, _ in (*ORDERS, *STATUSES)}


def test_a_call_that_is_killed_at_any_step_is_done_whole_or_not_at_all_and_once(database: Database) -> None:
    walk = [*(("SendOrder", point) for point, _ in ORDERS), *(("UpdateDocumentStatus", point) for point, _ in STATUSES)]
    here = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        env={**database.environment, "PYTHONPATH": here},
        input=json.dumps(walk),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    # Each killed call was not answered; the same call again was answered true, by a process that died right after.
    assert told[: len(ORDERS)] == [
        {"killed": "", "after kill": [stands] * 3, "again": "true", "after again": [1, 1, 1]} for _, stands in ORDERS
    ]
    assert told[len(ORDERS) :] == [
        {
            "told": [
                ["", "processed" if stands else "waiting", "true", "processed"],
                ["", "waiting" if stands else "processed", "true", "waiting"],
            ],
            "events": ["queued", "processed", "unprocessed"],
        }
        for _, stands in STATUSES
    ]
