"""The queue: documents that wait for a school's finance system, and every step they may take (DESIGN 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.commons.money import MoneyField
from schoolgate.supplier.models.buyer import Buyer
from schoolgate.supplier.models.supplier import OfSupplierQuerySet, Supplier

doc_id_form = RegexValidator(r"^\S{1,100}\Z", "A document id has 1 to 100 characters and no blanks.")


class Kind(models.TextChoices):
    """The types, exactly as the fetch index spells them (reference 2.5); the labels are for people."""

    ORDER = "order", "Basket"
    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "creditnote", "Credit note"
    QUOTE = "quote", "Quote"


class State(models.TextChoices):
    WAITING = "waiting", "Waiting for the school"
    PROCESSED = "processed", "Taken by the school"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


@dataclass(frozen=True)
class Step:
    """An allowed step: from any of `sources` to `target`."""

    sources: frozenset[State]
    target: State


StepName = Literal["process", "unprocess", "withdraw", "expire", "put back"]

STEPS: Mapping[StepName, Step] = {
    # The school's two (UpdateDocumentStatus): said again they change nothing.
    "process": Step(frozenset({State.WAITING}), State.PROCESSED),
    "unprocess": Step(frozenset({State.PROCESSED}), State.WAITING),
    # The supplier's: what a school has taken cannot be taken from it again.
    "withdraw": Step(frozenset({State.WAITING}), State.WITHDRAWN),
    "put back": Step(frozenset({State.PROCESSED, State.WITHDRAWN, State.EXPIRED}), State.WAITING),
    # Nobody's: its days are over.
    "expire": Step(frozenset({State.WAITING}), State.EXPIRED),
}


class DocumentQuerySet(OfSupplierQuerySet):
    def in_the_index(self, now: datetime) -> Self:
        """Those that wait: what FetchIndex tells of. A document is gone at the instant at which it expires."""
        return self.filter(state=State.WAITING, expires_at__gt=now)

    def in_the_history(self, now: datetime) -> Self:
        """Those that a school may fetch, processed or not; withdrawn and expired ones do not exist for it."""
        return self.filter(Q(state=State.PROCESSED) | Q(state=State.WAITING, expires_at__gt=now))


class Document(models.Model):
    """A basket, invoice, credit note or quote in the queue. Its XML stands in `DocumentContent`.

    `digest` is the sha256 of the canonical XML. `reference` is the supplier's own (basket or invoice number),
    `order_number` the school's order that an invoice is for. `findings` are notes on it (a list of problems as
    dicts) that did not keep it from being queued.
    """

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="documents")
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="documents")
    doc_id = models.CharField("document id", max_length=100, unique=True, validators=[doc_id_form])
    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reference = models.CharField("your reference", max_length=100, blank=True, db_index=True)
    order_number = models.CharField("school's order number", max_length=100, blank=True, db_index=True)
    lines = models.PositiveIntegerField(default=0)
    net = MoneyField(null=True)
    gross = MoneyField(null=True)
    digest = models.CharField(max_length=64, db_index=True)
    findings: Any = models.JSONField(default=list)
    # Of the order that this invoice or credit note was made from here.
    made_from = models.ForeignKey("supplier.Order", models.SET_NULL, null=True, blank=True, related_name="documents")

    created_at = models.DateTimeField("queued", default=timezone.now)
    expires_at = models.DateTimeField("expires")
    warned_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField("taken", null=True)
    fetched_at = models.DateTimeField("fetched last", null=True)
    fetched = models.PositiveIntegerField("times fetched", default=0)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["buyer", "state", "created_at"], name="document_of_buyer"),
            models.Index(fields=["supplier", "state", "-created_at"], name="document_of_supplier"),
            models.Index(fields=["supplier", "-created_at"], name="document_newest"),
            models.Index(fields=["expires_at"], condition=Q(state="waiting"), name="document_expiring"),
        ]

    def __str__(self) -> str:
        return self.doc_id


class DocumentContent(models.Model):
    """The XML, apart from its row: a status is changed without writing 48 KB again."""

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="content")
    xml = models.TextField()


class DocumentEvent(models.Model):
    """What happened to a document: queued, fetched, processed, put back, withdrawn, expired, warned of.

    `by` is the person, empty when the school's program or the site itself did it; `words` say which.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=20)
    words = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("at", "id")
