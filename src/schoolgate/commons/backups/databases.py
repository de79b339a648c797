"""A copy of the database of one moment, while the site runs, and bringing one back.

SQLite has a way of its own to copy what is being written to. PostgreSQL's is `pg_dump`, which belongs to it: its form
is the one that PostgreSQL promises to read for years, with sequences, indexes and constraints, and the database that it
is brought back to takes all of it or nothing.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

from schoolgate.commons.backups.manifest import Damaged, DatabaseKind
from schoolgate.commons.filestore import NoSpace

NAMES: dict[DatabaseKind, str] = {"sqlite": "db.sqlite3", "postgres": "database.pgdump"}
DEBIAN_S = "/usr/lib/postgresql"


class ToolFailed(Exception):
    """PostgreSQL's own tool is missing or failed; the message says why and what to do."""


def kind_of_database() -> DatabaseKind:
    return "sqlite" if connection.vendor == "sqlite" else "postgres"


def copy_database(folder: Path) -> Path:
    """A copy, durable and looked through for damage, as a file in `folder`.

    Raises NoSpace, OSError, ToolFailed, and Damaged where the database itself is damaged.
    """
    kind = kind_of_database()
    target = folder / NAMES[kind]
    if kind == "sqlite":
        _copy_sqlite(str(connection.settings_dict["NAME"]), target)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", _address())
    target.chmod(0o600)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    look_for_damage(target, kind)
    return target


def look_for_damage(copied: Path, kind: DatabaseKind) -> None:
    """Read all of a copy. Raises Damaged, ToolFailed."""
    if kind == "postgres":
        _run("pg_restore", f"--file={os.devnull}", str(copied))
        return
    try:
        # Nobody writes to a copy, and no files are to be left beside it.
        with closing(sqlite3.connect(f"{copied.absolute().as_uri()}?immutable=1", uri=True)) as database:
            found = [str(line) for (line,) in database.execute("PRAGMA integrity_check(10)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise Damaged(f"The database is damaged: {'; '.join(found)[:300]}.")


def bring_back_postgres(copied: Path) -> None:
    """Into the database of this site's settings, all of it or nothing. Raises ToolFailed, also where it has tables."""
    if connection.introspection.table_names():
        raise ToolFailed(
            "The PostgreSQL database that this site's settings name is not empty, and is not written over. Make a new "
            "one (createdb), name it in SCHOOLGATE_DATABASE_URL, and give the command again."
        )
    _run(
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        _address(),
        str(copied),
    )


def _copy_sqlite(source: str, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, timeout=20)) as database, closing(sqlite3.connect(target)) as copied:
            # Nothing is lost with a copy that is not finished; it is made durable as a whole.
            copied.executescript("PRAGMA synchronous=OFF;")
            # In one step: by several, each change by anybody would begin it anew.
            database.backup(copied, pages=-1)
            # One file, without a journal beside it.
            copied.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
            raise NoSpace from error
        raise OSError(f"the database cannot be copied: {error}") from error
    except sqlite3.DatabaseError as error:
        raise Damaged(f"The database is damaged: {error}.") from error


def _address() -> str:
    """The database as PostgreSQL's tools are told it, by this site's settings; the password goes by the environment.

    Not as the connection tells it: the tools may be older than what connects here, and not know all that is said there.
    """
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415  there with PostgreSQL only

    settings = connection.settings_dict
    named = {"dbname": settings["NAME"], "user": settings["USER"], "host": settings["HOST"], "port": settings["PORT"]}
    options = {
        name: value for name, value in settings["OPTIONS"].items() if name.startswith(("ssl", "target", "connect"))
    }
    return f"--dbname={make_conninfo(**{name: str(value) for name, value in (named | options).items() if value})}"


def _run(tool: str, *arguments: str) -> None:
    program = _find(tool)
    environment = dict(os.environ)
    if connection.vendor == "postgresql" and connection.settings_dict["PASSWORD"]:
        environment["PGPASSWORD"] = str(connection.settings_dict["PASSWORD"])
    ended = subprocess.run(
        [program, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        if "No space left" in ended.stderr:
            raise NoSpace
        raise ToolFailed(f"{tool} failed: {said[0][:300] if said else f'exit code {ended.returncode}'}")


def _find(tool: str) -> str:
    newest_first = sorted(Path(DEBIAN_S).glob(f"*/bin/{tool}"), key=lambda path: -_number(path.parts[-3]))
    found = str(newest_first[0]) if newest_first else shutil.which(tool)
    if found is None:
        raise ToolFailed(
            f"{tool} is not on this machine. It comes with PostgreSQL's client programs (Debian's package "
            "postgresql-client), of the server's version or a newer one. Install them, then try again."
        )
    return found


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0
