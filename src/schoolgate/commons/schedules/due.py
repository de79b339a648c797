"""Making what is due: each due instant once, whoever looks, however often and however late (DESIGN 6)."""

from datetime import datetime, timedelta
from itertools import chain, takewhile

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.schedules.models import LATE, Run, Schedule

PORTION = 100
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
    while _due(now).exists():
        with transaction.atomic():
            skip = connection.features.has_select_for_update_skip_locked
            portion = list(_due(now).select_for_update(skip_locked=skip)[:PORTION])
            made += sum(_make_run(schedule, now) for schedule in portion)
        if not portion:
            # Another scheduler is at it.
            break
    return made


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


def _due(now: datetime) -> QuerySet[Schedule]:
    """Those that this program can run: a site may have left out the room whose work it is."""
    return Schedule.objects.filter(next_due_at__lte=now, kind__in=list(KINDS)).order_by("next_due_at")


def _make_run(schedule: Schedule, now: datetime) -> bool:
    first = schedule.next_due_at
    assert first is not None
    passed = list(takewhile(lambda due: due <= now, chain([first], schedule.rule.dues_after(first))))
    due_at = passed[-1]
    missed = len(passed) if now - due_at > LATE else len(passed) - 1
    schedule.next_due_at = schedule.rule.next_after(due_at)
    schedule.save(update_fields=["next_due_at"])
    # It was run before, and then the clock was set back or the schedule was set anew.
    if schedule.runs.filter(due_at=due_at).exists():
        return False
    job = submit(schedule.kind, {**schedule.args, "due": due_at.isoformat()}, priority=1)
    Run.objects.create(
        schedule=schedule,
        due_at=due_at,
        made_at=now,
        missed=missed,
        first_missed_at=first if missed else None,
        job=job,
    )
    fault_point("schedules.made")
    return True
