"""Tasks of the old product's first kind become tasks of the second (reference student-personnel 9.2; ADR 020)."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import hold, in_words, is_own, locks_on, require_open
from schoolgate.authority.collection.migrating.effects import PHASE_1_ENDS
from schoolgate.authority.collection.models import Phase, ScheduledTask
from schoolgate.authority.collection.tasks import ChangedMeanwhile
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


@transaction.atomic
def migrate_to_phase_2(task: ScheduledTask, *, by: User | None, request: HttpRequest | None = None) -> ScheduledTask:
    """Make a Phase 1 task one of Phase 2: name, times, schools, filters and locks stay. Done again nothing changes.

    Raises ChangedMeanwhile where it is deleted, and Locked where its school keeps it to itself.
    """
    require_open(task, by)
    found = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if found is None:
        raise ChangedMeanwhile
    _migrate([found], by, request)
    return found


@transaction.atomic
def migrate_all_to_phase_2(
    tasks: Iterable[ScheduledTask], *, by: User | None, request: HttpRequest | None = None
) -> tuple[list[ScheduledTask], list[tuple[ScheduledTask, str]]]:
    """Migrate many in one commit: those that are done, and those that are left, each with a sentence why."""
    wanted = {task.pk: task for task in tasks}
    hold(Base.objects.filter(tasks__in=wanted).distinct())
    held = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk").in_bulk()
    locks = locks_on(held.values())
    done: list[ScheduledTask] = []
    left: list[tuple[ScheduledTask, str]] = []
    for pk, task in wanted.items():
        closed = [lock for lock in locks.get(pk, []) if not is_own(by, lock.base)]
        if pk not in held:
            left.append((task, "Somebody else has deleted it meanwhile."))
        elif closed:
            left.append((task, in_words(closed)))
        else:
            done.append(held[pk])
    _migrate(done, by, request)
    return done, left


def _migrate(held: Collection[ScheduledTask], by: User | None, request: HttpRequest | None) -> None:
    """Migrate those of these tasks that are on Phase 1 still; when they are due stays as it is set."""
    now = timezone.now()
    old = [task for task in held if task.phase == Phase.ONE]
    found = ScheduledTask.objects.filter(pk__in=[task.pk for task in old])
    found.update(phase=Phase.TWO, version=F("version") + 1, changed_at=now, changed_by=by)
    found.filter(stopped_because__contains=PHASE_1_ENDS).update(stopped_because="")
    for task in old:
        task.phase, task.version = Phase.TWO, task.version + 1
        task.changed_at, task.changed_by = now, by
        if PHASE_1_ENDS in task.stopped_because:
            task.stopped_because = ""
        record("task migrated to Phase 2", by=by, target=f"task {task.pk}, {task.name}", request=request)
