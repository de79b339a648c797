"""A school's files as the authority has them: the list, one file's story, its receipt."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from schoolgate.authority.bases.agents import agent_of
from schoolgate.authority.bases.la import LA_NUMBER, la_called
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.keys import published_keys
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.models import ImportState
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.asked_for import asked_of
from schoolgate.authority.school_portal.correcting import how_many, newest_imported
from schoolgate.authority.school_portal.story import outcome_words, sent_by, story_of
from schoolgate.authority.school_portal.tiles import Shown, Tile
from schoolgate.authority.school_portal.waiting import waiting_for
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.outcomes import taken_of
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.wire.outcome_words import OF_WHOLE_FILE, problems_told
from schoolgate.wire.receipts import Receipt, ReceiptError, receipt_file, verify

LIVE_SECONDS = 2
_UPLOAD = "Upload the pupil file from your MIS."
MOVING = (ImportState.QUEUED, ImportState.PROCESSING)


@of_school
def files(request: PersonRequest, base: Base) -> HttpResponseBase:
    """All files of the school, whichever way they came, below what it is asked for and what waits for it."""
    table = Table(
        [
            Column("received_at", "Received", kind="time", dates=True),
            Column(
                "name",
                "File",
                search=True,
                link=lambda file: reverse("portal-file", args=[base.pk, file.pk]),
            ),
            Column("via", "Via", value=lambda file: capfirst(sent_by(file))),
            Column("outcome", "Outcome", sort="", value=lambda file: outcome_words(file.outcome, file.kind)),
            Column("ref", "Receipt", kind="code", search=True),
        ],
        _files_of(base),
        request,
        name="files",
        noun=("file", "files"),
        empty=NotYet("No file of your school has come yet.", "Upload a file", reverse("portal-upload", args=[base.pk])),
    )
    context = {
        "base": base,
        "la": la_called(),
        "requests": asked_of(base),
        "waiting": waiting_for(base),
        "agent": agent_of(base),
    }
    return table.response("authority_school_portal/files.html", context)


@of_school
def one_file(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """The story of one file, and what the authority made of it."""
    file = _file(request, base, pk)
    outcome = file.outcome
    imported, refused = outcome["state"] == ImportState.COMPLETED, outcome["state"] == ImportState.FAILED
    context: dict[str, Any] = {
        "base": base,
        "file": file,
        "kind": KINDS[file.kind].words,
        "story": story_of(file, outcome),
        "sent_by": sent_by(file),
        "refused": refused,
        "problems": _problems(outcome) if refused else [],
        "to_correct": how_many(base) if imported and file == newest_imported(base) else 0,
        "same_name": _files_of(base).filter(name=file.name).exclude(pk=file.pk),
        "live_seconds": LIVE_SECONDS if outcome["state"] in MOVING else 0,
        **(taken_of(outcome) if imported else {}),
    }
    return render(request, "authority_school_portal/file.html", context)


@of_school
def receipt(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """The receipt as a page to print; its signature is verified every time it is shown."""
    file = _file(request, base, pk)
    stated, doubt = _verified(file)
    context = {
        "base": base,
        "file": file,
        "receipt": stated,
        "doubt": doubt,
        "receipt_name": _receipt_name(file),
        "la": f"{la_called()} ({LA_NUMBER.get()})",
        "pupils": file.its_import.pupils if file.its_import else 0,
    }
    return render(request, "authority_school_portal/receipt.html", context)


@of_school
def receipt_json(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """The receipt as a school's own site keeps it, for `schoolgate verify-receipt`."""
    file = _file(request, base, pk)
    answer = HttpResponse(receipt_file(file.receipt, settings.SCHOOLGATE_URL), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{_receipt_name(file)}"'
    return answer


def _file(request: PersonRequest, base: Base, pk: int) -> ReceivedFile:
    return get_object_or_404(_files_of(base) & ReceivedFile.objects.visible_to(request.user), pk=pk)


def _files_of(base: Base) -> QuerySet[ReceivedFile]:
    return ReceivedFile.objects.filter(base=base).select_related("base", "account", "its_import__job")


def _receipt_name(file: ReceivedFile) -> str:
    return f"{file.name}.receipt.json"


def _problems(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    """Those with a place in the file; what is said of it as a whole stands in its story."""
    told = [problem for problem in problems_told(outcome) if problem["code"] not in OF_WHOLE_FILE]
    return [{**problem, "remedy": problem.get("remedy") or "Ask the LA."} for problem in told]


def _verified(file: ReceivedFile) -> tuple[Receipt | None, str]:
    """What the receipt states if it is genuine, else why it is not to be relied on."""
    try:
        return verify(file.receipt, published_keys()), ""
    except ReceiptError as error:
        return None, error.sentence


def _look(base: Base) -> Shown:
    """What the school is asked for, else what it should take; else what became of its last file."""
    asked = next((one.entry for one in asked_of(base) if one.came is None), None)
    if asked is not None:
        words = f"{la_called()} asks for {asked.get_data_display()} since {_day(asked.made_at)}."
        return Shown("A file is asked for", words, needs_school=True)
    to_take = next((one.entry for one in waiting_for(base) if one.may_be_taken), None)
    if to_take is not None and agent_of(base) is None:
        words = f"{la_called()} has a file for your system since {_day(to_take.made_at)}."
        return Shown("A file waits", words, needs_school=True)
    last = _files_of(base).first()
    if last is None:
        told = "None is needed: your data is asked of your system." if base.is_collected else _UPLOAD
        return Shown("No file yet", told)
    outcome = last.outcome
    refused = outcome["state"] == ImportState.FAILED
    return Shown(
        f"Last file {_day(last.received_at)}", capfirst(outcome_words(outcome, last.kind)), needs_school=refused
    )


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b}"


FILES = Tile("Upload", "portal-files", _look)
