from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Least
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models.first_load import FirstLoad
from schoolgate.authority.records.models import Change, Decision
from schoolgate.authority.records.models.visible import ForStaff, may_see_staff_records
from schoolgate.authority.records.subjects import NOUNS, PUPIL, STAFF, SUBJECTS, Subject
from schoolgate.commons.jobs.models import Job, State


class ImportState(StrEnum):
    """How an import stands, in the words of the exchange API."""

    QUEUED = "queued"
    PROCESSING = "processing"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"


class Waiting(models.TextChoices):
    """What a person is asked before an import goes on."""

    OLDER = "older-file", "It is older than the newest one imported of its form."
    FEW = "few-pupils", "It lacks more than a fifth of the pupils on the school's roll."
    ASKED = "ask-first", "Somebody looks at it before anything of it is imported."


_OF_JOB = {State.READY: ImportState.QUEUED, State.RUNNING: ImportState.PROCESSING}


_NOT_WANTED, _WAITS = ~Q(not_imported_because=""), ~Q(waiting="")
_WORK = Q(not_imported_because="", waiting="")


class ImportQuerySet(ForStaff["Import"]):
    def visible_to(self, user: Any) -> Self:
        """All for officers, those that tell of members of staff only with the right to see them."""
        shown = super().visible_to(user)
        return shown if may_see_staff_records(user) else shown.exclude(subject=STAFF)

    def listed(self) -> Self:
        """Without those that somebody deleted from the list, and those of a first load, which tells of its own."""
        return self.of_files().filter(deleted_at=None)

    def of_files(self) -> Self:
        """Without those of a first load: what came from schools."""
        return self.filter(first_load=None)

    def in_state(self, state: ImportState) -> Self:
        """Those whose `state` this is. Of the many that are completed none is looked at for another state."""
        if state is ImportState.COMPLETED:
            return self.filter(completed_at__isnull=False)
        rest = self.filter(completed_at=None)
        if state is ImportState.WAITING:
            return rest.filter(_WAITS & ~_NOT_WANTED)
        if state is ImportState.FAILED:
            return rest.filter(_NOT_WANTED | (_WORK & ~Q(job__state__in=list(_OF_JOB))))
        return rest.filter(_WORK, job__state__in=[job for job, means in _OF_JOB.items() if means is state])

    def left_failed(self) -> Self:
        """Those that failed, and about which nobody has done anything yet."""
        return self.listed().in_state(ImportState.FAILED).filter(not_imported_because="")


class Import(models.Model):
    """One source document and what the import made of it: a file of a base, or what a run collected from one.

    `subject` says of whom it tells. `written_at` is when the document says it was written. `pupils`, or members of
    staff, were met in it, `done` are dealt with. `counts` holds `pupils` and `groups`: how many were added, changed,
    same and left out (`counting.Counts`). `problems` tell why all or some of it was not taken, without names and
    values. `waiting` is what a person is asked, `agreed` what one has agreed to, `not_imported_because` why one did
    not. `deleted_at` is when a failed one was taken from the list; `figures` are those that a person decides by,
    `decided` what people did with it: `{did, by, at}`, the oldest first. `first_load` is the load of existing records
    that it is one school's part of. A state of its own it has none: that is its job's, and what it ended with. `undo`
    is the step by which somebody undid it, `undone` how far that is and what it did (`undoing_imports.Progress`), and
    `undone_at` when it was done.
    """

    base = models.ForeignKey(Base, models.PROTECT, related_name="imports")
    source = models.CharField(max_length=6, choices=Change.Source.choices, default=Change.Source.FILE)
    source_name = models.CharField(max_length=200)
    source_key = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=5, choices=SUBJECTS, default=PUPIL)
    full = models.BooleanField()
    written_at = models.DateTimeField()
    arrived_at = models.DateTimeField(default=timezone.now)
    # The number stays when the job is pruned: changes and refusals are found by it.
    job = models.ForeignKey(Job, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    pupils = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    waiting = models.CharField(max_length=12, choices=Waiting.choices, blank=True)
    agreed = models.JSONField(default=list)
    completed_at = models.DateTimeField(null=True, db_index=True)
    failed_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    decided = models.JSONField(default=list)
    not_imported_because = models.TextField(blank=True)
    deleted_at = models.DateTimeField(null=True)
    first_load = models.ForeignKey(FirstLoad, models.CASCADE, null=True, related_name="imports", db_index=False)

    undo = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="of_import")
    undone = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-arrived_at", "-id")
        constraints = (models.UniqueConstraint(fields=("first_load", "base"), name="one_import_a_school_first_loaded"),)
        indexes = (
            models.Index(fields=("base", "full", "-written_at"), name="imports_by_date"),
            models.Index(fields=("-arrived_at", "-id"), condition=Q(deleted_at=None), name="imports_listed"),
        )

    def __str__(self) -> str:
        return self.source_name

    @property
    def state(self) -> ImportState:
        """How it stands. A job that is gone, or ended in whatever other way, has failed."""
        if self.completed_at:
            return ImportState.COMPLETED
        if self.not_imported_because:
            return ImportState.FAILED
        if self.waiting:
            return ImportState.WAITING
        try:
            return _OF_JOB.get(State(self.job.state), ImportState.FAILED) if self.job else ImportState.FAILED
        except Job.DoesNotExist:
            return ImportState.FAILED

    @property
    def told_of(self) -> Subject:
        """Of whom it tells (`subject`)."""
        return STAFF if self.subject == STAFF else PUPIL

    @property
    def people(self) -> str:
        """What sentences call those of whom it tells."""
        return NOUNS[self.told_of][1]

    @property
    def newest_imported_before(self) -> datetime | None:
        """When the newest imported document of this base, subject and form was written; None before the first.

        That is what the document says, but no later than it came: by a clock that went ahead of time, all that come
        until then would be older. One that was undone does not count.
        """
        imported = Import.objects.filter(
            base=self.base_id,
            subject=self.subject,
            full=self.full,
            completed_at__isnull=False,
            first_load=None,
            undo=None,
        )
        written = models.Max(Least("written_at", "arrived_at"))
        newest: datetime | None = imported.exclude(pk=self.pk).aggregate(newest=written)["newest"]
        return newest
