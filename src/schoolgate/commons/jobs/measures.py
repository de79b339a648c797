"""The queue in numbers, for whoever watches the site (docs/operator/watching.md)."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.db.models import Count

from schoolgate import __version__
from schoolgate.commons.jobs.health import live_workers
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.queue import OPEN, KindOfWork, kinds_of_work
from schoolgate.commons.metrics.measures import Family, Sample, measure


@measure
def queue() -> Iterator[Family]:
    """What the operator's page shows, and jobs that have not ended well by kind and state."""
    site = {"site": settings.SCHOOLGATE_SITE, "version": __version__}
    yield Family("schoolgate_info", "What runs here.", [Sample(1, site)])
    states = Job.objects.filter(state__in=OPEN).order_by().values_list("kind", "state").annotate(Count("pk"))
    yield Family(
        "schoolgate_jobs",
        "Jobs that wait, run, or ended badly and wait for a person, by kind and state; also those for later.",
        [Sample(count, {"kind": kind, "state": state}) for kind, state, count in states],
    )
    kinds = kinds_of_work()

    def by_kind(name: str, told: str, number: Callable[[KindOfWork], float]) -> Family:
        return Family(name, told, [Sample(number(kind), {"kind": kind.name}) for kind in kinds])

    yield by_kind("schoolgate_jobs_waiting", "Jobs whose time has come.", lambda kind: kind.waiting)
    oldest = "How long the oldest of them waits."
    yield by_kind("schoolgate_jobs_oldest_waiting_seconds", oldest, lambda kind: kind.oldest_seconds)
    lately = "Jobs done a minute, over the last five minutes."
    yield by_kind("schoolgate_jobs_done_per_minute", lately, lambda kind: kind.per_minute)
    failed = Job.objects.filter(state__in=[State.FAILED, State.PARKED]).count()
    yield Family("schoolgate_jobs_need_attention", "Jobs that failed or are parked.", [Sample(failed)])
    workers = list(live_workers().order_by("name"))
    yield Family("schoolgate_workers", "Workers that give signs of life.", [Sample(len(workers))])
    slots = [Sample(worker.slots, {"worker": worker.name}) for worker in workers]
    yield Family("schoolgate_worker_slots", "Jobs that each of them works on at once.", slots)
