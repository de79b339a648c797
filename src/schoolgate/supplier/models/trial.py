"""Tests of a service: somebody has the site play a school's finance system against an address."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.commons.sealed import SealedTextField


class TrialQuerySet(models.QuerySet["Trial"]):
    def visible_to(self, user: Any) -> Self:
        """Each person's own: they hold what another's service answered."""
        return self.filter(by=user) if user.is_authenticated and not user.is_machine else self.none()


class Trial(models.Model):
    """One test, kept for a day.

    `password` is sealed, and gone the moment a worker begins. `new_password` is what the service made up where it was
    asked for one, sealed until it was shown. `steps` are those of `wire.soap.trying`, envelopes without passwords.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.CharField(max_length=500)
    own = models.BooleanField(default=False)
    username = models.CharField(max_length=150)
    password = SealedTextField(null=True)
    new_password = SealedTextField(null=True)
    supplier_duns = models.CharField(max_length=9, blank=True)
    buyer_duns = models.CharField(max_length=9, blank=True)
    history = models.CharField(max_length=100)
    order = models.TextField(blank=True)
    change_password = models.BooleanField(default=False)
    steps: Any = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.address

    @property
    def failed(self) -> int:
        """How many steps failed so far."""
        return sum(step["verdict"] == "fail" for step in self.steps)

    @property
    def passed(self) -> int:
        """How many steps passed so far."""
        return sum(step["verdict"] == "pass" for step in self.steps)
