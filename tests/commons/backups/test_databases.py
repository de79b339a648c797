"""The copy of a database: of one moment, in one file, and looked through."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import dj_database_url
import psycopg
import pytest
from tests.postgres import Server

from schoolgate.commons.backups import databases
from schoolgate.commons.backups.databases import ToolFailed, bring_back_postgres, copy_database, look_for_damage
from schoolgate.commons.backups.manifest import Damaged


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A database that somebody is writing to."""
    path = tmp_path / "busy.sqlite3"
    monkeypatch.setattr(
        databases, "connection", SimpleNamespace(vendor="sqlite", settings_dict={"NAME": path, "PASSWORD": ""})
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (x); CREATE INDEX i ON t (x);")
        writing.execute("BEGIN")
        writing.executemany("INSERT INTO t VALUES (?)", [(f"row {number}",) for number in range(5_000)])
        writing.execute("COMMIT")
        yield writing


def test_a_copy_holds_what_was_committed_and_nothing_of_what_was_not(busy: sqlite3.Connection, tmp_path: Path) -> None:
    busy.execute("BEGIN IMMEDIATE")
    busy.execute("INSERT INTO t VALUES ('not yet')")
    (tmp_path / "backup").mkdir()
    copied = copy_database(tmp_path / "backup")
    with closing(sqlite3.connect(copied)) as database:
        assert database.execute("SELECT COUNT(*) FROM t").fetchone() == (5_000,)
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["db.sqlite3"]


def test_damage_in_a_copy_is_found(busy: sqlite3.Connection, tmp_path: Path) -> None:
    copied = copy_database(tmp_path)
    with copied.open("rb+") as file:
        file.seek(9 * 4096)
        file.write(bytes(4096))
    with pytest.raises(Damaged):
        look_for_damage(copied, "sqlite")


def test_what_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"nothing of a database" * 100)
    with pytest.raises(Damaged):
        look_for_damage(tmp_path / "db.sqlite3", "sqlite")


def test_where_postgresql_s_own_program_is_missing_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "connection", SimpleNamespace(vendor="postgresql", settings_dict={"PASSWORD": ""}))
    monkeypatch.setattr(databases, "_address", lambda: "--dbname=")
    monkeypatch.setattr(databases, "DEBIAN_S", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ToolFailed, match="postgresql-client"):
        copy_database(tmp_path)


@pytest.mark.postgres
def test_postgresql_is_brought_back_as_it_was_and_only_into_an_empty_database(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as server:
        for name in ("lost", "new"):
            server.execute(f"CREATE DATABASE {name}".encode())

    def take(name: str) -> psycopg.Connection[tuple[object, ...]]:
        opened = psycopg.connect(postgres_server.url(name), autocommit=True)

        def table_names() -> list[str]:
            return [
                str(name) for (name,) in opened.execute("SELECT tablename FROM pg_tables WHERE schemaname='public'")
            ]

        fake = SimpleNamespace(
            vendor="postgresql",
            settings_dict=dj_database_url.parse(postgres_server.url(name)) | {"OPTIONS": {"connect_timeout": 10}},
            introspection=SimpleNamespace(table_names=table_names),
        )
        monkeypatch.setattr(databases, "connection", fake)
        return opened

    with take("lost") as lost:
        lost.execute("CREATE TABLE t (id serial PRIMARY KEY, x text)")
        lost.execute("INSERT INTO t (x) VALUES ('one'), ('two')")
        copied = copy_database(tmp_path)
    with take("new") as new:
        bring_back_postgres(copied)
        new.execute("INSERT INTO t (x) VALUES ('three')")
        assert new.execute("SELECT id, x FROM t ORDER BY id").fetchall() == [(1, "one"), (2, "two"), (3, "three")]
        with pytest.raises(ToolFailed, match="is not empty"):
            bring_back_postgres(copied)
