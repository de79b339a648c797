"""Requests about people's data: which there are, and writing one down."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.records.leading_on import pupil_or_404
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.visible import may_see_staff_records
from schoolgate.authority.requests.forms import RequestForm
from schoolgate.authority.requests.models import DataRequest, Kind, State
from schoolgate.authority.requests.receiving import write_down
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table


@who("administrator", "officer")
def data_requests(request: PersonRequest) -> HttpResponseBase:
    """The open ones, the next due first; with `?all=1` closed ones, too."""
    today = timezone.localdate()
    rows = DataRequest.objects.visible_to(request.user).select_related("pupil", "owner")
    everything = bool(request.GET.get("all"))
    table = Table(
        [
            Column("ref", "Ref", sort="pk", link=lambda one: reverse("data-request", args=[one.pk])),
            Column("person", "Person", sort="pupil__surname_key"),
            Column("kind", "Kind", choices=Kind.choices, value=lambda one: one.get_kind_display()),
            Column("received", "Received", kind="date"),
            Column("due", "Due", kind="date"),
            Column(
                "state",
                "State",
                kind="state",
                choices=State.choices if everything else (),
                value=lambda one: "late" if one.is_overdue(today) else one.get_state_display(),
            ),
            Column("owner__username", "Owner", value=lambda one: str(one.owner or "")),
        ],
        rows if everything else rows.open(),
        request,
        name="data-requests",
        noun=("request", "requests"),
        empty=NotYet("No open requests.", "Find the person whom one is about", reverse("pupils"), good=True),
        kept=["all"],
        downloads=False,
    )
    context = {"everything": everything, "to_staff": may_see_staff_records(request.user)}
    return table.response("authority_requests/data_requests.html", context)


@who("administrator", "officer")
@sensitive_post_parameters("asked_by")
def new_request(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Write down what somebody asks about a person."""
    pupil = pupil_or_404(Pupil.people.visible_to(request.user), pk)
    form = RequestForm(
        request.POST if request.method == "POST" else None, initial={"received": timezone.localdate().isoformat()}
    )
    if form.is_valid():
        given = form.cleaned_data
        asked = write_down(
            pupil,
            Kind(given["kind"]),
            asked_by=given["asked_by"],
            received=given["received"],
            by=request.user,
            request=request,
        )
        messages.success(request, f"Written down as {asked.ref}. You look after it.")
        return redirect("data-request", asked.pk)
    if request.method == "GET":
        looked(pupil, "to write down a request", by=request.user, request=request)
    context = {"pupil": pupil, "form": form, "page": "staff-member" if pupil.kind == "staff" else "pupil"}
    status = 422 if request.method == "POST" else 200
    return render(request, "authority_requests/new_request.html", context, status=status)
