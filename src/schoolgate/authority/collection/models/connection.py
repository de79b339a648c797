import json

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.commons.sealed import SealedTextField


class ConnectionState(models.TextChoices):
    NEW = "new", "Not tested"
    WORKS = "works", "Works"
    NEEDS_ATTENTION = "needs-attention", "Needs attention"


class Connection(models.Model):
    """What a school's system is asked with: the values of a connector's settings for one base, sealed together.

    They may be entered before the base is collected through that connector. `trouble` (`wire.mis.connector.Trouble`)
    and `said` are what the last test, or a run, found wrong. `entered_at` changes with the values.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="connections")
    connector = models.CharField(max_length=40)
    sealed_values = SealedTextField(default="", blank=True)
    state = models.CharField(max_length=16, choices=ConnectionState.choices, default=ConnectionState.NEW)
    trouble = models.CharField(max_length=16, blank=True)
    said = models.CharField(max_length=500, blank=True)
    tested_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForStaff["Connection"].as_manager()

    class Meta:
        ordering = ("base", "connector")
        constraints = (
            models.UniqueConstraint(fields=("base", "connector"), name="collection_one_connection_a_connector"),
        )

    def __str__(self) -> str:
        return f"{self.connector} of {self.base_id}"

    @property
    def entered_by_school(self) -> bool:
        """Whether a school's own people entered them in the School Portal, and not the authority."""
        return self.entered_by is not None and self.entered_by.role == SCHOOL_USER

    @property
    def values(self) -> dict[str, str]:
        """By the names of the connector's settings; empty when the site's key is lost."""
        found: dict[str, str] = json.loads(self.sealed_values or "{}")
        return found

    @values.setter
    def values(self, values: dict[str, str]) -> None:
        self.sealed_values = json.dumps(values, sort_keys=True)
