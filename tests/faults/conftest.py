"""A site's database for processes that are killed, on SQLite and on PostgreSQL."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.postgres import Server


@dataclass
class Database:
    """Where a test's processes keep their rows. `url` is empty for SQLite, which lies in `home`."""

    home: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "schoolgate.sites.testing",
            "SCHOOLGATE_TEST_HOME": str(self.home),
            "DATABASE_URL": self.url,
        }

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, seen from outside of Schoolgate."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.home / "db.sqlite3", timeout=20)) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    home = tmp_path / "home"
    if request.param == "sqlite":
        yield Database(home, "")
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"faults_{uuid.uuid4().hex}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield Database(home, server.url(name))
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
