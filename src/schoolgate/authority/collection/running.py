"""Asking for runs: of a task for all its bases at once, or of one base."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import open_to_run, require_open_to_run
from schoolgate.authority.collection.models import CollectionRun, ScheduledTask
from schoolgate.authority.collection.models.run import OPEN
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.submitting import submit_many

COLLECT = "collect"
"""The kind of job that does a run (`collecting`)."""


def ask_for_runs(task: ScheduledTask, due_at: datetime | None = None, by: User | None = None) -> int:
    """Ask for a run of each base that a task is for today; how many are new.

    Done again for the same due instant nothing more is made. Where somebody asks (`by`, without `due_at`), bases of
    which a run of the task is open already are left out, and those that are locked for who asks; raises Locked where
    all are.
    """
    with transaction.atomic():
        bases = task.collected_bases
        if due_at is None:
            bases = bases.filter(pk__in=[base.pk for base in open_to_run(task, by)])
            bases = bases.exclude(pk__in=CollectionRun.objects.open().filter(task=task).values("base"))
        made = CollectionRun.objects.bulk_create(
            (_run(task, base, task.data, by=by, due_at=due_at) for base in bases), ignore_conflicts=due_at is not None
        )
        if due_at is not None:
            # Of two who ask at once one makes the runs; the other finds them with their jobs.
            made = list(CollectionRun.objects.filter(task=task, due_at=due_at, job=None).select_related("base"))
        _submit(made)
    return len(made)


def ask_for_run(
    task: ScheduledTask | None,
    base: Base,
    data: str,
    *,
    by: User | None,
    due_at: datetime | None = None,
    days: tuple[date, date] | None = None,
) -> CollectionRun | None:
    """Ask for a run of one base. None: there is an open one of the same task and data already.

    Without a task it takes what a task without filters does. With `days`, first and last, it is a catch-up of these
    days (`migrating.catching_up`). Raises Locked where who asks may not (`locks`); what is due is run all the same.
    """
    with transaction.atomic():
        if due_at is None:
            require_open_to_run(task, base, by)
        # Held, so that of two who ask at once the second sees the first's.
        base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
        run = _run(task, base, data, by=by, due_at=due_at, days=days)
        same = CollectionRun.objects.filter(
            task=task, base=base, data=data, first_day=run.first_day, last_day=run.last_day
        )
        if same.filter(state__in=OPEN).exists() or (due_at is not None and same.filter(due_at=due_at).exists()):
            return None
        run.save()
        _submit([run])
    return run


def page_of(run: int) -> str:
    """The address of a run's page, by its number, wherever it is asked for."""
    return reverse("collection-run", args=[run], urlconf=settings.ROOT_URLCONF)


def _run(
    task: ScheduledTask | None,
    base: Base,
    data: str,
    *,
    by: User | None,
    due_at: datetime | None,
    days: tuple[date, date] | None = None,
) -> CollectionRun:
    first, last = days or (None, None)
    return CollectionRun(
        task=task,
        task_name=task.name if task is not None else "Catch-up" if days else "Asked for by hand",
        base=base,
        data=data,
        connector=base.mis if base.is_collected else "",
        asked_by=by,
        due_at=due_at,
        first_day=first,
        last_day=last,
    )


def _submit(runs: Iterable[CollectionRun]) -> None:
    """Give each run its job: one run of a school at a time."""
    runs = list(runs)
    jobs = submit_many(
        COLLECT,
        ({"run": run.pk, "base": run.base.name} for run in runs),
        keys=[f"collect {run.base.dfe_number}" for run in runs],
    )
    for run, job in zip(runs, jobs, strict=True):
        run.job_id = job
    CollectionRun.objects.bulk_update(runs, ["job"], batch_size=500)
