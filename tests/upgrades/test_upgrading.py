"""Databases that earlier programs left behind are brought up to today's by `init`, and nothing in them is lost.

What is recorded was made by the earlier programs themselves (`recording.py`).
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Server

from schoolgate import __version__

RECORDED = Path(__file__).parent / "recorded"
PUPILS = {"first": 0, "before-personnel": 3}
"""The earlier programs that are recorded, and how many pupils an authority held: the first knew none yet."""

NIGHTLY = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"
BY_DAY = ["before-personnel"]
WHERE = [
    *((recorded, "SQLite") for recorded in (PUPILS if NIGHTLY else BY_DAY)),
    *(
        pytest.param((recorded, "PostgreSQL"), marks=pytest.mark.postgres)
        for recorded in (PUPILS if NIGHTLY else BY_DAY)
    ),
]
FILE = "8204321_CES_820LLLL_001.xml"


class Home:
    """A site's home as an earlier program left it."""

    def __init__(self, site: str, folder: Path, recorded: str) -> None:
        self.site = site
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("SCHOOLGATE_")}
        self.environment.pop("DATABASE_URL", None)
        folder.mkdir()
        (folder / "key").write_bytes((RECORDED / recorded / f"{site}.key").read_bytes())
        self.recorded = RECORDED / recorded / f"{site}.sql"
        self.lay(folder / "db.sqlite3")

    def lay(self, file: Path) -> None:
        with closing(sqlite3.connect(file)) as database:
            database.executescript(self.recorded.read_text("utf-8"))

    def to_postgres(self, url: str) -> None:
        """Have the rows lie in this empty database instead."""
        self.environment["SCHOOLGATE_DATABASE_URL"] = url
        aside = self.folder.parent / f"{self.site}.sqlite3"
        (self.folder / "db.sqlite3").rename(aside)
        self.run("-m", "tests.upgrades.carrying", self.site, str(self.folder), str(aside))

    def run(self, *words: str) -> str:
        ended = subprocess.run(
            [sys.executable, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def told(self, *words: str) -> Any:
        call = ("-m", "schoolgate.sites.cli", self.site, *words)
        return json.loads(self.run(*call, "--json", "--home", str(self.folder)))


@pytest.fixture(scope="module", params=WHERE)
def earlier(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Which program, and where its rows lie."""
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture(scope="module")
def database_url(earlier: tuple[str, str], request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Makes an empty PostgreSQL database of a name; "" where the rows lie in SQLite."""
    if earlier[1] == "SQLite":
        yield lambda _: ""
        return
    import psycopg

    server: Server = request.getfixturevalue("postgres_server")
    made: list[str] = []

    def administer(statement: str) -> None:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def make(name: str) -> str:
        administer(f"CREATE DATABASE {name}")
        made.append(name)
        return server.url(name)

    yield make
    for name in made:
        administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def upgraded(
    earlier: tuple[str, str], database_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Home]:
    """The home of a site, after `init` by today's program."""

    @cache
    def upgrade(site: str) -> Home:
        home = Home(site, tmp_path_factory.mktemp(site) / "home", earlier[0])
        if url := database_url(f"earlier_{site}"):
            home.to_postgres(url)
        home.told("init")
        return home

    return upgrade


def test_an_authority_keeps_its_people_and_accounts(upgraded: Callable[[str], Home]) -> None:
    home = upgraded("authority")
    assert [user["user"] for user in home.told("users", "list") if user["role"] == "officer"] == ["omar"]
    assert [(one["la"], one["school"]) for one in home.told("accounts", "list")] == [("820", "4321")]


def test_an_authority_keeps_files_journal_and_audit(upgraded: Callable[[str], Home]) -> None:
    home = upgraded("authority")
    assert [file["name"] for file in home.told("files")] == [FILE]
    assert any(FILE in line["message"] + line["details"] for line in home.told("journal"))
    assert home.told("audit")


def test_an_authority_keeps_the_pupils_that_it_held(earlier: tuple[str, str], upgraded: Callable[[str], Home]) -> None:
    home = upgraded("authority")
    found = home.told("pupils")
    assert len(found) == PUPILS[earlier[0]]
    assert all(home.told("pupil", str(pupil["number"]))["held"] for pupil in found[:1])


def test_a_school_keeps_its_people_its_la_and_what_it_has_sent(upgraded: Callable[[str], Home]) -> None:
    home = upgraded("school")
    assert [user["user"] for user in home.told("users", "list")] == ["sue"]
    assert [(one["la"], one["user"]) for one in home.told("destinations", "list")] == [("820", "8204321")]
    (file,) = home.told("files")
    assert (file["name"], file["state"]) in {(FILE, "delivered"), (FILE, "imported")}
    assert any(FILE in line["message"] + line["details"] for line in home.told("journal"))


def test_it_is_known_afterwards_which_program_was_here(tmp_path: Path) -> None:
    home = Home("authority", tmp_path / "home", "first")
    home.told("init")
    with closing(sqlite3.connect(home.folder / "db.sqlite3")) as database:
        assert database.execute("SELECT version FROM versions_programversion").fetchall() == [(__version__,)]


def test_before_it_is_brought_up_to_date_a_command_says_how(tmp_path: Path) -> None:
    home = Home("school", tmp_path / "home", "first")
    words = ("-m", "schoolgate.sites.cli", "school", "files", "--home", str(home.folder))
    ended = subprocess.run([sys.executable, *words], env=home.environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, "schoolgate school init" in ended.stderr) == (2, True)
