from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.school.purchasing.models.order import OrderLine
from schoolgate.school.purchasing.models.visible import ForPurchasing


class GoodsReceived(models.Model):
    """So many of an order's line that were delivered on a day. What was entered wrongly is taken back, not deleted."""

    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="deliveries")
    quantity = models.PositiveIntegerField("quantity")
    received_on = models.DateField("received on")
    note = models.CharField("note", max_length=200, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForPurchasing["GoodsReceived"].as_manager()

    class Meta:
        ordering = ("received_on", "id")
        constraints = (models.CheckConstraint(condition=Q(quantity__gt=0), name="purchasing_received_above_zero"),)

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line}"
