from django.db import models
from django.utils import timezone

from schoolgate.authority.collection.models.run import CollectionRun, Level
from schoolgate.authority.records.models.visible import ForStaff


class LogLine(models.Model):
    """Something that happened in a run: a call that failed, a group that was read, a row that could not be.

    No name and no value of a pupil, no secret: whom it is about is found through the run.
    """

    run = models.ForeignKey(CollectionRun, models.CASCADE, related_name="lines")
    at = models.DateTimeField(default=timezone.now)
    level = models.CharField(max_length=5, choices=Level.choices, default=Level.INFO)
    group = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500)

    objects = ForStaff["LogLine"].as_manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.message
