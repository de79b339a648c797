"""Invoices and credit notes in the ledger, as reports and exports find them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from schoolgate.documents.ebis.money import tax_of
from schoolgate.school.purchasing.models import (
    Coding,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Supplier,
    VatCode,
    VatSum,
)

Row = tuple[str, str, Coding, VatCode]
"""A line: what for, its net, its coding and its VAT code."""


def an_invoice_of(supplier: Supplier, *rows: Row, number: str = "SI-9001", **values: Any) -> Invoice:
    """An invoice that is authorised for payment; its sums are its lines', unless `values` of its head say otherwise."""
    state = values.pop("state", InvoiceState.AUTHORISED)
    head = {
        "number": number,
        "supplier": supplier,
        "year": rows[0][2].year,
        "state": state,
        "dated": date(2026, 11, 20),
        "authorised_at": None if state == InvoiceState.UNAUTHORISED else timezone.now(),
    }
    invoice: Invoice = Invoice.objects.create(**{**head, **values})
    for place, (description, net, coding, vat_code) in enumerate(rows, 1):
        InvoiceLine.objects.create(
            invoice=invoice,
            number=place,
            description=description,
            unit_price=Decimal(net),
            net=Decimal(net),
            vat=tax_of(Decimal(net), vat_code.rate),
            vat_code=vat_code,
            coding=coding,
        )
    lines = list(invoice.lines.select_related("vat_code"))
    for vat_code in {line.vat_code for line in lines}:
        of_code = [line for line in lines if line.vat_code == vat_code]
        goods = sum((line.net for line in of_code), Decimal(0))
        vat = sum((line.vat for line in of_code), Decimal(0))
        VatSum.objects.create(invoice=invoice, vat_code=vat_code, net=goods, vat=vat, reckoned=vat)
    for name in ("net", "vat"):
        if name not in values:
            setattr(invoice, name, sum((getattr(line, name) for line in lines), Decimal(0)))
    if "gross" not in values:
        invoice.gross = invoice.net + invoice.vat
    invoice.save()
    return invoice
