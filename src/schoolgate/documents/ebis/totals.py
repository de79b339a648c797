"""Working out what a document must state of its lines: nets, taxes, sub totals and totals (reference 6)."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from schoolgate.documents.ebis.invoices import InvoiceTotals, TaxSubTotal
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.money import NOTHING, net_of, tax_of
from schoolgate.documents.ebis.orders import OrderTotals


def with_amounts(line: Line) -> Line:
    """Fill in a line's net, tax and gross where they are absent, by its quantity, price, percentage off and rate."""
    percent_off = sum(
        (discount.percent or NOTHING for discount in line.discounts if not discount.is_late_payment_charge), NOTHING
    )
    net = line.net
    if net is None:
        net = net_of(line.quantity or NOTHING, line.unit_price or NOTHING, percent_off)
    tax_value = line.tax_value
    if tax_value is None:
        tax_value = tax_of(net, line.tax.rate or NOTHING)
    return replace(line, net=net, tax_value=tax_value, gross=net + tax_value if line.gross is None else line.gross)


def order_totals(lines: Iterable[Line]) -> OrderTotals:
    """Sum the lines of an order, each of which has its amounts and no discount."""
    goods, tax = _sums(lines)
    return OrderTotals(goods=goods, tax=tax, gross=goods + tax)


def invoice_totals(lines: tuple[Line, ...], currency: str) -> tuple[tuple[TaxSubTotal, ...], InvoiceTotals]:
    """Sum the lines of an invoice, each of which has its amounts: by rate of tax as they come, and altogether."""
    of_rate: dict[Tax, list[Line]] = {}
    for line in lines:
        of_rate.setdefault(line.tax, []).append(line)
    subtotals = []
    for tax, taxed in of_rate.items():
        net, tax_value = _sums(taxed)
        gross = net + tax_value
        subtotals.append(
            TaxSubTotal(
                tax=replace(tax, rate=tax.rate or NOTHING),
                lines=len(taxed),
                value=net,
                taxable=net,
                tax_value=tax_value,
                net=gross,
                gross=gross,
                currency=currency,
            )
        )
    value, tax_value = _sums(lines)
    gross = value + tax_value
    totals = InvoiceTotals(
        lines=len(lines),
        rates=len(subtotals),
        value=value,
        taxable=value,
        tax=tax_value,
        net=gross,
        gross=gross,
    )
    return tuple(subtotals), totals


def _sums(lines: Iterable[Line]) -> tuple[Decimal, Decimal]:
    """The lines' net and tax."""
    net = tax = NOTHING
    for line in lines:
        net += line.net or NOTHING
        tax += line.tax_value or NOTHING
    return net, tax
