"""After the receipt: it is written beside the file in *Files Exported*, and the original is moved there.

Nothing is moved or replaced that is not the very file that was sent. Every step may be cut off and begun again: what a
dead run left (a receipt, a copy, a second link) is recognised by its content.
"""

import errno
import json
import logging
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import is_for
from schoolgate.school.exchange.folders import (
    FolderRefused,
    Folders,
    folders_of,
    holds,
    move_without_replacing,
    names_like,
)
from schoolgate.school.exchange.models import Transfer
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.school.exchange.taking import READ_AT_ONCE, spool
from schoolgate.wire.receipts import ReceiptError, receipt_file, verify_receipt_file

RECEIPT_SUFFIX = ".receipt.json"
FORMER_SUFFIX = ".former-receipt.json"
CHANGED = "The file in Files Not Exported was changed after it was taken. It stayed there and is looked at anew."
LEFT_BEHIND = (
    "It was put into Files Exported from this program’s own copy. The original stayed in the former folder, {}"
)
NOT_YET = "It could not be put into Files Exported yet: perhaps it is open in another program. It is tried again."

log = logging.getLogger(__name__)


def put_away(arrived: Iterable[Transfer]) -> None:
    """Bring files that arrived, with their receipts, to *Files Exported*; what cannot be moved is tried again later."""
    moved = move_with_receipts(arrived)
    if moved:
        with transaction.atomic():
            note_moved(moved)
        moves_are_noted()


def move_with_receipts(arrived: Iterable[Transfer]) -> list[Transfer]:
    """Make the moves, each with its own guard; those that were made are yet to be noted."""
    return [transfer for transfer in arrived if _move_with_receipt(transfer)]


def note_moved(moved: Iterable[Transfer]) -> None:
    """Write that these moves were made. In a transaction."""
    # In one order: a look round and an export may note the same files, and must not wait for each other for ever.
    for transfer in sorted(moved, key=lambda one: one.pk):
        transfer.save(update_fields=["filed_at", "filed_as", "filing_note"])
        telling.file_put_away(transfer)


def moves_are_noted() -> None:
    """After the commit of `note_moved`."""
    fault_point("export.filed")


def _move_with_receipt(transfer: Transfer) -> bool:
    try:
        folders = folders_of(transfer.place)
        folders.make()
        target = _place_for(transfer, folders)
        receipt = receipt_beside(target)
        if receipt.exists() and not _is_receipt_of(receipt, transfer):
            _set_former_aside(receipt)
        if not receipt.exists():
            write_durably(receipt, [receipt_file(transfer.receipt, transfer.received_from).encode("utf-8")])
        fault_point("export.receipt-written")
        transfer.filing_note = _move(transfer, folders, target)
        fault_point("export.moved")
    except FileExistsError:
        # Another look puts the same file away at this very moment. The next one sees what is left to do.
        return False
    except (OSError, FolderRefused) as error:
        log.info("A received file of %s could not be put away: %s", transfer.place, error)
        if transfer.filing_note != NOT_YET:
            transfer.filing_note = NOT_YET
            transfer.save(update_fields=["filing_note"])
            telling.file_put_away(transfer)
        return False
    transfer.filed_at, transfer.filed_as = timezone.now(), target.name
    return True


def _move(transfer: Transfer, folders: Folders, target: Path) -> str:
    """Bring the bytes that were sent to `target`; what is to be told of it, empty when all went as always."""
    original = folders.find(transfer.name)
    if original is not None and _holds(original, transfer):
        if target.exists():
            original.unlink()
        else:
            move(original, target)
        return ""
    if not target.exists() and spool().has(transfer.sha256):
        with spool().open(transfer.sha256) as plain:
            write_durably(target, iter(lambda: plain.read(READ_AT_ONCE), b""))
    former = _former_root(transfer)
    if former:
        return LEFT_BEHIND.format(former)
    return "" if original is None else CHANGED


def _former_root(transfer: Transfer) -> str:
    """Where the original stayed; asked anew, for the root folder may have been changed while the file was sent."""
    return Transfer.objects.values_list("former_root", flat=True).get(pk=transfer.pk)


def receipt_beside(file: Path) -> Path:
    """Where the receipt of an exported file is kept: the file's whole name, then `.receipt.json`."""
    return file.with_name(file.name + RECEIPT_SUFFIX)


def _place_for(transfer: Transfer, folders: Folders) -> Path:
    """The first of name, name-2, name-3 … in *Files Exported* that is free, or is this very file's already."""
    places = names_like(folders.exported, transfer.name)
    return next(place for place in places if _may_have(transfer, place))


def _may_have(transfer: Transfer, place: Path) -> bool:
    beside = receipt_beside(place)
    file_fits = not os.path.lexists(place) or _holds(place, transfer)
    fits = not os.path.lexists(beside) or _is_receipt_of(beside, transfer) or _is_former_receipt_of(beside, transfer)
    return file_fits and fits


def _set_former_aside(receipt: Path) -> None:
    """Keep the receipt of a first arrival that the LA has forgotten, under another name."""
    former = receipt.with_name(receipt.name.removesuffix(RECEIPT_SUFFIX) + FORMER_SUFFIX)
    place = next(place for place in names_like(former.parent, former.name) if not os.path.lexists(place))
    move_without_replacing(receipt, place)


def move(source: Path, target: Path) -> None:
    """As `move_without_replacing`, also to another disk: there the file stands whole before it goes here."""
    try:
        move_without_replacing(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with source.open("rb") as stream:
            write_durably(target, iter(lambda: stream.read(READ_AT_ONCE), b""))
        source.unlink()


def write_durably(place: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all, and never over another. Raises OSError, FileExistsError."""
    aside = place.with_name(f".schoolgate-{secrets.token_hex(6)}")
    try:
        with aside.open("xb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        move_without_replacing(aside, place)
    finally:
        aside.unlink(missing_ok=True)


def _holds(file: Path, transfer: Transfer) -> bool:
    return holds(file, size=transfer.size, sha256=transfer.sha256)


def _is_receipt_of(path: Path, transfer: Transfer) -> bool:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except ValueError:
        return False
    return isinstance(kept, dict) and kept.get("receipt") == transfer.receipt


def _is_former_receipt_of(path: Path, transfer: Transfer) -> bool:
    """Whether the LA once gave this receipt for this very file."""
    try:
        return is_for(verify_receipt_file(path.read_text("utf-8"), kept_keys(transfer.la), None), transfer)
    except (ReceiptError, ValueError):
        return False
