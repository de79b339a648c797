from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.decision import Decision
from schoolgate.authority.records.models.visible import ForStaff


class Change(models.Model):
    """Where values came from: one file, run or person, at one time, by one rule. Rows name the change that wrote them.

    `source_name` is for people (a file's name, a run's, a person's), `source_key` for programs (a file's digest, a
    run's number); a person is in `by` too. `job` is the number of the job that wrote, kept when the job itself is
    pruned. `rule` says why it was written: by which rule the pupil was found and the values taken. `decision` is the
    step in which a person wrote it; what a person accepted of a file has the file as its source, and no job.
    """

    class Source(models.TextChoices):
        FILE = "file"
        RUN = "run"
        PERSON = "person"

    source = models.CharField(max_length=6, choices=Source.choices)
    source_name = models.CharField(max_length=200)
    source_key = models.CharField(max_length=64, blank=True)
    base = models.ForeignKey(Base, models.PROTECT, null=True, related_name="+")
    job = models.BigIntegerField(null=True, db_index=True)
    rule = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="changes")

    objects = ForStaff["Change"].as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.source_name
