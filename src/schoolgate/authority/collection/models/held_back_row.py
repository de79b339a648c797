import json
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models.run import CollectionRun
from schoolgate.authority.records.models.visible import ForStaff


class HeldBackRow(models.Model):
    """A row of a school's system that could not be taken, kept as it came until it can, until something newer is
    taken in its place, or until somebody drops it.

    `group` and `key` say whose it is in the vendor's words; `what` is what it lacks (an attendance code, say), by which
    rows are listed together. The same row again (`digest` of its raw form) only counts on. The raw form is a pupil's
    data: it is opened by who may see pupils, and goes with the run's kept files.
    """

    class State(models.TextChoices):
        HELD = "held", "Held back"
        REPLAYED = "replayed", "Replayed"
        DROPPED = "dropped", "Dropped"
        OVERTAKEN = "newer", "Overtaken by a newer one"

    base = models.ForeignKey(Base, models.CASCADE, related_name="held_back_rows")
    connector = models.CharField(max_length=40)
    group = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    code = models.CharField(max_length=40)
    what = models.CharField(max_length=100, blank=True)
    sentence = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    recorded_raw = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    first_run = models.ForeignKey(CollectionRun, models.SET_NULL, null=True, related_name="rows_held_back")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForStaff["HeldBackRow"].as_manager()

    class Meta:
        ordering = ("-last_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("base", "connector", "digest"), name="collection_one_row_held_back_once"),
        )
        indexes = (models.Index(fields=("state", "connector", "code", "what"), name="collection_rows_held_back"),)

    def __str__(self) -> str:
        return f"{self.code} {self.group}"

    @property
    def raw(self) -> tuple[dict[str, Any], ...]:
        return tuple(json.loads(self.recorded_raw))
