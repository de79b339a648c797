"""What of a home goes into its backups beside the database: all of it but what is of this machine or this moment."""

from collections.abc import Iterator
from pathlib import Path

RESTORING = "restoring"
"""In a home: what a restore has made ready and not yet put in its place."""
ASIDE = "before-restore-"
"""How folders in a home begin that hold what a restore put aside."""

NOT_KEPT = {"key", "logs", "workers", "serving", RESTORING}
DATABASE = ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "db.sqlite3-journal")


def files_to_keep(home: Path) -> Iterator[tuple[str, Path]]:
    """Each file with its path in the home, with /. Locks and what is still being written begin with a dot."""
    for folder, within, names in _walk(home):
        for name in names:
            yield "/".join((*within, name)), folder / name


def _walk(folder: Path, within: tuple[str, ...] = ()) -> Iterator[tuple[Path, tuple[str, ...], list[str]]]:
    entries = sorted(path for path in folder.iterdir() if not path.is_symlink() and _is_kept(path.name, within))
    yield folder, within, [path.name for path in entries if path.is_file()]
    for path in entries:
        if path.is_dir():
            yield from _walk(path, (*within, path.name))


def _is_kept(name: str, within: tuple[str, ...]) -> bool:
    if name.startswith(".") or name.endswith(".lock"):
        return False
    return bool(within) or not (name in NOT_KEPT or name in DATABASE or name.startswith(ASIDE))
