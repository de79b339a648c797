"""Scheduled Tasks of a school: the list, one task, and what its people do with their own (SCREENS 5.4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.last_runs import NEVER, last_runs
from schoolgate.authority.collection.locks import lock_of
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, ScheduledTask, Sources
from schoolgate.authority.collection.sentence import clock_notes, data_words, filters_in_words, moment, sentence, when
from schoolgate.authority.collection.taking_over import is_alone, tasks_alone
from schoolgate.authority.collection.wishes import Wish
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.own_task_form import OwnTaskForm
from schoolgate.authority.school_portal.own_tasks import NotOwn, find_task, gone, held_as_own, tasks_shown
from schoolgate.authority.school_portal.tiles import Shown, Tile
from schoolgate.authority.school_portal.views.task_log import table_of_runs
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import Column, NotYet, Table

_PREVIEW = "preview"
"""The button of the form that saves nothing."""


def _look(base: Base) -> Shown:
    found = list(tasks_shown(base))
    dues = steps.next_dues(found).values()
    told = [f"Next {moment(min(dues))}." if dues else "None is due." if found else "Add one, or ask the council."]
    if lock_of(base):
        told.append("Locked: for school use only.")
    return Shown(f"{len(found) or 'No'} task{'' if len(found) == 1 else 's'}", " ".join(told))


B2B = Tile("B2B", "portal-tasks", _look)


@of_school
def tasks(request: PersonRequest, base: Base) -> HttpResponseBase:
    """The school's tasks, its own and those of the authority that it is in."""
    lock = lock_of(base)
    alone = tasks_alone(base).filter(pk=OuterRef("pk"))

    def prepare(page: list[Any]) -> None:
        dues, runs = steps.next_dues(page), last_runs(page, base)
        for task in page:
            last = runs.get(task.pk, NEVER)
            task.next_due, task.status, task.last_at = dues.get(task.pk), last.status, last.at

    table = Table(
        [
            Column("name", "Task", search=True, link=lambda task: reverse("portal-task", args=[base.pk, task.pk])),
            Column("owner", "Owner", choices=Owner.choices, value=lambda task: task.get_owner_display()),
            Column("data", "Kind", choices=Data.choices, value=lambda task: data_words(task, {base.mis})),
            Column("when", "When", sort="", value=lambda task: when(task.rule, in_term=task.in_term)),
            Column("next_due", "Next", kind="time", sort=""),
            Column("last_at", "Last run", kind="time", sort=""),
            Column("status", "Last Run Status", kind="state", sort=""),
            Column(
                "active",
                "Active",
                kind="state",
                choices=[("True", "active"), ("False", "not active")],
                value=lambda task: "active" if task.active else "not active",
            ),
            Column("locked_at", "Lock", kind="lock", sort="", value=_lock_in_words(all_locked=lock is not None)),
            Column("lock", "Lock or unlock", kind="button", sort="", value=_lock_button, link=_lock_address(base)),
        ],
        tasks_shown(base).visible_to(request.user).annotate(alone=Exists(alone)),
        request,
        name="tasks",
        noun=("task", "tasks"),
        empty=NotYet(
            "The LA has set up no tasks. Add one, or ask.", "Add New Task", reverse("portal-add-task", args=[base.pk])
        ),
        prepare=prepare,
    )
    return table.response("authority_school_portal/tasks.html", {"base": base, "lock": lock})


@of_school
def task(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """One task, as far as this school is in it, and its runs."""
    found = find_task(request, base, pk)
    last = last_runs([found], base).get(found.pk, NEVER)
    next_due = steps.next_dues([found]).get(found.pk)
    soon = f" Next {timezone.localtime(next_due):%a %d %b %H:%M}." if next_due else ""
    runs = CollectionRun.objects.visible_to(request.user).filter(task=found, base=base)
    lock, alone = lock_of(base), is_alone(found, base)
    context = {
        "base": base,
        "task": found,
        "sentence": sentence(
            found.rule,
            found.data,
            None,
            in_term=found.in_term,
            filters=filters_in_words(found),
            transfer_type=found.transfer_type,
        ),
        "kind": data_words(found, {base.mis}),
        "next_due": next_due,
        "last": last,
        "clock_notes": clock_notes(found.rule, timezone.localdate()),
        "own": alone and found.owner == Owner.SCHOOL,
        "alone": alone,
        "lock": lock,
        "starts_at_migration": found.sources == Sources.API and not base.is_collected,
    }
    table = table_of_runs(request, base, runs, NotYet(f"This task has not run yet.{soon}"), but=["task_name", "data"])
    return table.response("authority_school_portal/task.html", context)


@of_school
def add(request: PersonRequest, base: Base) -> HttpResponseBase:
    form = OwnTaskForm(request.POST or None, base=base)
    if _is_to_be_saved(request) and form.is_valid():
        try:
            made = steps.save(form.wish(), by=request.user, request=request)
        except steps.TaskRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved.")
            return redirect("portal-task", base.pk, made.pk)
    cancel = reverse("portal-tasks", args=[base.pk])
    return _shown(request, base, form, {"heading": "Add New Task", "cancel": cancel})


@of_school
def edit(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    found = find_task(request, base, pk)
    address = reverse("portal-task", args=[base.pk, pk])
    form = OwnTaskForm(request.POST or None, base=base, task=found)
    theirs: list[str] = []
    try:
        with held_as_own(found, base) as held:
            if _is_to_be_saved(request) and form.is_valid():
                version = request.POST.get("version", "")
                shown = int(version) if version.isdecimal() and len(version) < 10 else -1
                if shown == held.version:
                    steps.save(form.wish(), held, version=shown, by=request.user, request=request)
                    messages.success(request, "Saved.")
                    return redirect(address)
                theirs = steps.differences(form.wish(), Wish.of(held))
                form.add_error(
                    None, "Somebody else has changed this task since you opened it. Nothing of yours is saved."
                )
    except steps.TaskRefused as refused:
        form.refuse(refused)
    except NotOwn as refused:
        messages.error(request, refused.sentence)
        return redirect(address)
    except steps.ChangedMeanwhile:
        return gone(request, base)
    context = {
        "heading": f"Edit {found.name}",
        "theirs": theirs,
        "as_it_is": reverse("portal-edit-task", args=[base.pk, pk]),
        "version": request.POST.get("version", found.version),
        "cancel": address,
    }
    return _shown(request, base, form, context)


def _is_to_be_saved(request: PersonRequest) -> bool:
    return request.method == "POST" and _PREVIEW not in request.POST


def _lock_in_words(*, all_locked: bool) -> Callable[[ScheduledTask], str]:
    def words(task: ScheduledTask) -> str:
        return "locked" if task.locked_at else "locked with all" if all_locked else ""

    return words


def _lock_button(task: Any) -> str:
    if not task.alone:
        return ""
    return "Unlock this one" if task.locked_at else "Lock this one"


def _lock_address(base: Base) -> Callable[[Any], str]:
    def address(task: Any) -> str:
        if not task.alone:
            return ""
        return reverse("portal-unlock-task" if task.locked_at else "portal-lock-task", args=[base.pk, task.pk])

    return address


def _shown(request: PersonRequest, base: Base, form: OwnTaskForm, context: dict[str, Any]) -> HttpResponseBase:
    """The form, with the sentence of what stands in it."""
    said = _said(form)
    # Who is at work on the form by htmx asks for the sentence alone: what is wrong is told when it is to be saved.
    status = 422 if form.errors and not request.headers.get("HX-Request") else 200
    shown = {"base": base, "form": form, "said": said, **context}
    return render(request, "authority_school_portal/edit_task.html", shown, status=status)


def _said(form: OwnTaskForm) -> tuple[str, list[str]] | None:
    """The sentence of what was typed in, and what the clocks do to it; None while it is not whole."""
    if not form.is_bound or form.errors:
        return None
    wish = form.wish()
    try:
        steps.checked(wish)
    except steps.TaskRefused as refused:
        form.refuse(refused)
        return None
    as_task = ScheduledTask(nc_years=list(wish.nc_years), looked_after=wish.looked_after, leavers=wish.leavers)
    told = sentence(
        wish.rule,
        wish.data,
        None,
        in_term=wish.in_term,
        filters=filters_in_words(as_task),
        transfer_type=wish.transfer_type,
    )
    return told, clock_notes(wish.rule, timezone.localdate())
