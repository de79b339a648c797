"""School details: the schools with an account of their own, or that send to several LAs (handbook 05)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.exchange.administration.schools import (
    SchoolRefused,
    save_school,
    waiting_files,
)
from schoolgate.school.exchange.administration.schools import (
    remove_school as remove,
)
from schoolgate.school.exchange.administration.schools_csv import take_schools
from schoolgate.school.exchange.folders import folders_if_any
from schoolgate.school.exchange.forms.schools import ManySchoolsForm, SchoolForm
from schoolgate.school.exchange.models import Destination, School
from schoolgate.school.exchange.views.connection import TEST_CONNECTION


@who("administrator")
def schools(request: PersonRequest) -> HttpResponseBase:
    """All rows, each school and destination one."""
    table = Table(
        [
            Column("name", "School Name", search=True, link=lambda one: reverse("edit-school", args=[one.pk])),
            Column("la", "LA No.", kind="code", exact=True),
            Column("destination_la", "Dest. LA No.", kind="code", exact=True),
            Column("number", "School No.", kind="code", exact=True, search=True),
            Column("user", "Account", value=lambda one: one.user or "the LA’s"),
            Column("trouble", "State", kind="state", value=lambda one: "trouble" if one.trouble else "all right"),
            Column("connected_at", "Last connected", kind="time"),
            Column("password_expires_at", "Password ends", kind="time"),
            TEST_CONNECTION,
        ],
        School.objects.visible_to(request.user),
        request,
        name="schools",
        noun=("school", "schools"),
        empty=NotYet(
            "One school with the LA’s account needs no line here. "
            "Add schools that have an account of their own, or send to several LAs."
        ),
    )
    return table.response("school_exchange/schools.html", {"las": Destination.objects.exists()})


@who("administrator")
@sensitive_post_parameters("password")
def add_school(request: PersonRequest) -> HttpResponseBase:
    """Add a school; its LA comes first."""
    if not Destination.objects.exists():
        messages.error(request, "Add the LA first that the school sends to.")
        return redirect("las")
    form = SchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form)
        if saved is not None:
            messages.success(request, f"{saved} was added. Test the connection now.")
            return redirect("edit-school", saved.pk)
    return _page(request, form, {"heading": "Add a school"})


@who("administrator")
@sensitive_post_parameters("password")
def edit_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Change a school's row, see its folders; the password shows itself to nobody."""
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    name = str(school)
    form = SchoolForm(request.POST or None, instance=school)
    if request.method == "POST" and form.is_valid() and _save(request, form) is not None:
        messages.success(request, "Saved.")
        return redirect("schools")
    context = {
        "heading": name,
        "school": school,
        "destination": Destination.objects.filter(la=school.destination_la).first(),
        "folders": folders_if_any(school.destination_la),
    }
    return _page(request, form, context)


@who("administrator")
def remove_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Remove a school's row, after a question that says what waits."""
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        remove(school, by=request.user, request=request)
        messages.success(request, f"{school} was removed. Its files and receipts are still there.")
        return redirect("schools")
    waiting = waiting_files(school)
    wait = "" if not waiting else "1 file of it waits. " if waiting == 1 else f"{waiting:,} files of it wait. "
    question = {
        "heading": f"Remove {school}?",
        "text": f"{wait}Its files stay, and travel with the LA’s account for all schools, if there is one.",
        "submit": "Remove the school",
        "cancel": reverse("edit-school", args=[school.pk]),
    }
    return render(request, "web/confirm.html", question)


@who("administrator")
def add_many(request: PersonRequest) -> HttpResponseBase:
    """Take a CSV list of schools, and say what became of each line."""
    form = ManySchoolsForm(request.POST or None, request.FILES or None)
    result = None
    if request.method == "POST" and form.is_valid():
        try:
            result = take_schools(form.cleaned_data["file"].read(), by=request.user, request=request)
        except CsvRefused as error:
            form.add_error("file", str(error))
    context = {"form": form, "result": result}
    return render(request, "school_exchange/many_schools.html", context, status=422 if form.errors else 200)


def _page(request: PersonRequest, form: SchoolForm, context: dict[str, Any]) -> HttpResponseBase:
    status = 422 if form.errors else 200
    return render(request, "school_exchange/school.html", {"form": form, **context}, status=status)


def _save(request: PersonRequest, form: SchoolForm) -> School | None:
    try:
        return save_school(form.save(commit=False), by=request.user, request=request)
    except SchoolRefused as error:
        form.add_error(None, str(error))
        return None
