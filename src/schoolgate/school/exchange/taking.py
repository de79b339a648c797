"""A settled file becomes a transfer or a held-back file; one bad file never stops the others.

The file is read once: it is copied to the spool while it is hashed, and checked (and later sent) from there.
"""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import FileStore, NoSpace, Stored
from schoolgate.commons.jobs.engine import without_values
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students.check import Verdict, check_stream
from schoolgate.documents.students.names import parse_name
from schoolgate.documents.students.versions import SchemaShelf, default_shelf
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.folders import FolderRefused, folders_of, holds
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.reasons import (
    CANNOT_BE_READ,
    NOT_A_FILE,
    Reason,
    already_delivered,
    reason_to_hold_back,
    too_large,
    went_wrong,
)
from schoolgate.school.exchange.settling import FoundFile, forget, is_unchanged, mark_dealt_with

READ_AT_ONCE = 1024 * 1024
STUDENT = "student"

log = logging.getLogger(__name__)


def spool() -> FileStore:
    """The school's own copies of files, under the digest of their plain bytes."""
    return FileStore(settings.SCHOOLGATE_HOME.spool)


def shelf() -> SchemaShelf:
    """Our schemas and those the operator added; ours alone when an added one cannot be used."""
    try:
        return default_shelf(settings.SCHOOLGATE_HOME.schemas)
    except DocumentError as error:
        log.error("The schemas added in %s are not used: %s", settings.SCHOOLGATE_HOME.schemas, error)
        return default_shelf()


def take(found: FoundFile, schemas: SchemaShelf) -> Transfer | HeldBackFile | None:
    """Read one settled file, check it, and give it its row.

    None: there is nothing new to tell (it moved on under our hands, or it is on its way already). Raises NoSpace when
    the spool is full; anything else that goes wrong is the file's own reason to be held back.
    """
    try:
        return _take(found, schemas)
    except NoSpace:
        raise
    except FileNotFoundError:
        return None
    except OSError as error:
        log.info("A file in the folder of LA %s cannot be read: %s", found.la, error.strerror)
        return hold_back(found.la, found.name, CANNOT_BE_READ, size=found.size)
    except Exception as error:  # noqa: BLE001  one bad file never stops the others
        number = secrets.token_hex(3).upper()
        log.error("Number %s: a file for LA %s could not be checked: %s", number, found.la, without_values(error))
        with transaction.atomic():
            mark_dealt_with(found)
            return hold_back(found.la, found.name, went_wrong(number), size=found.size)


def _take(found: FoundFile, schemas: SchemaShelf) -> Transfer | HeldBackFile | None:
    limit = settings.SCHOOLGATE_MAX_FILE_BYTES
    if not found.plain_file or found.size > limit:
        with transaction.atomic():
            mark_dealt_with(found)
            unread = too_large(limit) if found.plain_file else NOT_A_FILE
            return hold_back(found.la, found.name, unread, size=found.size)
    with found.path.open("rb") as stream:
        stored = copy_to_spool(stream)
    fault_point("export.spooled")
    if not is_unchanged(found):
        forget(found.la, found.name)
        return None
    known = known_transfer(found.name, stored.sha256)
    if known is not None:
        return _tell_known(found, known, stored)
    verdict = check_spooled(stored.sha256, found.name, schemas)
    fault_point("export.checked")
    reason = reason_to_hold_back(verdict, found.name, found.la)
    try:
        with transaction.atomic():
            mark_dealt_with(found)
            if reason is not None:
                return hold_back(found.la, found.name, reason, verdict=verdict)
            transfer = make_transfer(found.name, verdict)
    except IntegrityError:
        # Another process took the same file at the same moment; the next look finds it known.
        return None
    fault_point("export.transfer-row")
    return transfer


def copy_to_spool(stream: BinaryIO) -> Stored:
    """Copy to the spool while hashing. Raises NoSpace, OSError."""
    with spool().incoming() as incoming:
        while chunk := stream.read(READ_AT_ONCE):
            incoming.write(chunk)
        return incoming.keep()


def fill_spool(transfer: Transfer) -> None:
    """See to it that the spool holds a file that is to be sent, as far as its folder still does."""
    if spool().has(transfer.sha256):
        return
    with suppress(OSError, FolderRefused, NoSpace):
        file = folders_of(transfer.la).find(transfer.name)
        if file is not None and holds(file, size=transfer.size, sha256=transfer.sha256):
            with file.open("rb") as stream:
                copy_to_spool(stream)


def check_spooled(
    sha256: str, name: str, schemas: SchemaShelf, on_progress: Callable[[int], None] | None = None
) -> Verdict:
    """Checks 1 and 2, on the spool's copy."""
    with spool().open(sha256) as plain:
        return check_stream(plain, name=name, shelf=schemas, on_progress=on_progress, demo=settings.SCHOOLGATE_DEMO)


def known_transfer(name: str, sha256: str) -> Transfer | None:
    """The transfer of this very file, if there is one."""
    return Transfer.objects.filter(kind=STUDENT, name=name, sha256=sha256).first()


def make_transfer(name: str, verdict: Verdict) -> Transfer:
    """The row of a file that passed; what was held back under its name is settled thereby. In a transaction.

    Raises IntegrityError when another process made the row meanwhile.
    """
    parsed, header = parse_name(name), verdict.header
    assert header is not None  # else the file was refused
    transfer = Transfer.objects.create(
        kind=STUDENT,
        name=name,
        sha256=verdict.sha256,
        size=verdict.size,
        la=parsed.destination_la,
        source_la=parsed.source_la,
        source_school=parsed.source_school,
        school_name=header.school_name,
        version=verdict.version,
        made_at=_london(header.created),
        pupils=verdict.pupils,
        problems=[asdict(problem) for problem in verdict.problems],
        warnings=verdict.warnings,
    )
    HeldBackFile.objects.filter(la__in=("", transfer.la), name=name).delete()
    telling.file_checked(transfer)
    return transfer


def hold_back(
    la: str,
    name: str,
    reason: Reason,
    *,
    origin: HeldBackFile.Origin = HeldBackFile.Origin.FOLDER,
    verdict: Verdict | None = None,
    size: int = 0,
    sha256: str = "",
) -> HeldBackFile:
    """Give the file its row, or bring the row up to date; told in the journal when there is something new."""
    problems: list[Problem] = verdict.problems if verdict else []
    header = verdict.header if verdict else None
    values = {
        "size": verdict.size if verdict else size,
        "sha256": verdict.sha256 if verdict else sha256,
        "reason": reason.code[:40],
        "sentence": reason.sentence[:500],
        "remedy": reason.remedy[:500],
        "problems": [asdict(problem) for problem in problems],
        "refusals": verdict.refusals if verdict else 0,
        "warnings": verdict.warnings if verdict else 0,
        "version": verdict.version[:20] if verdict else "",
        "pupils": verdict.pupils if verdict else None,
        "school": (header.source_la + header.source_school)[:7] if header else "",
        "suggested_name": reason.suggested_name,
        "right_la": reason.right_la,
    }
    before = HeldBackFile.objects.filter(la=la, name=name, origin=origin).first()
    news = before is None or (before.reason, before.sha256) != (values["reason"], values["sha256"])
    held_back, _ = HeldBackFile.objects.update_or_create(
        la=la, name=name, origin=origin, defaults={**values, **({"since": timezone.now()} if news else {})}
    )
    if news:
        telling.file_held_back(held_back)
    return held_back


def _tell_known(found: FoundFile, known: Transfer, stored: Stored) -> HeldBackFile | None:
    """The same file again is no second transfer; when the first was put away already, the copy is told of."""
    with transaction.atomic():
        mark_dealt_with(found)
        if known.state not in ARRIVED or known.filed_at is None:
            HeldBackFile.objects.filter(la=found.la, name=found.name).delete()
            return None
        return hold_back(found.la, found.name, already_delivered(known), size=stored.size, sha256=stored.sha256)


def _london(written: datetime) -> datetime:
    """A header's time, written without a zone, as the moment it is in London."""
    return timezone.make_aware(written, timezone.get_default_timezone())
