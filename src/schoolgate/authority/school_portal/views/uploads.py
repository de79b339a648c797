"""Upload a file: choose it, see what was found, send it."""

from typing import BinaryIO

from django.conf import settings
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.la import LA_NUMBER, la_called
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.authority.school_portal import uploading
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.asked_for import asked_of
from schoolgate.authority.school_portal.checking import check, words_of
from schoolgate.authority.school_portal.forms import UploadForm
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.documents.students.holding_back import too_large

RECEIVED_BEFORE = "This very file was received before, and is not sent again. This is its story."


@of_school
def upload(request: PersonRequest, base: Base) -> HttpResponseBase:
    """Choose a file, and see what was found of it; it is kept until it is sent, or for a day."""
    form = UploadForm(base, request.POST, request.FILES) if request.method == "POST" else UploadForm(base)
    limit = settings.SCHOOLGATE_MAX_FILE_BYTES
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        if chosen.size > limit:
            form.add_error("file", f"{too_large(limit).sentence} {too_large(limit).remedy}")
        else:
            return _look_at(request, base, chosen.name, chosen.file)
    context = {"base": base, "form": form, "la": la_called(), "requests": asked_of(base)}
    return render(request, "authority_school_portal/upload.html", context, status=422 if form.errors else 200)


def _look_at(request: PersonRequest, base: Base, name: str, stream: BinaryIO) -> HttpResponseBase:
    checked = check(base, name, stream)
    if checked.known is not None:
        messages.info(request, RECEIVED_BEFORE)
        return redirect("portal-file", base.pk, checked.known.pk)
    verdict, reason, ticket, status = checked.verdict, checked.reason, "", 422
    if reason is None:
        try:
            ticket, status = uploading.keep(checked, base, stream, by=request.user), 200
        except ApiProblem as problem:
            reason, status = words_of(problem.code), problem.refusal.status
    context = {
        "base": base,
        "checked": checked,
        "verdict": verdict,
        "reason": reason,
        "ticket": ticket,
        "made_at": timezone.make_aware(verdict.header.created) if verdict.header else None,
        "to": f"{la_called()} ({LA_NUMBER.get()})",
    }
    return render(request, "authority_school_portal/checked.html", context, status=status)


@of_school
@require_POST
def send(request: PersonRequest, base: Base) -> HttpResponseBase:
    """Send what was checked, by the ticket of that page."""
    try:
        file, new = uploading.send(request.POST.get("ticket", ""), base, by=request.user, request=request)
    except uploading.CheckAgain as error:
        messages.error(request, str(error))
        return redirect("portal-upload", base.pk)
    except ApiProblem as problem:
        reason = words_of(problem.code)
        messages.error(request, f"Nothing was sent. {reason.sentence} {reason.remedy}".strip())
        return redirect("portal-upload", base.pk)
    if new:
        messages.success(request, f"{la_called()} has received the file. Receipt {file.ref}.")
    else:
        messages.info(request, RECEIVED_BEFORE)
    return redirect("portal-file", base.pk, file.pk)
