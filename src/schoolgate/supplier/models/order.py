"""Orders that schools have sent (SendOrder), and the ones that were refused with what the school was told."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.addresses import page_of
from schoolgate.commons.money import MoneyField
from schoolgate.supplier.models.buyer import Buyer
from schoolgate.supplier.models.document import Document
from schoolgate.supplier.models.supplier import OfSupplierQuerySet, Supplier


class Order(models.Model):
    """An authorised order as it came. Its identity is its buyer and `digest`, sha256 of the canonical XML: the same
    order sent again is one order.

    `same_number` is an earlier order with this number and other content. `changes` are sentences on what differs from
    the basket. `taken_at`: the supplier's own system has it (by API or a press of a button).
    """

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="orders", db_index=False)
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="orders", db_index=False)
    number = models.CharField("order no.", max_length=100, blank=True, db_index=True)
    reference = models.CharField("basket ref.", max_length=100, blank=True, db_index=True)
    basket = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="orders")
    order_date = models.DateField("date", null=True)
    lines = models.PositiveIntegerField(default=0)
    net = MoneyField(null=True)
    gross = MoneyField(null=True)
    digest = models.CharField(max_length=64)
    findings: Any = models.JSONField(default=list)
    changes: Any = models.JSONField(default=list)
    same_number = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    received_at = models.DateTimeField("received", default=timezone.now)
    times_sent = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField("taken", null=True)

    objects = OfSupplierQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-id")
        constraints = [models.UniqueConstraint(fields=["buyer", "digest"], name="one_order_a_content")]
        indexes = [
            models.Index(fields=["supplier", "-received_at"], name="order_newest"),
            models.Index(fields=["supplier", "received_at"], condition=models.Q(taken_at=None), name="order_not_taken"),
            models.Index(fields=["buyer", "number"], name="order_of_buyer"),
            models.Index(
                fields=["same_number"], condition=models.Q(same_number__isnull=False), name="order_of_same_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"order {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page, wherever it is asked for."""
        return page_of("order", self.pk)


class OrderContent(models.Model):
    """The XML of an order, as it came."""

    order = models.OneToOneField(Order, models.CASCADE, primary_key=True, related_name="content")
    xml = models.TextField()


class RefusedOrder(models.Model):
    """An order that was answered InvalidXmlException. The same again only counts up."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="refused_orders", db_index=False)
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="refused_orders", db_index=False)
    number = models.CharField("order no.", max_length=100, blank=True)
    digest = models.CharField(max_length=64)
    told = models.TextField("what the school was told")
    problems: Any = models.JSONField(default=list)
    xml = models.TextField()
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1)

    objects = OfSupplierQuerySet.as_manager()

    class Meta:
        ordering = ("-last_at", "-id")
        constraints = [models.UniqueConstraint(fields=["buyer", "digest"], name="one_refusal_a_content")]
        indexes = [models.Index(fields=["supplier", "-last_at"], name="refused_order_newest")]

    def __str__(self) -> str:
        return self.number or f"refused order {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page, wherever it is asked for."""
        return reverse("refused-order", args=[self.pk], urlconf=settings.ROOT_URLCONF)
