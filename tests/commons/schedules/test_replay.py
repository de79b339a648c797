"""The days on which the clocks change, minute by minute on the real rows: every due time exactly once (DESIGN 6)."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.commons.schedules.conftest import scheduled

from schoolgate.commons.jobs.models import Job
from schoolgate.commons.schedules.due import Scheduler
from schoolgate.commons.schedules.models import LATE, Run
from schoolgate.commons.schedules.rules import LONDON, Monthly, Once, Rule, Weekly

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errand")]

NIGHTLY = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"
CHANGES = [date(2026, 3, 29), date(2026, 10, 25), *([date(2027, 3, 28), date(2027, 10, 31)] if NIGHTLY else [])]
DAYS_EACH_SIDE = 3 if NIGHTLY else 1
"""Days looked at before and after the Sunday."""
EVERY_DAY = frozenset(range(7))
NIGHT = [time(hour, minute) for hour in range(4) for minute in (0, 1, 30, 59)]


def the_days_around(sunday: date) -> tuple[datetime, datetime]:
    """From one midnight to another, with the Sunday in the middle, by the clocks of London."""
    first = datetime.combine(sunday - timedelta(days=DAYS_EACH_SIDE), time(), LONDON)
    end = datetime.combine(sunday + timedelta(days=DAYS_EACH_SIDE + 1), time(), LONDON)
    return first.astimezone(UTC), end.astimezone(UTC)


def minutes(begins: datetime, ends: datetime) -> Iterator[datetime]:
    while begins < ends:
        yield begins
        begins += timedelta(minutes=1)


def rules_for(sunday: date) -> dict[str, Rule]:
    found: dict[str, Rule] = {f"daily {at:%H:%M}": Weekly(at, EVERY_DAY) for at in [*NIGHT, time(18, 30), time(23, 59)]}
    found["mondays"] = Weekly(time(18, 30), frozenset({0}))
    found["sundays"] = Weekly(time(1, 30), frozenset({6}))
    found["once"] = Once(time(1, 15), sunday)
    found["that day of the month"] = Monthly(time(1, 45), sunday.day)
    return found


def seen_on_a_clock(rule: Rule, week: list[datetime]) -> list[datetime]:
    """When somebody would act who stares at a London clock all the time: on each of the rule's days at the first minute
    that shows its time or a later one."""
    due: dict[date, datetime] = {}
    for minute in week:
        clock = minute.astimezone(LONDON)
        if (
            clock.date() not in due
            and clock.time() >= rule.at
            and next(rule.days_from(clock.date()), None) == clock.date()
        ):
            due[clock.date()] = minute
    return list(due.values())


@pytest.mark.parametrize("sunday", CHANGES, ids=str)
def test_minute_by_minute_every_due_time_comes_exactly_once_and_in_its_minute(sunday: date) -> None:
    week = list(minutes(*the_days_around(sunday)))
    rules = rules_for(sunday)
    for name, rule in rules.items():
        scheduled(rule, week[0] - timedelta(minutes=1), name)

    scheduler = Scheduler()
    for minute in week:
        scheduler.tick(minute)

    assert len(week) == 60 * (24 * (2 * DAYS_EACH_SIDE + 1) + (-1 if sunday.month == 3 else 1))
    runs = Run.objects.order_by("due_at").values_list("schedule__name", "due_at", "made_at", "missed")
    made = {name: [run[1:] for run in runs if run[0] == name] for name in rules}
    assert made == {name: [(due, due, 0) for due in seen_on_a_clock(rule, week)] for name, rule in rules.items()}
    assert Job.objects.count() == len(runs)


@pytest.mark.parametrize("sunday", CHANGES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_with_pauses_and_restarts_every_due_time_is_run_or_told_as_missed_exactly_once(sunday: date, seed: int) -> None:
    chance = random.Random(seed)
    week = list(minutes(*the_days_around(sunday)))
    rules = rules_for(sunday)
    for name, rule in rules.items():
        scheduled(rule, week[0] - timedelta(minutes=1), name)

    moment = week[0]
    while moment <= week[-1]:
        Scheduler().tick(moment)
        moment += timedelta(minutes=chance.choice([1, 1, 2, 5, 60, 600, 2000]))
    Scheduler().tick(week[-1])

    for name, rule in rules.items():
        due = seen_on_a_clock(rule, week)
        runs = list(Run.objects.filter(schedule__name=name).order_by("due_at"))
        missed = {one for run in runs if run.first_missed_at for one in due if run.first_missed_at <= one <= run.due_at}
        in_time = {run.due_at for run in runs if run.made_at - run.due_at <= LATE}
        counted = sum(run.missed for run in runs) + len(in_time)
        assert sorted(missed | in_time) == due
        assert counted == len(due)
