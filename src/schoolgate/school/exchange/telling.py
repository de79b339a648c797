"""What the journal says of files and LAs: sentences that name no child, and no file whose name may be anything."""

from datetime import datetime, timedelta
from typing import TypedDict

from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.journal.writing import Level, write
from schoolgate.school.exchange.held_back_words import why_held_back
from schoolgate.school.exchange.logins import Login
from schoolgate.school.exchange.models import (
    Destination,
    FileRequest,
    HeldBackFile,
    ImportedFile,
    PersonnelSchool,
    Transfer,
)
from schoolgate.school.exchange.places import PERSONNEL, kind_of
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.exchange_errors import ExchangeError


class Numbers(TypedDict):
    """Whose a line is, as `write` takes it."""

    la: str
    school: str
    destination_la: str
    kind: str


LATELY = timedelta(days=6)


def in_london(moment: datetime | None) -> str:
    """A moment as an office reads it: Thu 19 Nov 2026 18:30."""
    if moment is None:
        return "an unknown day"
    return timezone.localtime(moment, timezone.get_default_timezone()).strftime("%a %d %b %Y %H:%M")


def since(moment: datetime) -> str:
    """A moment of late as an office reads it: Thursday 18:30, or with its date once that is a week ago."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%A %H:%M}" if timezone.now() - moment < LATELY else f"{local:%d %b %Y %H:%M}"


def file_held_back(held_back: HeldBackFile) -> None:
    why = why_held_back(held_back.reason, held_back.kind)
    write(
        "WARN",
        f"A file was held back: {why}. The page behind this line says more.",
        la=held_back.school[:3],
        school=held_back.school[3:],
        destination_la=held_back.la,
        kind=held_back.kind,
        link=reverse("held-back-file", args=[held_back.pk]),
    )


def file_taken_back(transfer: Transfer, why: str) -> None:
    write(
        "INFO",
        f"{transfer.name} {why}",
        la=transfer.source_la,
        school=transfer.source_school,
        destination_la=transfer.la,
        kind=transfer.kind,
    )


def file_received(transfer: Transfer, *, known: bool) -> None:
    before = " It had arrived before." if known else ""
    _of(transfer, "INFO", f"The LA received {transfer.name}, receipt {transfer.receipt_ref}.{before}")


def file_not_received(transfer: Transfer, error: ExchangeError, *, final: bool) -> None:
    told = "needs attention" if final else f"is tried again at {in_london(transfer.next_try_at)}"
    _of(
        transfer,
        "ERROR" if final else "WARN",
        f"{transfer.name} {told}. {error.sentence}",
        details=what_to_do(error, transfer.la),
    )


def file_forgotten(transfer: Transfer) -> None:
    _of(
        transfer,
        "WARN",
        f"The LA no longer holds {transfer.name}, for which it gave receipt {transfer.receipt_ref}. It is sent again.",
        details="The LA's site was probably restored from a backup.",
    )


def file_outcome(transfer: Transfer) -> None:
    accepted = transfer.state == "imported"
    words = "imported" if accepted else "did not accept"
    _of(transfer, "INFO" if accepted else "ERROR", f"The LA {words} {transfer.name}.")


def file_asked_for(request: FileRequest) -> None:
    write(
        "INFO",
        f"The LA asks for {request}.",
        la=request.la,
        school=request.school,
        destination_la=request.destination_la,
        link=reverse("file-requests"),
    )


def file_put_away(transfer: Transfer) -> None:
    if transfer.filing_note:
        _of(transfer, "WARN", f"{transfer.name}: {transfer.filing_note}")


def file_imported(file: ImportedFile) -> None:
    write(
        "INFO",
        f"{file.placed_as} came from the LA and was put into Files Imported.",
        la=file.la,
        school=file.school,
        destination_la=file.destination_la,
        kind=file.document,
        link=reverse("imported-files"),
    )


def not_imported(place: str, why: str) -> None:
    _of_place(place, "WARN", "A file of the LA could not be put into Files Imported.", details=why)


def unusable(row: Login, error: ExchangeError, waiting: int) -> None:
    """Nothing can be sent to an LA, or with a school's login."""
    waits = {0: "", 1: " One file waits."}.get(waiting, f" {waiting:,} files wait.")
    numbers = numbers_of(row)
    what = {Destination: "be reached or used", PersonnelSchool: "exchange personnel files"}.get(type(row), "sign in")
    write(
        "WARN",
        f"{row} cannot {what} now.{waits} {error.sentence}",
        **numbers,
        details=what_to_do(error, numbers["destination_la"]),
        link=reverse("today"),
    )


def numbers_of(row: Login) -> Numbers:
    """What a line of the journal says of whose it is."""
    if isinstance(row, Destination):
        return {"la": "", "school": "", "destination_la": row.la, "kind": ""}
    if isinstance(row, PersonnelSchool):
        return {"la": row.la, "school": row.number, "destination_la": row.la, "kind": PERSONNEL}
    return {"la": row.la, "school": row.number, "destination_la": row.destination_la, "kind": ""}


def no_destination(la: str, waiting: int) -> None:
    stay = "a file waits" if waiting == 1 else f"{waiting:,} files wait"
    write("WARN", f"There is no entry for LA {la}, but {stay} for it. Add it.", destination_la=la)


def no_row(place: str, waiting: int) -> None:
    stay = "a file waits" if waiting == 1 else f"{waiting:,} files wait"
    _of_place(place, "WARN", f"This school has no row under Personnel, but {stay}. Add it.")


def spool_full(place: str) -> None:
    _of_place(place, "ERROR", "The disk of this site is full, so no further file can be taken.")


def folder_unreadable(place: str, why: str) -> None:
    _of_place(place, "ERROR", "The folder Files Not Exported cannot be read.", details=why)


def what_to_do(error: ExchangeError, la: str) -> str:
    """What to do, whom to ask, and what the help desk wants to know."""
    what_to_do = naming_whom(error.remedy, Destination.objects.contact_of(la))
    return f"{what_to_do} ({'; '.join(filter(None, (error.code, error.details)))})"


def _of_place(place: str, level: Level, message: str, *, details: str = "") -> None:
    write(
        level,
        message,
        la=place[:3] if place[3:] else "",
        school=place[3:],
        destination_la=place[:3],
        kind=kind_of(place),
        details=details,
    )


def _of(transfer: Transfer, level: Level, message: str, *, details: str = "") -> None:
    write(
        level,
        message,
        la=transfer.source_la,
        school=transfer.source_school,
        destination_la=transfer.la,
        kind=transfer.kind,
        details=details,
        link=reverse("transfer", args=[transfer.pk]),
    )
