"""How much room there is on the disks that files go through: a full one stops everything, so it is told before."""

import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from schoolgate.school.exchange.folders import root_folder
from schoolgate.school.exchange.models import DiskSpace

Disk = DiskSpace.Disk


def measure_disks() -> None:
    """Measure this program's own disk (database, spool) and, where it is another one, the root folder's.

    A disk that is away is not measured: the folder on it that cannot be read is told elsewhere.
    """
    home, root = settings.SCHOOLGATE_HOME.folder, root_folder()
    _measure(Disk.HOME, home)
    with suppress(OSError):
        if root is not None and root.stat().st_dev != home.stat().st_dev:
            _measure(Disk.ROOT, root)
            return
    DiskSpace.objects.filter(disk=Disk.ROOT).delete()


def _measure(disk: Disk, folder: Path) -> None:
    with suppress(OSError):
        found = shutil.disk_usage(folder)
        facts = {"free": found.free, "total": found.total, "measured_at": timezone.now()}
        DiskSpace.objects.update_or_create(disk=disk, defaults=facts)
