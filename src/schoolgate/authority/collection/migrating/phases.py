"""Tasks of the old product's first kind become tasks of the second (reference student-personnel 9.2; ADR 020)."""

from collections.abc import Iterable

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.collection.locks import Locked, require_open
from schoolgate.authority.collection.models import Phase, ScheduledTask
from schoolgate.authority.collection.tasks import ChangedMeanwhile, schedule
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
    if found.phase == Phase.TWO:
        return found
    found.phase, found.version = Phase.TWO, found.version + 1
    found.changed_at, found.changed_by = timezone.now(), by
    found.save()
    schedule(found)
    record("task migrated to Phase 2", by=by, target=f"task {found.pk}, {found.name}", request=request)
    return found


def migrate_all_to_phase_2(
    tasks: Iterable[ScheduledTask], *, by: User | None, request: HttpRequest | None = None
) -> tuple[list[ScheduledTask], list[tuple[ScheduledTask, str]]]:
    """Migrate many, each by itself: those that are done, and those that are left, each with a sentence why."""
    done: list[ScheduledTask] = []
    left: list[tuple[ScheduledTask, str]] = []
    for task in tasks:
        try:
            done.append(migrate_to_phase_2(task, by=by, request=request))
        except Locked as locked:
            left.append((task, locked.sentence))
        except ChangedMeanwhile:
            left.append((task, "Somebody else has deleted it meanwhile."))
    return done, left
