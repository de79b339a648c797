from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models.run import CollectionRun
from schoolgate.authority.records.models.visible import ForStaff


class Cursor(models.Model):
    """Up to where a group of a base was collected through a connector, and imported to the end.

    `group` is the connector's, for tasks with filters with what stands for these behind it (`plan.scope_of`). `text` is
    opaque to all but the connector. `started_at` is when the run began whose it is.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="cursors")
    connector = models.CharField(max_length=40)
    group = models.CharField(max_length=20)
    text = models.CharField(max_length=500)
    started_at = models.DateTimeField()
    run = models.ForeignKey(CollectionRun, models.SET_NULL, null=True, related_name="+")

    objects = ForStaff["Cursor"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("base", "connector", "group"), name="collection_one_cursor_a_group"),
        )

    def __str__(self) -> str:
        return f"{self.connector} {self.group} of {self.base_id}"
