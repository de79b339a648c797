"""Schools that have locked their tasks leave a task which others share, so that the authority can change it again."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.last_runs import members_of
from schoolgate.authority.collection.locks import hold, locks_of
from schoolgate.authority.collection.models import CollectionRun, ScheduledTask
from schoolgate.authority.collection.tasks import COPIED, DUE, ChangedMeanwhile
from schoolgate.authority.collection.wishes import TaskRefused
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.schedules.setting import copy_schedule


@transaction.atomic
def split_off_locked(task: ScheduledTask, *, by: User | None, request: HttpRequest | None = None) -> ScheduledTask:
    """Give the locked schools of a task one of their own, in which nothing changes for them.

    It has the same name, times, filters and state, what is due for them stays due, and their lines of the Task Log go
    with them. Raises TaskRefused where `why_not_split_off` says so or the task is just due, and ChangedMeanwhile where
    it is deleted.
    """
    hold(task.named_bases)
    held = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if held is None:
        raise ChangedMeanwhile
    if why := why_not_split_off(held):
        raise TaskRefused("bases", why)
    locked = _locked(held)
    same = {name: getattr(held, name) for name in (*COPIED, "name", "active", "phase", "stopped_because")}
    own = ScheduledTask.objects.create(changed_by=by, **same)
    own.bases.set(locked)
    # With the schedule held, so that what becomes due at this moment is due of both.
    copy_schedule(held.schedule_name, own.schedule_name, args={"task": own.pk})
    if Job.objects.filter(kind=DUE, state__in=[State.READY, State.RUNNING], args__task=held.pk).exists():
        raise TaskRefused("bases", "It is due just now, and its schools are being asked. Try again in a minute.")
    CollectionRun.objects.filter(task=held, base__in=locked).update(task=own)
    held.bases.remove(*locked)
    held.version, held.changed_at, held.changed_by = held.version + 1, timezone.now(), by
    held.save(update_fields=["version", "changed_at", "changed_by"])
    record(
        "locked schools given a task of their own",
        by=by,
        target=f"task {held.pk}, {held.name}",
        details=f"task {own.pk}: {', '.join(base.dfe_number for base in locked)}",
        request=request,
    )
    return own


def why_not_split_off(task: ScheduledTask) -> str:
    """Why the locked schools of a task cannot have one of their own, and what to do; empty where they can."""
    locked = {base.pk: base for base in _locked(task)}
    if not locked:
        return "No school in it has locked its tasks."
    for group in task.groups.order_by("name"):
        for number in sorted(members_of([group], locked)[group.pk]):
            return (
                f"{locked[number].name} is in it through the group {group.name}, and cannot have a task of its own "
                "while it is. Ask the school to open its tasks."
            )
    if task.named_bases.count() == len(locked):
        return "No other school is in it: it is theirs already."
    return ""


def _locked(task: ScheduledTask) -> list[Base]:
    return [lock.base for lock in locks_of(task.named_bases)]
