from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import OfPupil

LONGEST_NOTE = 1000
"""Characters."""


class Assignment(models.Model):
    """Who looks after what waits of a pupil, so that two officers do not do the same."""

    pupil = models.OneToOneField(Pupil, models.CASCADE, related_name="assignment")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    objects = OfPupil["Assignment"].as_manager()

    def __repr__(self) -> str:
        return f"<Assignment {self.pk}>"


class Note(models.Model):
    """What one officer lets the others know of a pupil: for staff, never sent anywhere."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=LONGEST_NOTE)

    objects = OfPupil["Note"].as_manager()

    class Meta:
        ordering = ("-id",)

    def __repr__(self) -> str:
        return f"<Note {self.pk}>"
