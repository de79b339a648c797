"""Jobs leave the table by age."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.models import Job, State, WorkerLife
from schoolgate.commons.jobs.periodic import every

KEEP_DAYS = 90
FINISHED = [State.DONE, State.CANCELLED, State.FAILED, State.PARKED]


@every(hours=1, words="Clearing away old jobs")
def prune_jobs() -> int:
    """Delete jobs that ended long ago: after KEEP_DAYS, or earlier where the kind says so and all went well."""
    old = Q(state__in=FINISHED, ended_at__lt=Now() - timedelta(days=KEEP_DAYS))
    for kind in KINDS.values():
        if kind.keep_days is not None:
            old |= Q(kind=kind.name, state=State.DONE, ended_at__lt=Now() - timedelta(days=kind.keep_days))
    WorkerLife.objects.filter(seen_at__lt=Now() - timedelta(days=1)).delete()
    return Job.objects.filter(old).delete()[0]
