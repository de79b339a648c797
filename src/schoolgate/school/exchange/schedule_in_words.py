"""The school's schedule and its runs in an office's words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from schoolgate.commons.schedules.models import Run
from schoolgate.commons.schedules.rules import WEEK, Weekly, instant_of, reading

SUNDAY_FIRST = (6, 0, 1, 2, 3, 4, 5)
"""The days of `date.weekday()` in the order of the handbook's tick boxes."""

A_YEAR_AND_A_BIT = timedelta(days=400)
WHY_NOT_RUNNING = "because this program was not running"
WHY_NOT_BEGUN = "because this program was stopped or busy just then"


def moment(at: datetime) -> str:
    """Thursday 26 November 18:30; with the year when it is another one."""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime().year else f" {local.year}"
    return f"{local:%A} {local.day} {local:%B}{year} {local:%H:%M}"


def briefly(at: datetime) -> str:
    """Thu 26 Nov 18:30."""
    local = timezone.localtime(at)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def rule(weekly: Weekly) -> str:
    """monday, thursday 18:30; "never" without days."""
    days = ", ".join(WEEK[day] for day in sorted(weekly.days))
    return f"{days} {weekly.at:%H:%M}" if days else "never"


def rule_spoken(weekly: Weekly) -> str:
    """Monday, Thursday at 18:30; "nothing is sent by itself" without days."""
    days = ", ".join(WEEK[day].capitalize() for day in SUNDAY_FIRST if day in weekly.days)
    return f"{days} at {weekly.at:%H:%M}" if days else "nothing is sent by itself"


def told(run: Run) -> str:
    """What the journal says when a run begins."""
    if not run.missed:
        return f"The scheduled run of {moment(run.due_at)} began."
    assert run.first_missed_at is not None
    assert run.began_at is not None
    return missed(run.missed, run.first_missed_at, done=run.began_at, not_running=run.nobody_was_there)


def missed(count: int, first: datetime, *, done: datetime, not_running: bool) -> str:
    """That runs were missed, why, and when they were made good."""
    why = WHY_NOT_RUNNING if not_running else WHY_NOT_BEGUN
    if count == 1:
        return f"{briefly(first)} was missed, {why}; done {briefly(done)}."
    return f"{count:,} runs were missed, the first of them {briefly(first)}, {why}; done in one {briefly(done)}."


def not_running(since: datetime | None) -> str:
    """That the part which works by itself does not."""
    when = f"is not running since {briefly(since)}" if since is not None else "has never been running"
    return f"Nothing is sent by itself: the part of this program that does so {when}."


def clock_notes(weekly: Weekly, today: date) -> list[str]:
    """What happens on the next days on which the clocks change, where the time does not exist then or comes twice."""
    notes: dict[str, str] = {}
    for day in _days(weekly, today):
        how_often = reading(day, weekly.at)
        on = f"On {day:%A} {day.day} {day:%B %Y}"
        if how_often == "never":
            begins = timezone.localtime(instant_of(day, weekly.at))
            text = f"{on} the clocks go forward and there is no {weekly.at:%H:%M}: that run begins at {begins:%H:%M}."
            notes.setdefault(how_often, text)
        elif how_often == "twice":
            text = f"{on} the clocks go back and {weekly.at:%H:%M} comes twice: that run begins the first time."
            notes.setdefault(how_often, text)
    return list(notes.values())


def _days(weekly: Weekly, today: date) -> Iterable[date]:
    for day in weekly.days_from(today):
        if day - today > A_YEAR_AND_A_BIT:
            return
        yield day
