"""Administrators are told by mail, once a day, while there is no backup of today."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.alerts.kinds import Alert, add_alert, is_administrator
from schoolgate.commons.alerts.telling import tell_at_once
from schoolgate.commons.backups.standing import overdue_for, what_backups_need
from schoolgate.commons.jobs.periodic import every

LOOKS_EACH = timedelta(hours=1)
DAY = timedelta(days=1)

NO_BACKUP = add_alert(
    Alert(
        "no-backup",
        "There is no backup of the last 26 hours",
        "at once",
        may_have=is_administrator,
        on=is_administrator,
        one="There is no backup of today",
        many="{} times there was no backup",
        page="backups",
    )
)


@every(hours=1, words="Looking whether there is a backup of today")
def tell_of_no_backup() -> None:
    """Note it for the mail when it becomes so, and at the same time of each further day."""
    now = timezone.now()
    overdue = overdue_for(now)
    if overdue is not None and overdue % DAY < LOOKS_EACH:
        link = reverse("backups", urlconf=settings.ROOT_URLCONF)
        for needed in what_backups_need(now):
            if needed.code == "no backup":
                tell_at_once(NO_BACKUP.name, needed.text, key=f"no backup {now:%Y-%m-%d}", link=link)
