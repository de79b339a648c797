"""The LAs that files go to (handbook 04, "Entering LA URLs for B2B:Student")."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.documents.la_numbers import la_name, la_numbers
from schoolgate.school.exchange.administration.destinations import (
    DestinationRefused,
    remove_destination,
    save_destination,
)
from schoolgate.school.exchange.folders import folders_if_any, root_folder
from schoolgate.school.exchange.forms.las import DestinationForm
from schoolgate.school.exchange.models import Destination, School, State, Transfer
from schoolgate.school.exchange.views.connection import TEST_CONNECTION


@who("administrator")
def las(request: PersonRequest) -> HttpResponseBase:
    """All LAs that files go to."""
    root = root_folder()
    empty = (
        NotYet("No LA yet. Have the address, user name and password that your LA gave you at hand.")
        if root
        else NotYet("Set the folder first, then add your LA.", "Set the folder", reverse("folder"))
    )
    table = Table(
        [
            Column("la", "LA No.", kind="code", exact=True),
            Column("name", "Name", search=True, link=lambda one: reverse("edit-la", args=[one.la])),
            Column("address", "Address", search=True),
            Column("user", "Account", value=lambda one: one.user or "each school's own"),
            Column("contact", "Contact"),
            Column("trouble", "State", kind="state", value=lambda one: "trouble" if one.is_in_trouble else "all right"),
            Column("connected_at", "Last connected", kind="time"),
            TEST_CONNECTION,
        ],
        Destination.objects.visible_to(request.user),
        request,
        name="las",
        noun=("LA", "LAs"),
        empty=empty,
    )
    return table.response("school_exchange/las.html", {"root": root})


@who("administrator")
@sensitive_post_parameters("password")
def add_la(request: PersonRequest) -> HttpResponseBase:
    """Add an LA; the root folder comes first."""
    if root_folder() is None:
        messages.error(request, "Set the root folder first; LAs come after it.")
        return redirect("folder")
    form = DestinationForm(request.POST or None, initial={"la": request.GET.get("la", "")})
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form)
        if saved is not None:
            if saved.la not in la_numbers():
                messages.warning(request, f"{saved.la} is not in our list of LAs. It may be new: please check it.")
            messages.success(request, f"{saved} was added, with its folders.")
            return redirect("las" if Destination.objects.count() > 1 else "today")
    context = {"form": form, "heading": "Add an LA"}
    return render(request, "school_exchange/la.html", context, status=422 if form.errors else 200)


@who("administrator")
@sensitive_post_parameters("password")
def edit_la(request: PersonRequest, la: str) -> HttpResponseBase:
    """Change an LA's entry; the password shows itself to nobody."""
    destination = get_object_or_404(Destination.objects.visible_to(request.user), la=la)
    form = DestinationForm(request.POST or None, instance=destination)
    if request.method == "POST" and form.is_valid() and _save(request, form) is not None:
        messages.success(request, "Saved.")
        return redirect("las")
    context = {
        "form": form,
        "heading": f"LA {la}",
        "destination": destination,
        "folders": folders_if_any(la),
    }
    return render(request, "school_exchange/la.html", context, status=422 if form.errors else 200)


@who("administrator")
def remove_la(request: PersonRequest, la: str) -> HttpResponseBase:
    """Remove an LA's entry, after a question that says what waits for it."""
    destination = get_object_or_404(Destination.objects.visible_to(request.user), la=la)
    if request.method == "POST":
        remove_destination(destination, by=request.user, request=request)
        messages.success(request, f"{destination} was removed. Its folders and files are still there.")
        return redirect("las")
    waiting = Transfer.objects.filter(la=la, state__in=[State.READY, State.SENDING, State.RETRYING]).count()
    wait = "" if not waiting else "1 file waits for it. " if waiting == 1 else f"{waiting:,} files wait for it. "
    rows = School.objects.filter(destination_la=la).count()
    if rows:
        wait += "1 school sends to it. " if rows == 1 else f"{rows:,} schools send to it. "
    question = {
        "heading": f"Remove {destination}?",
        "text": f"{wait}Nothing is sent to this LA any more. Its folders, files and receipts stay.",
        "submit": "Remove the LA",
        "cancel": reverse("edit-la", args=[la]),
    }
    return render(request, "web/confirm.html", question)


def _save(request: PersonRequest, form: DestinationForm) -> Destination | None:
    destination: Destination = form.save(commit=False)
    destination.name = destination.name or la_name(destination.la)
    try:
        return save_destination(destination, by=request.user, request=request)
    except DestinationRefused as error:
        form.add_error(None, str(error))
        return None
