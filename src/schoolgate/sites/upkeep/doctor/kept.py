"""Is there a backup that is new enough?"""

from collections.abc import Iterator

from django.utils import timezone

from schoolgate.commons.backups.models import Backup
from schoolgate.commons.backups.standing import overdue_for, unseen_restorations
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command


@check("backup", "Backup", well="One was made in the last 26 hours, or none is needed yet.")
def there_is_a_backup() -> Iterator[Finding]:
    if overdue_for(timezone.now()) is not None:
        newest = Backup.objects.first()
        hours = (timezone.now() - newest.made_at).total_seconds() / 3600 if newest else 0
        yield Finding(
            "bad",
            f"The last backup is {hours:,.0f} hours old." if newest else "There is no backup of this site.",
            cause="None was asked for, or the ones since have failed: the page Jobs shows why.",
            cure="Make one now, and have one made every night.",
            command=command("backup"),
            where=newest.folder if newest else "",
        )
    if unseen_restorations():
        yield Finding(
            "look",
            "The site was put back from a backup, and nobody has yet checked what is not in it.",
            cause="What happened between the backup and the restore is unknown to this site.",
            cure="The page Backups says what to check.",
        )
