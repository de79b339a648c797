"""Databases and whole exchanges for processes that are killed, and the table of what the walk found."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import NIGHTLY
from tests.faults.crew import prepare
from tests.faults.database import KINDS, Database, make_database, new_database
from tests.faults.exchange import Exchange, copied_exchange, prepare_exchange
from tests.faults.table import print_table
from tests.postgres import Server
from tests.tables import all_tables

BY_DAY_ON_POSTGRES = {
    "test_collecting",
    "test_fetching",
    "test_imports",
    "test_invoices",
    "test_jobs",
    "test_random_kills",
    "test_supplier_service",
    "test_three_workers",
}
"""What the databases have most to do with. The rest is killed on SQLite by day and on both in the night."""
Migrated = Callable[[Server | None], Database]
Prepared = Callable[[Server | None], Exchange]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """By day leave out what the night walks on PostgreSQL too."""
    if NIGHTLY:
        return
    left_out = [
        item
        for item in items
        if item.path.parent.name == "faults"
        and item.get_closest_marker("postgres")
        and item.path.stem not in BY_DAY_ON_POSTGRES
    ]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    """Gives the database on a server (None: on SQLite) with all tables and nothing in them, made once, to be copied."""
    made: dict[Server, Database] = {}

    def give(server: Server | None) -> Database:
        if server is None:
            return Database(all_tables(), "")
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Gives an exchange on a server (None: on SQLite) that is set up, made once, to be copied."""
    made: dict[Server | None, Exchange] = {}

    def give(server: Server | None) -> Exchange:
        if server not in made:
            made[server] = prepare_exchange(tmp_path_factory.mktemp("prepared"), server)
        return made[server]

    return give


@pytest.fixture(scope="session", params=KINDS)
def exchange(
    prepared: Prepared, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exchange]:
    """An exchange on each kind of database, for many tests: what travelled before must not disturb what comes."""
    server = _server(request)
    with copied_exchange(tmp_path_factory.mktemp("exchange"), server, like=prepared(server)) as made:
        yield made


@pytest.fixture(params=KINDS)
def own_exchange(prepared: Prepared, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    """An exchange on each kind of database, for one test alone."""
    server = _server(request)
    with copied_exchange(tmp_path, server, like=prepared(server)) as made:
        yield made


def _server(request: pytest.FixtureRequest) -> Server | None:
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_server")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    print_table(terminalreporter)
