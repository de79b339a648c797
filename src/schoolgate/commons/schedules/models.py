"""What is to be done when, and every time it was."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.commons.jobs.models import Job
from schoolgate.commons.schedules.rules import Rule, rule_of

LATE = timedelta(minutes=2)
"""A run that begins later than this after its due instant missed it."""


class Schedule(models.Model):
    """Jobs of one kind that come due by a rule. `name` is the owner's word for it: "school", "task 17".

    `since`: when it was set or changed last; nothing due up to then is run. `next_due_at` is worked out from the rule
    and stored, so that finding what is due costs what is due, not what there is (PERFORMANCE 5); None: never again.
    """

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    recorded_rule = models.JSONField()
    since = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["next_due_at"], name="schedules_next_due"),)

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        return rule_of(self.recorded_rule)


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> Self:
        """Every person of the site sees its runs; programs see none."""
        return self if user.is_authenticated and not user.is_machine else self.none()

    def since_the_last_in_time(self) -> Self:
        """Runs that missed something, after the last that missed nothing."""
        in_time = self.filter(missed=0).order_by("-due_at").first()
        late = self.filter(missed__gt=0)
        return late.filter(due_at__gt=in_time.due_at) if in_time is not None else late


class Run(models.Model):
    """A schedule's one run for a due instant; the row and its job are made in one commit.

    `missed`: how many due instants passed without a run beginning within LATE, this one's or earlier ones; the first
    of them is `first_missed_at`. However many they are, they are made good by this one run. `dismissed_at`: somebody
    has seen it.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs")
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    missed = models.PositiveIntegerField(default=0)
    first_missed_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-due_at",)
        constraints = (
            models.UniqueConstraint(fields=["schedule", "due_at"], name="schedules_one_run_per_due_instant"),
        )

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def nobody_was_there(self) -> bool:
        """Whether no scheduler was at work when it was due; else it was there, and the work began late."""
        return self.made_at - self.due_at > LATE or (self.missed > 0 and self.first_missed_at != self.due_at)

    def begin(self, now: datetime | None = None) -> bool:
        """Note that its work begins, in the transaction that does or asks for it. False: it had begun before.

        A run whose work begins late although it was made in time (the machine went down in between) missed its time.
        """
        now = now or timezone.now()
        if not Run.objects.filter(pk=self.pk, began_at=None).update(began_at=now):
            return False
        self.began_at = now
        if now - self.due_at > LATE and self.made_at - self.due_at <= LATE:
            self.missed += 1
            self.first_missed_at = self.first_missed_at or self.due_at
            self.save(update_fields=["missed", "first_missed_at"])
        return True
