"""Making what is due: each due instant once, whoever looks, however often and however late (DESIGN 6)."""

import time
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, takewhile
from json import loads
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from schoolgate.commons.bulk import insert, update
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.submitting import submit_many
from schoolgate.commons.schedules.models import LATE, Run, Schedule
from schoolgate.commons.schedules.rules import rule_of

PORTION = 6000
"""Schedules whose runs are made in one transaction."""

BREATH_SECONDS = 0.05
"""Between portions, on SQLite: who waits there for its one writer looks again now and then, and is told of nothing."""
CLOCK_WAS_WRONG = timedelta(days=1)
"""What was set or run longer than this ahead of now tells of a clock that was wrong and has been set right."""


class Scheduler:
    """Looks for what is due. Every worker has one; any number of them make one run of a due instant."""

    def __init__(self) -> None:
        self._latest: datetime | None = None

    def tick(self, now: datetime | None = None) -> None:
        """Make the runs that are due at this moment (in UTC); without one, now."""
        now = now or timezone.now()
        if self._latest is None or now < self._latest:
            begin_anew_where_the_clock_was_wrong(now)
        self._latest = now
        make_due_runs(now)


def make_due_runs(now: datetime) -> int:
    """Make a run and its job for every schedule that came due, also long ago; how many.

    Where several due instants have passed, the last has the run, and it counts those that were missed.
    """
    made = 0
    # A look without a transaction first: on SQLite every transaction is a writer, and most looks find nothing.
    while due_schedules(now).exists():
        with transaction.atomic():
            portion = _lock_portion(now)
            made += _make_runs(portion, now)
        if not portion:
            # Another scheduler is at it.
            break
        if len(portion) == PORTION:
            let_others_write()
    return made


def due_schedules(now: datetime) -> QuerySet[Schedule]:
    """Those that this program can run: a site may have left out the room whose work it is."""
    return Schedule.objects.filter(next_due_at__lte=now, kind__in=list(KINDS)).order_by("next_due_at")


def let_others_write() -> None:
    """Leave the database to others for a moment, where they would else find no gap between two portions."""
    if connection.vendor == "sqlite":
        time.sleep(BREATH_SECONDS)


def begin_anew_where_the_clock_was_wrong(now: datetime) -> None:
    """After a clock was days ahead: count from now what would else rest until that day is reached.

    When it was ahead by hours nothing is done: what it ran too early is not run again.
    """
    ahead = now + CLOCK_WAS_WRONG
    for found in Schedule.objects.filter(Q(since__gt=ahead) | Q(runs__made_at__gt=ahead)).distinct():
        with transaction.atomic():
            schedule = Schedule.objects.select_for_update().get(pk=found.pk)
            schedule.runs.filter(made_at__gt=ahead).delete()
            schedule.since = min(schedule.since, now)
            schedule.next_due_at = schedule.rule.next_after(now)
            schedule.save(update_fields=["since", "next_due_at"])


class _Locked(NamedTuple):
    """What is read of a schedule that is due."""

    pk: int
    kind: str
    args: dict[str, Any]
    rule: str
    first: datetime


def _lock_portion(now: datetime) -> list[_Locked]:
    skip = connection.features.has_select_for_update_skip_locked
    due = due_schedules(now).select_for_update(skip_locked=skip)
    rule = Cast("recorded_rule", TextField())
    return list(map(_Locked._make, due.values_list("pk", "kind", "args", rule, "next_due_at")[:PORTION]))


@dataclass(frozen=True)
class _Due:
    """What a rule's first due instant that has no run yet comes to. Many schedules have it in common."""

    due_at: datetime
    missed: int
    first_missed_at: datetime | None
    next_due_at: datetime | None


def _what_is_due(rule: str, first: datetime, now: datetime) -> _Due:
    recorded = rule_of(loads(rule))
    instants = takewhile(lambda due: due <= now, chain([first], recorded.dues_after(first)))
    ((passed, due_at),) = deque(enumerate(instants, start=1), maxlen=1)
    missed = passed if now - due_at > LATE else passed - 1
    return _Due(due_at, missed, first if missed else None, recorded.next_after(due_at))


def _make_runs(portion: list[_Locked], now: datetime) -> int:
    found = {
        (rule, first): _what_is_due(rule, first, now) for rule, first in {(one.rule, one.first) for one in portion}
    }
    dues = {one.pk: found[one.rule, one.first] for one in portion}
    # What has a run was run before, and then the clock was set back or the schedule was set anew. Asked of all that are
    # due: thousands of numbers in a question cost more than the answer.
    run_before = Run.objects.filter(schedule__in=due_schedules(now).order_by(), due_at__gte=F("schedule__next_due_at"))
    has_run = set(run_before.values_list("schedule", "due_at"))
    update(Schedule, ["id", "next_due_at"], ((pk, due.next_due_at) for pk, due in dues.items()))
    by_kind: defaultdict[str, list[_Locked]] = defaultdict(list)
    for one in portion:
        if (one.pk, dues[one.pk].due_at) not in has_run:
            by_kind[one.kind].append(one)
    for kind, ones in by_kind.items():
        jobs = submit_many(kind, ({**one.args, "due": dues[one.pk].due_at.isoformat()} for one in ones), priority=1)
        rows = (
            (one.pk, due.due_at, now, due.missed, due.first_missed_at, job)
            for one, job in zip(ones, jobs, strict=True)
            for due in (dues[one.pk],)
        )
        insert(Run, ["schedule", "due_at", "made_at", "missed", "first_missed_at", "job"], rows)
        fault_point("schedules.made")
    return sum(map(len, by_kind.values()))
