"""*Import*: what every service has for this school, and when it is asked (SCREENS 5.2)."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.asking import ask_for_documents, services_to_ask
from schoolgate.school.purchasing.forms.importing import WhenForm
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, WebService
from schoolgate.school.purchasing.rounds import LastRound, last_rounds
from schoolgate.school.purchasing.scheduling import next_fetches, set_when_to_fetch, when_to_fetch

LIVE_SECONDS = 2
WAITING_SHOWN = 10
NEXT = 3


@purchasing_view()
def imports(request: PersonRequest) -> HttpResponseBase:
    """How the last round at each service went, and what of it waits for somebody."""
    rounds = last_rounds(WebService.objects.visible_to(request.user))
    under_way = any(one.is_under_way for one in rounds)
    waiting = FetchedDocument.objects.visible_to(request.user).filter(state=DocumentState.WAITING)
    sets_up = may(request.user, "sets_up")
    table = Table(
        [
            Column("service", "Service", value=lambda one: one.service.name, sort="", link=_service_address),
            Column("state", "Connected", kind="state", sort=""),
            Column("asked_at", "Last asked", kind="time", sort=""),
            Column("found", "Found", kind="number", sort=""),
            Column("imported", "Imported", kind="number", sort=""),
            Column("here", "Already here", kind="number", sort=""),
            Column("waiting", "Refused", kind="number", sort=""),
            Column("told", "What happened", kind="long", sort=""),
        ],
        rounds,
        request,
        name="services",
        noun=("service", "services"),
        empty=NotYet(
            "No supplier is set up for e-procurement.",
            "Set up" if sets_up else "",
            reverse("purchasing-services") if sets_up else "",
        ),
        live_seconds=LIVE_SECONDS if under_way else 0,
    )
    context = {
        "rounds": rounds,
        "nothing_new": _nothing_new(rounds),
        "may_import": may(request.user, "imports"),
        "sets_up": sets_up,
        "waiting": waiting.select_related("service", "first__service")[:WAITING_SHOWN],
        "waiting_count": waiting.count(),
        "next": next(iter(next_fetches(1)), None),
    }
    return table.response("school_purchasing/import.html", context)


@purchasing_view("imports")
@require_POST
def import_now(request: PersonRequest) -> HttpResponseBase:
    """Ask every service now."""
    services = services_to_ask()
    if services:
        ask_for_documents(services, by=request.user, request=request)
        messages.success(request, "Every service is being asked. This page shows what comes in.")
    else:
        messages.error(request, "There is no service to ask: none is set up, or all are turned off.")
    return redirect("purchasing-import")


@purchasing_view("sets_up")
def when_to_import(request: PersonRequest) -> HttpResponseBase:
    """Days and times at which every service is asked by itself."""
    form = WhenForm(request.POST) if request.method == "POST" else WhenForm.of(when_to_fetch())
    if request.method == "POST" and form.is_valid():
        set_when_to_fetch(form.rule(), by=request.user, request=request)
        if form.rule().days:
            messages.success(request, "Saved.")
        else:
            messages.warning(request, "Saved. No day is ticked, so nothing is imported by itself.")
        return redirect("when-to-import")
    context = {"form": form, "next": [timezone.localtime(due) for due in next_fetches(NEXT)]}
    return render(request, "school_purchasing/when_to_import.html", context, status=422 if form.errors else 200)


def _nothing_new(rounds: list[LastRound]) -> int:
    """At how many services the last round found nothing new; 0 unless it was so at all of them."""
    asked = [one for one in rounds if not one.service.turned_off]
    quiet = all(one.found == 0 and one.state == "works" for one in asked)
    return len(asked) if quiet else 0


def _service_address(one: LastRound) -> str:
    return reverse("purchasing-service", args=[one.service.pk])
