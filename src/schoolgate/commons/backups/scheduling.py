"""When backups are made by themselves, and where to: one schedule, of every night unless somebody says otherwise."""

from datetime import time
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.backups.making import BackupFailed, address_of_page, make_backup
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.journal.writing import write
from schoolgate.commons.preferences.registry import TextPreference
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.commons.schedules.setting import remove_schedule, set_schedule

SCHEDULE = BACKUP = "backup"
USUALLY_AT = time(2, 30)
EVERY_DAY = frozenset(range(7))

FOLDER = TextPreference("backup-folder", default="", meaning="the folder that backups are made to by themselves")


class NoFolder(Exception):
    """The folder cannot be used for backups; the message says why, and what would do."""


@register
class MakeBackup(JobKind):
    """One backup into the folder that is set, or into the one that the job is told."""

    name = BACKUP
    label = "Backups"
    max_attempts = 1

    def words(self, args: dict[str, Any]) -> str:
        return "Making a backup"

    def run(self, running: RunningJob) -> dict[str, Any]:
        by = User.objects.filter(pk=running.args.get("by")).first()
        try:
            backup = make_backup(Path(FOLDER.get()), by=by, on_progress=running.progress)
        except BackupFailed as error:
            write("ERROR", f"No backup was made. {error}", link=address_of_page())
            raise Permanent(str(error)) from None
        return {"files": backup.files, "bytes": backup.size, "bytes_written_anew": backup.written}


def ask_for_backup(*, by: User | None) -> Job:
    """Have a backup made now, into the folder that is set."""
    with transaction.atomic():
        return submit(BACKUP, {"by": by.pk if by else None}, key=BACKUP, priority=1)


def when_to_back_up() -> Weekly | None:
    """The rule as it is set; None: no backup is made by itself."""
    schedule = Schedule.objects.filter(name=SCHEDULE).first()
    rule = schedule.rule if schedule else None
    assert rule is None or isinstance(rule, Weekly)
    return rule


def next_backup() -> Any:
    """When the next is due; None: never."""
    return Schedule.objects.filter(name=SCHEDULE).values_list("next_due_at", flat=True).first()


def set_backups(folder: Path, at: time | None, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Have backups made into a folder, which is made if need be, at a time of each day; None: by hand alone.

    Raises NoFolder.
    """
    make_ready(folder)
    with transaction.atomic():
        FOLDER.set(str(folder), by=by, request=request)
        if at is None:
            changed = remove_schedule(SCHEDULE)
        else:
            changed = set_schedule(SCHEDULE, Weekly(at, EVERY_DAY), kind=BACKUP)
        if changed:
            details = f"every day at {at:%H:%M}" if at else "never"
            record("schedule changed", by=by, target="when backups are made", details=details, request=request)


def make_ready(folder: Path) -> None:
    """Make a folder for backups that somebody names, unless it is there. Raises NoFolder."""
    if not folder.is_absolute():
        raise NoFolder("Name the folder from its root, such as /srv/backups or D:\\Backups.")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        trial = folder / ".trial"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise NoFolder(f"{folder} cannot be made or written to ({error.strerror}). Name another folder.") from None
