"""The root folder: which folder may be one, changing it, and what stayed in the former one (handbook 04)."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

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
from schoolgate.school.exchange.administration.folders_of_version_3 import (
    leave_pairs,
    pairs_left_for,
    require_root_outside_pairs,
)
from schoolgate.school.exchange.folders import (
    NOT_EXPORTED,
    FolderRefused,
    files_in,
    folders_in,
    holds,
    is_la_folder,
    recorded_name,
    root_folder,
)
from schoolgate.school.exchange.models import Destination, FormerRoot, PersonnelSchool, Sighting, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.places import STUDENT
from schoolgate.school.exchange.preferences import ROOT_FOLDER

PORTION = 500


def require_usable(folder: Path, *, make: bool) -> None:
    """Look whether a folder may become the root folder; nothing is changed but a probe that is taken away again.

    `make`: one that is missing may be made, so it need not be there. Raises FolderRefused, each rule with its own
    sentence: a whole path; outside this program's own folder; not in, nor around, the present root folder; a folder;
    there; writable.
    """
    require_whole_path(folder)
    try:
        _require_apart(folder)
        if folder.is_dir():
            require_writable(folder)
        elif os.path.lexists(folder):
            raise FolderRefused("There is a file of this name. Choose a folder.")
        elif not make:
            raise FolderRefused("There is no such folder. Tick “Make this folder” to have it made, or choose another.")
    except OSError as error:
        raise unusable(error) from None


def is_another(folder: Path) -> bool:
    """Whether taking this folder would change the root folder; false for the first one, and for the same one.

    Raises FolderRefused for a path that leads nowhere.
    """
    present = root_folder()
    return present is not None and not same(folder, present)


def set_root_folder(folder: Path, *, by: User | None, make: bool = True, request: HttpRequest | None = None) -> None:
    """Use this folder from now on and make the folders of every LA in it. Nothing is copied.

    What stayed in the former one, or in folders from version 3, is counted by the rounds of this site
    (`count_what_stayed`). Files on their way whose originals lie there are sent from the spool, and remember where
    their originals are.

    Raises FolderRefused, as `require_usable`, and when the folders cannot be made.
    """
    require_usable(folder, make=make)
    changes = is_another(folder)
    try:
        # Before the transaction: a share may hang, and nobody else could write meanwhile.
        folder.mkdir(parents=True, exist_ok=True)
        require_writable(folder)
        for la in Destination.objects.values_list("la", flat=True):
            folders_in(folder, la).make()
        left = pairs_left_for(folder)
    except OSError as error:
        raise unusable(error) from None
    with transaction.atomic():
        # Not when somebody else has just chosen the same folder.
        if changes and root_folder() != folder:
            _leave_present_root(folder, by, request)
        leave_pairs(left, by=by, request=request)
        ROOT_FOLDER.set(str(folder), by=by, request=request)


def dismiss(former: FormerRoot, *, by: User, request: HttpRequest | None = None) -> None:
    """Speak no more of a former root folder, whatever lies in it. Its files stay; this is not taken back."""
    with transaction.atomic():
        FormerRoot.objects.filter(pk=former.pk, dismissed_at=None).update(dismissed_at=timezone.now())
        details = f"{former.waiting} not sent, {former.sent} sent"
        record("former root folder dismissed", by=by, target=former.path, details=details, request=request)


def count_what_stayed() -> None:
    """Count the files in the former root folders. Not for a page: the share they lie on may hang."""
    for former in FormerRoot.objects.filter(dismissed_at=None):
        this = FormerRoot.objects.filter(pk=former.pk)
        try:
            waiting, sent = _count(former)
        except FileNotFoundError as error:
            if former.known_empty:
                this.delete()
            else:
                # A share that is away, perhaps: nobody can say that the files are gone.
                this.update(trouble=_why(error), looked_at=timezone.now())
        except OSError as error:
            this.update(trouble=_why(error), looked_at=timezone.now())
        else:
            this.update(waiting=waiting, sent=sent, trouble="", looked_at=timezone.now())


def _count(former: FormerRoot) -> tuple[int, int]:
    """How many files lie there that were not sent, and how many whose very bytes an LA has. Raises OSError."""
    files = list(_files_of(former))
    arrived: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
    for start in range(0, len(files), PORTION):
        names = [recorded_name(file.name) for _, file in files[start : start + PORTION]]
        for transfer in Transfer.objects.lean().filter(name__in=names, state__in=ARRIVED):
            arrived[transfer.la, transfer.name].append(transfer)
    sent = sum(
        any(holds(file, size=one.size, sha256=one.sha256) for one in arrived.get((la, recorded_name(file.name)), ()))
        for la, file in files
    )
    return len(files) - sent, sent


def _files_of(former: FormerRoot) -> Iterator[tuple[str, Path]]:
    """Each file in a *Files Not Exported* that was left, with its LA. Raises OSError."""
    if former.la:
        yield from ((former.la, file) for file in files_in(Path(former.path)))
        return
    for la in Path(former.path).iterdir():
        folder = la / NOT_EXPORTED
        if is_la_folder(la.name) and folder.is_dir():
            yield from ((la.name, file) for file in files_in(folder))


def _leave_present_root(folder: Path, by: User | None, request: HttpRequest | None) -> None:
    present = str(root_folder())
    record("root folder left", by=by, target=present, details="its files were not copied", request=request)
    # As paths: where spelling is free, another spelling is the same folder.
    known = FormerRoot.objects.values_list("path", flat=True)
    taken_up = [path for path in known if Path(path) in {folder, Path(present)}]
    FormerRoot.objects.filter(path__in=taken_up).delete()
    FormerRoot.objects.create(path=present)
    unfiled = Transfer.objects.filter(kind=STUDENT, filed_at=None)
    unfiled.filter(former_root="").update(former_root=present)
    # Their originals lie in the folder that is taken up again.
    unfiled.filter(former_root__in=taken_up).exclude(former_root=present).update(former_root="")
    # A file is another one in another folder, however alike they look.
    Sighting.objects.all().delete()


def _require_apart(folder: Path) -> None:
    """Refuse a folder in which this program would find its own files, or files of two roots.

    The present root folder stands, wherever it lies.
    """
    present = root_folder()
    if present is not None and same(folder, present):
        return
    require_outside_home(folder)
    require_root_outside_pairs(folder)
    for row in PersonnelSchool.objects.all():
        if any(within(folder, Path(chosen)) for chosen in (row.not_exported, row.exported, row.imported)):
            raise FolderRefused(f"This folder is one of those for the personnel files of {row}. Choose another.")
    if present is None:
        return
    if within(folder, present):
        raise FolderRefused(f"This folder lies in the present root folder, {present}. Choose one outside it.")
    if within(present, folder):
        raise FolderRefused(f"The present root folder, {present}, lies in this one. Choose another.")


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__)[:200]
