"""Freight and other charges of an invoice: on lines of their own, in its LineValueTotal, or beside both (reference 6).

Suppliers do all three, and the schema has room for each. The total tells them apart: it is the lines' nets and the VAT,
or these and the charges. What no line has becomes one, of post and packing, so that the lines make the total.
"""

from decimal import Decimal

from schoolgate.documents.ebis.invoices import Invoice, TaxSubTotal
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.money import NOTHING, to_pence

CHARGES = "Freight and other charges"


def vat_of(invoice: Invoice) -> Decimal:
    """The VAT of a document: what it states at each rate, in pence."""
    return sum((to_pence(rate.tax_value or NOTHING) for rate in invoice.tax_subtotals), NOTHING)


def net_of(invoice: Invoice) -> Decimal:
    """What a document comes to without VAT: its LineValueTotal, or that and its charges, as its total has it."""
    totals = invoice.totals
    value = _lines(invoice) if totals.value is None else to_pence(totals.value)
    both = value + _charges(invoice)
    wanted = to_pence(totals.gross or NOTHING) - vat_of(invoice)
    return value if abs(wanted - value) <= abs(wanted - both) else both


def line_of_charges(invoice: Invoice) -> Line | None:
    """A line for the charges that a document's total has and none of its lines; None where there are none."""
    charges, net, lines = _charges(invoice), net_of(invoice), _lines(invoice)
    if abs(net - lines) <= abs(net - lines - charges):
        return None
    return Line(
        0,
        description=CHARGES,
        quantity=Decimal(1),
        unit_price=charges,
        net=charges,
        tax=_tax_of(invoice, charges),
    )


def _charges(invoice: Invoice) -> Decimal:
    return to_pence((invoice.totals.freight or NOTHING) + (invoice.totals.charges or NOTHING))


def _lines(invoice: Invoice) -> Decimal:
    return sum((to_pence(line.net or NOTHING) for line in invoice.lines), NOTHING)


def _tax_of(invoice: Invoice, charges: Decimal) -> Tax:
    """The rate whose sub total has the charges, too; of several that of most goods, whose VAT they follow."""

    def goods(rate: TaxSubTotal) -> Decimal:
        return sum((line.net or NOTHING for line in invoice.lines if line.tax == rate.tax), NOTHING)

    rates = [rate for rate in invoice.tax_subtotals if rate.tax.rate is not None]
    best = min(
        rates, key=lambda rate: (abs((rate.value or NOTHING) - goods(rate) - charges), -goods(rate)), default=None
    )
    return Tax() if best is None else best.tax
