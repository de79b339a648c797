from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models.run import CollectionRun
from schoolgate.authority.records.models.visible import ForStaff


class NotYetHeld(models.Model):
    """A pupil of whom marks came while nobody here knew the pupil.

    `key` is the school's system's, `scope` as with cursors (`plan.scope_of`). As soon as the pupil is held attendance
    is read by days once more, since the cursor has gone past those marks: by the run `read_by`, with whose end it is
    over.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="+")
    connector = models.CharField(max_length=40)
    scope = models.CharField(max_length=10, blank=True)
    key = models.CharField(max_length=100)
    since = models.DateTimeField(default=timezone.now)
    read_by = models.ForeignKey(CollectionRun, models.SET_NULL, null=True, related_name="+")

    objects = ForStaff["NotYetHeld"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("base", "connector", "scope", "key"), name="collection_one_row_not_yet_held"
            ),
        )

    def __str__(self) -> str:
        return f"{self.connector} pupil of {self.base_id}"
