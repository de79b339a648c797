"""One request: what was asked, the pack, taking it on, closing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Restriction
from schoolgate.authority.requests.access import contacts_of, own_words
from schoolgate.authority.requests.forms import CloseForm, PackForm
from schoolgate.authority.requests.models import DataRequest, State
from schoolgate.authority.requests.models.data_request import DATA_REQUESTS, may_answer_requests
from schoolgate.authority.requests.pack import NotHeld, make_pack, name_of
from schoolgate.authority.requests.receiving import Closed, close, take_on
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.rights import known_rights

NOT_HELD = "The record is not held any more: it was erased, or the import that had brought it was undone."


@who("administrator", "officer")
def data_request(request: PersonRequest, pk: int) -> HttpResponseBase:
    asked = find(request, pk)
    if asked.pupil:
        looked(asked.pupil, f"request {asked.ref}", by=request.user, request=request)
    context = {
        "asked": asked,
        "page": page_of(asked),
        "late": asked.is_overdue(timezone.localdate()),
        "may_answer": may_answer_requests(request.user),
        "right": known_rights()[DATA_REQUESTS],
        "mine": asked.owner_id == request.user.pk,
    }
    return render(request, "authority_requests/data_request.html", context)


@who("administrator", "officer")
@require_POST
def take_on_request(request: PersonRequest, pk: int) -> HttpResponseBase:
    asked = find(request, pk)
    try:
        take_on(asked, by=request.user, request=request)
    except Closed as error:
        messages.error(request, str(error))
    return redirect("data-request", pk)


@who("administrator", "officer")
def close_request(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Say how a request ends, and what was answered."""
    asked = find(request, pk)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            close(asked, State(given["state"]), given["outcome"], by=request.user, request=request)
        except Closed as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{asked.ref} is closed.")
        return redirect("data-request", pk)
    context = {"asked": asked, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "authority_requests/close_request.html", context, status=status)


@who("administrator", "officer", right=DATA_REQUESTS)
def data_pack(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What to check before a pack leaves, and the pack as a download."""
    asked = find(request, pk)
    if asked.pupil is None or not asked.is_open:
        messages.error(request, NOT_HELD if asked.pupil is None else "This request is closed.")
        return redirect("data-request", pk)
    words = own_words(asked.pupil)
    form = PackForm(request.POST if request.method == "POST" else None, own_words=words.number)
    if form.is_valid():
        with_own_words = bool(form.cleaned_data.get("with_own_words"))
        try:
            packed = make_pack(asked, with_own_words=with_own_words, by=request.user, request=request)
        except (Closed, NotHeld) as error:
            messages.error(request, str(error) or NOT_HELD)
            return redirect("data-request", pk)
        return HttpResponse(
            packed,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name_of(asked)}"', "Cache-Control": "no-store"},
        )
    looked(asked.pupil, f"what is to be checked before the pack of {asked.ref}", by=request.user, request=request)
    context: dict[str, Any] = {
        "asked": asked,
        "form": form,
        "words": words,
        "contacts": contacts_of(asked.pupil),
        "restricted": Restriction.objects.filter(pupil=asked.pupil).exists(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "authority_requests/data_pack.html", context, status=status)


def find(request: PersonRequest, pk: int) -> DataRequest:
    """A request that this user may know of."""
    return get_object_or_404(
        DataRequest.objects.visible_to(request.user).select_related("pupil", "owner", "closed_by"), pk=pk
    )


def page_of(asked: DataRequest) -> str:
    """The name of the person's page."""
    return "staff-member" if asked.pupil and asked.pupil.kind == "staff" else "pupil"
