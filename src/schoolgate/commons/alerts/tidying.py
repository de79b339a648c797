"""Mails and events leave their tables by age."""

from datetime import timedelta

from django.utils import timezone

from schoolgate.commons.alerts.models import Event, Mail
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.retention.kinds import clears

KEEP_DAYS = 90

clears("Mails of alerts", KEEP_DAYS, "to see who was told what")


@every(hours=24, words="Clearing away old mails")
def prune_mails() -> int:
    """Delete mails made more than KEEP_DAYS ago and what they told; how many rows there were."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    told = Event.objects.filter(told_at__lt=before).delete()[0]
    return told + Mail.objects.filter(made_at__lt=before).delete()[0]
