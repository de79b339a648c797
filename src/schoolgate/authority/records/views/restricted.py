"""Restricted pupils, for those who were given the right: who they are, and restricting, changing and lifting."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.records.forms import LiftForm, RestrictionForm
from schoolgate.authority.records.hiding import ABOUT_RESTRICTED
from schoolgate.authority.records.leading_on import pupil_or_404
from schoolgate.authority.records.listing import Beside, beside, schools_of
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.authority.records.restricting import ChangedMeanwhile, lift, restrict
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table


@who("administrator", "officer", right=RESTRICTED_PUPILS)
def restricted(request: PersonRequest) -> HttpResponseBase:
    """All restricted pupils, those to be looked at again first. No file is made of them."""
    today = timezone.localdate()
    known: dict[int, Beside] = {}

    def prepare(rows: list[Restriction]) -> None:
        known.clear()
        known.update(beside([row.pupil for row in rows]))

    table = Table(
        [
            Column(
                "pupil__surname",
                "Surname",
                sort="pupil__surname_key",
                link=lambda row: reverse("pupil", args=[row.pupil_id]),
            ),
            Column("pupil__forename", "Forename", sort="pupil__forename_key"),
            Column("pupil__born", "Date of birth", kind="date"),
            Column("schools", "Schools", sort="", value=lambda row: schools_of(known[row.pupil_id].told)),
            Column("why", "Why", kind="long", sort=""),
            Column("until", "Look again on", kind="date"),
            Column("due", "State", kind="state", sort="", value=lambda row: "due" if row.is_due(today) else ""),
            Column("by__username", "By", value=lambda row: str(row.by or "")),
            Column("since", "Since", kind="time"),
        ],
        Restriction.objects.visible_to(request.user).select_related("pupil__created_by", "by"),
        request,
        name="restricted",
        noun=("restricted pupil", "restricted pupils"),
        empty=NotYet("No pupil is restricted.", "Find the pupil whose whereabouts must not leak", reverse("pupils")),
        prepare=prepare,
        downloads=False,
    )
    record("restricted pupils listed", by=request.user, request=request, about=ABOUT_RESTRICTED)
    return table.response("authority_records/restricted.html")


@who("administrator", "officer", right=RESTRICTED_PUPILS)
def restriction(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Restrict a pupil, or change why and until when it is looked at again."""
    pupil = pupil_or_404(_pupils(request), pk)
    held = Restriction.objects.filter(pupil=pupil).first()
    shown = {"seen": held.version, "why": held.why, "until": held.until} if held else {"seen": 0}
    form = RestrictionForm(request.POST if request.method == "POST" else None, initial=shown)
    if form.is_valid():
        given = form.cleaned_data
        try:
            restrict(pupil, given["why"], given["until"], seen=given["seen"], by=request.user, request=request)
        except ChangedMeanwhile as error:
            messages.error(request, str(error))
            return redirect("restriction", pk)
        messages.success(request, "Saved. Who may not see restricted pupils does not find this one any more.")
        return redirect("pupil", pk)
    if request.method == "GET":
        looked(pupil, "restriction", by=request.user, request=request)
    context = {"pupil": pupil, "form": form, "held": held}
    return render(
        request, "authority_records/restriction.html", context, status=422 if request.method == "POST" else 200
    )


@who("administrator", "officer", right=RESTRICTED_PUPILS)
def lift_restriction(request: PersonRequest, pk: int) -> HttpResponseBase:
    """End a restriction after a question, and with a reason."""
    pupil = pupil_or_404(_pupils(request), pk)
    held = get_object_or_404(Restriction.objects.visible_to(request.user), pupil=pupil)
    form = LiftForm(request.POST if request.method == "POST" else None, initial={"seen": held.version})
    if form.is_valid():
        try:
            lift(pupil, form.cleaned_data["reason"], seen=form.cleaned_data["seen"], by=request.user, request=request)
        except ChangedMeanwhile as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Lifted. All officers find this pupil again, and its files are imported by rule.")
        return redirect("pupil", pk)
    context = {"pupil": pupil, "form": form, "held": held}
    return render(
        request, "authority_records/lift_restriction.html", context, status=422 if request.method == "POST" else 200
    )


def _pupils(request: PersonRequest) -> "QuerySet[Pupil]":
    return Pupil.objects.visible_to(request.user)
