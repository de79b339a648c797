"""Connect: from the LA's letter to a connection that works, in five steps (SCREENS 5.1).

Each step is a form that posts to an address of its own and comes back here; what is done stands in the database, so
that it can be left and come back to.
"""

from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.commons.accounts.access import PersonRequest, PersonView, who
from schoolgate.school.exchange.administration.destinations import DestinationRefused
from schoolgate.school.exchange.administration.entries import (
    WouldReplace,
    confirm,
    make_entries,
    names_of,
    plan_entries,
)
from schoolgate.school.exchange.administration.folder_rules import is_synced
from schoolgate.school.exchange.administration.joining import JoinRefused, current_joining, join, leave, sign_in
from schoolgate.school.exchange.administration.roots import set_root_folder
from schoolgate.school.exchange.administration.schools import SchoolRefused
from schoolgate.school.exchange.connecting import open_http
from schoolgate.school.exchange.connection_test import TestReport, place_to_mend, run_connection_test
from schoolgate.school.exchange.folders import FolderRefused, root_folder
from schoolgate.school.exchange.forms.connect import AccountForm, FolderForm, LetterForm
from schoolgate.school.exchange.forms.schedule import ScheduleForm
from schoolgate.school.exchange.models import Destination, Joining
from schoolgate.school.exchange.scheduling import next_run, set_when_to_send, when_to_send
from schoolgate.school.exchange.setting_up import logins_to_check, look_at_setup, suggested_root
from schoolgate.school.exchange.views.folder import SYNCED
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.connection_test import TIMEOUTS
from schoolgate.wire.exchange_errors import CaFileUnusable


def _step(view: PersonView[[]]) -> PersonView[[]]:
    """What a form of the list posts to; who opens its address, or comes back to it, sees the list."""

    @wraps(view)
    def posted(request: PersonRequest) -> HttpResponseBase:
        return view(request) if request.method == "POST" else redirect("connect")

    return posted


@who("administrator")
def connect(request: PersonRequest) -> HttpResponseBase:
    """The list, with the step that comes next opened; `?step=` opens another."""
    return _page(request, request.GET.get("step", ""))


@who("administrator")
@_step
@sensitive_post_parameters("code", "password")
def connect_la(request: PersonRequest) -> HttpResponseBase:
    """Step 1: join by the letter's code, or sign in with a user name and password."""
    typed = request.GET.get("with") == "password"
    form = AccountForm(request.POST) if typed else LetterForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            with open_http(TIMEOUTS) as http:
                if typed:
                    sign_in(given["address"], given["user"], given["password"], http, by=request.user, request=request)
                else:
                    join(given["address"], given["code"], http, by=request.user, request=request)
        except JoinRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except CaFileUnusable as error:
            form.add_error(None, f"{error.sentence} {error.remedy}")
        else:
            return redirect("connect")
    return _page(request, "la", form)


@who("administrator")
@_step
def connect_again(request: PersonRequest) -> HttpResponseBase:
    """Step 1 once more, after an answer that did not come; or forget it."""
    joining = Joining.objects.visible_to(request.user).asked().last()
    if joining is None:
        return redirect("connect")
    if "leave" in request.POST:
        leave(joining, by=request.user, request=request)
        return redirect("connect")
    form = LetterForm({"address": joining.address, "code": joining.code})
    try:
        with open_http(TIMEOUTS) as http:
            join(joining.address, joining.code, http, by=request.user, request=request)
    except (JoinRefused, CaFileUnusable) as error:
        form.add_error(error.field if isinstance(error, JoinRefused) else None, str(error))
        return _page(request, "la", form)
    return redirect("connect")


@who("administrator")
@_step
def connect_school(request: PersonRequest) -> HttpResponseBase:
    """Step 2: yes, that is us."""
    joining = current_joining()
    if joining is None or joining.joined_at is None:
        messages.warning(request, "That was answered already, perhaps in another window.")
        return redirect("connect")
    try:
        confirm(joining, may_replace="may_replace" in request.POST, by=request.user, request=request)
    except WouldReplace:
        messages.error(request, "Tick that it may be replaced, or choose No.")
    except (DestinationRefused, SchoolRefused, FolderRefused) as error:
        messages.error(request, str(error))
    return redirect("connect")


@who("administrator")
def connect_not_us(request: PersonRequest) -> HttpResponseBase:
    """Step 2: no, that is another school; asked twice, for the code was good once."""
    joining = current_joining()
    if joining is None or joining.joined_at is None:
        return redirect("connect")
    if request.method == "POST":
        leave(joining, by=request.user, request=request)
        told = "Nothing was set up. Tell the LA that the letter was not yours, and ask it for your own."
        messages.warning(request, naming_whom(told, joining.contact))
        return redirect("connect")
    question = {
        "heading": "Is the letter for another school?",
        "text": "The code in it was good once. If you say so, the LA has to send the right school a new letter.",
        "submit": "It is for another school",
        "cancel": reverse("connect"),
    }
    return render(request, "web/confirm.html", question)


@who("administrator")
@_step
def connect_folder(request: PersonRequest) -> HttpResponseBase:
    """Step 3: the first root folder. Another one is chosen under Administration, which warns first."""
    form = FolderForm(request.POST)
    if root_folder() is not None:
        return redirect("folder")
    if form.is_valid():
        folder = form.cleaned_data["root_folder"]
        try:
            set_root_folder(folder, make=True, by=request.user, request=request)
        except FolderRefused as error:
            form.add_error("root_folder", str(error))
        else:
            if is_synced(folder):
                messages.warning(request, SYNCED)
            _make_what_waits(request)
            return redirect("connect")
    return _page(request, "folder", form)


@who("administrator")
@_step
def connect_check(request: PersonRequest) -> HttpResponseBase:
    """Step 4: Test Connection. Nothing is redirected, so that the ticks can be read."""
    reports = [run_connection_test(row) for row in logins_to_check()]
    return _page(request, "", reports=reports)


@who("administrator")
@_step
def connect_schedule(request: PersonRequest) -> HttpResponseBase:
    """Step 5: when to send."""
    form = ScheduleForm(request.POST)
    if form.is_valid():
        set_when_to_send(form.rule(), by=request.user, request=request)
        return redirect("connect")
    return _page(request, "schedule", form)


def _make_what_waits(request: PersonRequest) -> None:
    """The entry of an LA that was confirmed before there was a folder."""
    for joining in Joining.objects.joined().exclude(confirmed_at=None):
        try:
            make_entries(joining, by=request.user, request=request)
        except (WouldReplace, DestinationRefused, SchoolRefused) as error:
            messages.error(request, str(error))


def _page(
    request: PersonRequest, step: str, form: forms.Form | None = None, reports: list[TestReport] | None = None
) -> HttpResponseBase:
    setup = look_at_setup()
    open_task = setup.task(step) or setup.next
    name = open_task.name if open_task else ""
    context: dict[str, Any] = {
        "setup": setup,
        "step": name,
        "form": form or _form_of(request, name, setup.joining),
        "typed": request.GET.get("with") == "password",
        "reports": [
            (report, *place_to_mend(report.row, report.failed)) if report.failed else (report, "", "")
            for report in reports or []
        ],
        "contacts": Destination.objects.exclude(contact=""),
        "next_run": next_run(),
        "asked": setup.joining if setup.joining and setup.joining.joined_at is None else None,
    }
    if name == "school" and setup.joining is not None:
        context |= _question(setup.joining)
    status = 422 if form is not None and form.errors else 200
    return render(request, "school_exchange/connect.html", context, status=status)


def _question(joining: Joining) -> dict[str, Any]:
    unlicensed = [base for base in joining.bases if not base["licensed"]]
    notes = []
    if not joining.bases:
        notes.append("The LA names no school for this account yet. Ask the LA to add yours.")
    if unlicensed:
        which = "one of these schools" if len(joining.bases) > 1 else "it"
        notes.append(f"The LA has no licence yet to take files from {which}. Ask the LA: it needs one first.")
    return {
        "names": names_of(joining),
        "plan": plan_entries(joining),
        "notes": [naming_whom(note, joining.contact) for note in notes],
    }


def _form_of(request: PersonRequest, step: str, joining: Joining | None) -> forms.Form | None:
    address = joining.address if joining is not None and joining.joined_at is None else ""
    if step == "la" and request.GET.get("with") == "password":
        return AccountForm(initial={"address": address})
    if step == "la":
        return LetterForm(initial={"address": address})
    if step == "folder":
        return FolderForm(initial={"root_folder": suggested_root()})
    if step == "schedule":
        return ScheduleForm.of(when_to_send().rule)
    return None
