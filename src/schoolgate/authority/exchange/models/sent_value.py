from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models.outbox_entry import OutboxEntry
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import OfPupil


class SentValue(models.Model):
    """An item of a pupil, or of a member of staff, that was put into a file for a school, once for each change of it.

    `change` is the number of the change that the value is from: another one is to be sent again, be it to the same
    value. `entry` is the file, as long as the outbox has it.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="+", db_index=False)
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="+")
    group = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=60)
    change = models.BigIntegerField()
    entry = models.ForeignKey(OutboxEntry, models.SET_NULL, null=True, related_name="values_sent")

    objects = OfPupil["SentValue"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("base", "pupil", "group", "item"), name="one_value_sent_an_item_and_base"),
        )

    def __repr__(self) -> str:
        return f"<SentValue {self.pk}>"
