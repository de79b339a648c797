"""`schoolgate authority catch-up`, as an operator calls it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told
from tests.sites.test_connection_commands import SETTINGS

BASE = ("--base", "8204321")


@pytest.fixture
def home(tmp_path: Path) -> str:
    """An authority with a school that is marked: its first run came too late."""
    at_home = ("--home", str(tmp_path))
    new_home("authority", tmp_path, "--la", "820")
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(SETTINGS))
    told("authority", "accounts", "add", "--la", "820", "--school", "4321", *at_home)
    told("authority", "bases", "settings", "8204321", "sims-primary", "--from", str(settings), *at_home)
    told("authority", "migrate", "8204321", "--school-moved", "2025-09-14", "--sure", "--yes", *at_home)
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database, database:
        database.execute(
            "UPDATE authority_collection_basemigration "
            "SET gap_first='2025-09-07', gap_last='2025-09-17', gap_noted_at='2025-12-18 18:00:00'"
        )
    return str(tmp_path)


def test_what_can_be_missing_is_asked_for_once(home: str) -> None:
    run = told("authority", "catch-up", *BASE, "--no-wait", "--home", home)
    assert (run["task"], run["data"], run["state"]) == ("Catch-up", "snapshot", "pending")
    again = schoolgate("authority", "catch-up", *BASE, "--no-wait", "--home", home)
    assert (again.returncode, "It is being caught up already." in again.stderr) == (1, True)


def test_taken_as_it_is_nothing_is_left_to_catch_up(home: str) -> None:
    taken = told("authority", "catch-up", *BASE, "--as-it-is", "--home", home)
    assert taken == {"la": "820", "school": "4321", "from": "2025-09-07", "to": "2025-09-17"}
    for words in ((), ("--as-it-is",)):
        after = schoolgate("authority", "catch-up", *BASE, *words, "--home", home)
        assert (after.returncode, "Nothing can be missing any more" in after.stderr) == (1, True)
