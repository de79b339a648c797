"""Test a service: the form, the tests of today, and one of them as it goes on."""

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.jobs.models import State
from schoolgate.supplier.forms.trying import TrialForm
from schoolgate.supplier.models import Trial
from schoolgate.supplier.service.address import address_of
from schoolgate.supplier.trying import start_trial, take_new_password

LIVE_SECONDS = 2
MOST_LISTED = 20


@who("administrator", "staff")
@sensitive_post_parameters("password")
def try_service(request: PersonRequest) -> HttpResponseBase:
    own = address_of(request.META)
    form = TrialForm(request.POST or None, initial={"address": own})
    if request.method == "POST" and form.is_valid():
        trial = Trial(**form.cleaned_data, by=request.user)
        trial.own = trial.address.removesuffix("?WSDL") == own
        start_trial(trial, request=request)
        return redirect("trial", trial.pk)
    trials = Trial.objects.visible_to(request.user).defer("order")[:MOST_LISTED]
    context = {"form": form, "trials": trials}
    return render(request, "supplier/try_service.html", context, status=422 if form.errors else 200)


@who("administrator", "staff")
def trial(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _trial(request, pk)
    going = found.job is not None and found.job.state in {State.READY, State.RUNNING}
    context = {"trial": found, "going": going, "live_seconds": LIVE_SECONDS if going else 0}
    return render(request, "supplier/trial.html", context)


@who("administrator", "staff")
@require_POST
def show_new_password(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The password that the service made up, once."""
    found = _trial(request, pk)
    password = take_new_password(found, by=request.user, request=request)
    if not password:
        return redirect("trial", pk)
    answer = render(request, "supplier/trial_password.html", {"trial": found, "password": password})
    answer["Cache-Control"] = "no-store"
    return answer


def _trial(request: PersonRequest, pk: int) -> Trial:
    found: Trial = get_object_or_404(Trial.objects.visible_to(request.user).select_related("job"), pk=pk)
    return found
