"""The school's one schedule for everything (handbook 04, "Configuring Scheduled Task Settings")."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.health import health, last_sign_of_life
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.journal.writing import write
from schoolgate.commons.schedules.models import Run, RunQuerySet, Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.commons.schedules.setting import set_schedule
from schoolgate.school.exchange import schedule_in_words as words
from schoolgate.school.exchange.asking import all_las, ask_for_exports, ask_for_imports, staff_places
from schoolgate.school.exchange.models import Destination

SCHEDULE = "school"
USUALLY_AT = time(18, 30)
WAITED_LONG = timedelta(minutes=1)
LOOK_BACK = 5
OFTEN = 3

Ask = Callable[[], object]


def _export() -> Ask:
    places = [*all_las(), *staff_places()]
    return lambda: ask_for_exports(places, by_person=True)


def _import() -> Ask:
    places = [*Destination.objects.values_list("la", flat=True), *staff_places()]
    return lambda: ask_for_imports(places, by_person=True)


PARTS: list[Callable[[], Ask]] = [_export, _import]
"""What a run of the schedule asks for, in this order. A room adds its own.

Each looks at what there is, outside of any transaction; what it gives back only submits jobs, in the run's.

The export is asked for as by a person: what waits for its next try, or rests after a failed login, is tried in the run
that somebody planned, and with all its tries.
"""


@register
class ScheduledRun(JobKind):
    """One run of the school's schedule: it asks for the work and says when it was to begin."""

    name = "scheduled-run"
    label = "Scheduled runs"

    def words(self, args: dict[str, Any]) -> str:
        return f"Scheduled run of {words.moment(datetime.fromisoformat(args['due']))}"

    def run(self, running: RunningJob) -> None:
        run = Run.objects.filter(job=running.job_id).first()
        if run is None:
            return
        asks = [look() for look in PARTS]
        with transaction.atomic():
            if run.begin():
                write("WARN" if run.missed else "INFO", words.told(run), link=reverse("scheduled-runs"))
                for ask in asks:
                    ask()


@dataclass(frozen=True)
class WhenToSend:
    """The schedule as it is set; without days nothing is sent by itself. `since` is None when it was never set."""

    rule: Weekly
    since: datetime | None

    @property
    def is_on(self) -> bool:
        return bool(self.rule.days)


def when_to_send() -> WhenToSend:
    """What is set now."""
    schedule = Schedule.objects.filter(name=SCHEDULE).first()
    if schedule is None:
        return WhenToSend(Weekly(USUALLY_AT, frozenset()), None)
    rule = schedule.rule
    assert isinstance(rule, Weekly)
    return WhenToSend(rule, schedule.since)


def set_when_to_send(rule: Weekly, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Set the schedule, which counts from now; false when it was so before."""
    with transaction.atomic():
        before = when_to_send()
        changed = set_schedule(SCHEDULE, rule, kind=ScheduledRun.name)
        if changed:
            details = f"{words.rule(before.rule)} → {words.rule(rule)}"
            record("schedule changed", by=by, target="when to send", details=details, request=request)
    return changed


def next_runs(count: int) -> list[datetime]:
    """When the next runs are due, at most so many."""
    schedule = Schedule.objects.filter(name=SCHEDULE).first()
    if schedule is None or schedule.next_due_at is None:
        return []
    later = schedule.rule.dues_after(schedule.next_due_at)
    return [schedule.next_due_at, *islice(later, count - 1)][:count]


def next_run() -> datetime | None:
    """When the next run is due; None when nothing is sent by itself."""
    return next(iter(next_runs(1)), None)


def runs() -> RunQuerySet:
    """All runs of the school's schedule."""
    return Run.objects.filter(schedule__name=SCHEDULE)


@dataclass(frozen=True)
class MissedRuns:
    """Runs that did not begin in time, since the last that did: how many, and a sentence for people."""

    count: int
    sentence: str


def missed_runs() -> MissedRuns | None:
    """What was missed since the last run in time; None when nothing was, or somebody has seen it.

    A change of the schedule ends it too: whoever made it knows.
    """
    late = _missed()
    last = late.first()
    if last is None:
        return None
    found = late.aggregate(count=Sum("missed"), first=Min("first_missed_at"), last=Max("due_at"))
    sentence = words.missed(
        found["count"], found["first"], done=last.began_at or last.made_at, not_running=last.nobody_was_there
    )
    return MissedRuns(found["count"], sentence)


def dismiss_missed_runs(*, by: User, request: HttpRequest | None = None) -> None:
    """Somebody has seen what was missed: the first page tells it no more."""
    with transaction.atomic():
        if _missed().update(dismissed_at=timezone.now()):
            record("missed runs seen", by=by, target="when to send", request=request)


def is_usually_off() -> bool:
    """Whether most of the last runs of the schedule as it is missed their time."""
    since = when_to_send().since
    if since is None:
        return False
    last = runs().filter(due_at__gt=since).order_by("-due_at").values_list("missed", flat=True)[:LOOK_BACK]
    return sum(missed > 0 for missed in last) >= OFTEN


def not_running() -> str:
    """That nothing is sent by itself, and since when, in a sentence; empty while somebody works, or nothing is to do.

    To do is whatever a schedule asks for, and what waits already for longer than WAITED_LONG.
    """
    now = health()
    if now.workers or not (when_to_send().is_on or now.oldest_seconds > WAITED_LONG.total_seconds()):
        return ""
    return words.not_running(last_sign_of_life())


def _missed() -> RunQuerySet:
    since = when_to_send().since
    late = runs().since_the_last_in_time().filter(dismissed_at=None)
    return late.filter(due_at__gt=since) if since is not None else late.none()
