"""Orders in the ledger, as tests need them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from schoolgate.documents.ebis.money import tax_of
from schoolgate.school.purchasing.models import Coding, Order, OrderLine, OrderState, Supplier, VatCode

LINES: tuple[dict[str, Any], ...] = (
    {"part_number": "BX-100", "description": "Exercise books", "quantity": 3, "unit_price": "4.50"},
    {"part_number": "PN-7", "description": "Pens", "quantity": 10, "unit_price": "1.25"},
)


def an_order(supplier: Supplier, coding: Coding, vat_code: VatCode, *lines: dict[str, Any], **values: Any) -> Order:
    """An authorised order of £26.00 net, as if it had come as basket BASKET-1; `values` are the head's."""
    head = {
        "number": "PO-1001",
        "year": coding.year,
        "supplier": supplier,
        "came_by": supplier.web_service,
        "state": OrderState.AUTHORISED,
        "dated": date(2026, 11, 26),
        "reference": "BASKET-1",
        "delivery_address": "Green Abbey Primary School\nThe Office\n1 School Lane\nBedford\nMK40 1AA",
        "required_by": date(2026, 12, 18),
        "authorised_at": timezone.now(),
    }
    order: Order = Order.objects.create(**{**head, **values})
    for number, line in enumerate(lines or LINES, 1):
        _add(order, number, coding, vat_code, line)
    kept = order.lines.filter(removed_at=None)
    order.net = sum((line.net for line in kept), Decimal(0))
    order.vat = sum((line.vat for line in kept), Decimal(0))
    order.gross = order.net + order.vat
    order.save()
    return order


def _add(order: Order, number: int, coding: Coding, vat_code: VatCode, given: dict[str, Any]) -> None:
    values = {"number": number, "vat_code": vat_code, "coding": coding, "unit": "EA", **given}
    line = OrderLine(order=order, **{**values, "unit_price": Decimal(values["unit_price"])})
    line.net = line.net_for(line.quantity)
    line.vat = tax_of(line.net, line.vat_code.rate)
    line.save()
