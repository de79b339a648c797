"""Making a backup while the site runs.

Files are kept, then the database, then the files that came meanwhile: whatever file a row of the copy names was there
when the copy was made, so it is in the backup. Files that lie in the folder by an earlier backup are not copied again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate import __version__
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.backups.contents import files_to_keep
from schoolgate.commons.backups.databases import ToolFailed, copy_database, kind_of_database
from schoolgate.commons.backups.letting_go import let_old_ones_go
from schoolgate.commons.backups.manifest import Damaged, KeptFile, Manifest, fingerprints
from schoolgate.commons.backups.models import Backup
from schoolgate.commons.backups.place import Place, digest
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filelock import FileLock
from schoolgate.commons.filestore import NoSpace, is_no_space
from schoolgate.commons.journal.writing import write

SAFE = "The backups made before are as they were."


class BackupFailed(Exception):
    """No backup was made; the message says why, and what to do. Those made before are as they were."""


@dataclass
class _Kept:
    """What of the home lies in the place by now."""

    place: Place
    known: dict[str, KeptFile]
    files: dict[str, KeptFile] = field(default_factory=dict)
    new: list[Path] = field(default_factory=list)
    written: int = 0

    def keep(self, path: str, source: Path) -> None:
        try:
            found = source.stat()
            for before in (self.files.get(path), self.known.get(path)):
                facts = (found.st_size, found.st_mtime_ns)
                if before and (before.size, before.changed) == facts and self.place.has(before):
                    self.files[path] = before
                    return
            file, is_new = self.place.keep(source, path)
        except FileNotFoundError:
            # It was let go since the folder was read: no row of the copy names it, or no page needs it.
            self.files.pop(path, None)
            return
        self.files[path] = file
        if is_new:
            self.new.append(self.place.path(file.sha256))
            self.written += file.size


def make_backup(
    folder: Path,
    *,
    by: User | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Backup:
    """Make a backup of this site in a folder that is there, read it again, and let go those that are old.

    `on_progress` gets the numbers of files dealt with and of all. Raises BackupFailed; then nothing new lies there.
    """
    home = Path(settings.SCHOOLGATE_HOME.folder)
    if not folder.is_dir():
        raise BackupFailed(
            f"There is no folder {folder}. Connect the drive or share that it lies on, or name another. {SAFE}"
        )
    if folder.resolve() == home.resolve() or home.resolve() in folder.resolve().parents:
        raise BackupFailed(
            f"{folder} lies in the site's own home: what ends the one would end the other. Name a folder elsewhere."
        )
    lock = FileLock(home / "backup.lock")
    if not lock.try_to_hold():
        raise BackupFailed("Another backup of this site is being made. Wait until it has ended.")
    try:
        return _make(Place(folder), home, by, on_progress)
    finally:
        lock.release()


def _make(place: Place, home: Path, by: User | None, on_progress: Callable[[int, int], None]) -> Backup:
    with _told_in_words(place.folder):
        _refuse_a_place_of_others(place)
        _, newest = next(place.manifests(), (None, None))
        kept = _Kept(place, {file.path: file for file in newest.files} if newest else {})
        making = place.begin()
        try:
            _keep_files(kept, home, on_progress)
            fault_point("backup.files")
            made_at = timezone.now()
            copied = copy_database(making)
            sha256, size = digest(copied)
            fault_point("backup.database")
            _keep_files(kept, home, on_progress)
            manifest = Manifest(
                site=settings.SCHOOLGATE_SITE,
                program=__version__,
                made_at=made_at,
                database_kind=kind_of_database(),
                database=KeptFile(copied.name, sha256, size),
                keys=fingerprints(settings.SCHOOLGATE_KEYS),
                files=list(kept.files.values()),
            )
            final = place.end(making, manifest)
            fault_point("backup.made")
        except BaseException:
            # Once it has its name, what lies in the place is needed.
            if making.is_dir():
                rmtree(making, ignore_errors=True)
                for path in kept.new:
                    path.unlink(missing_ok=True)
            raise
    backup = _note(final, manifest, kept.written + size, home, by)
    try:
        let_old_ones_go(place, manifest)
    except (OSError, Damaged) as error:
        write("WARN", f"Backups that are old could not be removed: {error}"[:500], link=address_of_page())
    return backup


def _keep_files(kept: _Kept, home: Path, on_progress: Callable[[int, int], None]) -> None:
    found = list(files_to_keep(home))
    for path in kept.files.keys() - {path for path, _ in found}:
        del kept.files[path]
    for number, (path, source) in enumerate(found):
        on_progress(number, len(found))
        kept.keep(path, source)


def _refuse_a_place_of_others(place: Place) -> None:
    """Two sites in one folder would let go each other's backups."""
    ours = set(fingerprints(settings.SCHOOLGATE_KEYS))
    for backup, manifest in place.manifests():
        if manifest.site != settings.SCHOOLGATE_SITE or not ours & set(manifest.keys):
            raise BackupFailed(
                f"{place.folder} holds backups of another site ({backup.name}), or of this one before it had its key "
                "of today. Name a folder for this site alone."
            )


def _note(final: Path, manifest: Manifest, written: int, home: Path, by: User | None) -> Backup:
    with transaction.atomic():
        backup = Backup.objects.create(
            made_at=manifest.made_at,
            folder=str(final),
            size=manifest.size,
            written=written,
            files=len(manifest.files),
            same_disk=final.stat().st_dev == home.stat().st_dev,
        )
        record("backup made", by=by, target=final.name, details=f"{len(manifest.files)} files")
        write(
            "INFO", f"A backup was made: {final.name}. What was written of it was read again.", link=address_of_page()
        )
    return backup


def address_of_page() -> str:
    """The address of *Backups* on this site."""
    return reverse("backups", urlconf=settings.ROOT_URLCONF)


@contextmanager
def _told_in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except (Damaged, ToolFailed) as error:
        raise BackupFailed(f"{error} {SAFE}") from error
    except NoSpace as error:
        raise _no_room(folder) from error
    except OSError as error:
        if is_no_space(error):
            raise _no_room(folder) from error
        why = error.strerror or str(error)
        raise BackupFailed(f"{error.filename or folder} cannot be read or written: {why}. {SAFE}") from error


def _no_room(folder: Path) -> BackupFailed:
    return BackupFailed(
        f"There is no room in {folder} for the backup, so nothing of it was left there. {SAFE} Make room there, keep "
        "backups for fewer days, or name another folder."
    )
