"""What may be invoiced of an order, and credited of an invoice: line by line, less what was before."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from schoolgate.documents.ebis.invoices import Invoice, read_invoice
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import NOTHING, money_text, number_text, to_decimal
from schoolgate.documents.ebis.orders import read_order
from schoolgate.supplier.models import Document, DocumentContent, Kind, Order, OrderContent, State

SIGNS = {Kind.INVOICE: 1, Kind.CREDIT_NOTE: -1}


@dataclass(frozen=True)
class Billable:
    """A line that can be invoiced or credited. `before`: how much of it was, `left`: how much is not yet."""

    line: Line
    order_line: str
    quantity: Decimal
    before: Decimal

    @property
    def left(self) -> Decimal:
        return max(NOTHING, self.quantity - self.before)

    def is_exceeded_by(self, quantity: str) -> bool:
        """Whether so many are more than what is left; what is no number is not for this to judge."""
        try:
            return to_decimal(quantity) > self.left
        except ValueError:
            return False

    def as_json(self, quantity: str, tax: Mapping[str, str]) -> dict[str, Any]:
        """The line of an invoice's JSON (docs/reference/basket-json.md); `tax` are its code and rate there."""
        line = self.line
        percents = [one.percent for one in line.discounts if one.percent and not one.is_late_payment_charge]
        value = {
            "product": line.product,
            "description": line.description,
            "quantity": quantity,
            "unit": line.unit,
            "unit_price": money_text(line.unit_price),
            **tax,
            "cost_centre": line.cost_centre,
            "ledger_code": line.ledger_code,
            "order_line": self.order_line,
            "discount_percent": number_text(sum(percents, NOTHING)) if percents else "",
        }
        return {name: given for name, given in value.items() if given}


def seen_as(lines: Iterable[Billable]) -> str:
    """What a page showed of what is left, in one word: it changes when somebody invoices or credits meanwhile."""
    told = " ".join(f"{line.quantity.normalize()}-{line.before.normalize()}" for line in lines)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def billable_of_order(order: Order) -> list[Billable]:
    """The lines of an order, less what its invoices charge and plus what their credit notes give back.

    Documents that name its number count too, whoever made them. Raises DocumentError when it cannot be read.
    """
    lines = read_order(OrderContent.objects.get(order=order).xml).lines
    for_it = Document.objects.filter(buyer=order.buyer)
    if order.number:
        for_it = for_it.filter(Q(made_from=order) | Q(order_number=order.number))
    else:
        for_it = for_it.filter(made_from=order)
    before = _charged(for_it)
    return [
        Billable(line, str(line.number), line.quantity or NOTHING, before.get(str(line.number), NOTHING))
        for line in lines
        if line.action != "Delete"
    ]


def billable_of_invoice(document: Document) -> tuple[Invoice, list[Billable]]:
    """An invoice and its lines, less what credit notes for its number give back.

    Raises DocumentError when it cannot be read, DocumentContent.DoesNotExist when it is no longer kept.
    """
    invoice = read_invoice(DocumentContent.objects.get(document=document).xml)
    notes = Document.objects.filter(buyer=document.buyer, kind=Kind.CREDIT_NOTE, order_number=document.order_number)
    given_back = _charged(notes, credited=invoice.number)
    return invoice, [
        Billable(line, line.order_line, line.quantity or NOTHING, -given_back.get(line.order_line, NOTHING))
        for line in invoice.lines
    ]


def _charged(documents: QuerySet[Document], *, credited: str = "") -> dict[str, Decimal]:
    """How much of each line of the order these invoices charge, less what their credit notes give back.

    `credited`: only what gives back of the invoice with this number. Documents that no school can fetch don't count.
    """
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    standing = documents.filter(kind__in=SIGNS).exclude(state__in=[State.WITHDRAWN, State.EXPIRED])
    for content in DocumentContent.objects.filter(document__in=standing).select_related("document"):
        invoice = read_invoice(content.xml)
        if credited and invoice.credits != credited:
            continue
        for line in invoice.lines:
            total[line.order_line] += SIGNS[Kind(content.document.kind)] * (line.quantity or NOTHING)
    return total
