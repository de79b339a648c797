"""B2B:Personnel, its settings: the one address, and adding, changing and deleting schools (handbook 06)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.school.exchange.administration.folder_rules import is_synced
from schoolgate.school.exchange.administration.personnel import (
    PersonnelRefused,
    remove_personnel_school,
    save_personnel_school,
    set_personnel_url,
    waiting_files,
)
from schoolgate.school.exchange.folders import folders_chosen
from schoolgate.school.exchange.forms.personnel import PersonnelSchoolForm, PersonnelUrlForm
from schoolgate.school.exchange.models import Destination, PersonnelSchool
from schoolgate.school.exchange.preferences import PERSONNEL_URL

SYNCED = (
    "One of the folders seems to be kept by a program such as OneDrive, Dropbox or Google Drive. It may lock, rename "
    "or take away files, and staff data would lie with its company too. Better choose folders of which none is kept so."
)


@who("administrator")
def personnel_url(request: PersonRequest) -> HttpResponseBase:
    """The one address of all schools."""
    form = PersonnelUrlForm(request.POST or None, initial={"address": PERSONNEL_URL.get() or _usual_address()})
    if request.method == "POST" and form.is_valid():
        try:
            set_personnel_url(form.cleaned_data["address"], by=request.user, request=request)
        except PersonnelRefused as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("personnel")
    context = {"form": form}
    return render(request, "school_exchange/personnel_url.html", context, status=422 if form.errors else 200)


@who("administrator")
@sensitive_post_parameters("password")
def add_personnel_school(request: PersonRequest) -> HttpResponseBase:
    """Add a school, with folders of its own."""
    form = PersonnelSchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form)
        if saved is not None:
            messages.success(request, f"{saved} was added. Test the connection now.")
            return redirect("personnel-school", saved.pk)
    return _page(request, form, {"heading": "Add a school"})


@who("administrator")
@sensitive_post_parameters("password")
def edit_personnel_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Change a school's row; the password shows itself to nobody."""
    school = get_object_or_404(PersonnelSchool.objects.visible_to(request.user), pk=pk)
    name = str(school)
    form = PersonnelSchoolForm(request.POST or None, instance=school)
    if request.method == "POST" and form.is_valid() and _save(request, form) is not None:
        messages.success(request, "Saved. The files in its folder are looked at anew.")
        return redirect("personnel-school", school.pk)
    return _page(request, form, {"heading": name, "school": school})


@who("administrator")
def remove_personnel(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Delete a school's row, after a question that says what waits."""
    school = get_object_or_404(PersonnelSchool.objects.visible_to(request.user), pk=pk)
    back = reverse("personnel-school", args=[school.pk])
    if request.method == "POST":
        try:
            remove_personnel_school(school, by=request.user, request=request)
        except PersonnelRefused as error:
            messages.error(request, str(error))
            return redirect(back)
        messages.success(request, f"{school} was deleted. Its folders, files and receipts are still there.")
        return redirect("personnel")
    waiting = waiting_files(school)
    wait = "" if not waiting else "1 file of it waits and is not sent then. " if waiting == 1 else ""
    wait = f"{waiting:,} files of it wait and are not sent then. " if waiting > 1 else wait
    question = {
        "heading": f"Delete {school}?",
        "text": f"{wait}Its folders and files stay, and so does its row for pupil files, if it has one.",
        "submit": "Delete the school",
        "cancel": back,
    }
    return render(request, "web/confirm.html", question)


def _usual_address() -> str:
    """The address of the one LA that pupil files go to: most have one for both kinds."""
    addresses = set(Destination.objects.values_list("address", flat=True))
    return addresses.pop() if len(addresses) == 1 else ""


def _page(request: PersonRequest, form: PersonnelSchoolForm, context: dict[str, Any]) -> HttpResponseBase:
    status = 422 if form.errors else 200
    return render(request, "school_exchange/personnel_row.html", {"form": form, **context}, status=status)


def _save(request: PersonRequest, form: PersonnelSchoolForm) -> PersonnelSchool | None:
    row, make = form.save(commit=False), form.cleaned_data["make_folders"]
    try:
        saved = save_personnel_school(row, make_folders=make, by=request.user, request=request)
    except PersonnelRefused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    folders = folders_chosen(saved)
    if any(map(is_synced, (folders.not_exported, folders.exported, folders.imported))):
        messages.warning(request, SYNCED)
    return saved
