from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.masking import OfPupil
from schoolgate.authority.records.models.pupil import Pupil


class Refusal(models.Model):
    """A value that a rule, a code list or a person refused. It stands until the source says something else.

    `group` is a data group's number, `item` the name of one of its items; `value_text` is the refused value as
    canonical JSON, and `value_digest` stands for it. `first_seen_in` is the job that met it first: to a later
    one it is a standing refusal, and nothing is written (which pupils met theirs again, an import tells).
    """

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="refusals", db_index=False)
    base = models.ForeignKey(Base, models.CASCADE, related_name="refusals")
    group = models.SmallIntegerField()
    item = models.CharField(max_length=60)
    value_text = models.TextField()
    value_digest = models.BinaryField(max_length=16)
    code = models.CharField(max_length=40)
    since = models.DateTimeField(default=timezone.now)
    first_seen_in = models.BigIntegerField(null=True, db_index=True)

    objects = OfPupil["Refusal"].as_manager()

    class Meta:
        ordering = ("-since", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("pupil", "base", "group", "item", "value_digest"), name="one_row_a_refused_value"
            ),
        )
        indexes = (
            models.Index(fields=("code", "since"), name="refusals_by_code"),
            models.Index(fields=("since",), name="refusals_by_age"),
        )

    def __repr__(self) -> str:
        return f"<Refusal {self.pk}>"
