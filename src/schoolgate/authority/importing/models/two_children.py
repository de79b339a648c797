from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import OfPupil, restricted_pupils
from schoolgate.authority.records.subjects import STAFF


class TwoChildrenQuerySet(OfPupil["TwoChildren"]):
    def of_restricted(self) -> Q:
        """Those of whom either is restricted."""
        return Q(one__in=restricted_pupils()) | Q(other__in=restricted_pupils())

    def of_staff(self) -> Q:
        """Two members of staff: nobody pairs one with a pupil."""
        return Q(one__kind=STAFF)


class TwoChildren(models.Model):
    """Two held pupils who look like one child, and of whom a person said that they are two (issue 4).

    `one` is the pupil with the lower number.
    """

    one = models.ForeignKey(Pupil, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Pupil, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = TwoChildrenQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("one", "other"), name="one_row_two_children"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="two_children_in_order"),
        )

    def __repr__(self) -> str:
        return f"<TwoChildren {self.pk}>"
