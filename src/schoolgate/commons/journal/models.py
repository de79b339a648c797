"""The log people read: what the system did, in sentences (reference student-personnel 1.4)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.commons.journal.reading import why_kept_from


class JournalQuerySet(models.QuerySet["JournalLine"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody of the site's own people sees all lines, unless a room keeps them from some; they name no child."""
        if not user.is_authenticated or user.is_machine or why_kept_from(user):
            return self.none()
        return self

    def shown(self) -> Self:
        return self.filter(hidden_at=None)

    def hidden(self) -> Self:
        return self.exclude(hidden_at=None)


class JournalLine(models.Model):
    """One line. A child's name never stands here: `link` leads to the page that may show it."""

    class Level(models.TextChoices):
        INFO = "INFO", "INFO"
        WARN = "WARN", "WARN"
        ERROR = "ERROR", "ERROR"

    at = models.DateTimeField("date", default=timezone.now, editable=False)
    level = models.CharField(max_length=5, choices=Level.choices)
    la = models.CharField("LA number", max_length=3, blank=True)
    destination_la = models.CharField("destination LA number", max_length=3, blank=True)
    school = models.CharField("school number", max_length=4, blank=True)
    kind = models.CharField("kind of file", max_length=20, blank=True)
    message = models.CharField(max_length=500)
    details = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["-at", "-id"], name="journal_newest_first"),
            models.Index(fields=["hidden_by"], condition=models.Q(hidden_by__isnull=False), name="journal_hidden_by"),
        )

    def __str__(self) -> str:
        return f"{self.level} {self.message}"
