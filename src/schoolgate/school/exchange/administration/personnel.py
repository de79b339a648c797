"""The B2B:Personnel tab's settings: the one address, and the schools with the folders chosen for them (handbook 06)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.exchange.administration.destinations import number_problem
from schoolgate.school.exchange.administration.folder_rules import (
    require_outside_home,
    require_whole_path,
    require_writable,
    unusable,
    within,
)
from schoolgate.school.exchange.administration.folders_of_version_3 import require_apart_from_pairs
from schoolgate.school.exchange.connecting import address_problem
from schoolgate.school.exchange.folders import FolderRefused, is_la_folder, root_folder
from schoolgate.school.exchange.models import HeldBackFile, PersonnelSchool, School, Sighting, State, Transfer
from schoolgate.school.exchange.models.transfer import WAITING
from schoolgate.school.exchange.preferences import PERSONNEL_URL
from schoolgate.school.exchange.troubles import NO_TROUBLE

FOLDERS = {"not_exported": "Files Not Exported", "exported": "Files Exported", "imported": "Files Imported"}
NO_FOLDER = (
    "There is no such folder. If it lies on a share or another drive, see that it is connected. "
    "To have it made, tick “Make folders that are not there”."
)
LEFT = "The school’s row was deleted before the file was put into Files Exported. The receipt is kept here."


class PersonnelRefused(Exception):
    """What cannot be saved or done; the message is a sentence for the person, `field` the one it is about, if any."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def set_personnel_url(address: str, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Set the address for all schools; what stood in the line's way before is forgotten.

    An empty one ends it: nothing is sent then. Raises PersonnelRefused for one that may not be called.
    """
    address = address.strip()
    wrong = address_problem(address) if address else ""
    if wrong:
        raise PersonnelRefused(wrong, "address")
    with transaction.atomic():
        PERSONNEL_URL.set(address, by=by, request=request)
        for row in PersonnelSchool.objects.exclude(trouble=""):
            if row.line_trouble:
                row.note(**NO_TROUBLE)


def why_not_ready() -> str:
    """What must be entered before anything is exported or imported, in a sentence; empty when all is there."""
    if not PERSONNEL_URL.get():
        return "Enter the B2B:Personnel URL first."
    return "" if PersonnelSchool.objects.exists() else "Add a school first."


def save_personnel_school(
    row: PersonnelSchool, *, make_folders: bool = False, by: User | None, request: HttpRequest | None = None
) -> PersonnelSchool:
    """Save a new or changed row; what stood in its way before is forgotten, and its folder is looked through anew.

    The password is one that the LA issued: its strength is not judged here. Raises PersonnelRefused: a number that is
    not one, such a row is there already, a user name without password or the reverse, a folder that cannot be one of
    the three, other folders while files are on their way from and to the present ones.
    """
    wrong = number_problem(row.la)
    if wrong:
        raise PersonnelRefused(wrong, "la")
    row.forget_trouble()
    try:
        row.full_clean()
    except ValidationError as error:
        raise PersonnelRefused(" ".join(error.messages)) from None
    before = PersonnelSchool.objects.filter(pk=row.pk).first()
    moved = before is not None and any(getattr(before, name) != getattr(row, name) for name in FOLDERS)
    if before is None or moved or make_folders:
        require_folders(row, make=make_folders)
    with transaction.atomic():
        if before is not None and moved and _on_its_way(before).exists():
            raise PersonnelRefused(
                "Files of this school are on their way. Choose other folders once those have arrived, or are cancelled."
            )
        row.save()
        _look_anew(row)
        record(
            "personnel school added" if before is None else "personnel school changed",
            by=by,
            target=row.base,
            details="own account" if row.user else "the account for pupil files",
            request=request,
        )
    return row


def remove_personnel_school(row: PersonnelSchool, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Delete a row; its row for pupil files stays. What waits is cancelled; folders, files and receipts stay.

    Raises PersonnelRefused while a file is being sent.
    """
    with transaction.atomic():
        files = Transfer.objects.at(row.place)
        if files.filter(state=State.SENDING).exists():
            raise PersonnelRefused("A file of this school is being sent just now. Try again in a minute.")
        Transfer.objects.unasked().at(row.place).delete()
        for waiting in files.filter(state__in=[State.READY, State.RETRYING, State.NEEDS_ATTENTION]):
            waiting.take("cancel", next_try_at=None, asked_at=None)
        files.to_file().update(filed_at=timezone.now(), filing_note=LEFT)
        Sighting.objects.filter(place=row.place).delete()
        HeldBackFile.objects.filter(place=row.place).delete()
        record("personnel school removed", by=by, target=row.base, request=request)
        row.delete()


def waiting_files(row: PersonnelSchool) -> int:
    """How many files of it wait to be sent."""
    return Transfer.objects.at(row.place).filter(state__in=WAITING).count()


def keep_account_for_staff(school: School) -> None:
    """A school that is deleted for pupil files stays as it was for its staff: with the account that it used."""
    if school.has_credentials:
        _using(school).update(
            user=school.user, password=school.password, password_expires_at=school.password_expires_at
        )


def forget_trouble_of_staff(school: School) -> None:
    """The account was entered anew: who uses it for staff may be all right again."""
    _using(school).exclude(trouble="").update(**NO_TROUBLE)


def _using(school: School) -> QuerySet[PersonnelSchool]:
    own = PersonnelSchool.objects.filter(la=school.la, number=school.number, user="")
    return own if school.destination_la == school.la else own.none()


@dataclass(frozen=True)
class _Chosen:
    field: str
    folder: Path

    @property
    def words(self) -> str:
        return FOLDERS[self.field]


def require_folders(row: PersonnelSchool, *, make: bool) -> None:
    """Look whether the three folders may be used; those that are not there are made if `make`.

    Raises PersonnelRefused, each rule with its own sentence and field: a whole path; none twice, none in another;
    outside this program's own folder and the LAs' folders of the root folder; no other school's; there; writable.
    """
    chosen = [_Chosen(field, Path(getattr(row, field).strip())) for field in FOLDERS]
    for one in chosen:
        try:
            require_whole_path(one.folder)
            require_outside_home(one.folder)
            _require_apart_from_root(one.folder)
            require_apart_from_pairs(one.folder)
        except FolderRefused as error:
            raise PersonnelRefused(str(error), one.field) from None
    for first, second in _pairs(chosen):
        _require_apart(first, second)
    for other in PersonnelSchool.objects.exclude(pk=row.pk):
        _require_not_shared(chosen, other)
    for one in chosen:
        _require_there_and_writable(one, make=make)
        setattr(row, one.field, str(one.folder))


def _pairs(chosen: list[_Chosen]) -> Iterator[tuple[_Chosen, _Chosen]]:
    for number, second in enumerate(chosen):
        for first in chosen[:number]:
            yield first, second


def _require_apart(first: _Chosen, second: _Chosen) -> None:
    inner, outer = within(second.folder, first.folder), within(first.folder, second.folder)
    if inner and outer:
        raise PersonnelRefused(
            f"This is the folder {first.words} already. Choose one of its own for each of the three.", second.field
        )
    if inner:
        raise PersonnelRefused(f"This folder lies in {first.words}. Choose one outside it.", second.field)
    if outer:
        raise PersonnelRefused(f"{first.words} lies in this folder. Choose another.", second.field)


def _require_not_shared(chosen: list[_Chosen], other: PersonnelSchool) -> None:
    """Schools may put what was sent, and what came, into one folder; what waits is each school's own."""
    for one in chosen:
        theirs = FOLDERS if one.field == "not_exported" else {"not_exported": FOLDERS["not_exported"]}
        for field, words in theirs.items():
            folder = Path(getattr(other, field))
            if within(one.folder, folder) or within(folder, one.folder):
                raise PersonnelRefused(f"This is, or holds, {words} of {other}. Choose another.", one.field)


def _require_apart_from_root(folder: Path) -> None:
    root = root_folder()
    if root is None:
        return
    if within(root, folder):
        raise FolderRefused(f"The root folder for pupil files, {root}, is this folder or lies in it. Choose another.")
    if within(folder, root) and is_la_folder(folder.resolve().relative_to(root.resolve()).parts[0]):
        raise FolderRefused("This folder is an LA’s, for pupil files. Choose one of its own for personnel files.")


def _require_there_and_writable(one: _Chosen, *, make: bool) -> None:
    try:
        if make:
            one.folder.mkdir(parents=True, exist_ok=True)
        if not one.folder.is_dir():
            raise PersonnelRefused("There is a file of this name." if one.folder.exists() else NO_FOLDER, one.field)
        require_writable(one.folder)
    except FileExistsError:
        raise PersonnelRefused("There is a file of this name. Choose a folder.", one.field) from None
    except OSError as error:
        raise PersonnelRefused(str(unusable(error)), one.field) from None
    except FolderRefused as error:
        raise PersonnelRefused(str(error), one.field) from None


def _on_its_way(row: PersonnelSchool) -> QuerySet[Transfer]:
    files = Transfer.objects.at(row.place)
    asked_for = files.filter(state__in=WAITING, asked_at__isnull=False) | files.filter(state=State.NEEDS_ATTENTION)
    return asked_for | files.to_file()


def _look_anew(row: PersonnelSchool) -> None:
    """What was found in its folder was judged by the row as it was, and perhaps lay in another folder."""
    Transfer.objects.unasked().at(row.place).delete()
    HeldBackFile.objects.filter(place=row.place).delete()
    Sighting.objects.filter(place=row.place).delete()
