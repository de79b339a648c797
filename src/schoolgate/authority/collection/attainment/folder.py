"""The folder of a task in which files with attainment lie: on this server, below the root that its operator set.

It is read, and nothing else: what lies there is the authority's. A file that was changed in the last minute may still
be on its way in, and is left to the next run.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_job import HEAD_BYTES
from schoolgate.authority.exchange.kinds import KINDS

SETTLED_AFTER_SECONDS = 60


class FolderRefused(Exception):
    """The folder cannot be used; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Found:
    """A file of a school."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name


def folder_below_root(text: str) -> Path:
    """The folder that somebody named, relative to the root or in full. Raises FolderRefused."""
    root = settings.SCHOOLGATE_ATTAINMENT_ROOT
    if not root:
        raise FolderRefused(
            "No folders are read on this server yet. Whoever runs it sets attainment_root in schoolgate.toml."
        )
    try:
        wanted = (Path(root) / text.replace("\\", "/").strip()).resolve()
        above = Path(root).resolve()
    except (OSError, ValueError, RuntimeError):
        # The last of them: links that lead round in a circle.
        raise FolderRefused("This is no folder’s name. Correct it.") from None
    if not wanted.is_relative_to(above):
        raise FolderRefused(f"It lies outside of {root}, the only place where folders are read. Choose one in there.")
    return wanted


def files_of(folder: Path, base: Base) -> list[Found]:
    """The files of a school in a folder, by name, that were not changed just now. Raises FolderRefused."""
    return [Found(path) for path in _xml_files(folder) if _is_from(path, base) and _is_settled(path)]


def access_to(text: str, bases: list[Base]) -> str:
    """What is found in a folder, in a sentence. Raises FolderRefused."""
    folder = folder_below_root(text)
    files = _xml_files(folder)
    for path in files[:1]:
        _require_readable(path)
    theirs = sum(any(_is_from(path, base) for base in bases) for path in files)
    what = "1 XML file lies" if len(files) == 1 else f"{len(files):,} XML files lie"
    return f"{folder} can be read. {what} in it, {theirs:,} of schools in this task."


def fits(name: str, stream: BinaryIO) -> bool:
    """Whether a file's header names the school and authority that its name does. Raises OSError."""
    return KINDS["student"].fits(name, stream.read(HEAD_BYTES))


def _require_readable(path: Path) -> None:
    try:
        with path.open("rb") as file:
            file.read(HEAD_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from None


def _is_settled(path: Path) -> bool:
    """Whether nobody changed it in the last minute; one with a moment yet to come has it from a wrong clock."""
    with suppress(OSError):
        return abs(time.time() - path.stat().st_mtime) > SETTLED_AFTER_SECONDS
    return False


def _is_from(path: Path, base: Base) -> bool:
    sent = KINDS["student"].sent_from(path.name)
    return sent is not None and (sent.la, sent.school, sent.destination_la) == (base.la, base.number, LA_NUMBER.get())


def _xml_files(folder: Path) -> list[Path]:
    """Files that lie here themselves: what a link leads to may lie anywhere."""
    try:
        return [path for path in sorted(folder.iterdir()) if _is_xml_file(path)]
    except FileNotFoundError:
        raise FolderRefused(f"There is no folder {folder}. Make it, or correct its name in the task.") from None
    except OSError as error:
        raise _unreadable(folder, error) from None


def _is_xml_file(path: Path) -> bool:
    return path.suffix.lower() == ".xml" and path.is_file() and not path.is_symlink()


def _unreadable(path: Path, error: OSError) -> FolderRefused:
    why = error.strerror or type(error).__name__
    return FolderRefused(f"{path} cannot be read ({why}). Let the account that this server runs under read it.")
