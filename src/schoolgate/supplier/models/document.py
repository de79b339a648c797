"""The queue: documents that wait for a school's finance system, and every step they may take (DESIGN 5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
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
    # Its days are over, or its supplier ends them.
    "expire": Step(frozenset({State.WAITING}), State.EXPIRED),
}


class DocumentQuerySet(OfSupplierQuerySet):
    def standing_in(self, states: Collection[State], now: datetime) -> Self:
        """Those whose state at this instant (`Document.state_at`) is one of these."""
        asked = Q(state__in=[state for state in states if state != State.WAITING])
        if State.WAITING in states:
            asked |= Q(state=State.WAITING, expires_at__gt=now)
        if State.EXPIRED in states:
            asked |= Q(state=State.WAITING, expires_at__lte=now)
        return self.filter(asked)

    def in_the_index(self, now: datetime) -> Self:
        """Those that wait: what FetchIndex tells of. A document is gone at the instant at which it expires."""
        return self.filter(state=State.WAITING, expires_at__gt=now)

    def in_the_history(self, now: datetime) -> Self:
        """Those that a school may fetch, processed or not; withdrawn and expired ones do not exist for it.

        Nor do those whose content is no longer kept: what stands in an index can be fetched.
        """
        return self.standing_in({State.WAITING, State.PROCESSED}, now).filter(content_gone_at=None)

    def that_may(self, step: StepName, now: datetime, *, seen: State | None = None) -> Self:
        """Those of which the table allows the step, `seen`: only from this one of its states.

        What has no content any more waits for nobody.
        """
        sources = STEPS[step].sources if seen is None else STEPS[step].sources & {seen}
        rows = self.standing_in(sources, now)
        return rows.filter(content_gone_at=None) if STEPS[step].target == State.WAITING else rows

    def expiring_soon(self, now: datetime, days: int) -> Self:
        """Those that wait and will expire within so many days, the first to go first."""
        return self.in_the_index(now).filter(expires_at__lte=now + timedelta(days=days)).order_by("expires_at", "pk")

    def over(self, now: datetime) -> Self:
        """Those whose day has come while they waited, and of which the periodic work has not said so yet."""
        return self.filter(state=State.WAITING, expires_at__lte=now)


class Document(models.Model):
    """A basket, invoice, credit note or quote in the queue. Its XML stands in `DocumentContent`.

    `digest` is the sha256 of the canonical XML. `reference` is the supplier's own (basket or invoice number),
    `order_number` the school's order that an invoice is for. `findings` are notes on it (a list of problems as
    dicts) that did not keep it from being queued.
    """

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="documents", db_index=False)
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="documents", db_index=False)
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
    content_gone_at = models.DateTimeField(null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["buyer", "state", "created_at"], name="document_of_buyer"),
            models.Index(fields=["supplier", "state", "-created_at"], name="document_of_supplier"),
            models.Index(fields=["supplier", "-created_at"], name="document_newest"),
            models.Index(fields=["expires_at"], condition=Q(state="waiting"), name="document_expiring"),
            models.Index(
                fields=["changed_at"],
                condition=~Q(state="waiting") & Q(content_gone_at=None),
                name="document_over_with_content",
            ),
        ]

    def __str__(self) -> str:
        return self.doc_id

    def get_absolute_url(self) -> str:
        """Its page, wherever it is asked for."""
        return reverse("document", args=[self.pk], urlconf=settings.ROOT_URLCONF)

    def state_at(self, now: datetime) -> State:
        """The state at an instant: one is expired the moment its day comes, not when the periodic work says so."""
        over = self.state == State.WAITING and self.expires_at <= now
        return State.EXPIRED if over else State(self.state)

    def may(self, step: StepName, now: datetime) -> bool:
        """Whether the table allows the step now."""
        return self.state_at(now) in STEPS[step].sources

    def take(self, step: StepName, now: datetime, *, seen: State | None = None, **values: Any) -> bool:
        """Take a step if the table allows it of the row as it stands now; false when it does not, or no longer.

        `seen`: only from this one of the step's states. `values` are further fields, written with it.
        """
        row = Document.objects.filter(pk=self.pk).that_may(step, now, seen=seen)
        moved = row.update(state=STEPS[step].target, changed_at=now, **values)
        if moved:
            self.refresh_from_db(fields=["state", "changed_at", *values])
        return bool(moved)


class DocumentContent(models.Model):
    """The XML, apart from its row: a status is changed without writing 48 KB again.

    `goods` is what an order is compared by with the basket it was made from (`goods_as_json`), so that a basket need
    not be read again; null of what is no basket, and of one that was queued by a version that did not keep it.
    """

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="content")
    xml = models.TextField()
    goods: Any = models.JSONField(null=True)


class DocumentEvent(models.Model):
    """What happened to a document: queued, fetched, processed, put back, withdrawn, expired, warned of.

    `by` is the person, empty when the school's program or the site itself did it; `words` say which.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=20)
    words = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("at", "id")
        indexes = [models.Index(fields=["by"], condition=Q(by__isnull=False), name="event_by")]
