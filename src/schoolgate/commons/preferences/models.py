from django.conf import settings
from django.db import models
from django.utils import timezone


class StoredPreference(models.Model):
    """The value of one preference as text; what no row speaks of has its default."""

    name = models.CharField(max_length=80, unique=True)
    value = models.TextField(blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name
