"""This program and the machine it runs on: does it work, and has it room?"""

from collections.abc import Iterator

from django.urls import reverse

from schoolgate.commons.backups.standing import what_backups_need
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.web.templatetags.web import size
from schoolgate.school.exchange import version_3
from schoolgate.school.exchange.first_page.to_do import ToDo
from schoolgate.school.exchange.folders import where_files_lie
from schoolgate.school.exchange.models import DiskSpace
from schoolgate.school.exchange.scheduling import missed_runs, not_running


def nothing_runs() -> Iterator[ToDo]:
    """Nobody works on what is to be done by itself."""
    told = not_running()
    if told:
        yield ToDo("not running", told, "See the jobs", reverse("jobs"))


def missed() -> Iterator[ToDo]:
    """Runs of the schedule that did not begin in time, until one does or somebody has seen it."""
    found = missed_runs()
    if found is not None:
        yield ToDo("missed run", found.sentence, "See the runs", reverse("scheduled-runs"), found.count)


def settings_refused() -> Iterator[ToDo]:
    """The file with settings from version 3, which was found at a start, has a problem."""
    if version_3.OUTCOME.get() == version_3.REFUSED:
        text = f"{version_3.FILE_NAME} could not be taken, so no setting of version 3 was."
        yield ToDo("settings from version 3", text, "See why", reverse("journal"))


def root_folder_away() -> Iterator[ToDo]:
    """The folder for files cannot be read: a share that is away, a drive that was unplugged, a folder that is gone."""
    for disk in DiskSpace.objects.filter(disk=DiskSpace.Disk.ROOT):
        if disk.is_away:
            text = (
                f"The folder {', '.join(map(str, where_files_lie()))} cannot be read, so no file in it is sent. "
                "See that the drive or share it lies on is connected."
            )
            yield ToDo("folder", text, "Open Folder", reverse("folder"))


def disks_nearly_full() -> Iterator[ToDo]:
    """Disks with less than 5 % or 1 GB of room."""
    for disk in DiskSpace.objects.order_by("disk"):
        if disk.nearly_full:
            where = disk.get_disk_display()
            text = f"{where[:1].upper()}{where[1:]} is nearly full: {size(disk.free)} of {size(disk.total)} are free."
            yield ToDo("disk", text, "See what to do", reverse("folder"))


def backups() -> Iterator[ToDo]:
    """There is no backup of today; or this site was put back from one, and nobody has seen to what was left out."""
    for needed in what_backups_need():
        yield ToDo(needed.code, needed.text, needed.step, reverse("backups"))


def jobs_failed() -> Iterator[ToDo]:
    """Work that ended in failure, or that was set aside after it had ended its workers."""
    count = Job.objects.filter(state__in=[JobState.FAILED, JobState.PARKED]).count()
    if count:
        text = "A job of this program failed." if count == 1 else f"{count:,} jobs of this program failed."
        yield ToDo("failed", text, "See why", reverse("jobs"), count)
