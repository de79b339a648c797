"""A settled file becomes a transfer or a held-back file; one bad file never stops the others.

The file is read once: it is copied to the spool while it is hashed, and checked (and later sent) from there.
"""

import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import FileStore, NoSpace, Stored
from schoolgate.commons.jobs.engine import without_values
from schoolgate.documents.problems import Problem
from schoolgate.documents.staff.names import parse_personnel_name
from schoolgate.documents.students.check import Door, Verdict, check_stream
from schoolgate.documents.students.holding_back import Reason, too_large
from schoolgate.documents.students.names import parse_name
from schoolgate.documents.students.versions import SchemaShelf
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.folders import FolderRefused, folders_left, folders_of, holds
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.places import PERSONNEL, STUDENT, kind_of
from schoolgate.school.exchange.reasons import (
    CANNOT_BE_READ,
    NOT_A_FILE,
    already_delivered,
    reason_to_hold_back,
    went_wrong,
)
from schoolgate.school.exchange.settling import FoundFile, forget, is_unchanged, mark_dealt_with
from schoolgate.school.exchange.taking_back import forget_replaced

READ_AT_ONCE = 1024 * 1024

Rows = list[Transfer | HeldBackFile]

log = logging.getLogger(__name__)


def spool() -> FileStore:
    """The school's own copies of files, under the digest of their plain bytes."""
    return FileStore(settings.SCHOOLGATE_HOME.spool)


@dataclass(frozen=True)
class Examined:
    """A file that was read and checked, and has no row of it yet. `verdict` is None for one that could not be read.

    One that is `gone`, or moved on under our hands, gets no row: the next look tells.
    """

    found: FoundFile
    reason: Reason | None = None
    verdict: Verdict | None = None
    gone: bool = False

    @property
    def sha256(self) -> str:
        """Of the plain bytes; empty when they were not read."""
        return self.verdict.sha256 if self.verdict else ""

    @property
    def dealt_with(self) -> bool:
        """Whether there is nothing more to do until the file changes; one that cannot be read now is read later."""
        return self.reason is not CANNOT_BE_READ


def examine(found: FoundFile, schemas: SchemaShelf) -> Examined:
    """Read one settled file, check it and say what is to become of it. No database here: it may run in any thread.

    Raises NoSpace when the spool is full; anything else that goes wrong is the file's own reason to be held back.
    """
    fault_point("export.found")
    limit = settings.SCHOOLGATE_MAX_FILE_BYTES
    if not found.plain_file or found.size > limit:
        return Examined(found, too_large(limit) if found.plain_file else NOT_A_FILE)
    try:
        with found.path.open("rb") as stream:
            stored = copy_to_spool(stream)
        fault_point("export.spooled")
        if not is_unchanged(found):
            return Examined(found, gone=True)
        verdict = check_spooled(stored.sha256, found.name, schemas, kind=kind_of(found.place))
        fault_point("export.checked")
        return Examined(found, verdict=verdict)
    except NoSpace:
        raise
    except FileNotFoundError:
        return Examined(found, gone=True)
    except OSError as error:
        log.info("A file in the folder of %s cannot be read: %s", found.place, error.strerror)
        return Examined(found, CANNOT_BE_READ)
    except Exception as error:  # noqa: BLE001  one bad file never stops the others
        return _gone_wrong(found, error)


def _judged(one: Examined) -> Examined:
    """With the reason to hold the file back that its verdict gives, if any."""
    if one.verdict is None:
        return one
    try:
        return replace(one, reason=reason_to_hold_back(one.verdict, one.found.name, one.found.place))
    except Exception as error:  # noqa: BLE001  one bad file never stops the others
        return _gone_wrong(one.found, error)


def _gone_wrong(found: FoundFile, error: Exception) -> Examined:
    number = secrets.token_hex(3).upper()
    log.error("Number %s: a file of %s could not be checked: %s", number, found.place, without_values(error))
    return Examined(found, went_wrong(number))


def give_rows(examined: Sequence[Examined]) -> Rows:
    """Give files of one place their rows, in one transaction; those that are on their way already get none."""
    judged = [_judged(one) for one in examined]
    try:
        with transaction.atomic():
            rows = _rows(judged)
    except IntegrityError:
        # Another process took one of them at the same moment; the next look finds it known.
        return []
    fault_point("export.transfer-row")
    return rows


def take(found: FoundFile, schemas: SchemaShelf) -> Transfer | HeldBackFile | None:
    """Examine one file and give it its row. Raises NoSpace."""
    rows = give_rows([examine(found, schemas)])
    return rows[0] if rows else None


def _rows(all_examined: Sequence[Examined]) -> Rows:
    for one in all_examined:
        if one.gone:
            forget(one.found.place, one.found.name)
    examined = [one for one in all_examined if not one.gone]
    mark_dealt_with([one.found for one in examined if one.dealt_with])
    for place in {one.found.place for one in examined}:
        forget_replaced(place, {one.found.name: one.sha256 for one in examined if one.found.place == place})
    known = _known_among(examined)
    rows: Rows = []
    new: list[Transfer] = []
    on_their_way: list[Transfer] = []
    for one in examined:
        before = known.get((one.found.name, one.verdict.sha256)) if one.verdict else None
        reason = one.reason or (_reason_if_known(before) if before else None)
        if reason is not None:
            rows.append(hold_back(one.found.place, one.found.name, reason, verdict=one.verdict, size=one.found.size))
        elif before is not None:
            on_their_way.append(before)
        elif one.verdict is not None:
            new.append(transfer_of(one.found.name, one.verdict))
    Transfer.objects.bulk_create(new)
    _forgive([*new, *on_their_way])
    _take_up([one for one in on_their_way if one.former_root])
    return [*rows, *new]


def _known_among(examined: Sequence[Examined]) -> dict[tuple[str, str], Transfer]:
    digests = [one.verdict.sha256 for one in examined if one.verdict]
    kinds = {kind_of(one.found.place) for one in examined}
    known = Transfer.objects.lean().filter(kind__in=kinds, sha256__in=digests)
    return {(one.name, one.sha256): one for one in known}


def _reason_if_known(known: Transfer) -> Reason | None:
    """The same file again is no second transfer; when the first was put away already, the copy is told of."""
    return already_delivered(known) if known.state in ARRIVED and known.filed_at else None


def _forgive(passed: Sequence[Transfer]) -> None:
    """What was held back under a name is settled when a file of that name passes."""
    for place in {transfer.place for transfer in passed}:
        names = [transfer.name for transfer in passed if transfer.place == place]
        HeldBackFile.objects.filter(place__in=("", place), name__in=names).delete()


def _take_up(found: Sequence[Transfer]) -> None:
    """Files whose originals stayed in a former root folder lie in the present one now."""
    if found:
        Transfer.objects.filter(pk__in=[one.pk for one in found], filed_at=None).update(former_root="")


def copy_to_spool(stream: BinaryIO) -> Stored:
    """Copy to the spool while hashing. Raises NoSpace, OSError."""
    with spool().incoming() as incoming:
        while chunk := stream.read(READ_AT_ONCE):
            incoming.write(chunk)
        return incoming.keep()


def fill_spool(transfer: Transfer) -> None:
    """See to it that the spool holds a file that is to be sent, as far as its folders still do."""
    if spool().has(transfer.sha256):
        return
    with suppress(OSError, FolderRefused, NoSpace):
        former = transfer.former_root
        folders = folders_left(former, transfer.la) if former else folders_of(transfer.place)
        exported = folders_of(transfer.place).exported / (transfer.filed_as or transfer.name)
        for file in (folders.find(transfer.name), exported):
            if file is not None and holds(file, size=transfer.size, sha256=transfer.sha256):
                with file.open("rb") as stream:
                    copy_to_spool(stream)
                return


def check_spooled(sha256: str, name: str, schemas: SchemaShelf, *, kind: str = STUDENT) -> Verdict:
    """Checks 1 and 2 of a file of this kind, on the spool's copy."""
    door: Door = "personnel" if kind == PERSONNEL else "student"
    with spool().open(sha256) as plain:
        return check_stream(plain, name=name, shelf=schemas, door=door, demo=settings.SCHOOLGATE_DEMO)


def known_transfer(name: str, sha256: str) -> Transfer | None:
    """The transfer of this very file, if there is one."""
    return Transfer.objects.filter(kind=STUDENT, name=name, sha256=sha256).first()


def transfer_of(name: str, verdict: Verdict) -> Transfer:
    """The row, not yet written, of a file that passed."""
    kind, header = PERSONNEL if verdict.kind == "PER" else STUDENT, verdict.header
    assert header is not None  # else the file was refused
    parsed = parse_personnel_name(name) if kind == PERSONNEL else parse_name(name)
    return Transfer(
        kind=kind,
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


def make_transfer(name: str, verdict: Verdict) -> Transfer:
    """The row of a file that passed. Raises IntegrityError when another process made it meanwhile."""
    transfer = transfer_of(name, verdict)
    transfer.save(force_insert=True)
    _forgive([transfer])
    return transfer


def hold_back(
    place: str,
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
    before = HeldBackFile.objects.filter(place=place, name=name, origin=origin).first()
    news = before is None or (before.reason, before.sha256) != (values["reason"], values["sha256"])
    held_back, _ = HeldBackFile.objects.update_or_create(
        place=place, name=name, origin=origin, defaults={**values, **({"since": timezone.now()} if news else {})}
    )
    if news:
        telling.file_held_back(held_back)
    return held_back


def _london(written: datetime) -> datetime:
    """A header's time, written without a zone, as the moment it is in London."""
    return timezone.make_aware(written, timezone.get_default_timezone())
