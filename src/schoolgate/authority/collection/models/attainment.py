import json
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models.run import CollectionRun
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.documents.students.entries import Record


class AttainmentFile(models.Model):
    """A file of a folder for attainment that was read: the same bytes under the same name are not read again."""

    base = models.ForeignKey(Base, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    run = models.ForeignKey(CollectionRun, models.SET_NULL, null=True, related_name="attainment_files")
    read_at = models.DateTimeField(default=timezone.now)

    objects = ForStaff["AttainmentFile"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("base", "name", "sha256"), name="one_row_an_attainment_file"),)

    def __str__(self) -> str:
        return self.name


class SuspendedResult(models.Model):
    """Attainment of a pupil whom nobody knows at the school: it waits until the pupil is held, or a person decides.

    `sign` stands for who it is as the school knows it (`importing.people.sign_of`), `recorded_who` and
    `recorded_results` are that part of the record as it came. A `discarded` one stays so until the school says more.
    """

    class State(models.TextChoices):
        HELD = "held", "Waits"
        DISCARDED = "discarded", "Discarded"

    base = models.ForeignKey(Base, models.CASCADE, related_name="suspended_results", db_index=False)
    sign = models.BinaryField(max_length=16)
    recorded_who = models.TextField()
    recorded_results = models.TextField()
    surname_key = models.CharField(max_length=400, blank=True)
    why = models.CharField(max_length=40)
    file = models.CharField(max_length=100)
    state = models.CharField(max_length=9, choices=State.choices, default=State.HELD)
    since = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForStaff["SuspendedResult"].as_manager()

    class Meta:
        ordering = ("since", "id")
        constraints = (models.UniqueConstraint(fields=("base", "sign"), name="one_row_a_pupils_suspended_results"),)

    def __repr__(self) -> str:
        return f"<SuspendedResult {self.pk}>"

    @property
    def who(self) -> Record:
        """Who it is, as the file said."""
        said: Record = json.loads(self.recorded_who)
        return said

    @property
    def results(self) -> dict[str, Any]:
        """The payload of the group."""
        said: dict[str, Any] = json.loads(self.recorded_results)
        return said

    def take(self, who: Record, results: dict[str, Any]) -> None:
        """Hold this from now on; not saved yet."""
        self.recorded_who, self.recorded_results = canonical(who), canonical(results)
