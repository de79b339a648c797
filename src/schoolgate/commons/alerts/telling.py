"""What cannot wait for the daily summary: noted where it happens, mailed by kind, bundled."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import listeners
from schoolgate.commons.alerts.kinds import ALERTS, Alert
from schoolgate.commons.alerts.mailing import post, site_name
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.alerts.smtp import is_set_up
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.prepared import Prepared, insert, new_row

GATHERED_FOR = timedelta(minutes=10)
"""What comes so long after the first of its kind stands in the same mail."""
NO_NEWS_FOR = timedelta(hours=1)
"""The same thing again within this time is not told again."""
SHOWN = 20


def tell_at_once(kind: str, text: str, *, key: str, link: str = "", is_new: bool = False) -> None:
    """Note something for the mail of the alert `kind`, in the caller's transaction; no mail is sent here.

    `text` is a sentence that names no child and quotes no value, `link` an address on this site (a path) that tells
    more, behind its own sign-in. `key` stands for the thing ("import 17"); `is_new` that there was none of this key
    before. Raises KeyError for an unknown alert.
    """
    alert = ALERTS[kind]
    if is_new or not _TOLD.rows(alert.name, key[:120], timezone.now() - NO_NEWS_FOR):
        insert(new_row(Event, alert=alert.name, key=key[:120], text=text[:300], link=link[:200]))


_TOLD = Prepared(
    lambda alert, key, since: Event.objects.filter(alert=alert, key=key, at__gt=since).order_by().values_list("pk")[:1],
    "an alert",
    "a key",
    datetime(1999, 1, 1, tzinfo=UTC),
)


@every(minutes=1, words="Mail what is told at once")
def mail_what_waits() -> int:
    """Make the mails of each alert whose first event has waited long enough for others; how many."""
    now = timezone.now()
    waiting = Event.objects.filter(told_at=None)
    if not waiting.exists():
        return 0
    return sum(
        _mail(alert, now)
        for alert in ALERTS.values()
        if waiting.filter(alert=alert.name, at__lte=now - GATHERED_FOR).exists()
    )


def _mail(alert: Alert, now: datetime) -> int:
    people = listeners(alert) if is_set_up() else []
    with transaction.atomic():
        events = list(Event.objects.select_for_update().filter(alert=alert.name, told_at=None))
        if not events:
            return 0
        Event.objects.filter(pk__in=[event.pk for event in events]).update(told_at=now)
        made = [_post(alert, person, alert.told_of(person, events)) for person in people]
    return sum(made)


def _post(alert: Alert, person: User, events: Sequence[Event]) -> bool:
    if not events:
        return False
    what = alert.one if len(events) == 1 else alert.many.format(f"{len(events):,}")
    mail = post(person, alert.name, str(events[0].pk), f"{what} · {site_name()}", _in_words(alert, what, events))
    return mail is not None


def _in_words(alert: Alert, what: str, events: Sequence[Event]) -> str:
    lines = [f"{what}.", ""]
    for event in events[:SHOWN]:
        lines += [f"* {event.text}", *([f"  {settings.SCHOOLGATE_URL}{event.link}"] if event.link else [])]
    if len(events) > SHOWN:
        lines += ["", f"And {len(events) - SHOWN:,} more:", page_address(alert.page)]
    return "\n".join([*lines, "", *foot(f"You are told of this at once: {alert.words[0].lower()}{alert.words[1:]}.")])


def foot(why: str) -> list[str]:
    """The end of every mail: why it came, and where to turn it off."""
    return ["-- ", why, f"Turn it off, or choose what else you are told of: {page_address('alerts')}"]


def page_address(name: str) -> str:
    """The public address of a page of this site."""
    return settings.SCHOOLGATE_URL + reverse(name, urlconf=settings.ROOT_URLCONF)
