"""Suspense: attainment whose pupil nobody knows at the school, by age, and what is done with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.attainment import suspense
from schoolgate.authority.collection.attainment.taking import NOT_HERE
from schoolgate.authority.collection.models import SuspendedResult
from schoolgate.authority.importing.refusal_words import in_short
from schoolgate.authority.records.groups.attainment import ATTAINMENT
from schoolgate.authority.records.groups.forms import DATE
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.web.tables import AllGood, Column, Table


@who("administrator", "officer")
def suspended(request: PersonRequest) -> HttpResponseBase:
    """What waits, the oldest first."""
    did = "suspended results downloaded" if request.GET.get("format") else "suspended results listed"
    record(did, by=request.user, request=request)
    table = Table(
        [
            Column("since", "Waits since", kind="time"),
            Column("name", "Name", sort="surname_key", value=_name, link=_address),
            Column("born", "Date of birth", sort="", value=_born),
            Column("upn", "UPN", kind="code", sort="", value=lambda row: row.who.get("UPN", "")),
            Column("base", "School", sort="", value=lambda row: row.base.name),
            Column("why", "Why", sort="", value=_why),
            Column("file", "File", kind="long", search=True),
        ],
        suspense.waiting_for(request.user),
        request,
        name="suspended-results",
        noun=("pupil", "pupils"),
        empty=AllGood("No attainment waits for its pupil."),
    )
    return table.response("authority_collection/suspended.html", {"any": bool(suspense.waiting_for(request.user))})


@who("administrator", "officer")
def suspended_result(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One pupil's results as they came, and what can be done with them."""
    row = _find(request, pk)
    record("suspended result seen", by=request.user, target=_target(row), request=request)
    return render(request, "authority_collection/suspended_result.html", _shown(row))


@who("administrator", "officer")
@require_POST
@sensitive_post_parameters("upn")
def match_suspended(request: PersonRequest, pk: int) -> HttpResponseBase:
    row = _find(request, pk)
    try:
        suspense.match(row, request.POST.get("upn", ""), by=request.user, request=request)
    except suspense.NotThatPupil:
        wrong = f"Nobody with this UPN is, or was, at {row.base.name}. Compare it with the pupil’s page."
        return render(
            request, "authority_collection/suspended_result.html", {**_shown(row), "wrong": wrong}, status=422
        )
    except suspense.Gone:
        messages.info(request, "Somebody else has decided on it, or its pupil was found.")
    except NoSpace as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Its results are imported next.")
    return redirect("suspended-results")


@who("administrator", "officer")
@require_POST
def discard_suspended(request: PersonRequest, pk: int) -> HttpResponseBase:
    try:
        suspense.discard(_find(request, pk), by=request.user, request=request)
    except suspense.Gone:
        messages.info(request, "Somebody else has decided on it, or its pupil was found.")
    else:
        messages.success(request, "Discarded. It comes back when the school says more of this pupil.")
    return redirect("suspended-results")


@who("administrator", "officer")
@require_POST
def look_again(request: PersonRequest) -> HttpResponseBase:
    """At all that waits."""
    bases = Base.objects.filter(pk__in={row.base_id for row in suspense.waiting_for(request.user)})
    try:
        taken = suspense.look_again_at(bases, by=request.user, request=request)
    except NoSpace as error:
        messages.error(request, str(error))
    else:
        schools = "1 school" if taken == 1 else f"{taken:,} schools"
        told = f"Results of {schools} are imported next." if taken else "Nobody of these is known at the schools yet."
        messages.info(request, told)
    return redirect("suspended-results")


def _find(request: PersonRequest, pk: int) -> SuspendedResult:
    found = next((row for row in suspense.waiting_for(request.user) if row.pk == pk), None)
    if found is None:
        raise Http404("Nothing of this number waits.")
    return found


def _shown(row: SuspendedResult) -> dict[str, Any]:
    return {
        "row": row,
        "name": _name(row),
        "born": _born(row),
        "why": _why(row),
        "who": row.who,
        "results": ATTAINMENT.show(row.results),
    }


def _name(row: SuspendedResult) -> str:
    said = row.who
    return ", ".join(part for part in (said.get("Surname"), said.get("Forename")) if part) or f"Pupil {row.pk}"


def _born(row: SuspendedResult) -> str:
    said = row.who.get("DOB", "")
    return DATE.text(said) if said else ""


def _why(row: SuspendedResult) -> str:
    return "Not at this school" if row.why == NOT_HERE else in_short(row.why)


def _address(row: SuspendedResult) -> str:
    return reverse("suspended-result", args=[row.pk])


def _target(row: SuspendedResult) -> str:
    return f"suspended result {row.pk} of {row.base.dfe_number}"
