"""Asking for work, calling it off, and starting it again."""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from schoolgate.commons.bulk import insert, take_ids
from schoolgate.commons.jobs.kinds import KINDS, JobKind
from schoolgate.commons.jobs.models import Job, State

# Set when there may be something to claim; wakes the claiming thread of this process before its next look.
work_waiting = threading.Event()


def submit(
    kind: str,
    args: dict[str, Any],
    *,
    key: str = "",
    dedup: str = "",
    priority: int = 0,
    run_at: datetime | None = None,
    max_attempts: int | None = None,
    number: int | None = None,
) -> Job:
    """Ask for work, in the caller's transaction: it is seen by no worker before that commits, and never if it fails.

    Of the jobs with one `key` one runs at a time, the others wait. When there is a job with this `dedup` already,
    in whatever state, it is returned and nothing is added. A higher `priority` goes first. `run_at`: not before this
    time. `max_attempts`: how often it is tried while errors may pass (else what the kind says). `number`: that of a
    job that was pruned and is to be done again, when its work is known by it. Raises ValueError for an unknown kind.
    """
    known = _known(kind)
    values: dict[str, Any] = {
        "kind": kind,
        "args": args,
        "key": key,
        "priority": priority,
        "max_attempts": max_attempts or known.max_attempts,
    }
    if run_at is not None:
        values["run_at"] = run_at
    if number is not None:
        values["pk"] = number
    if dedup:
        job, _ = Job.objects.deduplicated().get_or_create(dedup=dedup, defaults=values)
    else:
        job = Job.objects.create(**values)
    transaction.on_commit(work_waiting.set)
    return job


def submit_many(
    kind: str, each: Iterable[dict[str, Any]], *, keys: Sequence[str] | None = None, priority: int = 0
) -> Sequence[int]:
    """Ask for much work of one kind at once, in the caller's transaction: a job for `each` of these arguments.

    The numbers of the jobs, in their order. `keys`: one for each. Else as `submit`, which costs many times as much for
    a job. On SQLite it wants a transaction. Raises ValueError for an unknown kind, or another number of keys.
    """
    known, all_args = _known(kind), list(each)
    names = ["id", "kind", "args", "key", "priority", "max_attempts"]
    plain = {
        field.name: field.get_default()
        for field in Job._meta.concrete_fields  # noqa: SLF001  documented API of Django
        if field.name not in names and not field.null and not field.has_db_default()
    }
    ids = take_ids(Job, len(all_args))
    rest = (priority, known.max_attempts, *plain.values())
    rows = [
        (number, kind, args, key, *rest)
        for number, args, key in zip(ids, all_args, keys or [""] * len(all_args), strict=True)
    ]
    insert(Job, [*names, *plain], rows)
    transaction.on_commit(work_waiting.set)
    return ids


def _known(kind: str) -> JobKind:
    known = KINDS.get(kind)
    if known is None:
        raise ValueError(f"There is no kind of job '{kind}'.")
    return known


def cancel(job: Job) -> bool:
    """Call a job off: at once while nobody works on it, else the work is asked to stop. False: it ended otherwise."""
    this = Job.objects.filter(pk=job.pk)
    if this.take("cancel", ended_at=Now()):
        return True
    return this.filter(state=State.RUNNING).update(cancel_asked=True) > 0


def start_again(job: Job) -> bool:
    """Let a failed, parked or cancelled job be worked on again, with all its attempts. False: it is none of these."""
    known = KINDS.get(job.kind)
    started = Job.objects.filter(pk=job.pk).take(
        "start again",
        run_at=Now(),
        max_attempts=F("attempt") + (known.max_attempts if known else 1),
        deaths=0,
        cancel_asked=False,
        error="",
        ended_at=None,
    )
    transaction.on_commit(work_waiting.set)
    return started > 0
