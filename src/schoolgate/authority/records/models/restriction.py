from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.records.models.visible import ForStaff, may_see_restricted


class RestrictionQuerySet(ForStaff["Restriction"]):
    def visible_to(self, user: Any) -> Self:
        """All for whoever was given the right; for everybody else, administrators too, there are none."""
        return self if may_see_restricted(user) else self.none()

    def due(self, today: date) -> Self:
        """Those whose day to be looked at again has come."""
        return self.filter(until__lte=today)


class Restriction(models.Model):
    """Says that a pupil's whereabouts must not leak (DESIGN 3): who lacks the right sees nothing of the pupil.

    `why` and `until` are a person's, `by` and `since` tell who restricted it and when. `until` is the day on which it
    is looked at again; no day ends a restriction, a person does. `version` goes up with each change, so that of two
    people who change it at once the second is told.
    """

    pupil = models.OneToOneField("authority_records.Pupil", models.CASCADE, related_name="restriction")
    why = models.TextField()
    until = models.DateField(null=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        ordering = (models.F("until").asc(nulls_last=True), "id")

    def __repr__(self) -> str:
        return f"<Restriction {self.pk}>"

    def is_due(self, today: date) -> bool:
        """Whether the day has come on which it is looked at again."""
        return self.until is not None and self.until <= today
