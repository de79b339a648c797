from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolgate.school.purchasing.models.supplier import Supplier
from schoolgate.school.purchasing.models.visible import ForPurchasing
from schoolgate.school.purchasing.models.web_service import WebService

NOT_IN_TOTAL = "Not in the total:"
"""So a note begins that is of a sum which a basket states for the whole order, and which no line has (reference 5)."""


class DocumentState(models.TextChoices):
    """How a document of a supplier's stands here."""

    LISTED = "listed", "Listed, not fetched"
    FETCHED = "fetched", "Fetched"
    WAITING = "waiting", "Waits for you"
    IMPORTED = "imported", "Imported"
    KEPT_OUT = "kept-out", "Kept out"


STEPS: dict[str, tuple[frozenset[str], str]] = {
    "fetch": (frozenset({DocumentState.LISTED}), DocumentState.FETCHED),
    "wait": (frozenset({DocumentState.FETCHED, DocumentState.WAITING}), DocumentState.WAITING),
    "import": (frozenset({DocumentState.FETCHED, DocumentState.WAITING}), DocumentState.IMPORTED),
    "keep out": (frozenset({DocumentState.FETCHED, DocumentState.WAITING}), DocumentState.KEPT_OUT),
    "take back": (frozenset({DocumentState.KEPT_OUT}), DocumentState.WAITING),
}
"""Every allowed step of a document: from which states, to which. Imported is for good."""


class FetchedDocument(models.Model):
    """A document that a web service has for this school, known by its DocID there; its bytes are kept as they came.

    `rule` is the code of the rule that makes it wait (reference 9.1), with what was `found` and `expected`, where
    (`path`, `line`), and the `said` sentence. `first` is the document that it may be a second copy of: it waits beside
    it and is never imported by itself. `marked_at`: the service was told that it is processed, which follows the commit
    that imports it or keeps it out. `reference` is the supplier's for it. `mailed`: a person uploaded it, as it came by
    e-mail; then it has no service, its DocID is the name of the file, and `message_sha256` is the digest of the message
    that it stood in, if that was uploaded. `for_order` and `for_invoice` are what a person said that an invoice or
    credit note is for, where it does not say so itself.
    """

    class Kind(models.TextChoices):
        ORDER = "order", "Content order"
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "creditnote", "Credit note"
        QUOTE = "quote", "Quote"
        OTHER = "other", "Other"

    service = models.ForeignKey(WebService, models.PROTECT, null=True, related_name="documents")
    doc_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=DocumentState.choices, default=DocumentState.LISTED)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    size = models.PositiveBigIntegerField(default=0)
    listed_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    marked_at = models.DateTimeField(null=True)
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, related_name="documents")
    reference = models.CharField(max_length=100, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    said = models.CharField(max_length=500, blank=True)
    found = models.CharField(max_length=200, blank=True)
    expected = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=200, blank=True)
    line = models.PositiveIntegerField(null=True)
    notes = models.JSONField(default=list)
    first = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    mailed = models.BooleanField(default=False)
    message_sha256 = models.CharField(max_length=64, blank=True)
    for_order = models.ForeignKey("Order", models.PROTECT, null=True, related_name="+")
    for_invoice = models.ForeignKey("Invoice", models.PROTECT, null=True, related_name="+")

    objects = ForPurchasing["FetchedDocument"].as_manager()

    class Meta:
        ordering = ("-listed_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("service", "doc_id"),
                condition=Q(service__isnull=False),
                name="purchasing_one_row_a_service_and_doc_id",
            ),
            models.UniqueConstraint(
                fields=("sha256",), condition=Q(mailed=True), name="purchasing_one_row_a_mailed_document"
            ),
        )
        indexes = (
            models.Index(fields=("state", "kind"), name="purchasing_documents_by_state"),
            models.Index(fields=("supplier", "kind", "reference"), name="purchasing_documents_by_number"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference or self.doc_id}"

    @property
    def why(self) -> str:
        """Why it is where it is: a person's reason for keeping it out, else the rule that it breaks."""
        return self.reason if self.state == DocumentState.KEPT_OUT else self.said

    @property
    def beside_the_total(self) -> list[str]:
        """The notes of sums that are not in the order's total: carriage, charges, discounts on the whole of it."""
        return [note for note in self.notes if note.startswith(NOT_IN_TOTAL)]

    @property
    def other_notes(self) -> list[str]:
        """All other notes."""
        return [note for note in self.notes if not note.startswith(NOT_IN_TOTAL)]
