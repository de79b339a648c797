"""Keys of the REST API, and what was answered under an Idempotency-Key."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.supplier.models.supplier import OfSupplierQuerySet, Supplier

SCOPES = {
    "documents:read": "see the queue",
    "documents:write": "put baskets, invoices, credit notes and quotes into the queue, put back and withdraw them",
    "orders:read": "see orders and say that they are taken",
    "buyers:read": "see schools and how they call",
    "buyers:write": "add and change schools and give them passwords",
}


class ApiKey(models.Model):
    """A key of one supplier. Its text is shown once; only a digest of it is kept, with its first letters."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="api_keys")
    name = models.CharField("what uses it", max_length=100)
    start = models.CharField("begins with", max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes: Any = models.JSONField("rights", default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField("made", default=timezone.now)
    last_used_at = models.DateTimeField("last used", null=True)
    withdrawn_at = models.DateTimeField("withdrawn", null=True)

    objects = OfSupplierQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(models.Model):
    """What was answered to a request that came with an `Idempotency-Key`: said again, it gets the same answer."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="one_answer_a_key")]
