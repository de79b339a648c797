"""A site's database for processes that are killed, on SQLite or on PostgreSQL, seen from outside of Schoolgate."""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.postgres import Server

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


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
        """What a query finds."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.home / "db.sqlite3", timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def write(self, statement: str, *, patience: float = 20) -> None:
        """Change rows; it waits so many seconds for another's lock, then raises the driver's error."""
        if self.url:
            with psycopg.connect(self.url, options=f"-c lock_timeout={int(patience * 1000)}") as postgres:
                postgres.execute(statement.encode())
            return
        with closing(sqlite3.connect(self.home / "db.sqlite3", timeout=patience)) as sqlite, sqlite:
            sqlite.execute(statement)


def make_database(home: Path, server: Server | None, *, like: Database | None = None) -> Database:
    """A database on `server`, or SQLite in `home` where it is None.

    It is empty, or a copy of `like`, which lies at the same place and nobody is connected to.
    """
    if like is not None:
        shutil.copytree(like.home, home)
    if server is None:
        return Database(home, "")
    name = f"faults_{uuid.uuid4().hex}"
    template = like.url.rpartition("/")[2] if like is not None else "template1"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return Database(home, server.url(name))


@contextmanager
def new_database(home: Path, server: Server | None, *, like: Database | None = None) -> Iterator[Database]:
    """A database for the length of a `with` block."""
    made = make_database(home, server, like=like)
    yield made
    if server is not None:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {made.url.rpartition('/')[2]} WITH (FORCE)".encode())
