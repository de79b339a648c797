"""What came, what was refused, and each file's story."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_words import STATE_WORDS, pupils_in_words, state_words
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.exchange.not_taken import may_hold_restricted
from schoolgate.authority.exchange.store import received_files as store
from schoolgate.authority.exchange.views.site import base_link
from schoolgate.authority.importing.models import ImportState
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table


def import_state(file: ReceivedFile) -> str:
    """How a file's import stands, in the field's words; what came before there was an importer is queued."""
    return state_words(file.its_import) if file.its_import else STATE_WORDS[ImportState.QUEUED]


def _import_link(file: ReceivedFile) -> str:
    return reverse("import", args=[file.its_import_id]) if file.its_import_id else ""


@who("administrator", "officer")
def received_files(request: PersonRequest) -> HttpResponseBase:
    used_before: set[int] = set()

    def prepare(rows: list[ReceivedFile]) -> None:
        # Asked of the rows that are shown only: a database works it out for all that a late page passes over, too.
        shown = ReceivedFile.objects.filter(pk__in=[file.pk for file in rows])
        used_before.clear()
        used_before.update(shown.with_name_used_before().order_by().values_list("pk", flat=True))

    table = Table(
        [
            Column("received_at", "Received", kind="time", dates=True),
            Column(
                "name", "File", kind="long", search=True, link=lambda file: reverse("received-file", args=[file.pk])
            ),
            Column("base__name", "School", search=True, link=lambda file: base_link(file.base)),
            Column("size", "Size", kind="size"),
            Column("via", "Via", value=lambda file: file.get_via_display()),
            Column("state", "Import", kind="state", sort="", value=import_state, link=_import_link),
            Column("note", "Note", sort="", value=lambda file: "name used before" if file.pk in used_before else ""),
            Column("ref", "Ref", kind="code", search=True),
        ],
        ReceivedFile.objects.visible_to(request.user).select_related("base", "its_import__job"),
        request,
        name="received-files",
        noun=("file", "files"),
        prepare=prepare,
        empty=NotYet("No school has sent a file yet.", "See the schools that may", reverse("bases")),
    )
    return table.response("authority_exchange/received_files.html", {"tab": "received"})


@who("administrator", "officer")
def received_file(request: PersonRequest, pk: int) -> HttpResponseBase:
    file = get_object_or_404(
        ReceivedFile.objects.visible_to(request.user).select_related("base", "account", "its_import__job"), pk=pk
    )
    same_name = ReceivedFile.objects.filter(base=file.base, kind=file.kind, name=file.name).exclude(pk=file.pk)
    context = {
        "file": file,
        "kind": KINDS[file.kind].words,
        "import_state": import_state(file),
        "import_step": "done" if file.its_import and file.its_import.completed_at else "now",
        "import_counts": pupils_in_words(file.its_import) if file.its_import else "",
        "earlier": same_name.filter(pk__lt=file.pk),
        "later": same_name.filter(pk__gt=file.pk),
        "keys_address": f"{settings.SCHOOLGATE_URL}/exchange/v1/keys",
    }
    return render(request, "authority_exchange/received_file.html", context)


@who("administrator", "officer")
def received_xml(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The file itself, as it came; who took it stands in the audit."""
    file = get_object_or_404(ReceivedFile.objects.visible_to(request.user).select_related("base"), pk=pk)
    try:
        plain = None if file.content_gone_at else store().open(file.sha256)
    except FileNotFoundError:
        plain = None
    if plain is None:
        messages.error(request, "The content of this file is not kept any more.")
        return redirect("received-file", file.pk)
    if KINDS[file.kind].tells_of == STAFF and not may_see_staff_records(request.user):
        plain.close()
        messages.error(
            request, "This file tells of a school’s staff, so only colleagues who may see staff records download it."
        )
        return redirect("received-file", file.pk)
    if not may_see_restricted(request.user) and may_hold_restricted(file):
        plain.close()
        messages.error(
            request,
            "This file may hold a restricted pupil, so only colleagues who may see restricted pupils download it.",
        )
        return redirect("received-file", file.pk)
    record("file downloaded", by=request.user, target=f"{file.name}, {file.ref}", request=request)
    return FileResponse(plain, as_attachment=True, filename=file.name, content_type="application/xml")


@who("administrator", "officer")
def refused_deliveries(request: PersonRequest) -> HttpResponseBase:
    table = Table(
        [
            Column("last_at", "Last tried", kind="time", dates=True),
            Column("name", "File", search=True, link=lambda refused: reverse("refused-delivery", args=[refused.pk])),
            Column("school", "School", kind="code", search=True, value=lambda refused: refused.la + refused.school),
            Column("account__username", "Account", search=True),
            Column("code", "Why", value=lambda refused: refused.title),
            Column("times", "Tries", kind="number"),
        ],
        RefusedDelivery.objects.visible_to(request.user).select_related("account"),
        request,
        name="refused-deliveries",
        noun=("refused delivery", "refused deliveries"),
        empty=AllGood("Nothing was refused at this door."),
    )
    return table.response("authority_exchange/received_files.html", {"tab": "refused"})


@who("administrator", "officer")
def refused_delivery(request: PersonRequest, pk: int) -> HttpResponseBase:
    refused = get_object_or_404(RefusedDelivery.objects.visible_to(request.user).select_related("account"), pk=pk)
    bases = Base.objects.visible_to(request.user)
    context = {
        "refused": refused,
        "base": bases.filter(la=refused.la, number=refused.school).first(),
        "allowed": bases.filter(account=refused.account),
    }
    return render(request, "authority_exchange/refused_delivery.html", context)
