"""`schoolgate school export`: the same jobs as the button's, watched to their end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from schoolgate.commons.jobs.health import live_workers
from schoolgate.commons.jobs.identity import names_of_the_dead
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.jobs.worker import Worker
from schoolgate.school.exchange.asking import all_las, ask_for_exports
from schoolgate.school.exchange.exporting import LaSummary

LOOK_EVERY_SECONDS = 0.2
SLOTS = 4
OPEN_STATES = [JobState.READY, JobState.RUNNING]

Progress = Callable[[str, int, int, str], None]
"""Told of each LA how many files of how many are through with, and in a few words what is going on."""


@dataclass(frozen=True)
class ExportSummary:
    """What an export did, LA by LA."""

    las: tuple[LaSummary, ...]

    @property
    def all_well(self) -> bool:
        """Whether everything that lay in the folders arrived."""
        return all(summary.all_well for summary in self.las)


def export_now(la: str | None = None, on_progress: Progress = lambda *_: None) -> ExportSummary:
    """Export what lies in the folder of one LA, or of all, and wait for the end.

    When this site runs, its own workers do it, else this process does, and with it what an export that was killed left
    to do. Retries that fall due later are left to the site.
    """
    jobs = ask_for_exports(all_las() if la is None else [la], by_person=True)
    ids = [job.pk for job in jobs]
    these_or_earlier = Job.objects.filter(key__in=[job.key for job in jobs], pk__lte=max(ids, default=0))
    with _somebody_working() as ensure_a_worker:
        while these_or_earlier.filter(state__in=OPEN_STATES).exists():
            ensure_a_worker()
            for job in Job.objects.filter(pk__in=ids, state=JobState.RUNNING):
                on_progress(job.args["la"], job.progress_done, job.progress_total, job.progress_text)
            time.sleep(LOOK_EVERY_SECONDS)
    return ExportSummary(tuple(_summary(job) for job in Job.objects.filter(pk__in=ids).order_by("pk")))


def _summary(job: Job) -> LaSummary:
    if job.state == JobState.DONE and job.result is not None:
        return LaSummary(**job.result)
    return LaSummary(job.args["la"], trouble=job.error or "The export was stopped.")


@contextmanager
def _somebody_working() -> Iterator[Callable[[], None]]:
    """A function that sees to it that jobs are worked on: by a worker of this process once no other is alive."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    worker = Worker(slots=SLOTS, routine=False)

    def ensure_a_worker() -> None:
        # A worker killed just now still counts as alive for a while, but its name is free at once.
        if not threads and not live_workers().exclude(name__in=names_of_the_dead(worker.folder)).exists():
            threads.append(threading.Thread(target=worker.run, args=(stop,), name="jobs"))
            threads[0].start()

    try:
        yield ensure_a_worker
    finally:
        stop.set()
        for thread in threads:
            thread.join()
