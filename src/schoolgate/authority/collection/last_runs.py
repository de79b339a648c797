"""What the last run of a task came to at all its schools or at one, and which tasks a school is in."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection.late import late_after
from schoolgate.authority.collection.models import CollectionRun, LastRunStatus, RunState, ScheduledTask
from schoolgate.authority.collection.models.run import OPEN

_ASKED_TOGETHER = timedelta(minutes=1)
"""Runs that somebody asked for within it count as one."""
_AT_ONCE = 200


@dataclass(frozen=True)
class LastRun:
    """The last run of a task: of all the schools that are meant, the worst says how it stands (reference 9.2)."""

    status: LastRunStatus
    at: datetime | None = None
    newest: int | None = None


NEVER = LastRun(LastRunStatus.NONE)


def last_runs(tasks: Sequence[ScheduledTask], base: Base | None = None) -> Mapping[int, LastRun]:
    """By the numbers of these tasks, at all their schools or at one; those that have not run yet are not there."""
    runs = CollectionRun.objects.filter(base=base) if base is not None else CollectionRun.objects.all()
    found: dict[int, LastRun] = {}
    for start in range(0, len(tasks), _AT_ONCE):
        found.update(_last_runs(tasks[start : start + _AT_ONCE], runs))
    return found


def _last_runs(tasks: Sequence[ScheduledTask], runs: QuerySet[CollectionRun]) -> Mapping[int, LastRun]:
    of_task = runs.filter(task=OuterRef("pk")).order_by("-made_at", "-pk")
    newest = ScheduledTask.objects.filter(pk__in=[task.pk for task in tasks]).order_by()
    found = CollectionRun.objects.in_bulk(
        [pk for pk in newest.annotate(newest=Subquery(of_task.values("pk")[:1])).values_list("newest", flat=True) if pk]
    )
    if not found:
        return {}
    same = Q()
    for run in found.values():
        # Since when they were made is asked for the index.
        since = run.due_at or run.made_at - _ASKED_TOGETHER
        same |= Q(task=run.task_id, due_at=run.due_at, made_at__gte=since)
    states = runs.filter(same).order_by().values_list("task", "state")
    oldest: defaultdict[int | None, dict[str, datetime]] = defaultdict(dict)
    for task, state, since in states.annotate(since=Min(Coalesce("due_at", "made_at"))):
        oldest[task][state] = since
    return {
        run.task_id: LastRun(_worst(oldest[run.task_id]), run.made_at, run.pk)
        for run in found.values()
        if run.task_id is not None
    }


def _worst(since: Mapping[str, datetime]) -> LastRunStatus:
    if RunState.FAILED in since or RunState.CANCELLED in since:
        return LastRunStatus.FAILED
    if opened := [at for state, at in since.items() if state in OPEN]:
        return LastRunStatus.LATE if timezone.now() - min(opened) > late_after() else LastRunStatus.PENDING
    return LastRunStatus.SUCCESSFUL


def tasks_of(base: Base) -> QuerySet[ScheduledTask]:
    """The tasks that name a school, itself or through a group."""
    members = members_of(_groups_with_tasks(), [base.pk])
    groups = [group for group, bases in members.items() if bases]
    named = ScheduledTask.objects.filter(Q(bases=base) | Q(groups__in=groups))
    return ScheduledTask.objects.filter(pk__in=named.order_by().values("pk"))


def tasks_counted(bases: Collection[Base]) -> Mapping[int, int]:
    """How many tasks name each of these schools, itself or through a group."""
    numbers = [base.pk for base in bases]
    tasks: defaultdict[int, set[int]] = defaultdict(set)
    directly = ScheduledTask.bases.through.objects.filter(base__in=numbers)
    for task, base in directly.values_list("scheduledtask", "base"):
        tasks[base].add(task)
    members = members_of(_groups_with_tasks(), numbers)
    through = ScheduledTask.groups.through.objects.filter(basegroup__in=list(members))
    for task, group in through.values_list("scheduledtask", "basegroup"):
        for base in members[group]:
            tasks[base].add(task)
    return {base: len(tasks[base]) for base in numbers}


def members_of(groups: Collection[BaseGroup], bases: Collection[int]) -> Mapping[int, set[int]]:
    """Which of these schools are in each group today; one query, however many groups there are."""
    if not groups:
        return {}
    fits: dict[str, Any] = {f"in_{group.pk}": Exists(group.bases.filter(pk=OuterRef("pk"))) for group in groups}
    found = Base.objects.filter(pk__in=list(bases)).annotate(**fits).values("pk", *fits)
    rows = list(found)
    return {group.pk: {row["pk"] for row in rows if row[f"in_{group.pk}"]} for group in groups}


def _groups_with_tasks() -> list[BaseGroup]:
    return list(BaseGroup.objects.filter(tasks__isnull=False).distinct())
