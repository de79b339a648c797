"""What people do with scheduled tasks: make, change, copy, switch, run now and delete them (reference 9.2)."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base, Term
from schoolgate.authority.collection.locks import hold, require_open
from schoolgate.authority.collection.models import (
    CollectionRun,
    Data,
    Level,
    Owner,
    RunState,
    ScheduledTask,
)
from schoolgate.authority.collection.running import ask_for_run, ask_for_runs
from schoolgate.authority.collection.wishes import TaskRefused, Wish, checked, differences, require_makeable
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Rule
from schoolgate.commons.schedules.setting import remove_schedule, set_schedule

__all__ = ["COPIED", "DUE", "ChangedMeanwhile", "TaskRefused", "Wish", "checked", "differences", "save"]

DUE = "scheduled-task"
"""The kind of job that a task's schedule asks for (`task_job`)."""


COPIED = (
    "owner",
    "transfer_type",
    "data",
    "sources",
    "leavers",
    "looked_after",
    "nc_years",
    "months_back",
    "sent_groups",
    "folder",
    "recorded_rule",
    "in_term",
)
"""What a copy of a task has as the task has it."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed or deleted the task since it was shown."""


def save(
    wish: Wish,
    task: ScheduledTask | None = None,
    *,
    version: int | None = None,
    imported: bool = False,
    by: User | None,
    request: HttpRequest | None = None,
) -> ScheduledTask:
    """Make a task, or change one that was shown as `version`; its phase and transfer type stay then.

    `imported`: it comes from the old product, from where alone Phase 1 tasks may come. Raises TaskRefused, Locked,
    and ChangedMeanwhile where it is another version by now.
    """
    if task is None and not imported:
        require_makeable(wish)
    with transaction.atomic():
        require_open(task, by, bases=wish.bases, groups=wish.groups)
        before = None
        if task is None:
            task = ScheduledTask(phase=wish.phase, transfer_type=wish.transfer_type)
        else:
            task = _held(task, version)
            before = Wish.of(task)
            wish = replace(wish, phase=task.phase, transfer_type=task.transfer_type)
        sources = checked(wish, as_it_is=task.sources)
        task.name, task.owner, task.data, task.sources = wish.name, wish.owner, wish.data, sources
        task.leavers, task.looked_after = wish.leavers, wish.looked_after
        task.nc_years, task.months_back = list(wish.nc_years), wish.months_back
        task.sent_groups = list(wish.sent_groups) if task.sends_back else []
        task.folder = wish.folder if wish.data == Data.ATTAINMENT else ""
        task.in_term, task.active = wish.in_term, wish.active
        if wish.active:
            task.stopped_because = ""
        if wish.owner == Owner.SCHOOL or wish.groups or len(wish.bases) != 1:
            # What a school asked for is there, or cannot be any more.
            task.asked_for_at = task.asked_for_by = None
        task.recorded_rule = replace(wish.rule, terms=None).on_record()
        task.version += before is not None
        task.changed_at, task.changed_by = timezone.now(), by
        task.save()
        task.bases.set(wish.bases)
        task.groups.set(wish.groups)
        schedule(task)
        details = "; ".join(differences(before, wish)) if before else ""
        did = "task changed" if before else "task added"
        record(did, by=by, target=f"task {task.pk}, {task.name}", details=details, request=request)
    return task


def clone(task: ScheduledTask, *, by: User | None, request: HttpRequest | None = None) -> ScheduledTask:
    """An inactive copy, to be changed. Raises Locked."""
    with transaction.atomic():
        require_open(task, by)
        bases, groups = list(task.bases.all()), list(task.groups.all())
        same = {name: getattr(task, name) for name in COPIED}
        copy = ScheduledTask.objects.create(name=f"Copy of {task.name}"[:100], active=False, changed_by=by, **same)
        copy.bases.set(bases)
        copy.groups.set(groups)
        record("task cloned", by=by, target=f"task {copy.pk}, {copy.name}", request=request)
    return copy


def switch(task: ScheduledTask, *, active: bool, by: User | None, request: HttpRequest | None = None) -> ScheduledTask:
    """Switch a task on or off; what is due while it is off is never made good.

    Raises TaskRefused where it would never be due, or its schools are of two kinds by now; ChangedMeanwhile where it
    is deleted; Locked.
    """
    with transaction.atomic():
        require_open(task, by)
        task = _held(task, None)
        if task.active != active:
            if active:
                task.sources = checked(replace(Wish.of(task), active=True), as_it_is=task.sources)
                task.stopped_because = ""
            task.active, task.version = active, task.version + 1
            task.changed_at, task.changed_by = timezone.now(), by
            task.save()
            schedule(task)
            did = "task switched on" if active else "task switched off"
            record(did, by=by, target=f"task {task.pk}, {task.name}", request=request)
    return task


def delete(task: ScheduledTask, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Delete an inactive task; what it did stays in the Task Log. False: it is active (reference 9.2).

    Runs of it that go on are called off: without it they would ask for pupils whom it leaves out. Raises
    ChangedMeanwhile where it is deleted already, and Locked.
    """
    with transaction.atomic():
        require_open(task, by)
        task = _held(task, None)
        if task.active:
            return False
        record("task deleted", by=by, target=f"task {task.pk}, {task.name}", request=request)
        remove_schedule(task.schedule_name)
        collected = CollectionRun.objects.filter(task=task, state__in=[RunState.PENDING, RunState.COLLECTING])
        collected.take("cancel", level=Level.WARN, message="Its task was deleted.", next_try_at=None)
        task.delete()
    return True


def run_now(
    task: ScheduledTask, base: Base | None = None, *, by: User | None, request: HttpRequest | None = None
) -> int:
    """Have a task run now for all its bases, or for one; how many runs are new: none where one goes on already.

    Schools that are locked for who asks are left out (`locks`). Raises ChangedMeanwhile where the task is deleted, and
    Locked where the task, the one base or all of them are locked.
    """
    with transaction.atomic():
        hold(task.collected_bases if base is None else [base])
        # Held, so that of two who ask at once the second sees the first's runs.
        task = _held(task, None)
        made = _ask(task, base, by)
        of = f" for {base.dfe_number}" if base is not None else ""
        target = f"task {task.pk}, {task.name}{of}"
        record("task run now", by=by, target=target, details=f"{made} runs", request=request)
    return made


def _ask(task: ScheduledTask, base: Base | None, by: User | None) -> int:
    if base is None:
        return ask_for_runs(task, by=by)
    return int(ask_for_run(task, base, task.data, by=by) is not None)


def next_dues(tasks: Collection[ScheduledTask]) -> dict[int, Any]:
    """When each of these tasks is due next, by its number; those that never are again are not there."""
    names = {task.schedule_name: task.pk for task in tasks}
    found = Schedule.objects.filter(name__in=list(names), next_due_at__isnull=False)
    return {names[name]: at for name, at in found.values_list("name", "next_due_at")}


def terms_changed() -> None:
    """Set the schedules of tasks that run in term only anew, in the transaction that changes the terms."""
    for task in ScheduledTask.objects.filter(in_term=True, active=True):
        schedule(task)


def terms() -> tuple[tuple[Any, Any], ...] | None:
    """The terms as a rule has them; None where nobody has entered any: then every day is one."""
    return tuple(Term.objects.values_list("first_day", "last_day").order_by("first_day")) or None


def rule_of_today(task: ScheduledTask) -> Rule:
    """The task's rule with the terms as they are set now."""
    return replace(task.rule, terms=terms()) if task.in_term else task.rule


def schedule(task: ScheduledTask) -> None:
    """Set when a task is due, as it is now; in the transaction that changes it."""
    if task.active:
        set_schedule(task.schedule_name, rule_of_today(task), kind=DUE, args={"task": task.pk})
    else:
        remove_schedule(task.schedule_name)


def _held(task: ScheduledTask, version: int | None) -> ScheduledTask:
    found = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if found is None or (version is not None and found.version != version):
        raise ChangedMeanwhile
    return found
