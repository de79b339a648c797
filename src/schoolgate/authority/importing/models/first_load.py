import json
import zlib
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.commons.jobs.models import Job, State


class FirstLoadState(StrEnum):
    """How a load of existing records stands."""

    TRYING = "trying"
    UNREADABLE = "cannot be read"
    TRIED = "tried"
    LOADING = "loading"
    LOADED = "loaded"
    FAILED = "failed"
    DISCARDED = "discarded"


class FirstLoad(models.Model):
    """A file of existing records of another system, tried without saving, then loaded (issue 4, "First load").

    Its bytes are kept under `sha256` until it is loaded or discarded. `outcome` is what the trial found
    (`first_load.trying`), `told_packed` the rows of which something is to be said, and `error` why the file cannot be
    read at all: `{code, message, remedy, line}`. `job` is the number of the job that tries or loads it, `wanted_at` is
    when somebody said *Load now*. A state of its own it has none.
    """

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # The number stays when the job is pruned: changes are found by it.
    job = models.ForeignKey(Job, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    outcome = models.JSONField(default=dict)
    told_packed = models.BinaryField(default=bytes)
    error = models.JSONField(default=dict)
    tried_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    loaded_at = models.DateTimeField(null=True)
    content_gone_at = models.DateTimeField(null=True, db_index=True)

    objects = ForStaff["FirstLoad"].as_manager()

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> FirstLoadState:
        """How it stands; a job that ended in whatever other way than well has failed."""
        if self.loaded_at:
            return FirstLoadState.LOADED
        if self.content_gone_at:
            return FirstLoadState.DISCARDED
        if self._works:
            return FirstLoadState.LOADING if self.wanted_at else FirstLoadState.TRYING
        if self.error:
            return FirstLoadState.UNREADABLE
        return FirstLoadState.TRIED if self.tried_at and not self.wanted_at else FirstLoadState.FAILED

    @property
    def _works(self) -> bool:
        try:
            return self.job is not None and self.job.state in {State.READY, State.RUNNING}
        except Job.DoesNotExist:
            return False

    @property
    def told(self) -> list[list[Any]]:
        """Rows of which something is to be said: line, school's LA and number, what, column, and why in a sentence."""
        told: list[list[Any]] = json.loads(zlib.decompress(self.told_packed)) if self.told_packed else []
        return told

    def keep_told(self, told: list[list[Any]]) -> None:
        """Hold these rows; not saved yet."""
        self.told_packed = zlib.compress(json.dumps(told, separators=(",", ":")).encode())
