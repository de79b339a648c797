from django.db import models

from schoolgate.authority.records.models.decision import Decision
from schoolgate.authority.records.models.masking import OfPupil
from schoolgate.authority.records.models.pupil import Pupil


class MergedInto(models.Model):
    """The number of a pupil who was merged into another, and leads on to that one for good (`records.leading_on`).

    A number is never given twice, so that no other pupil has it.
    """

    number = models.BigIntegerField(primary_key=True)
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="merged")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="merged")

    objects = OfPupil["MergedInto"].as_manager()

    def __repr__(self) -> str:
        return f"<MergedInto {self.pk}>"
