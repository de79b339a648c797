"""A home that a newer program has worked on: every command that opens it refuses, and changes nothing."""

import sqlite3
import subprocess
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate

NEWER = "99.0.0"


@pytest.fixture(scope="module", params=["school", "authority", "supplier"])
def site_and_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    home = tmp_path_factory.mktemp(request.param)
    new_home(request.param, home)
    with closing(sqlite3.connect(home / "db.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO versions_programversion (version, first_at) VALUES (?, '2030-01-01 00:00:00')", [NEWER]
        )
    return request.param, home


def refused(site: str, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    result = schoolgate(site, *words, "--home", str(home))
    assert (result.returncode, result.stdout) == (1, "")
    assert f"brought up to date by Schoolgate {NEWER}" in result.stderr
    assert "Traceback" not in result.stderr
    return result


@pytest.mark.parametrize("words", [("init",), ("serve", "--port", "1"), ("users", "list"), ("jobs", "--json")])
def test_every_way_in_is_refused(site_and_home: tuple[str, Path], words: tuple[str, ...]) -> None:
    refused(*site_and_home, *words)


def test_the_database_is_left_as_it_was(site_and_home: tuple[str, Path]) -> None:
    site, home = site_and_home
    before = sha256((home / "db.sqlite3").read_bytes()).hexdigest()
    refused(site, home, "init")
    assert sha256((home / "db.sqlite3").read_bytes()).hexdigest() == before


def test_the_reason_says_what_to_do(site_and_home: tuple[str, Path]) -> None:
    told = refused(*site_and_home, "init").stderr
    assert f"Install Schoolgate {NEWER} or newer again" in told
    assert "put back a backup" in told
