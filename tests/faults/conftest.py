"""Databases and whole exchanges for processes that are killed, and the table of what the walk found."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.faults.crew import prepare
from tests.faults.database import Database, make_database, new_database
from tests.faults.exchange import Exchange, KillableSite
from tests.faults.table import print_table
from tests.postgres import Server

Migrated = Callable[[Server | None], Database]
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    """Gives the database on a server (None: on SQLite) with all tables and nothing in them, made once, to be copied."""
    made: dict[Server | None, Database] = {}

    def give(server: Server | None) -> Database:
        if server not in made:
            made[server] = make_database(tmp_path_factory.mktemp("migrated") / "home", server)
            prepare(made[server])
        return made[server]

    return give


@pytest.fixture(params=KINDS)
def database(migrated: Migrated, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with all tables, and nothing in them yet."""
    server = _server(request)
    with new_database(tmp_path / "home", server, like=migrated(server)) as made:
        yield made


@pytest.fixture(scope="session", params=KINDS)
def exchange(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """An exchange on each kind of database, set up once: what travelled before must not disturb what comes."""
    folder = tmp_path_factory.mktemp("exchange")
    server = _server(request)
    with ExitStack() as stack:

        def site(kind: str) -> KillableSite:
            home = folder / kind
            database = stack.enter_context(new_database(home, server))
            return KillableSite(kind, home, _free_address(), database=database)

        made = Exchange(folder, school=site("school"), authority=site("authority"))
        stack.callback(made.authority.kill)
        made.set_up()
        yield made


def _server(request: pytest.FixtureRequest) -> Server | None:
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_server")


def _free_address() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    print_table(terminalreporter)
