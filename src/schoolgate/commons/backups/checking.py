"""Reading all of a backup again, as somebody should who relies on it."""

from collections.abc import Callable
from pathlib import Path

from schoolgate.commons.backups.databases import look_for_damage
from schoolgate.commons.backups.manifest import Damaged, KeptFile, read_manifest
from schoolgate.commons.backups.place import Place, digest


def check_backup(backup: Path, *, on_progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Read every byte of a backup; how many there are. Raises Damaged, which names the first that is not right."""
    manifest, place = read_manifest(backup), Place.of(backup)
    database = backup / manifest.database.path
    require_right(database, manifest.database)
    look_for_damage(database, manifest.database_kind)
    for number, file in enumerate(manifest.files):
        on_progress(number, len(manifest.files))
        require_right(place.path(file.sha256), file)
    return manifest.size


def require_right(path: Path, file: KeptFile) -> None:
    """Raise Damaged unless these are the bytes that were kept."""
    try:
        found = digest(path)
    except OSError as error:
        raise Damaged(f"The backup is not whole: {file.path} cannot be read ({error.strerror}).") from None
    if found != (file.sha256, file.size):
        raise Damaged(f"The backup is damaged: {file.path} is not what was kept. Take another one.")
