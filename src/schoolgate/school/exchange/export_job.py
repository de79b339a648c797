"""The export as a job, one per place that files go from, and the rounds that this site makes by itself."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils import timezone

from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.periodic import every
from schoolgate.school.exchange.administration.roots import count_what_stayed
from schoolgate.school.exchange.asking import EXPORT, all_las, ask_for_what_is_due, place_of_job
from schoolgate.school.exchange.disk_room import measure_disks
from schoolgate.school.exchange.exporting import export_to
from schoolgate.school.exchange.filing import put_away
from schoolgate.school.exchange.models import HeldBackFile, PersonnelSchool, Transfer
from schoolgate.school.exchange.outcomes import ask_for_outcomes
from schoolgate.school.exchange.places import is_of_staff
from schoolgate.school.exchange.requested import ask_for_requests
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.taking import spool

SPOOLED_FOR = timedelta(days=1)


@register
class Export(JobKind):
    """Send from one place what lies in its folder (`look`), or only what was asked for before."""

    name = EXPORT
    label = "Sending files"

    def words(self, args: dict[str, Any]) -> str:
        place = place_of_job(args)
        return f"Sending personnel files of {place}" if is_of_staff(place) else f"Sending files to LA {place}"

    def run(self, running: RunningJob) -> dict[str, Any]:
        args = running.args
        summary = export_to(
            place_of_job(args),
            look=args["look"],
            by_person=args["by_person"],
            on_progress=running.progress,
            cancelled=running.cancel_asked,
        )
        return asdict(summary)


@every(seconds=30, words="Looking into the folders")
def look_round() -> None:
    """Check what was put into the folders, so that what is held back shows without a click; send only what is due."""
    for la in all_las():
        scan(la, wait=False)
    for row in PersonnelSchool.objects.all():
        scan(row.place, wait=False)
    put_away(Transfer.objects.to_file().lean())
    ask_for_what_is_due(timezone.now())


@every(seconds=30, words="Looking into former root folders")
def look_into_former_roots() -> None:
    """Count what stayed there. Apart from `look_round`, for the share that they lie on may hang."""
    count_what_stayed()


@every(seconds=30, words="Looking for room on the disks")
def look_for_room() -> None:
    """Remember how much room there is, for the first page."""
    measure_disks()


@every(minutes=5, words="Asking the LAs what became of files")
def ask_what_became_of_files() -> None:
    """Ask every LA that has a file of ours whose outcome is open."""
    ask_for_outcomes()


@every(minutes=5, words="Asking the LAs what they want")
def ask_what_is_wanted() -> None:
    """Read the outbox of every LA whose turn it is."""
    ask_for_requests()


@every(hours=1, words="Sweeping the spool")
def sweep_spool() -> None:
    """Remove our own copies of files that need no further sending, a day after they were made."""
    spool().sweep(wanted_in_spool(), SPOOLED_FOR)


def wanted_in_spool() -> set[str]:
    """The digests of files whose copies are needed yet."""
    wanted = set(Transfer.objects.filter(filed_at=None).values_list("sha256", flat=True))
    held_back = HeldBackFile.objects.filter(origin=HeldBackFile.Origin.UPLOAD)
    return wanted | set(held_back.values_list("sha256", flat=True))
