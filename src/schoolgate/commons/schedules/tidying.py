"""Runs leave the table by age."""

from datetime import timedelta

from django.utils import timezone

from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.schedules.models import Run

KEEP_DAYS = 90


@every(hours=24, words="Clearing away old runs")
def prune_runs() -> int:
    """Delete runs made more than KEEP_DAYS ago; how many rows there were."""
    return Run.objects.filter(made_at__lt=timezone.now() - timedelta(days=KEEP_DAYS)).delete()[0]
