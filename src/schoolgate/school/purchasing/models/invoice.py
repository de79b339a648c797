from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.commons.money import MoneyField, QuantityField
from schoolgate.school.purchasing.models.account_codes import Coding
from schoolgate.school.purchasing.models.fetched_document import FetchedDocument
from schoolgate.school.purchasing.models.financial_year import FinancialYear
from schoolgate.school.purchasing.models.order import Order, OrderLine
from schoolgate.school.purchasing.models.posting import Posting
from schoolgate.school.purchasing.models.supplier import Supplier
from schoolgate.school.purchasing.models.vat_code import RateField, VatCode
from schoolgate.school.purchasing.models.visible import ForPurchasing


class InvoiceState(models.TextChoices):
    """How an invoice or credit note stands in the ledger."""

    UNAUTHORISED = "unauthorised", "To authorise"
    AUTHORISED = "authorised", "Authorised for payment"
    POSTED = "posted", "Exported"
    DISCARDED = "discarded", "Discarded"


STEPS: dict[str, tuple[frozenset[str], str]] = {
    "authorise": (frozenset({InvoiceState.UNAUTHORISED}), InvoiceState.AUTHORISED),
    "take back": (frozenset({InvoiceState.AUTHORISED}), InvoiceState.UNAUTHORISED),
    "post": (frozenset({InvoiceState.AUTHORISED}), InvoiceState.POSTED),
    "discard": (frozenset({InvoiceState.UNAUTHORISED}), InvoiceState.DISCARDED),
}
"""Every allowed step of an invoice or credit note: from which states, to which. Exported is for good."""

BOOKED = (InvoiceState.UNAUTHORISED, InvoiceState.AUTHORISED, InvoiceState.POSTED)
"""Those that count: for what is invoiced of an order, and as spent of a budget. The school owes it once it is here."""


class InvoiceQuerySet(ForPurchasing["Invoice"]):
    def take(self, step: str, **values: Any) -> int:
        """Take a step of STEPS with those of these invoices that may; how many did."""
        before, after = STEPS[step]
        return self.filter(state__in=before).update(state=after, changed_at=timezone.now(), **values)


class Invoice(models.Model):
    """A supplier's invoice or credit note: one that came in (`document`), or one entered by hand.

    Amounts are positive for both kinds; `sign` says which way they count. `net`, `vat` and `gross` are the document's
    own, whatever its lines make: where these differ there is a `Difference` (reference 9.3). `freight`, `charges` and
    `settlement_discount` are what it states beside its lines. `order` is None for one without an order; `credits` is
    the invoice that a credit note is for. `entered_by` is who typed it, or who said which order it is for. `version`
    goes up with every change, so that of two who change it at once the second is told.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "creditnote", "Credit note"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INVOICE)
    number = models.CharField("number", max_length=100)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="invoices")
    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="invoices")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="invoices")
    credits = models.ForeignKey("self", models.PROTECT, null=True, related_name="credit_notes")
    document = models.OneToOneField(FetchedDocument, models.PROTECT, null=True, related_name="invoice")
    state = models.CharField(max_length=12, choices=InvoiceState.choices, default=InvoiceState.UNAUTHORISED)
    dated = models.DateField("date")
    tax_point = models.DateField("tax point", null=True, blank=True)
    due = models.DateField("due", null=True, blank=True)
    net = MoneyField(default=Decimal(0))
    vat = MoneyField(default=Decimal(0))
    gross = MoneyField(default=Decimal(0))
    freight = MoneyField(default=Decimal(0))
    charges = MoneyField(default=Decimal(0))
    settlement_discount = MoneyField(default=Decimal(0))
    own_notes = models.TextField("notes", max_length=2000, blank=True)
    suppliers_notes = models.TextField(max_length=2000, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    authorised_at = models.DateTimeField(null=True)
    authorised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    over_budget = models.CharField(max_length=300, blank=True)
    posting = models.ForeignKey(Posting, models.PROTECT, null=True, related_name="invoices")
    discarded_because = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ("-entered_at", "-id")
        indexes = (models.Index(fields=("state", "-entered_at"), name="purchasing_invoices_by_state"),)
        constraints = (
            models.UniqueConstraint(
                fields=("supplier", "kind", "number"),
                condition=~Q(state=InvoiceState.DISCARDED),
                name="purchasing_one_invoice_a_number",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display().lower()} {self.number}"

    @property
    def title(self) -> str:
        """What it is called where a sentence begins."""
        return f"{self.get_kind_display()} {self.number}"

    @property
    def is_credit_note(self) -> bool:
        return self.kind == Invoice.Kind.CREDIT_NOTE

    @property
    def sign(self) -> int:
        """1, or -1 for a credit note: how its amounts count."""
        return -1 if self.is_credit_note else 1


class InvoiceLine(models.Model):
    """A line of an invoice or credit note.

    `order_line` is what it is for, `credited` the invoice's line that a credit note's line is for. Without
    either it is post and packing (reference 9.3), or a line of an invoice without an order. `net` is the supplier's
    NetLineTotal, `vat` at the rate of its code. `why` says how it came to its coding.
    """

    class Kind(models.TextChoices):
        GOODS = "goods", "Goods"
        POST_AND_PACKING = "p-and-p", "Post and packing"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.GOODS)
    order_line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="invoice_lines")
    credited = models.ForeignKey("self", models.PROTECT, null=True, related_name="credit_lines")
    part_number = models.CharField("part number", max_length=60, blank=True)
    description = models.CharField("description", max_length=500)
    quantity = QuantityField("quantity", default=Decimal(1))
    unit = models.CharField("unit", max_length=10, blank=True)
    unit_price = MoneyField("price")
    price_units = models.PositiveIntegerField(default=1)
    discount_percent = RateField("discount in per cent", default=Decimal(0))
    net = MoneyField()
    vat = MoneyField()
    vat_code = models.ForeignKey(VatCode, models.PROTECT, related_name="+")
    coding = models.ForeignKey(Coding, models.PROTECT, related_name="invoice_lines")
    why = models.CharField(max_length=200, blank=True)

    objects = ForPurchasing["InvoiceLine"].as_manager()

    class Meta:
        ordering = ("number", "id")
        constraints = (models.UniqueConstraint("invoice", "number", name="purchasing_one_invoice_line_a_number"),)

    def __str__(self) -> str:
        return f"line {self.number}"


class VatSum(models.Model):
    """The VAT of an invoice or credit note for one VAT code: the document's own, which stands, and what lines make."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="vat_sums")
    vat_code = models.ForeignKey(VatCode, models.PROTECT, related_name="+")
    net = MoneyField()
    vat = MoneyField()
    reckoned = MoneyField()

    objects = ForPurchasing["VatSum"].as_manager()

    class Meta:
        ordering = ("vat_code__code",)
        constraints = (models.UniqueConstraint("invoice", "vat_code", name="purchasing_one_vat_sum_a_code"),)

    def __str__(self) -> str:
        return f"VAT {self.vat_code.code} of {self.invoice}"


class Difference(models.Model):
    """What of an invoice is other than it should be, until a person accepts it with a reason.

    `code` is the rule's (`invoicing.differences`); `theirs` is what the document has, `ours` what the order, the
    deliveries or the arithmetic make, both in words. `line` is the invoice's, where it is of one.
    """

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="differences")
    line = models.ForeignKey(InvoiceLine, models.CASCADE, null=True, related_name="differences")
    code = models.CharField(max_length=40)
    said = models.CharField(max_length=500)
    theirs = models.CharField(max_length=200, blank=True)
    ours = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    objects = ForPurchasing["Difference"].as_manager()

    class Meta:
        ordering = ("line__number", "id")

    def __str__(self) -> str:
        return f"{self.code} of {self.invoice}"
