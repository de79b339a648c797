"""Putting a site back from a backup.

All of it is made ready in a folder of the home first, and looked through: files and database by their digests, the key
by its fingerprint, the database by bringing it up to date as any program does. Until then nothing that was there has
changed; then it takes the place of that, which is put aside and not removed.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from schoolgate import __version__
from schoolgate.commons.backups.contents import ASIDE, RESTORING
from schoolgate.commons.backups.databases import bring_back_postgres
from schoolgate.commons.backups.manifest import Damaged, KeptFile, Manifest, fingerprints, read_manifest
from schoolgate.commons.backups.place import Place, copy
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.identity import is_anyone_alive
from schoolgate.sites.home import Home, new_key, write_key
from schoolgate.sites.upkeep.putting_in_place import READY, entries_of, is_under_way, lock_of, put_in_place


class Program(Protocol):
    """What is done to a home that is being made ready, by a program of its site."""

    def open(self, home: Path) -> None:
        """Set Django up for the site whose home this is."""

    def bring_up_to_date(self) -> None:
        """Bring its database up to date. Raises RestoreRefused where a newer program has been at work on it."""


class RestoreRefused(Exception):
    """Nothing was put back, and nothing that was there has changed; the message says why, and what would do."""


def restore(
    backup: Path,
    home: Home,
    *,
    site: str,
    key: Path | None,
    key_is_lost: bool = False,
    replace: bool,
    program: Program,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Path | None:
    """Put a site back into a home; where what was there lies now, None if nothing was.

    A restore that was broken off after it had begun to move things is ended as it was begun. `key` is the file with the
    site's keys; without one the home's own must fit. `key_is_lost`: a new one is made, and what is sealed
    stays shut. `replace`: the home may have something in it, which is put aside.
    Raises RestoreRefused, Damaged, ToolFailed, OSError.
    """
    was_there, there = home.folder.exists(), entries_of(home.folder)
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = lock_of(home.folder)
    if not lock.try_to_hold():
        raise RestoreRefused(f"Another restore into {home.folder} is at work. Wait until it has ended.")
    try:
        if not is_under_way(home.folder):
            manifest = read_manifest(backup)
            if manifest.site != site:
                raise RestoreRefused(f"{backup.name} is a backup of a site of the kind {manifest.site}, not {site}.")
            keys = new_key() if key_is_lost else _keys_for(manifest, key, home)
            if there and not replace:
                raise RestoreRefused(
                    f"{home.folder} is not empty. Name another folder by --home. Or say --replace twice: then all that "
                    "is in it is put aside, into a folder in it."
                )
            _make_ready(backup, manifest, home, keys, program, on_progress)
        _refuse_where_running(home)
        return put_in_place(home.folder, f"{ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S}")
    finally:
        lock.release()
        if not was_there and [path.name for path in home.folder.iterdir()] == [lock.path.name]:
            lock.path.unlink()
            home.folder.rmdir()


def _refuse_where_running(home: Home) -> None:
    if any(is_anyone_alive(folder) for folder in (home.serving, home.folder / "workers")) or _is_open(home.database):
        raise RestoreRefused(f"The site in {home.folder} is running. End it, then give the command again.")


def _is_open(database: Path) -> bool:
    """Whether any process has this SQLite database open: its journal can be put away by the only one that has."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        # A damaged one is what a backup is for.
        return False
    return False


def _keys_for(manifest: Manifest, named: Path | None, home: Home) -> str:
    """The text of the key file. Raises RestoreRefused unless it opens what the backup holds."""
    where = named or home.key_file
    try:
        text = where.read_text("ascii")
    except FileNotFoundError:
        missing = f"There is no file {named}." if named else "The key is in no backup."
        raise RestoreRefused(
            f"{missing} Name the copy of the key that was kept apart, by --key FILE; or say --key-is-lost: then all "
            "passwords that the site keeps must be entered again."
        ) from None
    except (OSError, ValueError) as error:
        raise RestoreRefused(f"The key file {where} cannot be read ({type(error).__name__}).") from None
    if not set(manifest.keys) <= set(fingerprints(text.split())):
        raise RestoreRefused(
            f"The key in {where} is not the one of the site in this backup. Name the copy of it that was kept apart, "
            "by --key FILE."
        )
    return text


def _make_ready(
    backup: Path,
    manifest: Manifest,
    home: Home,
    keys: str,
    program: Program,
    on_progress: Callable[[int, int], None],
) -> None:
    restoring = home.folder / RESTORING
    shutil.rmtree(restoring, ignore_errors=True)
    ready = restoring / READY
    ready.mkdir(parents=True, mode=0o700)
    try:
        # Now that none can start any more.
        _refuse_where_running(home)
        place = Place.of(backup)
        for number, file in enumerate(manifest.files):
            on_progress(number, len(manifest.files))
            _bring(place.path(file.sha256), file, ready / file.path)
        write_key(Home(ready).key_file, keys)
        brought = ready / manifest.database.path
        _bring(backup / manifest.database.path, manifest.database, brought)
        program.open(ready)
        _refuse_a_newer_program(manifest)
        if manifest.database_kind == "postgres":
            bring_back_postgres(brought)
            brought.unlink()
        program.bring_up_to_date()
        _note(manifest, backup)
        fault_point("restore.ready")
    except BaseException:
        shutil.rmtree(restoring, ignore_errors=True)
        raise


def _bring(source: Path, file: KeptFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        found = copy(source, target)
    except FileNotFoundError:
        raise Damaged(f"The backup is not whole: {file.path} is missing in it. Take another one.") from None
    if found != (file.sha256, file.size):
        raise Damaged(f"The backup is damaged: {file.path} is not what was kept. Take another one.")


def _refuse_a_newer_program(manifest: Manifest) -> None:
    from schoolgate.commons.versions.going_back import is_newer

    if is_newer(manifest.program, __version__):
        raise RestoreRefused(
            f"This backup was made by Schoolgate {manifest.program}; this program is {__version__}. An older program "
            f"cannot work on it. Install Schoolgate {manifest.program} or newer, then restore."
        )


def _note(manifest: Manifest, backup: Path) -> None:
    """Say in the database that it was put back, and close it: one that is a file is moved."""
    from django.db import connections

    from schoolgate.commons.backups.restored import note_restoration

    note_restoration(manifest, str(backup.absolute()))
    connections.close_all()
