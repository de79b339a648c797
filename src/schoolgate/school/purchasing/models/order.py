from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.commons.money import PENCE, MoneyField, QuantityField
from schoolgate.documents.ebis.money import to_pence
from schoolgate.school.purchasing.models.account_codes import Coding
from schoolgate.school.purchasing.models.fetched_document import FetchedDocument
from schoolgate.school.purchasing.models.financial_year import FinancialYear
from schoolgate.school.purchasing.models.supplier import Supplier
from schoolgate.school.purchasing.models.vat_code import VatCode
from schoolgate.school.purchasing.models.visible import ForPurchasing
from schoolgate.school.purchasing.models.web_service import WebService


class OrderState(models.TextChoices):
    """How a purchase order stands (DESIGN 5)."""

    UNAUTHORISED = "unauthorised", "Unauthorised"
    AUTHORISED = "authorised", "Authorised"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    UNSURE = "unsure", "Unsure whether it arrived"
    PART_INVOICED = "part-invoiced", "Part invoiced"
    COMPLETE = "complete", "Complete"
    DISCARDED = "discarded", "Discarded"
    CANCELLED = "cancelled", "Cancelled"


STEPS: dict[str, tuple[frozenset[str], str]] = {
    "authorise": (frozenset({OrderState.UNAUTHORISED}), OrderState.AUTHORISED),
    "take back": (frozenset({OrderState.AUTHORISED}), OrderState.UNAUTHORISED),
    "send": (frozenset({OrderState.AUTHORISED, OrderState.UNSURE}), OrderState.SENDING),
    "arrive": (frozenset({OrderState.SENDING, OrderState.UNSURE}), OrderState.SENT),
    "print": (frozenset({OrderState.AUTHORISED}), OrderState.SENT),
    "be refused": (frozenset({OrderState.SENDING, OrderState.UNSURE}), OrderState.UNAUTHORISED),
    "not go out": (frozenset({OrderState.SENDING}), OrderState.AUTHORISED),
    "be unsure": (frozenset({OrderState.SENDING}), OrderState.UNSURE),
    "discard": (frozenset({OrderState.UNAUTHORISED}), OrderState.DISCARDED),
    "cancel": (
        frozenset({OrderState.AUTHORISED, OrderState.SENT, OrderState.UNSURE, OrderState.PART_INVOICED}),
        OrderState.CANCELLED,
    ),
    "invoice part": (frozenset({OrderState.SENT, OrderState.PART_INVOICED}), OrderState.PART_INVOICED),
    "complete": (frozenset({OrderState.SENT, OrderState.PART_INVOICED}), OrderState.COMPLETE),
    "reopen": (frozenset({OrderState.PART_INVOICED, OrderState.COMPLETE}), OrderState.SENT),
}
"""Every allowed step of an order: from which states, to which."""

COMMITTED = (
    OrderState.AUTHORISED,
    OrderState.SENDING,
    OrderState.UNSURE,
    OrderState.SENT,
    OrderState.PART_INVOICED,
)
"""Orders whose lines are committed against their budgets, as far as they are not invoiced."""

INVOICED = (OrderState.SENT, OrderState.UNSURE, OrderState.PART_INVOICED, OrderState.COMPLETE)
"""Orders that an invoice may be for: they went, or may have gone, to their supplier."""


class OrderQuerySet(ForPurchasing["Order"]):
    def take(self, step: str, **values: Any) -> int:
        """Take a step of STEPS with those of these orders that may; how many did."""
        before, after = STEPS[step]
        return self.filter(state__in=before).update(state=after, changed_at=timezone.now(), **values)


class Order(models.Model):
    """A purchase order: a supplier's basket that came in (`document`), or one that was raised here.

    `number` is the establishment's own, in its numbering. `basket_by` is the login or name of who filled the basket;
    `reference` the supplier's for it, which goes back with the order. `net`, `vat` and `gross` are the sums of its
    lines. `version` goes up with every change, so that of two who change it at once the second is told. `over_budget`
    is the reason with which it was authorised all the same. `came_by` is the web service by which it came, and goes.
    `said` is what the supplier's service said last. `rest_closed` is that a person said that nothing more will come.
    """

    number = models.CharField(max_length=20, unique=True)
    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="orders")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="orders")
    document = models.OneToOneField(FetchedDocument, models.PROTECT, null=True, related_name="order")
    came_by = models.ForeignKey(WebService, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=13, choices=OrderState.choices, default=OrderState.UNAUTHORISED)
    dated = models.DateField()
    reference = models.CharField(max_length=100, blank=True)
    basket_by = models.CharField(max_length=100, blank=True)
    delivery_address = models.TextField("delivery address", max_length=600, blank=True)
    required_by = models.DateField("required by", null=True, blank=True)
    own_notes = models.TextField("notes", max_length=2000, blank=True)
    suppliers_notes = models.TextField(max_length=2000, blank=True)
    net = MoneyField(default=Decimal(0))
    vat = MoneyField(default=Decimal(0))
    gross = MoneyField(default=Decimal(0))
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    authorised_at = models.DateTimeField(null=True)
    authorised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    over_budget = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True)
    rest_closed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ("-raised_at", "-id")
        indexes = (models.Index(fields=("state", "-raised_at"), name="purchasing_orders_by_state"),)

    def __str__(self) -> str:
        return f"order {self.number}"

    @property
    def is_content_order(self) -> bool:
        """Whether it came as a supplier's basket: then no line is added, and no price, part or description changed."""
        return self.document_id is not None


class OrderLine(models.Model):
    """A line of an order. `number` is as in the supplier's basket, and stays when other lines go.

    `why` says how it came to its coding: the rule and the template. `cost_centre_sent` and `ledger_code_sent` are what
    the supplier's site had for the line. Lines that a person took off stay (`removed_at`), outside all sums.
    `unit_price` is for `price_units` units. `discount` is how far the supplier's net of the line was below that price
    for the quantity that the basket had (`quantity_sent`): its discounts, and a penny of rounding either way.
    `invoiced` is the sum of what booked invoices have of it, less credit notes, `received` of what was delivered: both
    are written with the rows that they sum up, in one transaction.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    part_number = models.CharField("part number", max_length=60, blank=True)
    description = models.CharField("description", max_length=500)
    quantity = models.PositiveIntegerField("quantity")
    unit = models.CharField("unit", max_length=10, blank=True)
    unit_price = MoneyField("price")
    price_units = models.PositiveIntegerField(default=1)
    discount = MoneyField(default=Decimal(0))
    net = MoneyField()
    vat = MoneyField()
    vat_code = models.ForeignKey(VatCode, models.PROTECT, related_name="+")
    coding = models.ForeignKey(Coding, models.PROTECT, related_name="order_lines")
    why = models.CharField(max_length=200, blank=True)
    cost_centre_sent = models.CharField(max_length=50, blank=True)
    ledger_code_sent = models.CharField(max_length=50, blank=True)
    quantity_sent = models.PositiveIntegerField(null=True)
    invoiced = QuantityField(default=Decimal(0))
    received = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForPurchasing["OrderLine"].as_manager()

    class Meta:
        ordering = ("number", "id")
        constraints = (
            models.UniqueConstraint(fields=("order", "number"), name="purchasing_one_line_a_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchasing_quantity_above_zero"),
        )

    def __str__(self) -> str:
        return f"line {self.number}"

    def net_for(self, quantity: int | Decimal) -> Decimal:
        """What so many cost without VAT, half up to pence; a discount goes with the quantity.

        The quantity of the basket costs what the supplier said that it costs.
        """
        discount = self.discount * quantity / (self.quantity_sent or quantity or 1)
        return to_pence(self.unit_price * quantity / self.price_units - discount)

    @property
    def not_invoiced(self) -> Decimal:
        """How many of it no invoice has, or a credit note took back; never below nothing, nor more than ordered."""
        rest: Decimal = self.quantity - self.invoiced
        return min(max(rest, Decimal(0)), Decimal(self.quantity))

    @property
    def still_committed(self) -> Decimal:
        """What of it is not invoiced, in pounds net, at the order's price."""
        return self.net if self.not_invoiced == self.quantity else self.net_for(self.not_invoiced)

    @property
    def taken_off(self) -> Decimal:
        """The discount on the line as it is, in pounds; a penny is none, but rounding."""
        off = to_pence(self.unit_price * self.quantity / self.price_units) - self.net
        return off if abs(off) > PENCE else Decimal(0)
