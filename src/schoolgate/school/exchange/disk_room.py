"""The disks that files go through: a full one stops everything, so it is told before; one that is away, at once."""

import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from schoolgate.school.exchange.folders import where_files_lie
from schoolgate.school.exchange.models import DiskSpace

Disk = DiskSpace.Disk


def measure_disks() -> None:
    """Measure this program's own disk (database, spool) and, where it is another one, that of the folder for files.

    A folder that cannot be read is noted too, whatever disk it should be on.
    """
    home = settings.SCHOOLGATE_HOME.folder
    with suppress(OSError):
        _measure(Disk.HOME, home)
    try:
        elsewhere = [folder for folder in where_files_lie() if _is_elsewhere(folder, home)]
        if elsewhere:
            _measure(Disk.ROOT, elsewhere[0])
            return
    except OSError:
        _note(Disk.ROOT, free=0, total=0)
        return
    DiskSpace.objects.filter(disk=Disk.ROOT).delete()


def _is_elsewhere(root: Path, home: Path) -> bool:
    next(root.iterdir(), None)
    return root.stat().st_dev != home.stat().st_dev


def _measure(disk: Disk, folder: Path) -> None:
    found = shutil.disk_usage(folder)
    _note(disk, free=found.free, total=found.total)


def _note(disk: Disk, *, free: int, total: int) -> None:
    facts = {"free": free, "total": total, "measured_at": timezone.now()}
    DiskSpace.objects.update_or_create(disk=disk, defaults=facts)
