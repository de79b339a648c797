"""Sending schools what was changed here of their staff: one school now, or all every day."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.base_page import Part
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.staff_changes import (
    schools_with_personnel_files,
    send_changes,
    sent_at,
    set_sent_at,
)
from schoolgate.authority.records.models import Enrolment
from schoolgate.authority.records.models.visible import STAFF_RECORDS, may_see_staff_records
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.filestore import NoSpace
from schoolgate.documents.problems import DocumentError


class SentAtForm(forms.Form):
    at = forms.TimeField(
        label="Send every day at",
        required=False,
        help_text="London time. Empty: only by the button on a school’s page, or by command.",
        input_formats=["%H:%M"],
        error_messages={"invalid": "A time is written 19:00."},
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )


@who("administrator", "officer", right=STAFF_RECORDS)
@require_POST
def send_staff_changes(request: PersonRequest, pk: int) -> HttpResponseBase:
    base = get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
    try:
        sent = send_changes(base, by=request.user, request=request)
    except (NoSpace, DocumentError) as error:
        messages.error(request, f"Nothing was sent. {error}")
    else:
        (messages.success if sent.entry else messages.info)(request, sent.in_words(STAFF))
    return redirect("base", base.pk)


@who("administrator", "officer", right=STAFF_RECORDS)
def staff_changes(request: PersonRequest) -> HttpResponseBase:
    """Whether and when they are sent by themselves; an administrator sets it, an officer reads it."""
    sets = request.user.role == "administrator"
    if request.method == "POST" and not sets:
        raise PermissionDenied
    form = SentAtForm(request.POST if request.method == "POST" else None, initial={"at": sent_at()})
    if form.is_valid():
        set_sent_at(form.cleaned_data["at"], by=request.user, request=request)
        messages.success(request, "Saved.")
        return redirect("staff-changes")
    context = {"form": form if sets else None, "at": sent_at(), "schools": schools_with_personnel_files()}
    return render(request, "authority_exchange/staff_changes.html", context, status=422 if form.errors else 200)


def of_staff(request: PersonRequest, base: Base) -> Part | None:
    """How many members of its staff are held, and the button that sends what was changed of them."""
    if not may_see_staff_records(request.user):
        return None
    number = Enrolment.objects.visible_to(request.user).staff().filter(base=base).count()
    if not number:
        return None
    last = OutboxEntry.objects.files().filter(base=base, document="personnel").first()
    return Part("authority_exchange/of_staff.html", {"number": number, "last": last, "at": sent_at()})
