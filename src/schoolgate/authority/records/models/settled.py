from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.masking import OfPupil
from schoolgate.authority.records.models.pupil import Pupil


class Settled(models.Model):
    """An entry of a base that was dealt with to the end: the same bytes, under the same rules, change nothing.

    `digest` is of the entry's bytes and of all that they were judged by. Whoever writes anything else to the pupil
    deletes its rows in the same transaction (DESIGN 7). `tally` says what the entry counts as when it is met again, in
    the importer's own form; `job` is the one that settled it.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="+", db_index=False)
    full = models.BooleanField()
    digest = models.BinaryField(max_length=16)
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="settled")
    tally = models.CharField(max_length=400, blank=True)
    job = models.BigIntegerField(null=True)

    objects = OfPupil["Settled"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("base", "full", "digest"), name="one_row_a_settled_entry"),)

    def __repr__(self) -> str:
        return f"<Settled {self.pk}>"
