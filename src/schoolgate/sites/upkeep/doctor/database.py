"""The database: does it open, is it up to date and whole?"""

from collections.abc import Iterator
from pathlib import Path

from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from schoolgate.commons.versions.going_back import DatabaseIsNewer, refuse_a_newer_database
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command

LARGE_LOG_BYTES = 256 * 1024 * 1024
"""SQLite empties its log at 1,000 pages, which are 16 MiB here, as soon as nobody reads what is in it."""

_BRING_BACK = "Stop the site, keep the home folder as it is, and put back the last backup into a new one."


@check("database", "Database", well="It opens, and is up to date.", reads_rows=False)
def opens_and_is_current() -> Iterator[Finding]:
    """Nothing else that reads it is looked at while this is bad."""
    file = _sqlite_file()
    if file is not None and not file.exists():
        yield Finding(
            "bad",
            "There is no database yet.",
            cause="This home was never set up, or the database was moved away.",
            cure="Set the site up; or, where it worked before, put back a backup.",
            command=command("init"),
            where=str(file),
        )
        return
    try:
        refuse_a_newer_database()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseIsNewer as error:
        yield Finding(
            "bad",
            "The database belongs to a newer program than this one.",
            cause="An older program was installed over a newer one.",
            cure="Install the newer program again.",
            where=str(error),
        )
    except DatabaseError as error:
        yield Finding(
            "bad",
            "The database cannot be opened.",
            cause=f"The database says {type(error).__qualname__}.",
            cure=_BRING_BACK if file else "See that PostgreSQL runs, and that database_url names it rightly.",
            command=command("restore BACKUP") if file else command("settings"),
            where=" ".join(str(error).split()),
        )
    else:
        if missing:
            yield Finding(
                "bad",
                f"Changes of the database that this program needs and that were not made: {len(missing):,}.",
                cause="The program was upgraded, and the database was not brought up to date.",
                cure="Bring it up to date.",
                command=command("init"),
            )


@check("database-damage", "Damage to the database", well="Every page was read, and none is damaged.", slow=True)
def is_whole() -> Iterator[Finding]:
    """PostgreSQL looks after its own pages (`data_checksums`)."""
    if _sqlite_file() is None:
        return
    said, lost = _looked_through()
    if said != ["ok"]:
        yield Finding(
            "bad",
            "The database is damaged.",
            cause="As a rule a disk that fails, or a file that another program wrote to.",
            cure=_BRING_BACK,
            command=command("restore BACKUP"),
            where="; ".join(said)[:500],
        )
    if lost:
        yield Finding(
            "bad",
            "Rows of the database refer to others that are not there.",
            cause="Something else than this program has changed the database.",
            cure=_BRING_BACK,
            command=command("restore BACKUP"),
        )


@check("write-ahead-log", "Log of the database", well="It is in use, and small.")
def log_is_small() -> Iterator[Finding]:
    """SQLite's write-ahead log, which lets pages be read while something is written."""
    file = _sqlite_file()
    if file is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
    if mode != "wal":
        yield Finding(
            "bad",
            "The database has no write-ahead log, so that people wait while something is written.",
            cause="The home lies on a network drive, as a rule, where SQLite cannot keep one.",
            cure="Move the home folder to a disk of this machine.",
            where=str(file),
        )
    log = file.with_name(f"{file.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LARGE_LOG_BYTES:
        yield Finding(
            "look",
            f"The log of the database has grown to {size // 1024**2:,} MiB.",
            cause="Something has been reading the database for a long time without a pause.",
            cure="Have it emptied. Where that does not help, start the site anew.",
            command=command("doctor --fix"),
            where=str(log),
            mend=_empty_log,
        )


def _looked_through() -> tuple[list[str], int]:
    """What SQLite says of its pages, and how many rows refer to others that are not there, up to ten of each."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(10)")
            said = [str(line) for (line,) in cursor.fetchall()]
            cursor.execute("PRAGMA foreign_key_check")
            return said, len(cursor.fetchmany(10))
    except OperationalError:
        # Of a database that is busy, not of a damaged one.
        raise
    except DatabaseError as error:
        return [str(error)], 0


def _empty_log() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_) = cursor.fetchone()
    return "Somebody reads what is in the log: it stays for now." if busy else "The log was emptied."


def _sqlite_file() -> Path | None:
    """The database's file; None for PostgreSQL."""
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
