"""What is in a backup, as its `manifest.json` says: the last that is written of it, and the first that is read."""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal, get_args

NAME = "manifest.json"
FORMAT = 1

DatabaseKind = Literal["sqlite", "postgres"]
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """This is no backup, or not a whole one; the message says what is wrong with it."""


@dataclass(frozen=True)
class KeptFile:
    """A file of the home: its path in it (with /), digest (sha256) and size of its bytes, and when it was changed."""

    path: str
    sha256: str
    size: int
    changed: int = 0


@dataclass(frozen=True)
class Manifest:
    """Of which site a backup is, of which moment, made by which program; its database and its files.

    `keys` are fingerprints of the site's keys: the keys themselves are never in a backup.
    """

    site: str
    program: str
    made_at: datetime
    database_kind: DatabaseKind
    database: KeptFile
    keys: list[str] = field(default_factory=list)
    files: list[KeptFile] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Of all that is in it, in bytes."""
        return self.database.size + sum(file.size for file in self.files)

    def write(self, folder: Path) -> None:
        """Durable, into the folder of its backup. Raises OSError."""
        told = {"format": FORMAT, **asdict(self), "made_at": self.made_at.astimezone(UTC).isoformat()}
        with (folder / NAME).open("w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """What is in the backup in this folder. Raises Damaged."""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))
        if told.pop("format") != FORMAT:
            raise Damaged(f"{folder} was made by a newer Schoolgate, which alone can read it.")
        told["database"] = KeptFile(**told["database"])
        told["files"] = [KeptFile(**file) for file in told["files"]]
        manifest = Manifest(**{**told, "made_at": datetime.fromisoformat(told["made_at"])})
        _require_sound(manifest)
    except FileNotFoundError:
        raise Damaged(f"{folder} is no backup: there is no {NAME} in it.") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged(f"{folder / NAME} cannot be read ({type(error).__name__}).") from None
    for file in (manifest.database, *manifest.files):
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or "\\" in file.path or PureWindowsPath(file.path).drive:
            raise Damaged(f"{folder / NAME} names a file outside of the home: {file.path}.")
    return manifest


def _require_sound(manifest: Manifest) -> None:
    """Raise ValueError where a text, a digest or a number is none."""
    files = (manifest.database, *manifest.files)
    texts: list[object] = [manifest.site, manifest.program, *manifest.keys, *(file.path for file in files)]
    digests: list[object] = [file.sha256 for file in files]
    numbers: list[object] = [number for file in files for number in (file.size, file.changed)]
    if (
        not all(isinstance(text, str) and text for text in texts)
        or not all(isinstance(digest, str) and _SHA256.fullmatch(digest) for digest in digests)
        or not all(isinstance(number, int) and number >= 0 for number in numbers)
        or manifest.database_kind not in get_args(DatabaseKind)
        or manifest.made_at.tzinfo is None
    ):
        raise ValueError


def fingerprints(keys: Iterable[str]) -> list[str]:
    """By what a key is known without being told. A key is 256 random bits: nobody finds it by this."""
    return [hashlib.blake2b(key.encode("ascii"), digest_size=8, person=b"backup-key").hexdigest() for key in keys]
