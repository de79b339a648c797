from datetime import date
from typing import Self

from django.conf import settings
from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.visible import ForStaff


class BaseMigrationQuerySet(ForStaff["BaseMigration"]):
    def marked(self) -> Self:
        """Those of whose base something can be missing still."""
        return self.filter(gap_first__isnull=False, gap_closed_at=None)


class BaseMigration(models.Model):
    """A base's move from SIMS 7 to the API of SIMS Primary: prepared, done, and what follows (seed, chapters 01, 02).

    `school_moved_on` is the day on which the school itself moved, with which its change tracking starts; it may be
    corrected until the first run. Before `migrated_at` nothing has changed but that somebody has entered the day.
    `effects` is what became of each task, as it was told then. `snapshot_at`, `changed_at` and `attendance_at` are when
    the first of these was imported to its end since. `gap_first` to `gap_last` are the days of which something can be
    missing, since the first run came more than three months after the move, and `gap_noted_at` is when that was told
    (`migrating.tracking`): then `snapshot_at` is the first snapshot after that. `gap_closed_at` is when a snapshot and
    the catch-up were done, or somebody took it as it is (`gap_closed_by`).
    """

    base = models.OneToOneField(Base, models.CASCADE, related_name="migration")
    school_moved_on = models.DateField(null=True)
    migrated_at = models.DateTimeField(null=True)
    migrated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    effects = models.JSONField(default=list)
    snapshot_at = models.DateTimeField(null=True)
    snapshot_not_wanted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    attendance_at = models.DateTimeField(null=True)
    school_told_at = models.DateTimeField(null=True)
    school_told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    gap_first = models.DateField(null=True)
    gap_last = models.DateField(null=True)
    gap_noted_at = models.DateTimeField(null=True)
    caught_up_at = models.DateTimeField(null=True)
    gap_closed_at = models.DateTimeField(null=True)
    gap_closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BaseMigrationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"migration of {self.base_id}"

    @property
    def gap(self) -> tuple[date, date] | None:
        """The days, both included, of which something can be missing still."""
        if self.gap_first is None or self.gap_last is None or self.gap_closed_at is not None:
            return None
        return self.gap_first, self.gap_last

    @property
    def caught_up_by(self) -> int | None:
        """The number of the run that asks for the days of the gap now; None where none does."""
        return self.base.collection_runs.open().exclude(first_day=None).values_list("pk", flat=True).first()

    @property
    def has_snapshot(self) -> bool:
        """Whether one was imported since the migration and, where there is a gap, since that was told."""
        return self.snapshot_at is not None and (self.gap_noted_at is None or self.snapshot_at >= self.gap_noted_at)
