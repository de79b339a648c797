"""Documents between Riverside and its schools, made up but for what a test says of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from schoolgate.documents.ebis.invoices import write_invoice
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.orders import Order, write_order
from schoolgate.documents.ebis.totals import order_totals, with_amounts
from schoolgate.documents.samples.ebis import make_invoice, make_order
from schoolgate.supplier.models import Buyer

DAY = date(2026, 11, 26)


def an_order(buyer: Buyer, kind: Any = "content", *, seed: int = 1, lines: int = 2, **changed: Any) -> Order:
    """A basket, quote or authorised order between the buyer and its supplier."""
    order = make_order(seed, lines, day=DAY, kind=kind, supplier_duns=buyer.supplier.duns, buyer_duns=buyer.duns)
    return replace(order, **changed)


def a_basket(buyer: Buyer, **values: Any) -> str:
    return write_order(an_order(buyer, **values)).decode()


def a_quote(buyer: Buyer, **values: Any) -> str:
    return write_order(an_order(buyer, "quote", **values)).decode()


def an_authorised_order(buyer: Buyer, **values: Any) -> str:
    """By its reference the order of the basket of the same seed."""
    return write_order(an_order(buyer, "purchase", **values)).decode()


def an_invoice(buyer: Buyer, *, credit_note: bool = False, seed: int = 1, lines: int = 2, **changed: Any) -> str:
    invoice = make_invoice(
        seed,
        lines,
        day=DAY,
        credit_note=credit_note,
        supplier_duns=buyer.supplier.duns,
        buyer_duns=buyer.duns,
    )
    return write_invoice(replace(invoice, **changed)).decode()


def with_quantity(order: Order, number: int, quantity: int) -> Order:
    """The order with another quantity in one line, and all amounts reckoned anew."""

    def changed(line: Line) -> Line:
        if line.number != number:
            return line
        return with_amounts(replace(line, quantity=Decimal(quantity), net=None, tax_value=None, gross=None))

    lines = tuple(map(changed, order.lines))
    return replace(order, lines=lines, totals=order_totals(lines))
