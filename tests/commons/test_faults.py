"""Points of death do nothing unless named."""

import os
import subprocess
import sys

import pytest

PASS_THREE_TIMES = """
import os
from django.conf import settings
settings.configure(SCHOOLGATE_FAULTS=os.environ["FAULTS"])
from schoolgate.commons.faults import fault_point
for number in range(3):
    fault_point("here")
    print(number, flush=True)
"""


def passings(faults: str) -> tuple[int, int]:
    """How often a process came past the point, and how it ended."""
    result = subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        env={**os.environ, "FAULTS": faults},
        capture_output=True,
        text=True,
        check=False,
    )
    return len(result.stdout.split()), result.returncode


@pytest.mark.parametrize(
    ("faults", "passed"),
    [("", 3), ("there", 3), ("here", 0), ("here:1", 0), ("here:3", 2), ("here:4", 3), ("there:2, here:2", 1)],
)
def test_a_process_dies_at_the_passing_that_was_named(faults: str, passed: int) -> None:
    came_past, code = passings(faults)
    assert came_past == passed
    assert (code == 0) == (passed == 3)
