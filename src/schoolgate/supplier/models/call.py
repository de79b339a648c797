"""What was called: a log for a while, and for each buyer what it has ever done and which rules it broke."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.supplier.models.buyer import Buyer
from schoolgate.supplier.models.supplier import OfSupplierQuerySet, Supplier


class CallQuerySet(OfSupplierQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Calls of the buyers a person may see; calls by nobody known (no supplier) are the administrator's alone."""
        if user.is_authenticated and not user.is_machine and user.role == "administrator":
            return self
        return self.filter(supplier__in=Supplier.objects.visible_to(user))


class Call(models.Model):
    """One call of the SOAP service. Written a moment after its answer, many at once: the log never slows a call.

    `outcome` is `ok`, or what the fault was (AuthenticationException, Client, ...). `request` and `answer` are the
    envelopes without the password, cut after some thousand characters; both empty where only the line was kept.
    """

    at = models.DateTimeField(default=timezone.now)
    supplier = models.ForeignKey(Supplier, models.CASCADE, null=True, related_name="+", db_index=False)
    buyer = models.ForeignKey(Buyer, models.CASCADE, null=True, related_name="calls", db_index=False)
    user = models.CharField("user name as called", max_length=150, blank=True)
    operation = models.CharField(max_length=100, blank=True)
    version = models.CharField("SOAP", max_length=3, blank=True)
    outcome = models.CharField(max_length=40)
    sentence = models.CharField("what the school was told", max_length=500, blank=True)
    doc_id = models.CharField(max_length=100, blank=True)
    broken: Any = models.JSONField("rules broken", default=list)
    microseconds = models.PositiveIntegerField(default=0)
    address = models.GenericIPAddressField(null=True)
    client = models.CharField("user agent", max_length=200, blank=True)
    request_id = models.CharField(max_length=12, db_index=True)
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=["-at"], name="call_newest"),
            models.Index(fields=["supplier", "-at"], name="call_of_supplier"),
            models.Index(fields=["buyer", "-at"], name="call_of_buyer"),
        ]

    @property
    def milliseconds(self) -> float:
        """How long it took, to a tenth."""
        return round(self.microseconds / 1000, 1)


class OperationUse(models.Model):
    """That a buyer has called an operation, how often, and what was answered last."""

    buyer = models.ForeignKey(Buyer, models.CASCADE, related_name="operations", db_index=False)
    operation = models.CharField(max_length=100)
    calls = models.PositiveBigIntegerField(default=0)
    faults = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField()
    last_outcome = models.CharField(max_length=40)
    last_fault_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "operation"], name="one_use_an_operation")]


class RuleBroken(models.Model):
    """That a buyer's calls broke a rule of the service (wire/soap/rules), and when last."""

    buyer = models.ForeignKey(Buyer, models.CASCADE, related_name="rules_broken", db_index=False)
    rule = models.CharField(max_length=60)
    times = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "rule"], name="one_row_a_rule")]
