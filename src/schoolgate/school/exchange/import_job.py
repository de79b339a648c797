"""The import as a job, one per place that files come to, and `schoolgate school import`: the same jobs, watched."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.jobs.watching import watch
from schoolgate.school.exchange.asking import IMPORT, ask_for_imports, place_of_job
from schoolgate.school.exchange.export_now import OPEN_STATES, SLOTS
from schoolgate.school.exchange.importing import ImportSummary, import_from
from schoolgate.school.exchange.places import is_of_staff


@register
class Import(JobKind):
    """Put into *Files Imported* what the LA has for one place."""

    name = IMPORT
    label = "Importing files"

    def words(self, args: dict[str, Any]) -> str:
        place = place_of_job(args)
        return f"Importing personnel files of {place}" if is_of_staff(place) else f"Importing files from LA {place}"

    def run(self, running: RunningJob) -> dict[str, Any]:
        args = running.args
        summary = import_from(
            place_of_job(args), user=args["user"], by_person=args["by_person"], cancelled=running.cancel_asked
        )
        return asdict(summary)


def import_now(places: Iterable[str]) -> list[ImportSummary]:
    """Import for these places and wait for the end; this site's own workers do it if they run, else this process."""
    ids = [job.pk for job in ask_for_imports(places, by_person=True)]
    keys = Job.objects.filter(pk__in=ids).values("key")
    these_or_earlier = Job.objects.filter(key__in=keys, pk__lte=max(ids, default=0), state__in=OPEN_STATES)
    for _ in watch(these_or_earlier, slots=SLOTS):
        pass
    return [_summary(job) for job in Job.objects.filter(pk__in=ids).order_by("pk")]


def _summary(job: Job) -> ImportSummary:
    if job.state == JobState.DONE and job.result is not None:
        return ImportSummary(**job.result)
    place = place_of_job(job.args)
    return ImportSummary(place[:3], place[3:], trouble=job.error or "The import was stopped.")
