"""Which folder a person may choose: rules that hold for the root folder and for those of personnel files alike."""

import os
from pathlib import Path

from django.conf import settings

from schoolgate.school.exchange.folders import FolderRefused

LONGEST_PATH = 500
SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "my drive", "icloud")
"""What the folders of the usual synchronising programs are called, in lower case."""


def require_whole_path(folder: Path) -> None:
    """Raises FolderRefused."""
    if not folder.is_absolute():
        raise FolderRefused(r"Give the whole path of the folder, for example C:\Schoolgate or /srv/schoolgate.")
    if len(str(folder)) > LONGEST_PATH:
        raise FolderRefused(f"The path is longer than {LONGEST_PATH} characters. Choose a shorter one.")


def require_outside_home(folder: Path) -> None:
    """Refuse a folder in which this program would find its own files. Raises FolderRefused."""
    home = settings.SCHOOLGATE_HOME
    if within(home.folder, folder) or any(within(folder, own) for own in home.own_folders):
        raise FolderRefused(
            f"This program keeps its own files in {home.folder}. Choose a folder that has nothing to do with it."
        )


def require_writable(folder: Path) -> None:
    """Try it with a file that is taken away again. Raises FolderRefused."""
    probe = folder / f".schoolgate-{os.getpid()}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise FolderRefused(
            f"Nothing can be written to this folder ({error.strerror or error}). Have the account that this program "
            "runs under allowed to change files there, or choose another."
        ) from None


def is_synced(folder: Path) -> bool:
    """Whether the folder seems to be kept the same elsewhere by a program such as OneDrive."""
    return any(name in part.lower() for part in folder.parts for name in SYNCED)


def within(inner: Path, outer: Path) -> bool:
    """Whether a folder is another or lies in it, also by a link and by another spelling where spelling is free."""
    return _spelt(inner).is_relative_to(_spelt(outer))


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, as far as can be told. Raises FolderRefused for one that leads nowhere."""
    return _spelt(one) == _spelt(other)


def unusable(error: Exception) -> FolderRefused:
    """A name too long, links in a circle, a disk that fails."""
    why = error.strerror if isinstance(error, OSError) else None
    return FolderRefused(f"The folder cannot be used: {why or error}. Choose another.")


def _spelt(folder: Path) -> Path:
    try:
        return Path(os.path.normcase(folder.resolve()))
    except (OSError, RuntimeError) as error:
        raise unusable(error) from None
