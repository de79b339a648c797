"""*Send a file*: one that comes by the browser passes the same checks, lands in its LA's folder whole, and is sent."""

from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.schemas import site_shelf
from schoolgate.documents.students.check import Verdict
from schoolgate.documents.students.holding_back import Reason, too_large
from schoolgate.school.exchange.asking import ask_for_file
from schoolgate.school.exchange.filing import write_durably
from schoolgate.school.exchange.folders import folders_of, holds, recorded_name
from schoolgate.school.exchange.models import Destination, HeldBackFile, State, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.naming import destination_of
from schoolgate.school.exchange.reasons import (
    NAME_TAKEN,
    already_delivered,
    no_destination,
    reason_to_hold_back,
)
from schoolgate.school.exchange.settling import found_at, mark_dealt_with
from schoolgate.school.exchange.taking import (
    READ_AT_ONCE,
    check_spooled,
    copy_to_spool,
    hold_back,
    known_transfer,
    make_transfer,
    spool,
)

UPLOAD = HeldBackFile.Origin.UPLOAD


def receive_upload(
    stream: BinaryIO, name: str, size: int, *, by: User | None, request: HttpRequest | None = None
) -> Transfer | HeldBackFile:
    """Take a file in from the browser: a transfer that is being sent, or a held-back file that says why not.

    Raises NoSpace when the spool is full, OSError or FolderRefused when the folder cannot be written to.
    """
    plain_name = recorded_name(Path(name.replace("\\", "/")).name)
    limit = settings.SCHOOLGATE_MAX_FILE_BYTES
    if size > limit:
        return hold_back("", plain_name, too_large(limit), origin=UPLOAD, size=size)
    stored = copy_to_spool(stream)
    return accept_spooled(stored.sha256, plain_name, by=by, request=request)


def accept_spooled(
    sha256: str, name: str, *, by: User | None, request: HttpRequest | None = None
) -> Transfer | HeldBackFile:
    """As `receive_upload`, for a file whose bytes lie in the spool already."""
    known = known_transfer(name, sha256)
    if known is not None:
        if known.state in ARRIVED:
            return hold_back("", name, already_delivered(known), origin=UPLOAD, size=known.size, sha256=sha256)
        if known.state == State.READY:
            ask_for_file(known)
        return known
    verdict = check_spooled(sha256, name, site_shelf())
    reason = reason_to_hold_back(verdict, name, "")
    la = "" if reason else destination_of(name)
    if reason is None:
        reason = _place_in_folder(la, name, verdict)
    if reason is not None:
        return hold_back("", name, reason, origin=UPLOAD, verdict=verdict)
    try:
        with transaction.atomic():
            found = found_at(la, folders_of(la).not_exported / name)
            if found is not None:
                mark_dealt_with([found])
            transfer = make_transfer(name, verdict)
            record("file sent", by=by, target=name, request=request)
            ask_for_file(transfer)
    except IntegrityError:
        # A look round took it out of the folder at the same moment.
        return accept_spooled(sha256, name, by=by, request=request)
    return transfer


def _place_in_folder(la: str, name: str, verdict: Verdict) -> Reason | None:
    """Put the bytes into the LA's *Files Not Exported*, whole from the first moment; why not, if it cannot be."""
    if not Destination.objects.filter(la=la).exists():
        return no_destination(la)
    folders = folders_of(la)
    folders.make()
    place = folders.not_exported / name
    try:
        with spool().open(verdict.sha256) as plain:
            write_durably(place, iter(lambda: plain.read(READ_AT_ONCE), b""))
    except FileExistsError:
        return None if holds(place, size=verdict.size, sha256=verdict.sha256) else NAME_TAKEN
    return None
