"""Backups that were made, and times that this site was put back from one."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Backup(models.Model):
    """A backup that was made, and of which what was written was read again. One that failed leaves no row.

    `made_at` is the moment that it is of: nothing later is in it. `folder` is where it lies, `size` what it is of in
    bytes, `written` what of that had to be written, since the rest lay there already.
    """

    made_at = models.DateTimeField(unique=True)
    ended_at = models.DateTimeField(default=timezone.now)
    folder = models.CharField(max_length=500)
    size = models.BigIntegerField(default=0)
    written = models.BigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    same_disk = models.BooleanField(default=False)

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return self.folder


class Restoration(models.Model):
    """This site was put back from a backup of `made_at`: what happened from then until `at` is not in it.

    It is told on the first page until somebody says to have seen to it.
    """

    made_at = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
