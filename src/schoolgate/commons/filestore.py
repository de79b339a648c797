"""Files under the digest of their bytes: a file stands there whole and durable, or not at all (DESIGN 7)."""

import errno
import gzip
import hashlib
import os
import secrets
import time
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from schoolgate.commons.faults import fault_point
from schoolgate.commons.filelock import FileLock

# A pupil file shrinks to an eleventh at 180 MB/s; zlib's usual level 6 makes a sixteenth of it, at half the speed.
LEVEL = 3
GZIP = 31  # zlib's way to ask for a gzip header, with no time in it
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_TEMPORARY = ".incoming-"


class NoSpace(Exception):
    """The disk (or the quota on it) is full: nothing of this file was kept."""

    def __init__(self) -> None:
        super().__init__("There is no space left on the disk. Make room, then try again.")


@dataclass(frozen=True)
class Stored:
    """A file that is kept: sha256 (64 hexadecimal digits) and size in bytes of its plain bytes, and where it lies."""

    sha256: str
    size: int
    path: Path


class FileStore:
    """Keeps files gzip-compressed (no time stamp) in `folder`, only the owner may read them (0600).

    Order of a write: temporary name in the same folder, fsync, rename to `<2 digits>/<sha256>.xml.gz`, fsync of the
    folder. Whoever writes a row about the file does so after `keep`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def incoming(self) -> "Incoming":
        """A file on its way in, for a `with` block: what is not kept by its end is discarded.

            with store.incoming() as incoming:
                for chunk in chunks:
                    incoming.write(chunk)
                stored = incoming.keep()

        Entering, `write` and `keep` raise NoSpace when the disk is full, OSError when it cannot be written otherwise.
        """
        return Incoming(self)

    def path(self, sha256: str) -> Path:
        """Where the compressed file with this digest (lower case) lies or would lie."""
        return self.folder / sha256[:2] / f"{sha256}.xml.gz"

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """The plain bytes, to be read. Raises FileNotFoundError; reading a damaged file raises OSError or EOFError."""
        return cast("BinaryIO", gzip.open(self.path(sha256), "rb"))

    def remove(self, sha256: str) -> None:
        """Remove a file; one that is not there is as good as removed."""
        self.path(sha256).unlink(missing_ok=True)

    def sweep(self, known: Collection[str], older_than: timedelta) -> int:
        """Remove files whose digest is not in `known`, and temporary ones, that are older; how many were removed.

        A file comes before its row, so one that is new may yet get it.
        """
        removed = 0
        for path in self.unknown(known, older_than):
            with self.lock(), suppress(FileNotFoundError):
                # One that was just kept again is as new.
                if _is_older(path, older_than):
                    path.unlink()
                    removed += 1
        return removed

    def unknown(self, known: Collection[str], older_than: timedelta) -> list[Path]:
        """What `sweep` would remove."""
        found = []
        for path in [*self.folder.glob("??/*.xml.gz"), *self.folder.glob(f"{_TEMPORARY}*")]:
            with suppress(FileNotFoundError):
                if path.name.removesuffix(".xml.gz") not in known and _is_older(path, older_than):
                    found.append(path)
        return found

    def lock(self) -> FileLock:
        """Held while a name is given or taken away, so that a sweep does not remove what was just kept again."""
        return FileLock(self.folder / ".lock")


class Incoming:
    """Bytes being written under a temporary name. `sha256` and `size` are of the plain bytes so far."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._temporary = store.folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        self._digest = hashlib.sha256()
        self._compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __enter__(self) -> Self:
        with _no_space():
            self._store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._file = os.fdopen(os.open(self._temporary, flags, 0o600), "wb")
        return self

    def write(self, plain: bytes) -> None:
        """Add plain bytes. Raises NoSpace."""
        self._digest.update(plain)
        self.size += len(plain)
        with _no_space():
            self._file.write(self._compressor.compress(plain))

    def keep(self) -> Stored:
        """Make the file durable under its final name; nothing can be added afterwards. Raises NoSpace."""
        final = self._store.path(self.sha256)
        with _no_space():
            self._file.write(self._compressor.flush())
            self._file.flush()
            fault_point("filestore.written")
            os.fsync(self._file.fileno())
            self._file.close()
            fault_point("filestore.synced")
            with self._store.lock():
                if not final.parent.is_dir():
                    final.parent.mkdir(mode=0o700)
                    sync_folder(self._store.folder)
                if final.exists():
                    # The same bytes, kept before. As good as new to a sweep; no rename over a file that is being read,
                    # which Windows forbids.
                    os.utime(final)
                else:
                    self._temporary.replace(final)
            fault_point("filestore.renamed")
            sync_folder(final.parent)
        return Stored(self.sha256, self.size, final)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # What is still in the buffer is of no interest, nor is that it cannot be written.
        with suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)


def _is_older(path: Path, than: timedelta) -> bool:
    return path.stat().st_mtime < time.time() - than.total_seconds()


def is_no_space(error: BaseException | None) -> bool:
    """Whether this says that the disk (or the quota on it) is full."""
    return isinstance(error, NoSpace) or (isinstance(error, OSError) and error.errno in _NO_ROOM)


@contextmanager
def _no_space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_no_space(error):
            raise NoSpace from error
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows has no such call and needs none: NTFS journals its names."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
