"""When documents are fetched by themselves: one schedule for all services."""

from datetime import datetime, time
from itertools import islice

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import WEEK, Weekly
from schoolgate.commons.schedules.setting import set_schedule

SCHEDULE = "purchasing"
FETCH_BY_SCHEDULE = "scheduled-fetch"
USUALLY_AT = time(7, 30)


def when_to_fetch() -> Weekly:
    """The rule as it is set; without days nothing is fetched by itself."""
    schedule = Schedule.objects.filter(name=SCHEDULE).first()
    if schedule is None:
        return Weekly(USUALLY_AT, frozenset())
    rule = schedule.rule
    assert isinstance(rule, Weekly)
    return rule


def set_when_to_fetch(rule: Weekly, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Set the schedule, which counts from now; false when it was so before."""
    with transaction.atomic():
        before = when_to_fetch()
        changed = set_schedule(SCHEDULE, rule, kind=FETCH_BY_SCHEDULE)
        if changed:
            details = f"{in_words(before)} → {in_words(rule)}"
            record("schedule changed", by=by, target="when to import orders", details=details, request=request)
    return changed


def next_fetches(count: int) -> list[datetime]:
    """When the next rounds are due, at most so many."""
    schedule = Schedule.objects.filter(name=SCHEDULE).first()
    if schedule is None or schedule.next_due_at is None:
        return []
    later = schedule.rule.dues_after(schedule.next_due_at)
    return [schedule.next_due_at, *islice(later, count - 1)][:count]


def in_words(rule: Weekly) -> str:
    """Monday, Thursday at 07:30, every 60 minutes until 17:00; "never" without days."""
    days = ", ".join(WEEK[day].capitalize() for day in sorted(rule.days))
    again = f", every {rule.every_minutes} minutes" if rule.every_minutes else ""
    until = f" until {rule.until:%H:%M}" if rule.until else ""
    return f"{days} at {rule.at:%H:%M}{again}{until}" if days else "never"
