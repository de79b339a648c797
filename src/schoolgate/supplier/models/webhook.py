"""Addresses that are told when an order arrives, and every try to tell them."""

import uuid

from django.db import models
from django.utils import timezone

from schoolgate.commons.sealed import SealedTextField
from schoolgate.supplier.models.order import Order
from schoolgate.supplier.models.supplier import OfSupplierQuerySet, Supplier


class Webhook(models.Model):
    """An address of the supplier's. `secret` signs what is sent; `paused_at`: too many failures, a person goes on."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="webhooks")
    url = models.URLField("address", max_length=500)
    secret = SealedTextField("signing secret")
    made_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField("failures in a row", default=0)
    paused_at = models.DateTimeField("paused", null=True)

    objects = OfSupplierQuerySet.as_manager()

    class Meta:
        ordering = ("url", "id")

    def __str__(self) -> str:
        return self.url


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "To be sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class Delivery(models.Model):
    """One event told to one webhook. `event_id` is the same in every try, so that the receiver knows a repetition."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="+")
    event = models.CharField(max_length=40)
    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    order = models.ForeignKey(Order, models.CASCADE, null=True, blank=True, related_name="deliveries")
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    made_at = models.DateTimeField("when", default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    last_try_at = models.DateTimeField("last try", null=True)
    status = models.PositiveSmallIntegerField("answer", null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = OfSupplierQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = [models.Index(fields=["supplier", "-made_at"], name="delivery_newest")]
