"""Invoices and credit notes in the ledger, as tests of what they count for need them."""

from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone

from schoolgate.documents.ebis.money import tax_of
from schoolgate.school.purchasing.invoicing import counting
from schoolgate.school.purchasing.models import BOOKED, Invoice, InvoiceLine, InvoiceState, Order

_numbers = count(9001)


def an_invoice(order: Order, quantities: dict[int, int | Decimal], **values: Any) -> Invoice:
    """An invoice for so many of an order's lines, by their numbers, at the order's prices; booked and counted."""
    with transaction.atomic():
        held = counting.hold(order.pk)
        invoice = _head(held, **values)
        for number, line in enumerate(held.lines.filter(number__in=quantities), 1):
            net = line.net_for(quantities[line.number])
            InvoiceLine.objects.create(
                invoice=invoice,
                number=number,
                order_line=line,
                description=line.description,
                quantity=quantities[line.number],
                unit_price=line.unit_price,
                net=net,
                vat=tax_of(net, line.vat_code.rate),
                vat_code=line.vat_code,
                coding=line.coding,
            )
        counting.recount(held)
    return _summed(invoice)


def a_credit_note(invoice: Invoice, quantities: dict[int, int | Decimal], **values: Any) -> Invoice:
    """A credit note for so many of an invoice's lines, by their numbers, at its prices; booked and counted."""
    assert invoice.order is not None
    with transaction.atomic():
        held = counting.hold(invoice.order.pk)
        note = _head(held, kind=Invoice.Kind.CREDIT_NOTE, credits=invoice, **values)
        for number, line in enumerate(invoice.lines.filter(number__in=quantities), 1):
            net = (line.net * quantities[line.number] / line.quantity).quantize(Decimal("0.01"))
            InvoiceLine.objects.create(
                invoice=note,
                number=number,
                order_line=line.order_line,
                credited=line,
                description=line.description,
                quantity=quantities[line.number],
                unit_price=line.unit_price,
                net=net,
                vat=tax_of(net, line.vat_code.rate),
                vat_code=line.vat_code,
                coding=line.coding,
            )
        counting.recount(held)
    return _summed(note)


def let_go(invoice: Invoice) -> None:
    """Discard an invoice or credit note, as its page does."""
    with transaction.atomic():
        held = counting.hold(invoice.order_id) if invoice.order_id else None
        Invoice.objects.filter(pk=invoice.pk, state__in=BOOKED).update(state=InvoiceState.DISCARDED)
        if held is not None:
            counting.recount(held)


def _head(order: Order, **values: Any) -> Invoice:
    head = {
        "number": f"SI-{next(_numbers)}",
        "supplier": order.supplier,
        "year": order.year,
        "order": order,
        "dated": timezone.localdate(),
        "due": timezone.localdate(),
    }
    made: Invoice = Invoice.objects.create(**{**head, **values})
    return made


def _summed(invoice: Invoice) -> Invoice:
    """With the sums of its lines on its head."""
    lines = list(invoice.lines.all())
    invoice.net = sum((line.net for line in lines), Decimal(0))
    invoice.vat = sum((line.vat for line in lines), Decimal(0))
    invoice.gross = invoice.net + invoice.vat
    invoice.save()
    return invoice
