"""Clearing that is killed between a file and its row: nothing is promised that is gone, and nothing lies for ever."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.database import Database

PROGRAM = Path(__file__).parent / "retention_process.py"
POINTS = {"retention.file-removed", "retention.row-written"}


def run(database: Database, verb: str, fault: str = "") -> subprocess.CompletedProcess[bytes]:
    here = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    environment = {**database.environment, "SCHOOLGATE_FAULTS": fault, "PYTHONPATH": here}
    return subprocess.run([sys.executable, str(PROGRAM), verb], env=environment, stdout=subprocess.PIPE, check=False)


def bytes_and_row(database: Database, pattern: str, table: str) -> tuple[bool, bool]:
    """Whether the bytes are there, and whether the row says so."""
    ((gone_at,),) = database.rows(f"SELECT content_gone_at FROM {table}")
    return bool(list(database.home.glob(pattern))), gone_at is None


def at_school(database: Database) -> tuple[bool, bool]:
    return bytes_and_row(database, "root/820/Files Exported/*.xml", "school_exchange_transfer")


def at_authority(database: Database) -> tuple[bool, bool]:
    return bytes_and_row(database, "files/??/*.xml.gz", "authority_exchange_receivedfile")


def test_clearing_killed_at_either_site_is_ended_by_the_next_run(database: Database) -> None:
    assert run(database, "prepare").returncode == 0
    # The school's file is gone before its row says so: nothing else would ever remove it.
    assert run(database, "clear", "retention.file-removed").returncode == -signal.SIGKILL
    assert at_school(database) == (False, True)
    # The authority's row says that the bytes are gone before they are: nobody is led to bytes that are not there.
    assert run(database, "clear", "retention.row-written").returncode == -signal.SIGKILL
    assert at_authority(database) == (True, False)
    assert run(database, "clear").returncode == 0
    assert at_school(database) == at_authority(database) == (False, False)
