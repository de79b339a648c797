from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.collection.models.task import Data, ScheduledTask
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.commons.jobs.models import Job


class RunState(models.TextChoices):
    """How a run of one base stands."""

    PENDING = "pending", "Pending"
    COLLECTING = "collecting", "Collecting"
    ASKED = "asked", "Asked of the school"
    IMPORTING = "importing", "Importing"
    SUCCESSFUL = "successful", "Successful"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Level(models.TextChoices):
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


STEPS: dict[str, tuple[frozenset[str], str]] = {
    "collect": (frozenset({RunState.PENDING, RunState.COLLECTING}), RunState.COLLECTING),
    "wait": (frozenset({RunState.COLLECTING}), RunState.PENDING),
    "ask": (frozenset({RunState.PENDING}), RunState.ASKED),
    "hand over": (frozenset({RunState.COLLECTING, RunState.ASKED}), RunState.IMPORTING),
    "succeed": (
        frozenset({RunState.COLLECTING, RunState.ASKED, RunState.IMPORTING, RunState.FAILED}),
        RunState.SUCCESSFUL,
    ),
    "fail": (
        frozenset({RunState.PENDING, RunState.COLLECTING, RunState.ASKED, RunState.IMPORTING}),
        RunState.FAILED,
    ),
    "cancel": (frozenset({RunState.PENDING, RunState.COLLECTING, RunState.ASKED}), RunState.CANCELLED),
}
"""Every allowed step of a run: from which states, to which. An import that failed may be started again and succeed."""

OPEN = (RunState.PENDING, RunState.COLLECTING, RunState.ASKED, RunState.IMPORTING)


class CollectionRunQuerySet(ForStaff["CollectionRun"]):
    def visible_to(self, user: Any) -> "CollectionRunQuerySet":
        """Staff see all, a school's own people the runs of their schools."""
        if getattr(user, "role", None) != SCHOOL_USER:
            return super().visible_to(user)
        return self.filter(base__in=Base.objects.visible_to(user))

    def open(self) -> "CollectionRunQuerySet":
        """Those that have not ended."""
        return self.filter(state__in=OPEN)

    def take(self, step: str, **values: Any) -> int:
        """Take a step of STEPS with those of these runs that may; how many did."""
        before, after = STEPS[step]
        if after not in OPEN:
            values = {"ended_at": timezone.now(), **values}
        return self.filter(state__in=before).update(state=after, **values)


class CollectionRun(models.Model):
    """One execution of a scheduled task for one base: what came, what the import made of it, what went wrong.

    `due_at` is the instant it was due; without one somebody asked for it (`asked_by`). `cursors` are those that count
    from the import's end on: connector's group → cursor. `counts` are the Task Log's: read, added, updated, same,
    conflicts, unmatched, left_out. `level` and `message` are the line in the Task Log; `code` is stable (`Trouble`, or
    one of ours), its details are in `lines`. `held_back` rows of it lie in quarantine. `source_key` is the digest of
    what was collected, as it is kept. A run with `first_day` and `last_day` is a catch-up (`migrating.catching_up`): it
    reads the attendance of these days. Up to `too_old_until` the school's system refused days for being too old.
    """

    task = models.ForeignKey(ScheduledTask, models.SET_NULL, null=True, related_name="runs")
    task_name = models.CharField(max_length=100)
    base = models.ForeignKey(Base, models.PROTECT, related_name="collection_runs")
    data = models.CharField(max_length=10, choices=Data.choices)
    connector = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.PENDING)
    due_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    its_import = models.OneToOneField(Import, models.SET_NULL, null=True, related_name="run")
    cursors = models.JSONField(default=dict)
    source_key = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    calls = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    level = models.CharField(max_length=5, choices=Level.choices, default=Level.INFO)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500, blank=True)
    next_try_at = models.DateTimeField(null=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    too_old_until = models.DateField(null=True)

    objects = CollectionRunQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            # Two schedulers, or a tick done twice, make one run of a base for one due instant.
            models.UniqueConstraint(
                fields=("task", "base", "due_at"),
                condition=Q(due_at__isnull=False),
                name="collection_one_run_per_due_instant",
            ),
        )
        indexes = (
            models.Index(fields=("-made_at", "-id"), name="collection_runs_listed"),
            models.Index(fields=("base", "-made_at", "-id"), name="collection_runs_of_base"),
            models.Index(fields=("task", "-made_at", "-id"), name="collection_runs_of_task"),
            models.Index(fields=("state", "made_at"), name="collection_runs_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.task_name}, {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def days(self) -> tuple[date, date] | None:
        """The days of a catch-up, both included."""
        if self.first_day is None or self.last_day is None:
            return None
        return self.first_day, self.last_day


class LastRunStatus(StrEnum):
    """Last Run Status (reference 9.2: public)."""

    NONE = "Not run yet"
    PENDING = "Pending"
    SUCCESSFUL = "Successful"
    LATE = "Late"
    FAILED = "Failed"


def last_run_status(run: CollectionRun | None, late_after: timedelta) -> LastRunStatus:
    """In the words of the field; an open run older than the buffer is late."""
    if run is None:
        return LastRunStatus.NONE
    if run.state == RunState.SUCCESSFUL:
        return LastRunStatus.SUCCESSFUL
    if not run.is_open:
        return LastRunStatus.FAILED
    since = run.due_at or run.made_at
    return LastRunStatus.LATE if timezone.now() - since > late_after else LastRunStatus.PENDING
