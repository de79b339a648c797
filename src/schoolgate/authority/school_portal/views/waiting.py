"""A file that waits for the school: what to do with it, the file itself, and saying that the school has it."""

from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.agents import agent_of
from schoolgate.authority.bases.la import la_called
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.outbox import collect, is_offered
from schoolgate.authority.exchange.store import offered_files
from schoolgate.authority.school_portal.access import of_school
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.recording import record

GONE = "This file does not wait any more: your school has it, or the council withdrew it."


@of_school
def waiting_file(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """What it is, and the steps until the school has it."""
    file = _file(request, base, pk)
    context = {"base": base, "file": file, "la": la_called(), "agent": agent_of(base)}
    return render(request, "authority_school_portal/waiting_file.html", context)


@of_school
def waiting_xml(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """The file itself, as long as it waits; who took it stands in the audit."""
    file = _file(request, base, pk)
    if not is_offered(file):
        messages.info(request, GONE)
        return redirect("portal-files", base.pk)
    try:
        plain = offered_files().open(file.sha256)
    except FileNotFoundError:
        messages.error(
            request, f"{la_called()} does not have the content of this file any more. Ask them to send it anew."
        )
        return redirect("portal-files", base.pk)
    record("file downloaded", by=request.user, target=f"{file.name}, outbox {file.pk}", request=request)
    return FileResponse(plain, as_attachment=True, filename=file.name, content_type="application/xml")


@of_school
@require_POST
def take(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """The school has it: it is not offered any more, to the school's program neither."""
    file = _file(request, base, pk)
    if is_offered(file):
        collect(file, by=request.user, request=request)
        messages.success(request, f"{la_called()} knows that your school has {file.name}.")
    else:
        messages.info(request, GONE)
    return redirect("portal-files", base.pk)


def _file(request: PersonRequest, base: Base, pk: int) -> OutboxEntry:
    files = OutboxEntry.objects.files().filter(base=base).select_related("base")
    return get_object_or_404(files & OutboxEntry.objects.visible_to(request.user), pk=pk)
