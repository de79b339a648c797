"""Backups go after a time: they hold what the site itself has let go, and pupils who were erased."""

from datetime import timedelta

from schoolgate.commons.backups.manifest import Manifest
from schoolgate.commons.backups.models import Backup
from schoolgate.commons.backups.place import Place
from schoolgate.commons.preferences.registry import NumberPreference

KEEP_DAYS = NumberPreference(
    "backup-keep-days", default=30, meaning="for how many days backups are kept; 0 keeps them for ever"
)


def let_old_ones_go(place: Place, newest: Manifest) -> None:
    """Remove those backups in a place that were kept long enough, never this newest one.

    Raises OSError, and Damaged where one cannot be read: then the bytes of files stay.
    """
    days = KEEP_DAYS.get()
    if not days:
        return
    before = newest.made_at - timedelta(days=days)
    gone = [backup for backup, manifest in place.manifests() if manifest.made_at < before]
    for backup in gone:
        place.remove(backup)
        Backup.objects.filter(folder=str(backup)).delete()
    if gone:
        place.sweep()
