"""Test Connection of a web service: a real call with the login that is kept, and what it means in plain words."""

from collections import Counter
from dataclasses import dataclass, field

from schoolgate.documents.ebis.index import Entry
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.models import WebService
from schoolgate.wire.soap.client import SupplierService
from schoolgate.wire.soap.errors import ServiceError

KINDS = {
    "order": ("basket", "baskets"),
    "invoice": ("invoice", "invoices"),
    "creditnote": ("credit note", "credit notes"),
}


@dataclass(frozen=True)
class Report:
    """What a test found: `waiting` counts the documents there by their type, or `error` is why it failed.

    `says_safe_to_repeat`: the service says of itself that an order which comes twice is one order there.
    """

    service: WebService
    waiting: dict[str, int] = field(default_factory=dict)
    error: ServiceError | None = None
    says_safe_to_repeat: bool = False

    @property
    def sentence(self) -> str:
        if self.error:
            return f"Test Connection Failed: {self.error.sentence}"
        return f"Test Connection Successful. {self._waiting_in_words}"

    @property
    def what_to_do(self) -> str:
        """Empty when there is nothing to do."""
        return self.error.remedy if self.error else ""

    @property
    def said(self) -> str:
        """The service's own words, "" where it said nothing."""
        return self.error.said if self.error else ""

    @property
    def _waiting_in_words(self) -> str:
        if not self.waiting:
            return "Nothing waits there for this school."
        known = {kind: self.waiting[kind] for kind in KINDS if self.waiting.get(kind)}
        others = sum(self.waiting.values()) - sum(known.values())
        told = [f"{number:,} {KINDS[kind][number != 1]}" for kind, number in known.items()]
        told += [f"{others:,} other document{'s' * (others != 1)}"] if others else []
        return f"For this school {', '.join(told)} wait{'s' * (sum(self.waiting.values()) == 1)} there."


def test(service: WebService) -> Report:
    """Ask the service for its list of documents. Takes seconds at most, and raises nothing: what fails is reported."""

    def ask(client: SupplierService) -> tuple[list[Entry], bool]:
        return client.fetch_index(), client.takes_orders_once

    try:
        entries, says_safe = call(service, ask)
    except ServiceError as error:
        return Report(service, error=error)
    return Report(service, dict(Counter(entry.kind for entry in entries)), says_safe_to_repeat=says_safe)
