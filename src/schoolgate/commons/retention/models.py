from django.db import models
from django.utils import timezone


class LastRun(models.Model):
    """What became of one kind when it was last cleared: `removed` things of `size` bytes, and why others stayed.

    `held_back` has the reasons in words, each with its number.
    """

    kind = models.CharField(max_length=40, unique=True)
    ended_at = models.DateTimeField(default=timezone.now)
    removed = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    held_back = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.kind
