"""Going back to an older program is refused, not attempted.

An older program does not know what newer ones keep: it would leave columns empty that must not be, take states for
errors that it has never heard of, and send again what a newer one had sent. So it looks here before anything else.
"""

import re

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from schoolgate import __version__
from schoolgate.commons.versions.models import TABLE, ProgramVersion


class DatabaseIsNewer(Exception):
    """The database belongs to a newer program; the message says which, and what can be done."""


def note_this_program(version: str = __version__) -> None:
    """Say in the database that this program has brought it up to date. To say it again changes nothing."""
    ProgramVersion.objects.get_or_create(version=version)


def refuse_a_newer_database(version: str = __version__) -> None:
    """Raise DatabaseIsNewer where a newer program than this has been at work, or another of the same number.

    Of the same number are two programs on the way to a release: the older is known by migrations that it lacks.
    Databases from before this was kept say nothing of versions; then migrations alone tell. Writes nothing.
    """
    newest = _newest_noted()
    if newest is not None and is_newer(newest, version):
        raise DatabaseIsNewer(_refusal(newest, version, f"Install Schoolgate {newest} or newer again"))
    if newest is None or _order(newest) == _order(version):
        unknown = _unknown_migrations()
        if unknown:
            newer = f"a later state of {version}" if newest else "a newer version"
            known_by = f"It has changes that this program does not know: {', '.join(unknown)}. "
            raise DatabaseIsNewer(_refusal(newer, version, f"{known_by}Install that program again"))


def is_newer(version: str, than: str = __version__) -> bool:
    """Whether a program of this version is newer than another, by their numbers."""
    return _order(version) > _order(than)


def _refusal(newer: str, version: str, cure: str) -> str:
    return (
        f"This database was brought up to date by Schoolgate {newer}; this program is {version}. An older program "
        f"cannot work on it, so nothing was changed. {cure}. To stay with this one, put back a backup from "
        "before the upgrade into a home of its own."
    )


def _newest_noted() -> str | None:
    """None where no program has left word: in a new database, and in one from before they did."""
    if TABLE not in connection.introspection.table_names():
        return None
    return max(ProgramVersion.objects.values_list("version", flat=True), key=_order, default=None)


def _unknown_migrations() -> list[str]:
    """Those that were carried out in rooms of this site and that this program does not have."""
    loader = MigrationLoader(connection)
    assert loader.applied_migrations is not None
    unknown = set(loader.applied_migrations) - set(loader.disk_migrations)
    return sorted(f"{room} {name}" for room, name in unknown if room in loader.migrated_apps)


def _order(version: str) -> tuple[int, ...]:
    """By number: 0.10.0 comes after 0.9.1. What stands after the numbers (1.0.0rc1) does not count."""
    return tuple(int(number) for number in re.findall(r"\d+", re.match(r"[\d.]*", version)[0]))  # type: ignore[index]
