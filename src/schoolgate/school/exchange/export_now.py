"""`schoolgate school export`: the same jobs as the button's, watched to their end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.jobs.watching import watch
from schoolgate.school.exchange.asking import all_las, ask_for_exports, place_of_job
from schoolgate.school.exchange.exporting import LaSummary

SLOTS = 4
OPEN_STATES = [JobState.READY, JobState.RUNNING]

Progress = Callable[[str, int, int, str], None]
"""Told of each place how many files of how many are through with, and in a few words what is going on."""


@dataclass(frozen=True)
class ExportSummary:
    """What an export did, place by place."""

    las: tuple[LaSummary, ...]

    @property
    def all_well(self) -> bool:
        """Whether everything that lay in the folders arrived."""
        return all(summary.all_well for summary in self.las)


def export_now(places: Iterable[str] | None = None, on_progress: Progress = lambda *_: None) -> ExportSummary:
    """Export what lies in the folders of these places (None: of all LAs), and wait for the end.

    When this site runs, its own workers do it, else this process does, and with it what an export that was killed left
    to do. Retries that fall due later are left to the site.
    """
    jobs = ask_for_exports(all_las() if places is None else places, by_person=True)
    ids = [job.pk for job in jobs]
    these_or_earlier = Job.objects.filter(key__in=[job.key for job in jobs], pk__lte=max(ids, default=0))
    for job in watch(these_or_earlier.filter(state__in=OPEN_STATES), slots=SLOTS):
        if job.pk in ids:
            on_progress(place_of_job(job.args), job.progress_done, job.progress_total, job.progress_text)
    return ExportSummary(tuple(_summary(job) for job in Job.objects.filter(pk__in=ids).order_by("pk")))


def _summary(job: Job) -> LaSummary:
    if job.state == JobState.DONE and job.result is not None:
        return LaSummary(**job.result)
    trouble = job.error or "The export was stopped."
    return LaSummary(job.args["la"], trouble=trouble, school=job.args.get("school", ""))
