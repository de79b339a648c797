"""A scheduled task typed in, to be made or changed, and its sentence as it is typed (SCREENS 5.3)."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.attainment.folder import FolderRefused, access_to
from schoolgate.authority.collection.locks import Locked, why_locked
from schoolgate.authority.collection.models import ScheduledTask, Sources
from schoolgate.authority.collection.sentence import clock_notes, filters_in_words, sentence, starts_at_migration
from schoolgate.authority.collection.task_form import TaskForm
from schoolgate.commons.accounts.access import PersonRequest, who

_LOOKS = frozenset({"preview", "find-schools", "test-access"})
"""Buttons of the form that save nothing."""


@who("administrator", "officer")
def add(request: PersonRequest) -> HttpResponseBase:
    base = _base_of(request)
    initial: dict[str, Any] = {"bases": [base.pk]} if base is not None else {}
    if kind := request.GET.get("kind"):
        initial["kind"] = kind
    form = TaskForm(request.POST or None, initial=initial)
    if request.method == "POST" and not _LOOKS & request.POST.keys() and form.is_valid():
        try:
            made = steps.save(form.wish(), by=request.user, request=request)
        except steps.TaskRefused as refused:
            form.add_error(refused.field, refused.sentence)
        except Locked as locked:
            form.add_error(None, locked.sentence)
        else:
            messages.success(request, "Saved.")
            return redirect(_origin(request, base) or reverse("task", args=[made.pk]))
    return _shown(request, form, {"heading": "Add New Task", "cancel": _origin(request, base) or reverse("tasks")})


@who("administrator", "officer")
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)
    add = _base_of(request)
    form = TaskForm.of(found, request.POST if request.method == "POST" else None, add=add)
    theirs: list[str] = []
    if request.method == "POST" and not _LOOKS & request.POST.keys() and form.is_valid():
        version = request.POST.get("version", "")
        try:
            steps.save(
                form.wish(),
                found,
                version=int(version) if version.isdecimal() and len(version) < 10 else -1,
                by=request.user,
                request=request,
            )
        except steps.TaskRefused as refused:
            form.add_error(refused.field, refused.sentence)
        except Locked as locked:
            form.add_error(None, f"{locked.sentence} Nothing of yours is saved.")
        except steps.ChangedMeanwhile:
            theirs = steps.differences(form.wish(), steps.Wish.of(_find(request, pk)))
            form.add_error(None, "Somebody else has changed this task since you opened it. Nothing of yours is saved.")
        else:
            messages.success(request, "Saved.")
            return redirect(_origin(request, add) or reverse("task", args=[pk]))
    context = {
        "form": form,
        "heading": f"Edit {found.name}",
        "locked": why_locked(found),
        "theirs": theirs,
        "as_it_is": reverse("edit-task", args=[pk]),
        "version": request.POST.get("version", found.version),
        "cancel": _origin(request, add) or reverse("task", args=[pk]),
    }
    return _shown(request, form, context)


def _shown(request: PersonRequest, form: TaskForm, context: dict[str, Any]) -> HttpResponseBase:
    """The form, with the sentence of what stands in it; schools that are looked for among those to choose from."""
    looks_for = bool({"find-schools", "test-access"} & request.POST.keys())
    if looks_for:
        form = form.as_typed()
    said = None if looks_for else _said(form)
    access = _access(request) if "test-access" in request.POST else None
    # Who is at work on the form by htmx asks for the sentence alone: what is wrong is told when it is to be saved.
    status = 422 if form.errors and not request.headers.get("HX-Request") else 200
    return render(
        request,
        "authority_collection/edit_task.html",
        {"form": form, "said": said, "access": access, **context},
        status=status,
    )


def _access(request: PersonRequest) -> tuple[str, bool]:
    """What is found in the folder that was typed in, in a sentence, and whether it can be used."""
    chosen = [pk for pk in request.POST.getlist("bases") if pk.isdecimal() and len(pk) < 19]
    try:
        return access_to(request.POST.get("folder", ""), list(Base.objects.filter(pk__in=chosen))), True
    except FolderRefused as refused:
        return str(refused), False


def _said(form: TaskForm) -> tuple[str, list[str]] | None:
    """The sentence of what was typed in, whom it waits for, and what the clocks do; None while it is not whole."""
    if not form.is_bound or form.errors:
        return None
    wish = form.wish()
    try:
        sources = steps.checked(wish)
    except steps.TaskRefused as refused:
        form.add_error(refused.field, refused.sentence)
        return None
    named = Q(pk__in=[base.pk for base in wish.bases])
    for group in wish.groups:
        named |= Q(pk__in=group.bases.values("pk"))
    members = Base.objects.filter(named)
    collected = members.exclude(mis=SIMS_7) if sources == Sources.API else members.filter(mis=SIMS_7)
    as_task = ScheduledTask(nc_years=list(wish.nc_years), looked_after=wish.looked_after, leavers=wish.leavers)
    told = sentence(
        wish.rule,
        wish.data,
        collected.count(),
        in_term=wish.in_term,
        filters=filters_in_words(as_task),
        transfer_type=wish.transfer_type,
    )
    starts = starts_at_migration(members.filter(mis=SIMS_7).count() if sources == Sources.API else 0)
    return told, [*filter(None, [starts]), *clock_notes(wish.rule, timezone.localdate())]


def _find(request: PersonRequest, pk: int) -> ScheduledTask:
    return get_object_or_404(ScheduledTask.objects.visible_to(request.user), pk=pk)


def _origin(request: PersonRequest, base: Base | None) -> str:
    """The page of a base's migration where somebody came from there; else ""."""
    from_there = base is not None and request.GET.get("then") == "migration"
    return reverse("base-migration", args=[base.pk]) if base is not None and from_there else ""


def _base_of(request: PersonRequest) -> Base | None:
    number = request.GET.get("base", "")
    if not (number.isdecimal() and len(number) < 19):
        return None
    return get_object_or_404(Base.objects.visible_to(request.user), pk=number)
