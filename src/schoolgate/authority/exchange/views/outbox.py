"""The outbox: what waits for which school since when, each file by itself, and how it is withdrawn."""

from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.bases.agents import agent_of, last_seen
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.models.outbox_entry import EntryKind, EntryState
from schoolgate.authority.exchange.outbox import holds_restricted, withdraw_file
from schoolgate.authority.exchange.store import offered_files
from schoolgate.authority.exchange.views.site import base_link
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.subjects import PUPIL, STAFF
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table


def _link(entry: OutboxEntry) -> str:
    return reverse("outbox-file", args=[entry.pk]) if entry.is_file else ""


@who("administrator", "officer")
def outbox(request: PersonRequest) -> HttpResponseBase:
    """What waits for schools, and what they fetched."""
    table = Table(
        [
            Column("made_at", "Since", kind="time", dates=True),
            Column("base__name", "School", search=True, link=lambda entry: base_link(entry.base)),
            Column("kind", "What", choices=EntryKind.choices, value=lambda entry: entry.get_kind_display()),
            Column("name", "File, or what is wanted", kind="long", search=True, value=str, link=_link),
            Column("task_name", "For", search=True),
            Column("state", "State", kind="state", choices=EntryState.choices, value=lambda entry: entry.state_words),
            Column("collected_at", "Fetched", kind="time"),
        ],
        OutboxEntry.objects.visible_to(request.user).select_related("base"),
        request,
        name="outbox",
        noun=("entry", "entries"),
        empty=NotYet(
            "Nothing was made for a school yet. Files for schools come of tasks that import to school, and of changes "
            "to staff records.",
            "See the schools",
            reverse("bases"),
        ),
    )
    return table.response("authority_exchange/outbox.html")


@who("administrator", "officer")
def outbox_file(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One file for a school: of what it came, whether the school has it, and since when."""
    file = _file(request, pk)
    kind = KINDS[file.document]
    context = {
        "file": file,
        "kind": kind.words,
        "agent": last_seen(agent_of(file.base)),
        "in_portal": kind.tells_of == PUPIL and file.base.people.exists(),
    }
    return render(request, "authority_exchange/outbox_file.html", context)


@who("administrator", "officer")
def outbox_xml(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The file itself; who took it stands in the audit."""
    file = _file(request, pk)
    if KINDS[file.document].tells_of == STAFF and not may_see_staff_records(request.user):
        messages.error(
            request, "This file tells of a school’s staff, so only colleagues who may see staff records download it."
        )
        return redirect("outbox-file", file.pk)
    if holds_restricted(file) and not may_see_restricted(request.user):
        messages.error(
            request, "This file holds a restricted pupil, so only colleagues who may see restricted pupils download it."
        )
        return redirect("outbox-file", file.pk)
    try:
        plain = None if file.content_gone_at else offered_files().open(file.sha256)
    except FileNotFoundError:
        plain = None
    if plain is None:
        messages.error(request, "The content of this file is not kept any more.")
        return redirect("outbox-file", file.pk)
    record("file downloaded", by=request.user, target=f"{file.name}, outbox {file.pk}", request=request)
    return FileResponse(plain, as_attachment=True, filename=file.name, content_type="application/xml")


@who("administrator", "officer")
def withdraw(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Offer a file no longer, after a question."""
    file = _file(request, pk)
    if request.method == "POST":
        if withdraw_file(file, by=request.user, request=request):
            messages.success(request, f"{file.name} is not offered to {file.base.name} any more.")
        else:
            messages.error(request, "The school has the file already, or it was withdrawn before.")
        return redirect("outbox-file", file.pk)
    context = {
        "heading": f"Withdraw {file.name}?",
        "text": f"{file.base.name} does not get it, and the changes in it are not put into a later file, unless they "
        "change again. What is held here stays as it is.",
        "submit": "Withdraw the file",
        "cancel": reverse("outbox-file", args=[file.pk]),
    }
    return render(request, "web/confirm.html", context)


def _file(request: PersonRequest, pk: int) -> OutboxEntry:
    return get_object_or_404(OutboxEntry.objects.visible_to(request.user).files().select_related("base"), pk=pk)
