"""`schoolgate school fetch-orders`: the same jobs as the button's, watched to the end of their first try."""

from collections.abc import Callable, Sequence

from django.db.models import Q
from django.db.models.functions import Now

from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.watching import watch
from schoolgate.school.purchasing.asking import ask_for_documents
from schoolgate.school.purchasing.models import WebService
from schoolgate.school.purchasing.rounds import LastRound

SLOTS = 4

Progress = Callable[[str, int, int, str], None]
"""Told of each service how many documents of how many are through, and in a few words what came of it."""


def fetch_now(services: Sequence[WebService], on_progress: Progress = lambda *_: None) -> list[LastRound]:
    """Ask these services what they have, and wait until each has been asked. Later tries are left to the site."""
    jobs = ask_for_documents(services, by=None)
    asked = dict(zip([job.pk for job in jobs], services, strict=True))
    open_now = Q(state=State.RUNNING) | Q(state=State.READY, run_at__lte=Now())
    for job in watch(Job.objects.filter(open_now, pk__in=asked), slots=SLOTS):
        on_progress(asked[job.pk].name, job.progress_done, job.progress_total, job.progress_text)
    ended = Job.objects.in_bulk(list(asked))
    for service in services:
        service.refresh_from_db()
    return [LastRound(service, ended.get(number)) for number, service in asked.items()]
