"""Is the work being done?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, Max, QuerySet
from django.db.models.functions import Now

from schoolgate.commons.jobs.models import Job, State, WorkerLife


@dataclass(frozen=True)
class Health:
    """`waiting`: jobs whose time has come, the oldest of them for `oldest_seconds`; `failed`: jobs that failed or were
    parked and wait for a person; `workers`: those that are up."""

    waiting: int
    oldest_seconds: float
    running: int
    failed: int
    workers: int


def health() -> Health:
    """How the jobs of this site stand now."""
    due = Job.objects.due()
    age = ExpressionWrapper(Now() - F("run_at"), output_field=DurationField())
    oldest: timedelta | None = due.aggregate(oldest=Max(age))["oldest"]
    return Health(
        waiting=due.count(),
        oldest_seconds=oldest.total_seconds() if oldest else 0.0,
        running=Job.objects.filter(state=State.RUNNING).count(),
        failed=Job.objects.filter(state__in=[State.FAILED, State.PARKED]).count(),
        workers=live_workers().count(),
    )


def live_workers() -> QuerySet[WorkerLife]:
    """Workers that gave a sign of life lately: they give one in every lease."""
    lease = timedelta(seconds=settings.SCHOOLGATE_JOB_LEASE_SECONDS)
    return WorkerLife.objects.filter(seen_at__gte=Now() - 2 * lease)


def last_sign_of_life() -> datetime | None:
    """When a worker of this site, alive or not, was last known to be at work; None: never."""
    seen = [
        WorkerLife.objects.aggregate(at=Max("seen_at"))["at"],
        Job.objects.aggregate(at=Max("started_at"))["at"],
        Job.objects.aggregate(at=Max("ended_at"))["at"],
    ]
    return max((at for at in seen if at is not None), default=None)
