"""Erasing a record: what goes and what stays, by which rule, and once more with the name typed."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.records.looking import looked
from schoolgate.authority.requests.erasing import CannotErase, erase, foresee
from schoolgate.authority.requests.forms import EraseForm, EraseSurelyForm
from schoolgate.authority.requests.models import Kind
from schoolgate.authority.requests.models.data_request import DATA_REQUESTS
from schoolgate.authority.requests.names import name_to_type
from schoolgate.authority.requests.receiving import Closed
from schoolgate.authority.requests.views.one_request import NOT_HELD, find
from schoolgate.commons.accounts.access import PersonRequest, who


@who("administrator", "officer", right=DATA_REQUESTS)
@sensitive_post_parameters("name", "reason")
def erase_person(request: PersonRequest, pk: int) -> HttpResponseBase:
    """First the rule and the reason, then the name; only the second answer erases."""
    asked = find(request, pk)
    if asked.pupil is None or not asked.is_open or asked.kind != Kind.ERASURE:
        messages.error(request, NOT_HELD if asked.pupil is None else "This is no open request for erasure.")
        return redirect("data-request", pk)
    pupil = asked.pupil
    posted = request.POST if request.method == "POST" else None
    form = EraseForm(posted)
    surely = EraseSurelyForm(posted, pupil=pupil) if posted and "sure" in posted else None
    if surely is not None and surely.is_valid():
        given = surely.cleaned_data
        try:
            erase(asked, rule=given["rule"], reason=given["reason"], by=request.user, request=request)
        except (Closed, CannotErase) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Erased. The audit says so of {pupil.noun} {asked.number}, without a name.")
        return redirect("data-request", pk)
    if surely is None and form.is_valid():
        surely = EraseSurelyForm(initial={**form.cleaned_data, "sure": "yes"}, pupil=pupil)
    looked(pupil, f"what erasing it by {asked.ref} would take", by=request.user, request=request)
    context = {
        "asked": asked,
        "pupil": pupil,
        "name": name_to_type(pupil),
        "foreseen": foresee(pupil),
        "form": surely or form,
        "surely": surely,
    }
    status = 422 if (surely or form).errors else 200
    return render(request, "authority_requests/erase.html", context, status=status)
