"""Import (handbook 06): what an LA has for a school is put into *Files Imported*, each file once.

An LA offers a file until it is told that it lies here. So the bytes are made durable beside their place, the row says
that they are being placed, they get their name, the row says that they are placed, and only then the LA is told. Who
comes after a death at any of these steps finds by the row, and by what lies in the folder, which step is next.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace, sync_folder
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection, connect, note_signed_in, open_http
from schoolgate.school.exchange.folders import (
    FolderRefused,
    Folders,
    folders_of,
    holds,
    move_without_replacing,
    names_like,
    require_there,
)
from schoolgate.school.exchange.logins import Login, Receiver, own_logins, receiver_of
from schoolgate.school.exchange.models import ImportedFile, PersonnelSchool
from schoolgate.school.exchange.models.imported_file import Stage
from schoolgate.school.exchange.places import is_of_staff, kind_of
from schoolgate.school.exchange.requested import FILE
from schoolgate.school.exchange.taking import READ_AT_ONCE, spool
from schoolgate.school.exchange.troubles import is_of_login, note_line_well, note_trouble
from schoolgate.wire.exchange import ExchangeClient, OutboxEntry
from schoolgate.wire.exchange_errors import ExchangeError, NotSchoolgate, Refused, ServiceTooOld

MOST_PAGES = 100
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,94}\.xml", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ASIDE = re.compile(r"\.schoolgate-[0-9]+-[0-9a-f]{12}")
ABANDONED = timedelta(days=1)


@dataclass
class ImportSummary:
    """What one import did for one place: files that came, those that an earlier one had left to tell of, and why not.

    `school` is the number of the school whose staff the files are of; empty for those of pupils. `left_there` says of
    a file that cannot be taken as it is; the others came.
    """

    la: str
    school: str = ""
    imported: int = 0
    told_again: int = 0
    trouble: str = ""
    left_there: str = ""

    @property
    def all_well(self) -> bool:
        return not self.trouble


class NotPlaced(Exception):
    """A file could not be put into its folder; the message is a sentence. It is offered again."""


class LeftThere(Exception):
    """One file cannot be taken as the LA offers it, and keeps no other; the message is a sentence."""


class Withdrawn(Exception):
    """A file is not offered any more."""


def import_from(
    place: str, *, user: str = "", by_person: bool, cancelled: Callable[[], bool] = lambda: False
) -> ImportSummary:
    """Fetch what the LA has for a place (``places``). Only one of these runs at a time for a place.

    `user` narrows it to one user name's. Once `cancelled` says so no further file is begun. Never raises for the LA,
    the line or a folder: the summary tells.
    """
    summary = ImportSummary(place[:3], place[3:])
    receiver = receiver_of(place)
    if receiver is None:
        summary.trouble = f"There is no {'row for this school' if is_of_staff(place) else 'entry for this LA'}."
        return summary
    not_placed = ""
    try:
        with open_http() as http:
            connection = connect(receiver, http)
            for login in _logins(receiver, user):
                _import_with(connection, login, place, summary, by_person, cancelled)
    except ExchangeError as error:
        note_trouble(receiver, error, waiting=0, by_person=by_person)
        summary.trouble = error.sentence
    except (NotPlaced, NoSpace) as error:
        summary.trouble = not_placed = str(error)
    else:
        note_line_well(receiver)
    summary.trouble = summary.trouble or summary.left_there
    if not_placed := not_placed or summary.left_there:
        telling.not_imported(place, not_placed)
    if isinstance(receiver, PersonnelSchool):
        receiver.note(imported_at=timezone.now(), import_trouble=not_placed[:300])
    return summary


def _logins(receiver: Receiver, user: str) -> list[Login]:
    """Those to ask with; a school's row for its staff even without credentials, for it to say so."""
    found: list[Login] = [receiver, *own_logins(receiver).values()]
    if is_of_staff(receiver.place):
        return found
    return [login for login in found if login.has_credentials and user in {"", login.user}]


def _import_with(
    connection: Connection,
    login: Login,
    place: str,
    summary: ImportSummary,
    by_person: bool,
    cancelled: Callable[[], bool],
) -> None:
    """One login that fails leaves the others'. Raises NotPlaced, NoSpace, an ExchangeError of the LA or the line."""
    try:
        account = connection.sign_in(login)
        note_signed_in(connection, login, account)
        client = connection.client(login)
        _finish_what_was_begun(client, place, summary)
        for entry in _offered(client, place):
            if cancelled():
                return
            try:
                _import_one(client, place, entry, summary)
            except LeftThere as error:
                summary.left_there = str(error)
            except Withdrawn:
                continue
    except ExchangeError as error:
        if not is_of_login(error):
            raise
        note_trouble(login, error, waiting=0, by_person=by_person)
        summary.trouble = error.sentence


def _offered(client: ExchangeClient, place: str) -> Iterator[OutboxEntry]:
    """The files that the LA has for a place, the oldest first; an LA without an outbox has none."""
    cursor = ""
    for _ in range(MOST_PAGES):
        try:
            page = client.outbox(cursor)
        except ServiceTooOld:
            return
        yield from (entry for entry in page.entries if entry.kind == FILE and _is_for(entry, place))
        cursor = page.cursor
        if not page.more:
            return


def _is_for(entry: OutboxEntry, place: str) -> bool:
    """Whether a file goes to this place: those of staff to their school's folder, those of pupils to the LA's."""
    if entry.document != kind_of(place):
        return False
    return not is_of_staff(place) or entry.la + entry.school == place


def _is_sound(entry: OutboxEntry) -> bool:
    """Whether name and digest may become a file's here, whoever says them."""
    return bool(_NAME.fullmatch(entry.name) and _SHA256.fullmatch(entry.sha256))


def _finish_what_was_begun(client: ExchangeClient, place: str, summary: ImportSummary) -> None:
    """Place what a dead import left aside, and tell the LA what it was not told; it may know, and offer it no more.

    Raises NotPlaced, an ExchangeError.
    """
    begun = ImportedFile.objects.filter(destination_la=place[:3], document=kind_of(place)).exclude(state=Stage.TOLD)
    if is_of_staff(place):
        begun = begun.filter(la=place[:3], school=place[3:])
    for row in begun:
        placed = _finish_placing(row, place) if row.state == Stage.PLACING else row
        # One of pupils may be another account's to tell of.
        with suppress(Refused):
            if placed is not None:
                _tell_la(client, placed)
                summary.told_again += 1


def _import_one(client: ExchangeClient, place: str, entry: OutboxEntry, summary: ImportSummary) -> None:
    """Bring one file to its folder and tell the LA.

    Raises LeftThere, Withdrawn, NotPlaced, NoSpace, an ExchangeError.
    """
    if not _is_sound(entry):
        raise LeftThere("The LA offers a file whose name or digest cannot be one. It was left there. Tell the LA.")
    row = ImportedFile.objects.filter(destination_la=place[:3], number=entry.number, sha256=entry.sha256).first()
    if row is None:
        row = _place(client, place, entry)
        _remove_abandoned(Path(row.folder))
        summary.imported += 1
    else:
        summary.told_again += 1
    _tell_la(client, row)


def _tell_la(client: ExchangeClient, row: ImportedFile) -> None:
    client.collected(row.number)
    fault_point("file-import.said")
    ImportedFile.objects.filter(pk=row.pk).update(state=Stage.TOLD, told_at=timezone.now())
    fault_point("file-import.told")


def _place(client: ExchangeClient, place: str, entry: OutboxEntry) -> ImportedFile:
    folder = _folder_of(place)
    _fetch(client, entry)
    fault_point("file-import.fetched")
    row = ImportedFile(
        destination_la=place[:3],
        number=entry.number,
        sha256=entry.sha256,
        size=entry.size,
        document=entry.document,
        la=entry.la[:3],
        school=entry.school[:4],
        name=entry.name[:100],
        folder=str(folder),
        # By its number, so that what a dead import left is written over and not left lying about.
        aside=f".schoolgate-{entry.number}-{entry.sha256[:12]}",
    )
    try:
        _write_aside(row)
        fault_point("file-import.aside")
        row.placed_as = _free_name(folder, row).name
        row.save()
        fault_point("file-import.placing")
        _rename(row)
    except OSError as error:
        raise _not_placed(folder, error) from None
    _note_placed(row)
    return row


def _remove_abandoned(folder: Path) -> None:
    """Remove what dead imports left aside that no row speaks of, and nobody writes over: the LA offers it no more."""
    needed = set(ImportedFile.objects.filter(state=Stage.PLACING).values_list("aside", flat=True))
    before = time.time() - ABANDONED.total_seconds()
    # A folder that went since has what it has; the file that came lies there.
    with suppress(OSError):
        for path in folder.iterdir():
            if _ASIDE.fullmatch(path.name) and path.name not in needed and path.stat().st_mtime < before:
                path.unlink()


def _write_aside(row: ImportedFile) -> None:
    """Its bytes, durable in its folder under a name that nobody looks at. Raises OSError."""
    folder = Path(row.folder)
    with spool().open(row.sha256) as plain, (folder / row.aside).open("wb") as file:
        while part := plain.read(READ_AT_ONCE):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def _finish_placing(row: ImportedFile, place: str) -> ImportedFile | None:
    """Go on with a file whose import died while it got its name; None where it must be begun anew.

    What lies aside has its name yet to get; when nothing does, it got it. Where its folder is gone and another was
    chosen since, nobody can tell, and to have a file twice is better than not to have it.
    """
    folder = Path(row.folder)
    try:
        require_there(folder)
        if (folder / row.aside).exists():
            _rename(row)
    except OSError as error:
        if folder == _folder_of(place):
            raise _not_placed(folder, error) from None
        row.delete()
        return None
    _note_placed(row)
    return row


def _rename(row: ImportedFile) -> None:
    """Give the file that lies aside its name, and never another's. Raises OSError."""
    folder = Path(row.folder)
    aside = folder / row.aside
    while True:
        target = folder / row.placed_as
        try:
            move_without_replacing(aside, target)
            sync_folder(folder)
            return
        except FileExistsError:
            if holds(target, size=row.size, sha256=row.sha256):
                # Here it is: by this very move, cut off half way, or from before a backup was restored.
                aside.unlink(missing_ok=True)
                return
        row.placed_as = _free_name(folder, row).name
        row.save(update_fields=["placed_as"])


def _free_name(folder: Path, row: ImportedFile) -> Path:
    """The first of name, name-2, name-3 … that is free, or is this very file's already."""
    return next(
        place
        for place in names_like(folder, row.name)
        if not place.exists() or holds(place, size=row.size, sha256=row.sha256)
    )


def _note_placed(row: ImportedFile) -> None:
    fault_point("file-import.renamed")
    with transaction.atomic():
        row.state, row.placed_at = Stage.PLACED, timezone.now()
        row.save(update_fields=["state", "placed_at", "placed_as"])
        telling.file_imported(row)
    fault_point("file-import.placed")


def _folder_of(place: str) -> Path:
    """*Files Imported* of a place, there and ready. An LA's is made, like its others. Raises NotPlaced."""
    try:
        folders: Folders = folders_of(place)
        if not is_of_staff(place):
            folders.make()
            folders.imported.mkdir(exist_ok=True)
        require_there(folders.imported)
    except FolderRefused as error:
        raise NotPlaced(str(error)) from None
    except OSError as error:
        raise _not_placed(folders.imported, error) from None
    return folders.imported


def _not_placed(folder: Path, error: OSError) -> NotPlaced:
    why = error.strerror or type(error).__name__
    return NotPlaced(
        f"Nothing can be put into Files Imported, {folder} ({why}). See that it is there and can be written to. "
        "The LA keeps the file meanwhile, and the next import fetches it."
    )


def _fetch(client: ExchangeClient, entry: OutboxEntry) -> None:
    """Have the bytes of a file in the spool, right to the last.

    Raises LeftThere, Withdrawn, NoSpace, an ExchangeError.
    """
    if spool().has(entry.sha256):
        return
    try:
        content = client.outbox_file(entry.number, entry.sha256, entry.size)
    except NotSchoolgate as error:
        # Of this file alone: what the LA's service said before was its own.
        raise LeftThere(
            f"What came as {entry.name} is not the file that the LA offers ({error.details}). It was left there; the "
            "next import asks for it again. If it is so again, tell the LA."
        ) from None
    except Refused as error:
        if error.code != "unknown-entry":
            raise
        raise Withdrawn from None
    with spool().incoming() as incoming:
        incoming.write(content)
        incoming.keep()
