from django.db import models


class ToldEnding(models.Model):
    """That something ends at this time has been told in the journal, so that it is told once."""

    key = models.CharField(max_length=300)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "ends_at"), name="an_ending_is_told_once"),)
