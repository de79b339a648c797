"""What works and waits, by kind of work, and who works (SCREENS 5.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Q
from django.db.models.functions import Now

from schoolgate.commons.jobs.health import live_workers
from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.models import Job, State, WorkerLife

OPEN = [State.READY, State.RUNNING, State.FAILED, State.PARKED]
"""States of jobs that somebody still has to do with."""

RATE_MINUTES = 5


@dataclass(frozen=True)
class KindOfWork:
    """One kind: jobs whose time has come and for how long the oldest waits, those that run, done a minute over the last
    RATE_MINUTES, and those that failed or are parked."""

    name: str
    waiting: int = 0
    oldest_seconds: float = 0.0
    running: int = 0
    per_minute: float = 0.0
    failed: int = 0

    @property
    def label(self) -> str:
        known = KINDS.get(self.name)
        return known.label if known else self.name

    @property
    def oldest(self) -> timedelta:
        return timedelta(seconds=self.oldest_seconds)


@dataclass(frozen=True)
class Colleague:
    """A worker as the page shows it; `silent` when it gave no sign of life for two leases."""

    name: str
    slots: int
    working: int
    started_at: datetime
    seen_at: datetime
    silent: bool


def kinds_of_work() -> list[KindOfWork]:
    """Every kind of which something waits, runs, failed, or was done lately, by its label."""
    due = Q(state=State.READY, run_at__lte=Now())
    age = ExpressionWrapper(Now() - F("run_at"), output_field=DurationField())
    open_jobs = Job.objects.filter(state__in=OPEN).order_by().values("kind")
    rows = open_jobs.annotate(
        waiting=Count("pk", filter=due),
        oldest=Max(age, filter=due),
        running=Count("pk", filter=Q(state=State.RUNNING)),
        failed=Count("pk", filter=Q(state__in=[State.FAILED, State.PARKED])),
    )
    lately = Job.objects.filter(state=State.DONE, ended_at__gte=Now() - timedelta(minutes=RATE_MINUTES)).order_by()
    done = dict(lately.values_list("kind").annotate(Count("pk")))
    by_name: dict[str, Any] = {row["kind"]: row for row in rows}
    kinds = [
        KindOfWork(
            name,
            waiting=row.get("waiting", 0),
            oldest_seconds=row["oldest"].total_seconds() if row.get("oldest") else 0.0,
            running=row.get("running", 0),
            per_minute=done.get(name, 0) / RATE_MINUTES,
            failed=row.get("failed", 0),
        )
        for name in {*by_name, *done}
        for row in (by_name.get(name, {}),)
    ]
    return sorted(kinds, key=lambda kind: (kind.label, kind.name))


def colleagues() -> list[Colleague]:
    """The workers that are up, and those that fell silent without saying goodbye within the last day."""
    working = dict(Job.objects.filter(state=State.RUNNING).order_by().values_list("worker").annotate(Count("pk")))
    alive = set(live_workers().values_list("pk", flat=True))
    return [
        Colleague(life.name, life.slots, working.get(life.name, 0), life.started_at, life.seen_at, life.pk not in alive)
        for life in WorkerLife.objects.order_by("name")
    ]


def lease_seconds() -> int:
    """After how many seconds of silence a worker's jobs are another's."""
    return int(settings.SCHOOLGATE_JOB_LEASE_SECONDS)
