"""Folders that version 3 used for an LA: they hold until there is a root folder (handbook 04, "Migrating Settings").

Version 4 makes an LA's folders in the root folder; until somebody sets one, files go on lying where they lay.
"""

from collections.abc import Sequence
from pathlib import Path

from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.exchange.administration.folder_rules import (
    require_outside_home,
    require_whole_path,
    require_writable,
    same,
    unusable,
    within,
)
from schoolgate.school.exchange.folders import FolderRefused, folders_in
from schoolgate.school.exchange.models import Destination, FormerRoot, PersonnelSchool, Sighting, Transfer
from schoolgate.school.exchange.places import STUDENT


def require_usable_pair(entry: Destination) -> None:
    """Look whether the two folders of an entry may hold its files. They are never made here.

    Raises FolderRefused, each rule with its own sentence: both of them; whole paths; there; writable; outside this
    program's own folder; apart from each other, from other LAs' and from those of personnel files.
    """
    if not (entry.not_exported and entry.exported):
        raise FolderRefused("Give both folders, Files Not Exported and Files Exported.")
    pair = Path(entry.not_exported), Path(entry.exported)
    try:
        for folder in pair:
            require_whole_path(folder)
            require_outside_home(folder)
            if not folder.is_dir():
                raise FolderRefused(f"There is no folder {folder}.")
            require_writable(folder)
            require_apart_from_pairs(folder, but=entry.la)
            _require_apart_from_staff(folder)
    except OSError as error:
        raise unusable(error) from None
    if _meet(*pair):
        raise FolderRefused("One of the two folders is, or lies in, the other.")


def require_apart_from_pairs(folder: Path, *, but: str = "") -> None:
    """Refuse a folder that is, holds or lies in one from version 3, but for those of an LA. Raises FolderRefused."""
    for other in Destination.objects.with_folders().exclude(la=but):
        if any(_meet(folder, Path(theirs)) for theirs in (other.not_exported, other.exported)):
            raise FolderRefused(f"This is, holds or lies in a folder of {other}. Choose another, or set a root folder.")


def require_root_outside_pairs(root: Path) -> None:
    """Refuse a root folder in a folder from version 3: it would be one of the files there. Raises FolderRefused."""
    for entry in Destination.objects.with_folders():
        if any(within(root, Path(theirs)) for theirs in (entry.not_exported, entry.exported)):
            raise FolderRefused(f"This folder is, or lies in, one of {entry} from version 3. Choose another.")


def pairs_left_for(root: Path) -> list[Destination]:
    """The entries whose files lie elsewhere once this is the root folder. Raises FolderRefused.

    Not in a transaction: the share that a folder lies on may hang.
    """
    return [
        entry
        for entry in Destination.objects.with_folders()
        if not same(Path(entry.not_exported), folders_in(root, entry.la).not_exported)
    ]


def leave_pairs(left: Sequence[Destination], *, by: User | None, request: HttpRequest | None) -> None:
    """A root folder is set, and wins. In its transaction.

    What lies in the folders that are left is counted like what lies in a former root folder, and told.
    """
    for entry in left:
        details = f"{entry.not_exported}: its files were not copied"
        record("folders from version 3 left", by=by, target=entry.la, details=details, request=request)
        FormerRoot.objects.create(path=entry.not_exported, la=entry.la, exported=entry.exported)
        unfiled = Transfer.objects.filter(kind=STUDENT, la=entry.la, filed_at=None, former_root="")
        unfiled.update(former_root=entry.not_exported)
    if Destination.objects.with_folders().update(not_exported="", exported=""):
        # A file is another one in another folder, however alike they look.
        Sighting.objects.all().delete()


def _require_apart_from_staff(folder: Path) -> None:
    for row in PersonnelSchool.objects.all():
        if any(_meet(folder, Path(chosen)) for chosen in (row.not_exported, row.exported, row.imported)):
            raise FolderRefused(f"This is, holds or lies in a folder for the personnel files of {row}.")


def _meet(one: Path, other: Path) -> bool:
    return within(one, other) or within(other, one)
