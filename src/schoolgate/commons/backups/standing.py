"""Is there a backup of today, and was the site put back from one? What first pages say of both."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.backups.models import Backup, Restoration
from schoolgate.commons.versions.models import ProgramVersion

LONGEST = timedelta(hours=26)
"""A nightly backup and two hours: for one that takes long, and for the night on which the clocks go back."""


@dataclass(frozen=True)
class Needed:
    """Something about backups that needs somebody: a stable `code`, a sentence, and what the step is called.

    The step is on *Backups*.
    """

    code: str
    text: str
    step: str


def what_backups_need(now: datetime | None = None) -> list[Needed]:
    """What a first page says: nothing where a backup was made in time and what a restore left out was seen to."""
    now = now or timezone.now()
    found = [
        Needed(
            "restored",
            f"This site was put back from a backup of {moment(one.made_at)}. What happened from then until "
            f"{moment(one.at)} is not in it.",
            "See what to check",
        )
        for one in unseen_restorations()
    ]
    if overdue_for(now) is not None:
        found.append(Needed("no backup", _without(Backup.objects.first()), "See to it"))
    return found


def overdue_for(now: datetime) -> timedelta | None:
    """How long there should have been a newer backup; None where one was made in time. A demonstration needs none.

    A site that was set up a while ago is given the same time for its first.
    """
    newest = Backup.objects.values_list("made_at", flat=True).first()
    since = newest or ProgramVersion.objects.order_by("first_at").values_list("first_at", flat=True).first()
    if settings.SCHOOLGATE_DEMO or since is None or now - since <= LONGEST:
        return None
    return now - since - LONGEST


def unseen_restorations() -> list[Restoration]:
    """Those that nobody has said to have seen to, the newest first."""
    return list(Restoration.objects.filter(seen_at=None))


def note_seen(*, by: User, request: HttpRequest) -> None:
    """Somebody has seen to what restores left out: it is on the first page no more."""
    if Restoration.objects.filter(seen_at=None).update(seen_at=timezone.now(), seen_by=by):
        record("restored site checked", by=by, request=request)


def _without(newest: Backup | None) -> str:
    if newest is None:
        return "There is no backup of this site. If its disk fails, all that is in it is lost."
    return f"The last backup was made on {moment(newest.made_at)}, more than 26 hours ago."


def moment(at: datetime) -> str:
    """An instant in London's time: Fri 27 Nov 02:30."""
    at = timezone.localtime(at)
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"
