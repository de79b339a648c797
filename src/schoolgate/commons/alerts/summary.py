"""The daily summary: one mail a person each weekday, of counts and links.

Each room says its own line:

    @summary_line
    def _unmatched(reader: User, since: datetime) -> Line | None: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import listeners
from schoolgate.commons.alerts.kinds import DAILY_SUMMARY
from schoolgate.commons.alerts.mailing import post, site_name
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.alerts.smtp import is_set_up
from schoolgate.commons.alerts.telling import foot
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.preferences.registry import TextPreference
from schoolgate.commons.schedules.models import Run
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.commons.schedules.setting import set_schedule

SCHEDULE = "daily-summary"
WEEKDAYS = frozenset(range(5))
LOOKS_BACK = timedelta(days=7)

SUMMARY_TIME = TextPreference(
    "summary-time", default="08:00", meaning="the time of day, in London, at which the daily summary is mailed"
)


@dataclass(frozen=True)
class Line:
    """One line of the summary: a sentence of counts, and its page's address on this site. It names no child.

    `needs_somebody`: somebody should do something about it; else it is only worth knowing.
    """

    text: str
    address: str
    needs_somebody: bool = True


TellLine = Callable[[User, datetime], Line | None]
LINES: list[TellLine] = []


def summary_line(tell: TellLine) -> TellLine:
    """Register what says one line of the summary, or None when there is nothing to say.

    It gets the reader, whose own pages its numbers must agree with, and since when the reader has not been told.
    """
    LINES.append(tell)
    return tell


def page(name: str, query: str = "") -> str:
    """The address of a page of this site, for a Line, wherever it is asked for."""
    return reverse(name, urlconf=settings.ROOT_URLCONF) + query


@dataclass(frozen=True)
class Summary:
    subject: str
    text: str


def summary_for(reader: User, now: datetime) -> Summary:
    """How everything stands for this person now."""
    since = _last_told(reader, now)
    lines = [line for tell in LINES if (line := tell(reader, since)) is not None]
    needed = [line for line in lines if line.needs_somebody]
    known = [line for line in lines if not line.needs_somebody]
    local = timezone.localtime(now)
    if needed:
        verdict = "One thing needs somebody" if len(needed) == 1 else f"{len(needed)} things need somebody"
    else:
        verdict = "Everything is all right"
    told = [f"{site_name()}, {local:%A} {local.day} {local:%B %Y}", "", f"{verdict}.", "", *_listed(needed)]
    if known:
        told += [f"Since {_moment(since)}:", "", *_listed(known)]
    told += foot("You get this summary on weekdays. It holds numbers only; names stand behind the links.")
    return Summary(f"{verdict} · {site_name()}, {local:%a} {local.day} {local:%b}", "\n".join(told))


def _listed(lines: list[Line]) -> list[str]:
    return [part for line in lines for part in (f"* {line.text}", f"  {settings.SCHOOLGATE_URL}{line.address}", "")]


def _last_told(reader: User, now: datetime) -> datetime:
    """When the last summary before was made for this person; a day ago for the first, and never long ago."""
    before = Mail.objects.filter(person=reader, alert=DAILY_SUMMARY.name, made_at__lt=now - timedelta(hours=1))
    last: datetime | None = before.aggregate(last=Max("made_at"))["last"]
    return max(last or now - timedelta(days=1), now - LOOKS_BACK)


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


@register
class DailySummary(JobKind):
    """One weekday's mails. By the day's key nobody gets two, however often it runs or is set anew."""

    name = "daily-summary"
    label = "Daily summaries"
    routine = True

    def words(self, args: dict[str, Any]) -> str:
        return "The daily summary"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        run = Run.objects.filter(job=running.job_id).first()
        if run is not None:
            run.begin()
        if not is_set_up():
            return {"mails": 0, "because": "This site has no mail server."}
        day = timezone.localtime(datetime.fromisoformat(running.args["due"])).date().isoformat()
        made = 0
        for person in listeners(DAILY_SUMMARY):
            told = summary_for(person, timezone.now())
            made += post(person, DAILY_SUMMARY.name, day, told.subject, told.text) is not None
        return {"mails": made}


def send_sample(person: User) -> Mail | None:
    """Have a person sent the summary as it would be now; None when one went in this minute."""
    now = timezone.now()
    told = summary_for(person, now)
    return post(person, "sample", f"{now:%Y-%m-%d %H:%M}", f"Sample: {told.subject}", told.text)


@every(hours=1, words="See that the daily summary is on its schedule")
def keep_schedule() -> None:
    """Have the summary made at the time that is set, once any room has a line to say in it."""
    if LINES:
        set_schedule(SCHEDULE, Weekly(summary_time(), WEEKDAYS), kind=DailySummary.name)


def summary_time() -> time:
    """At which time of London's clock the summary is made."""
    return time.fromisoformat(SUMMARY_TIME.get())


def set_summary_time(at: time, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Have the summary made at this time from now on."""
    with transaction.atomic():
        SUMMARY_TIME.set(f"{at:%H:%M}", by=by, request=request)
        keep_schedule()
