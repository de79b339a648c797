"""The machine: room and speed of its disk, and its clock."""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command

LEAST_BYTES = 1_000_000_000
LEAST_PART = 0.05
"""As on a school's first page: less than 5 % or 1 GB is nearly full."""
NOTHING_LEFT_BYTES = 100_000_000

SLOW_SECONDS = 0.1
VERY_SLOW_SECONDS = 1.0
"""Of one small write until it is safe. A hard disk needs 0.02 s; every file received waits for six or so."""
TRIES = 5

CLOCKS_MAY_DIFFER = timedelta(minutes=2)


@check("disk-space", "Room on the disk", well="There is enough.", reads_rows=False)
def there_is_room() -> Iterator[Finding]:
    yield from too_little_room(settings.SCHOOLGATE_HOME.folder, "The disk that the site lies on")


def too_little_room(folder: Path, which: str) -> Iterator[Finding]:
    """What is to be said of the disk that this folder lies on, where it is nearly full."""
    disk = shutil.disk_usage(folder)
    if disk.free < max(LEAST_BYTES, LEAST_PART * disk.total):
        yield Finding(
            "bad" if disk.free < NOTHING_LEFT_BYTES else "look",
            f"{which} is nearly full: {disk.free // 10**6:,} MB of {disk.total // 10**6:,} MB are free.",
            cause="Files have gathered. On a full disk nothing is received, sent or written.",
            cure="Make room on it, or keep files for a shorter time.",
            command=command("retention"),
            where=str(folder),
        )


@check("disk-speed", "Speed of the disk", well="Writes are safe on it quickly.", reads_rows=False)
def disk_is_quick() -> Iterator[Finding]:
    folder = settings.SCHOOLGATE_HOME.folder
    try:
        seconds = statistics.median(_write_safely(folder) for _ in range(TRIES))
    except OSError as error:
        yield Finding(
            "bad",
            f"Nothing can be written safely to the disk: {error.strerror}.",
            cause="The disk is full, may not be written, or is failing.",
            cure="See the findings on room and on the home folder first. If neither is bad, have the disk looked at.",
            where=str(folder),
        )
        return
    if seconds > SLOW_SECONDS:
        yield Finding(
            "bad" if seconds > VERY_SLOW_SECONDS else "look",
            f"A small write takes {seconds * 1000:,.0f} ms until it is safe.",
            cause="The disk is slow, busy with something else, failing, or on a network.",
            cure="Look what else uses it (a virus scanner, a backup), or move the home folder to another disk.",
            where=str(folder),
        )


@check("clock", "Clock", well="It agrees with what was noted before.")
def clock_is_right() -> Iterator[Finding]:
    """By what can be known here: times noted before, and the clock of a database on another machine."""
    now = timezone.now()
    noted = [Job.objects.aggregate(at=Max("created_at"))["at"], AuditEntry.objects.aggregate(at=Max("at"))["at"]]
    ahead = max((at - now for at in noted if at is not None), default=timedelta())
    if ahead > CLOCKS_MAY_DIFFER:
        yield Finding(
            "bad",
            f"Things were noted {_spoken(ahead)} later than it is now by the clock of this machine.",
            cause="The clock is slow, or it was fast and has been set back.",
            cure="Have the machine set its clock by the network. What was planned for the time between runs late.",
            command="timedatectl",
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - timezone.now())
        if apart > CLOCKS_MAY_DIFFER:
            yield Finding(
                "bad",
                f"The clocks of this machine and of the database’s differ by {_spoken(apart)}.",
                cause="One of them is not set by the network.",
                cure="Have both set by the network.",
                command="timedatectl",
            )


def _write_safely(folder: Path) -> float:
    begin = time.perf_counter()
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - begin


def _spoken(difference: timedelta) -> str:
    minutes = int(difference.total_seconds() // 60)
    return f"{minutes:,} minutes" if minutes < 120 else f"{minutes // 60:,} hours"
