"""The authority's own list of addresses: what is loaded, loading another, and which addresses were not found in it."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.authority.importing.addresses.gazetteer import WHY_NOT
from schoolgate.authority.importing.addresses.listed import NOT_FOUND, TAKEN_WITHOUT_LIST
from schoolgate.authority.importing.addresses.load_job import answer_and_go_on, load_list
from schoolgate.authority.importing.forms import AddressesWithoutListForm, AddressListForm
from schoolgate.authority.importing.models import AddressListLoad
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.records.models import Refusal
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.web.tables import AllGood, Column, Table

State = AddressListLoad.State

ENDED_BADLY = (JobState.FAILED, JobState.PARKED, JobState.CANCELLED)

LOADS_SHOWN = 12


@who("administrator", "officer")
def address_list(request: PersonRequest) -> HttpResponseBase:
    loads = AddressListLoad.objects.visible_to(request.user).select_related("by", "job")
    newest = loads.first()
    in_use = loads.in_use().first()
    stalled = bool(newest and newest.state == State.LOADING and newest.job and newest.job.state in ENDED_BADLY)
    context = {
        "in_use": in_use,
        "days": (timezone.now() - in_use.loaded_at).days if in_use and in_use.loaded_at else 0,
        "newest": newest,
        "problems": [{**one, "why": WHY_NOT.get(one["code"], one["code"])} for one in newest.problems]
        if newest
        else [],
        "stalled": stalled,
        "live_seconds": 5 if newest and newest.state == State.LOADING and not stalled else 0,
        "loads": loads[:LOADS_SHOWN],
        "not_found": not_found(request.user, since=month_began()).count(),
        "month_began": month_began().date().isoformat(),
        "taken_without": TAKEN_WITHOUT_LIST.get(),
        "form": AddressesWithoutListForm(initial={"taken": TAKEN_WITHOUT_LIST.get()}),
        "may_set": request.user.role == "administrator",
    }
    return render(request, "authority_importing/address_list.html", context)


@who("administrator", "officer")
def load_address_list(request: PersonRequest) -> HttpResponseBase:
    form = AddressListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        try:
            load_list(chosen.chunks(), chosen.name, by=request.user, request=request)
        except NoSpace as full:
            form.add_error("file", str(full))
        else:
            messages.success(request, "The list is here and is being read. Until it is in use nothing changes.")
            return redirect("address-list")
    status = 422 if form.errors else 200
    return render(request, "authority_importing/load_address_list.html", {"form": form}, status=status)


@who("administrator", "officer")
@require_POST
def answer_address_list(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Let a list that waits count, or discard it."""
    load = get_object_or_404(AddressListLoad.objects.visible_to(request.user), pk=pk)
    take = request.POST.get("answer") == "take"
    if not answer_and_go_on(load, take=take, by=request.user, request=request):
        messages.info(request, "This list does not wait any more: somebody else has answered.")
    elif take:
        messages.success(request, "The list takes the place of the one before.")
    else:
        messages.success(request, "The list is discarded; the one before stays in use.")
    return redirect("address-list")


@who("administrator")
@require_POST
def addresses_without_list(request: PersonRequest) -> HttpResponseBase:
    form = AddressesWithoutListForm(request.POST)
    if form.is_valid():
        TAKEN_WITHOUT_LIST.set(form.cleaned_data["taken"], by=request.user, request=request)
        messages.success(request, "Saved. It counts from the next import.")
    return redirect("address-list")


@who("administrator", "officer")
def addresses_not_found(request: PersonRequest) -> HttpResponseBase:
    """The addresses that were sent and not found in the list, as long as they stand."""
    record("addresses not found seen", by=request.user, request=request)
    table = Table(
        [
            Column("pupil__surname", "Surname", search=True, link=_pupil),
            Column("pupil__forename", "Forename", search=True),
            Column("base__name", "School", search=True),
            Column("value_text", "Sent", kind="long", sort="", value=lambda row: json.loads(row.value_text)),
            Column("code", "Why", kind="long", choices=_WHY, value=lambda row: words_of(row.code).why),
            Column("since", "Since", kind="time", dates=True),
        ],
        not_found(request.user).select_related("pupil", "base"),
        request,
        name="addresses-not-found",
        noun=("address", "addresses"),
        empty=AllGood("Every address that was sent stands in the list."),
    )
    return table.response("authority_importing/addresses_not_found.html")


def not_found(user: User, *, since: datetime | None = None) -> QuerySet[Refusal]:
    """Addresses that are not taken because the list has not got them, or several; ``since`` leaves out older ones."""
    found = Refusal.objects.visible_to(user).filter(code__in=NOT_FOUND)
    return found.filter(since__gte=since) if since else found


def month_began() -> datetime:
    """The first moment of this month, in London."""
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _pupil(row: Any) -> str:
    return f"{reverse('pupil', args=[row.pupil_id])}?group=addresses"


_WHY = [(code, words_of(code).why) for code in NOT_FOUND]
