"""Where a school's files lie.

Pupil files lie in `<root>/<LA>/Files Not Exported` and `…/Files Exported` (handbook 04, "root folder"), until there is
a root folder where version 3 had them, personnel files in the folders that somebody chose for their school (06).
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path

from schoolgate.school.exchange.models import Destination, FormerRoot, PersonnelSchool
from schoolgate.school.exchange.places import is_of_staff
from schoolgate.school.exchange.preferences import ROOT_FOLDER

NOT_EXPORTED = "Files Not Exported"
EXPORTED = "Files Exported"
IMPORTED = "Files Imported"

# What operating systems themselves leave lying about, and our own files on their way; compared in lower case. Nothing
# else is passed over: every other file, half a download too, gets a row and a reason, whatever its name.
LEFTOVERS = (
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    ".ds_store",
    "._*",
    ".directory",
    ".nfs*",
    ".fuse_hidden*",
    ".goutputstream-*",
    ".schoolgate-*",
)


class FolderRefused(Exception):
    """A folder that cannot be used; the message is a sentence for the person who named it."""


def is_leftover(name: str) -> bool:
    """Whether this is something nobody put there on purpose."""
    lowered = name.lower()
    return any(fnmatchcase(lowered, pattern) for pattern in LEFTOVERS)


def root_folder() -> Path | None:
    """The root folder, None until somebody set it."""
    text = ROOT_FOLDER.get()
    return Path(text) if text else None


def where_files_lie() -> list[Path]:
    """The folders that people chose for pupil files: the root folder, else those from version 3; perhaps none."""
    root = root_folder()
    if root is not None:
        return [root]
    return [Path(path) for path in Destination.objects.with_folders().values_list("not_exported", flat=True)]


@dataclass(frozen=True)
class Folders:
    """The folders of one place: for files that wait, for sent ones with their receipts, for those from the LA."""

    not_exported: Path
    exported: Path
    imported: Path

    @property
    def chosen(self) -> Path:
        """The folder around *Files Exported* that a person chose: nobody can say what lies in it while it is away."""
        return self.exported

    def make(self) -> None:
        """See to it that the first two are there. Raises OSError.

        What a person chose is never made here: where a share is away for a while, files put in its place would be
        hidden by its return.
        """
        for folder in (self.not_exported, self.exported):
            require_there(folder)

    def find(self, name: str) -> Path | None:
        """The waiting file that is kept on record under this name; None when it is gone."""
        direct = self.not_exported / name
        if direct.parent == self.not_exported and os.path.lexists(direct):
            return direct
        return next((file for file in files_in(self.not_exported) if recorded_name(file.name) == name), None)


class LaFolders(Folders):
    """The folders of an LA in the root folder."""

    @property
    def chosen(self) -> Path:
        return self.exported.parent.parent

    def make(self) -> None:
        """Make what is missing. Raises OSError, also where the root folder itself is gone, which a person chose."""
        for folder in (self.not_exported.parent, self.not_exported, self.exported):
            folder.mkdir(exist_ok=True)


def folders_of(place: str) -> Folders:
    """The folders of a place (``places``), whether they are there or not.

    Raises FolderRefused for an LA without a root folder and without folders from version 3, and for a school without a
    row.
    """
    if is_of_staff(place):
        row = PersonnelSchool.objects.at(place).first()
        if row is None:
            raise FolderRefused(f"There is no row for school {place[:3]} {place[3:]} under Personnel.")
        return folders_chosen(row)
    root = root_folder()
    if root is not None:
        return folders_in(root, place)
    return folders_without_root(Destination.objects.filter(la=place).first())


def folders_without_root(entry: Destination | None) -> Folders:
    """The folders from version 3 of an LA's entry. Raises FolderRefused where it has none."""
    if entry is None or not entry.not_exported:
        raise FolderRefused("Set the root folder first, under Administration.")
    return _pair(entry.not_exported, entry.exported)


def folders_if_any(la: str) -> Folders | None:
    """The folders of an LA for a page that shows them; None as long as it has none."""
    try:
        return folders_of(la)
    except FolderRefused:
        return None


def folders_left(path: str, la: str) -> Folders:
    """The folders that an LA had in a former root folder, or the former ones of its own (``FormerRoot.path``)."""
    pair = FormerRoot.objects.filter(path=path, la=la).first()
    return _pair(pair.path, pair.exported) if pair else folders_in(Path(path), la)


def folders_in(root: Path, la: str) -> LaFolders:
    """The folders of an LA in this root folder."""
    return LaFolders(root / la / NOT_EXPORTED, root / la / EXPORTED, root / la / IMPORTED)


def folders_chosen(row: PersonnelSchool) -> Folders:
    """The folders that somebody chose for a school's personnel files."""
    return Folders(Path(row.not_exported), Path(row.exported), Path(row.imported))


def _pair(not_exported: str, exported: str) -> Folders:
    """Version 3 imported nothing: what an LA sends back lies beside what was sent."""
    return Folders(Path(not_exported), Path(exported), Path(exported).parent / IMPORTED)


def require_there(folder: Path) -> None:
    """Raises OSError unless there is such a folder."""
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))


def is_la_folder(name: str) -> bool:
    """Whether a folder of this name in a root folder is an LA's."""
    return len(name) == 3 and name.isascii() and name.isdigit()


def files_in(folder: Path) -> Iterator[Path]:
    """What lies in a folder, whatever it is, leftovers apart. Raises OSError when it cannot be read."""
    return (entry for entry in folder.iterdir() if not is_leftover(entry.name))


def holds(file: Path, *, size: int, sha256: str) -> bool:
    """Whether these are a file's very bytes. Raises OSError when it cannot be read."""
    if file.is_symlink() or not file.is_file() or file.stat().st_size != size:
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256


def recorded_name(name: str) -> str:
    """A file's name as a database can hold it: bytes that are no text are spelt out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")[:300]


def names_like(folder: Path, name: str) -> Iterator[Path]:
    """Name, name-2, name-3 …, so that two files of one name can be kept (handbook 05: nothing is written over)."""
    first = folder / name
    yield first
    yield from (first.with_stem(f"{first.stem}-{number}") for number in count(2))


def move_without_replacing(source: Path, target: Path) -> None:
    """Rename within a disk, and never over another file, whoever puts one there at the same moment.

    Raises FileExistsError when the target's name is taken, OSError when the file cannot be moved.
    """
    if os.name == "nt":
        source.rename(target)
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: no better promise can be made there.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "There is a file of this name.") from None
        source.rename(target)
    else:
        source.unlink()
