"""Scheduled Tasks: the list, one task, and what people do with it (SCREENS 5.3)."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.last_runs import NEVER, last_runs
from schoolgate.authority.collection.locks import (
    Lock,
    Locked,
    by_whom,
    in_words,
    locked_tasks,
    locks_of,
    locks_on,
    why_locked,
)
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, Phase, ScheduledTask, Sources
from schoolgate.authority.collection.sentence import (
    clock_notes,
    data_words,
    filters_in_words,
    sentence,
    sources_words,
    starts_at_migration,
    when,
)
from schoolgate.authority.collection.splitting_off import split_off_locked, why_not_split_off
from schoolgate.authority.collection.task_log import log_table
from schoolgate.authority.exchange.sending_back import groups_to_send
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

LOCK_CHOICES = (("locked", "locked by the school"), ("open", "open"))
"""Of lists, what is locked for the authority and what is not."""

_GONE = "Somebody else has deleted this task meanwhile."


@who("administrator", "officer")
def tasks(request: PersonRequest) -> HttpResponseBase:
    """All tasks."""
    found = ScheduledTask.objects.visible_to(request.user)
    return tasks_table(request, found).response("authority_collection/tasks.html", {"phase_1": _any_phase_1(found)})


def tasks_table(request: PersonRequest, found: "QuerySet[ScheduledTask]", *, base: Base | None = None) -> Table:
    """Tasks as they are listed: all, or those of one school."""
    bases = Base.objects.filter(tasks=OuterRef("pk"))
    named = found.annotate(
        bases_named=Coalesce(Subquery(bases.order_by().values("tasks").annotate(n=Count("pk")).values("n")), 0),
        one_base=Subquery(bases.order_by("pk").values("name")[:1]),
    ).prefetch_related("groups")
    groups = BaseGroup.objects.visible_to(request.user).order_by("name")

    def prepare(page: list[Any]) -> None:
        dues, runs, locks = steps.next_dues(page), last_runs(page), locks_on(page)
        for task in page:
            last = runs.get(task.pk, NEVER)
            task.lock = padlock(locks.get(task.pk, []))
            task.next_due, task.status, task.last_at = dues.get(task.pk), last.status, last.at

    add_task = f"{reverse('add-task')}?base={base.pk}" if base else reverse("add-task")
    phase = Column("phase", "Phase", choices=[(str(number), text) for number, text in Phase.choices], value=_phase)
    return Table(
        [
            Column("name", "Task", search=True, link=lambda task: reverse("task", args=[task.pk])),
            Column(
                "whom",
                "Base or group",
                sort="",
                choices=[(str(group.pk), group.name) for group in groups],
                narrow=lambda rows, group: rows.filter(groups=group),
                value=whom,
            ),
            Column(
                "lock",
                "Lock",
                kind="lock",
                sort="",
                choices=LOCK_CHOICES,
                narrow=lambda rows, choice: _that_are_locked(rows, choice == "locked"),
            ),
            Column("sources", "By", choices=Sources.choices, value=lambda task: sources_words(task, base)),
            Column("owner", "Owner", choices=Owner.choices, value=_owner),
            Column("data", "Kind", choices=Data.choices, value=data_words),
            *([phase] if _any_phase_1(found) else []),
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
        ],
        named,
        request,
        name="tasks",
        noun=("task", "tasks"),
        empty=NotYet("No tasks. Start with “Snapshot, weekly” for a group.", "Add New Task", add_task),
        prepare=prepare,
    )


@who("administrator", "officer")
def task(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One task and its log."""
    found = _find(request, pk)
    bases, waiting = list(found.collected_bases.order_by("name")), list(found.waiting_bases.order_by("name"))
    dues = steps.next_dues([found])
    locks = locks_on([found]).get(found.pk, [])
    closed = {lock.base.pk for lock in locks}
    last = last_runs([found]).get(found.pk, NEVER)
    next_due = dues.get(found.pk)
    soon = f"Next {timezone.localtime(next_due):%a %d %b %H:%M}." if next_due else "It is not due by itself."
    table = log_table(
        request,
        CollectionRun.objects.visible_to(request.user).filter(task=found),
        empty=NotYet(f"This task has not run yet. {soon}"),
        but=["task_name", "data"],
    )
    context = {
        "task": found,
        "bases": [(base, base.pk in closed) for base in bases],
        "locked": in_words(locks),
        "runnable": any(base.pk not in closed for base in bases),
        "why_no_split": why_not_split_off(found) if locks else "",
        "waiting": waiting,
        "starts": starts_at_migration(len(waiting)),
        "others": found.named_bases.count() > len(bases) + len(waiting),
        "sentence": sentence(
            found.rule,
            found.data,
            len(bases),
            in_term=found.in_term,
            filters=filters_in_words(found),
            transfer_type=found.transfer_type,
        ),
        "sent_groups": [group.label for group in groups_to_send(found.sent_groups)] if found.sends_back else [],
        "next_due": next_due,
        "last": last,
        "kind": data_words(found, {base.mis for base in bases}),
        "clock_notes": clock_notes(found.rule, timezone.localdate()),
        "no_terms": found.in_term and steps.terms() is None,
    }
    return table.response("authority_collection/task.html", context)


@who("administrator", "officer")
@require_POST
def clone(request: PersonRequest, pk: int) -> HttpResponseBase:
    try:
        copy = steps.clone(_find(request, pk), by=request.user, request=request)
    except Locked as locked:
        return _refused(request, pk, locked.sentence)
    messages.success(request, "This is the copy. It is not active until you say so.")
    return redirect("edit-task", copy.pk)


@who("administrator", "officer")
@require_POST
def switch(request: PersonRequest, pk: int) -> HttpResponseBase:
    active = request.POST.get("active") == "yes"
    try:
        steps.switch(_find(request, pk), active=active, by=request.user, request=request)
    except steps.TaskRefused as refused:
        messages.error(request, f"It stays off. {refused.sentence}")
        return redirect("edit-task", pk)
    except Locked as locked:
        return _refused(request, pk, locked.sentence)
    except steps.ChangedMeanwhile:
        return _gone(request)
    messages.success(request, "It is active." if active else "It is not active any more: nothing of it runs by itself.")
    return redirect("task", pk)


@who("administrator", "officer")
@require_POST
def run_now(request: PersonRequest, pk: int) -> HttpResponseBase:
    """For all schools of the task, or the one that was chosen."""
    found = _find(request, pk)
    number = request.POST.get("base", "")
    base = found.collected_bases.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if number and base is None:
        messages.error(request, "This school is not collected by the task any more.")
        return redirect("task", pk)
    try:
        made = steps.run_now(found, base, by=request.user, request=request)
    except Locked as locked:
        return _refused(request, pk, locked.sentence)
    except steps.ChangedMeanwhile:
        return _gone(request)
    if base is None and (left_out := locks_of(found.collected_bases)):
        messages.info(request, f"Left out: {in_words(left_out)}")
    if made:
        does = "collected" if found.takes else "sent what was changed here"
        messages.success(request, f"{made:,} school{'s are' if made != 1 else ' is'} {does} next.")
    elif found.collected_bases.exists():
        messages.info(request, "It is being collected already.")
    else:
        starts = starts_at_migration(found.waiting_bases.count())
        messages.error(request, starts or "There is no school of its kind in this task.")
    return redirect("task", pk)


@who("administrator", "officer")
def delete(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)
    if locked := why_locked(found):
        return _refused(request, pk, locked)
    if found.active:
        messages.error(request, "Only a task that is not active can be deleted. Switch it off first.")
        return redirect("task", pk)
    if request.method == "POST":
        try:
            deleted = steps.delete(found, by=request.user, request=request)
        except Locked as refused:
            return _refused(request, pk, refused.sentence)
        except steps.ChangedMeanwhile:
            return _gone(request)
        if deleted:
            messages.success(request, "Deleted. What it did stays in the Task Log.")
            return redirect("tasks")
        messages.error(request, "Somebody has switched it on meanwhile.")
        return redirect("task", pk)
    context = {
        "heading": f"Delete {found.name}?",
        "text": "It never runs again. What it did stays in the Task Log, and what was collected stays as it is.",
        "submit": "Delete",
        "cancel": reverse("task", args=[pk]),
    }
    return render(request, "web/confirm.html", context)


@who("administrator", "officer")
@require_POST
def split_off(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Give the locked schools of a task one of their own."""
    try:
        own = split_off_locked(_find(request, pk), by=request.user, request=request)
    except steps.TaskRefused as refused:
        return _refused(request, pk, refused.sentence)
    except steps.ChangedMeanwhile:
        return _gone(request)
    schools = ", ".join(base.name for base in own.bases.order_by("name"))
    messages.success(request, f"{schools}: in a task of their own now, with everything as it was. This one is open.")
    return redirect("task", pk)


def padlock(locks: Collection[Lock]) -> str:
    """How a list shows that schools have locked what stands there, and since when; empty where none has."""
    return f"locked by {by_whom(locks)}" if locks else ""


def whom(task: Any) -> str:
    """The schools and groups of a listed task: one school by its name, several by their number."""
    names = [group.name for group in task.groups.all()]
    if task.bases_named:
        names.append(task.one_base if task.bases_named == 1 else f"{task.bases_named:,} schools")
    return ", ".join(names) or "no school"


def _that_are_locked(tasks: "QuerySet[ScheduledTask]", locked: bool) -> "QuerySet[ScheduledTask]":
    found = Q(pk__in=locked_tasks().order_by().values("pk"))
    return tasks.filter(found if locked else ~found)


def _refused(request: PersonRequest, pk: int, why: str) -> HttpResponseBase:
    messages.error(request, why)
    return redirect("task", pk)


def _any_phase_1(tasks: "QuerySet[ScheduledTask]") -> bool:
    return tasks.filter(phase=Phase.ONE).exists()


def _phase(task: ScheduledTask) -> str:
    return Phase(task.phase).label


def _gone(request: PersonRequest) -> HttpResponseBase:
    messages.info(request, _GONE)
    return redirect("tasks")


def _owner(task: ScheduledTask) -> str:
    return str(task.get_owner_display())


def _find(request: PersonRequest, pk: int) -> ScheduledTask:
    return get_object_or_404(ScheduledTask.objects.visible_to(request.user), pk=pk)
