from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import OfPupil


class RemovalCandidate(models.Model):
    """Something held that a full file of the base did not say any more: nothing is removed, a person decides.

    `group` (a data group's number) and `item` say what; without a group it is the pupil who was not in the file. It
    goes by itself when a file of the base says it again. One that is not yet `confirmed` is shown to nobody: what is
    collected must lack it in two snapshots in a row.
    """

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="removal_candidates")
    base = models.ForeignKey(Base, models.CASCADE, related_name="removal_candidates")
    group = models.SmallIntegerField(null=True)
    item = models.CharField(max_length=60, blank=True)
    seen_in = models.BigIntegerField(null=True)
    confirmed = models.BooleanField(default=True)

    objects = OfPupil["RemovalCandidate"].as_manager()

    class Meta:
        ordering = ("pupil", "group", "item")
        constraints = (
            models.UniqueConstraint(
                fields=("pupil", "base", "group", "item"),
                condition=models.Q(group__isnull=False),
                name="one_row_a_missing_item",
            ),
            models.UniqueConstraint(
                fields=("pupil", "base"), condition=models.Q(group__isnull=True), name="one_row_a_missing_pupil"
            ),
        )

    def __repr__(self) -> str:
        return f"<RemovalCandidate {self.pk}>"
