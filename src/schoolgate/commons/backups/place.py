"""The folder in which a site's backups lie, beside each other.

Each backup has a folder of its own with its database and its manifest. Files of the home lie under the digest of their
bytes in `content`, where a later backup finds those that it need not copy again. A backup counts once its folder has
its name, which it is given last.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from schoolgate.commons.backups.manifest import Damaged, KeptFile, Manifest, read_manifest
from schoolgate.commons.filestore import sync_folder

READ_AT_ONCE = 1024 * 1024
_NAME = re.compile(r"[a-z]+-\d{8}-\d{6}-\d{3}")
_UNFINISHED = ".making-"
_INCOMING = ".incoming-"


class Place:
    """The backups of one site in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = folder / "content"

    @classmethod
    def of(cls, backup: Path) -> "Place":
        """Where this backup lies."""
        return cls(backup.absolute().parent)

    def backups(self) -> list[Path]:
        """The folders of those that are whole, the newest first. Raises OSError."""
        return sorted((path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)

    def manifests(self) -> Iterator[tuple[Path, Manifest]]:
        """Those that can be read, the newest first. Raises OSError."""
        for backup in self.backups():
            with suppress(Damaged):
                yield backup, read_manifest(backup)

    def begin(self) -> Path:
        """A folder for a backup that is being made; what others left that did not end is removed. Raises OSError."""
        self.content.mkdir(exist_ok=True, mode=0o700)
        for left in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        for file in self.content.glob(f"{_INCOMING}*"):
            file.unlink()
        making = self.folder / f"{_UNFINISHED}{secrets.token_hex(4)}"
        making.mkdir(mode=0o700)
        return making

    def end(self, making: Path, manifest: Manifest) -> Path:
        """Let a backup count, all of which is there. Raises OSError."""
        manifest.write(making)
        sync_folder(making)
        final = self.folder / name_of(manifest.site, manifest.made_at)
        making.rename(final)
        sync_folder(self.folder)
        return final

    def path(self, sha256: str) -> Path:
        """Where the bytes with this digest lie or would lie."""
        return self.content / sha256[:2] / sha256

    def has(self, file: KeptFile) -> bool:
        """Whether its bytes lie here, by their number: each was read again when it was written."""
        with suppress(OSError):
            return self.path(file.sha256).stat().st_size == file.size
        return False

    def keep(self, source: Path, path: str) -> tuple[KeptFile, bool]:
        """Keep the bytes of a file, durable and read again; whether they were written. Raises OSError, Damaged."""
        changed = source.stat().st_mtime_ns
        incoming = self.content / f"{_INCOMING}{secrets.token_hex(8)}"
        try:
            sha256, size = copy(source, incoming)
            file, final = KeptFile(path, sha256, size, changed), self.path(sha256)
            if self.has(file) and digest(final) == (sha256, size):
                return file, False
            if digest(incoming) != (sha256, size):
                raise Damaged(f"What was written to {self.folder} is not what was read again. Is the disk failing?")
            if not final.parent.is_dir():
                final.parent.mkdir(mode=0o700)
                sync_folder(self.content)
            incoming.replace(final)
            sync_folder(final.parent)
        finally:
            incoming.unlink(missing_ok=True)
        return file, True

    def remove(self, backup: Path) -> None:
        """Remove a backup: first it counts no more. The bytes of its files stay until `sweep`. Raises OSError."""
        gone = self.folder / f"{_UNFINISHED}{secrets.token_hex(4)}"
        backup.rename(gone)
        shutil.rmtree(gone)

    def sweep(self) -> None:
        """Remove bytes that no backup has any more. Raises OSError, and Damaged where one cannot be read: then none."""
        needed = {file.sha256 for backup in self.backups() for file in read_manifest(backup).files}
        for path in self.content.glob("??/*"):
            if path.name not in needed:
                path.unlink()


def name_of(site: str, made_at: datetime) -> str:
    """The name of a backup's folder: its moment in UTC, to the thousandth of a second."""
    moment = made_at.astimezone(UTC)
    return f"{site}-{moment:%Y%m%d-%H%M%S}-{moment.microsecond // 1000:03}"


def copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file, durable, readable by its owner alone; the digest and number of the bytes. Raises OSError."""
    hashing, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    with source.open("rb") as reading, os.fdopen(os.open(target, flags, 0o600), "wb") as writing:
        while part := reading.read(READ_AT_ONCE):
            hashing.update(part)
            size += len(part)
            writing.write(part)
        writing.flush()
        os.fsync(writing.fileno())
    return hashing.hexdigest(), size


def digest(path: Path) -> tuple[str, int]:
    """The digest (sha256) and number of a file's bytes. Raises OSError."""
    hashing, size = hashlib.sha256(), 0
    with path.open("rb") as reading:
        while part := reading.read(READ_AT_ONCE):
            hashing.update(part)
            size += len(part)
    return hashing.hexdigest(), size
