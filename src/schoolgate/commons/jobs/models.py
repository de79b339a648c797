"""The one table of jobs: truth, history and screen at once (DESIGN 6)."""

from typing import Any, Self

from django.db import models
from django.db.models.functions import Now


class State(models.TextChoices):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"
    CANCELLED = "cancelled"


# Every step a job may take: its name, where it may begin, where it leads. Nothing else changes a state.
TRANSITIONS: dict[str, tuple[frozenset[State], State]] = {
    "claim": (frozenset({State.READY}), State.RUNNING),
    "finish": (frozenset({State.RUNNING}), State.DONE),
    "try later": (frozenset({State.RUNNING}), State.READY),
    "give back": (frozenset({State.RUNNING}), State.READY),
    "free": (frozenset({State.RUNNING}), State.READY),
    "park": (frozenset({State.RUNNING}), State.PARKED),
    "fail": (frozenset({State.RUNNING}), State.FAILED),
    "stop": (frozenset({State.RUNNING}), State.CANCELLED),
    "cancel": (frozenset({State.READY, State.FAILED, State.PARKED}), State.CANCELLED),
    "start again": (frozenset({State.FAILED, State.PARKED, State.CANCELLED}), State.READY),
}


def may(step: str, state: str) -> bool:
    """Whether a job in this state may take this step."""
    return state in TRANSITIONS[step][0]


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> Self:
        """Every person of the site sees its jobs; programs see none."""
        return self if user.is_authenticated and not user.is_machine else self.none()

    def take(self, step: str, **values: Any) -> int:
        """Let these jobs take a step of TRANSITIONS, those only that stand where it begins; how many did.

        The condition and the change are one statement, so of two who try only one succeeds.
        """
        begins, leads = TRANSITIONS[step]
        return self.filter(state__in=begins).update(state=leads, **values)

    def deduplicated(self) -> Self:
        """Those with a `dedup`: only of them there is an index, which the database takes when it is told so."""
        return self.exclude(dedup="")

    def due(self) -> Self:
        """Waiting jobs whose time has come, by the database's clock."""
        return self.filter(state=State.READY, run_at__lte=Now())


class Job(models.Model):
    """Work to do, being done, or done.

    `key`: of the jobs with one key (not empty) one runs at a time. `dedup`: there is one job with it at most (not
    empty). `attempt` counts the claims and, with `worker`, fences every later write. `deaths`: workers that died on
    it. Times are the database's, so that machines whose clocks differ agree on a lease.
    """

    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True, default="")
    dedup = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=9, choices=State.choices, default=State.READY)
    priority = models.SmallIntegerField(default=0)
    run_at = models.DateTimeField(db_default=Now())
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=1)
    deaths = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    progress_text = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state=State.RUNNING) & ~models.Q(key=""),
                name="jobs_one_running_per_key",
            ),
            models.UniqueConstraint(fields=["dedup"], condition=~models.Q(dedup=""), name="jobs_one_per_dedup"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="jobs_known_state"),
        )
        indexes = (
            models.Index(fields=["state", "-priority", "run_at", "id"], name="jobs_next_first"),
            models.Index(fields=["kind", "-id"], name="jobs_of_a_kind"),
            models.Index(fields=["ended_at"], name="jobs_by_their_end"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WorkerLife(models.Model):
    """A worker that is up: it says so with every heartbeat, and takes its row away when it stops."""

    name = models.CharField(max_length=100, unique=True)
    slots = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
