"""What is made of an order that a school has sent: an invoice for it, and what differs from the basket it was."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from schoolgate.documents.ebis.goods import Goods
from schoolgate.documents.ebis.invoices import CREDIT_NOTE, INVOICE, Invoice
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import money_text, number_text
from schoolgate.documents.ebis.orders import Order
from schoolgate.documents.ebis.totals import invoice_totals, with_amounts
from schoolgate.documents.problems import DocumentError

DELETED = "Delete"
"""The action of a line that is not wanted."""


def invoice_from_order(
    order: Order,
    number: str,
    day: date,
    kind: Literal["invoice", "creditnote"] = "invoice",
    credits: str = "",  # noqa: A002  the invoice's own word; nobody reads Python's credits here
) -> Invoice:
    """Make an invoice of all that was ordered, line for line, or a credit note for the invoice called ``credits``.

    Charges beside the lines (freight) are not in it: nothing says how they are taxed.
    Raises DocumentError ``tax-unknown`` for a line without a rate or code of tax, ``incomplete`` where no line is left.
    """
    lines = tuple(_billed(line) for line in order.lines if line.action != DELETED)
    if not lines:
        raise DocumentError("incomplete", "The order has no line to make an invoice of.")
    subtotals, totals = invoice_totals(lines, order.currency)
    return Invoice(
        number=number,
        date=day,
        supplier=order.supplier,
        buyer=order.buyer,
        lines=lines,
        tax_subtotals=subtotals,
        totals=totals,
        kind=INVOICE if kind == "invoice" else CREDIT_NOTE,
        currency=order.currency,
        language=order.language,
        order_number=order.number,
        reference=order.reference,
        credits=credits,
        tax_point=day,
        order_date=order.date,
        invoice_to=order.invoice_to,
    )


def changes(basket: Iterable[Line | Goods], ordered: Iterable[Line | Goods]) -> list[str]:
    """Say how an order's lines differ from the basket it was made from: "line 2 removed", "line 1 quantity 10 → 8".

    Lines are known again by number and product, else by product alone. A school may remove lines and change quantities
    (reference 1); anything else is said too.
    """
    offered, wanted = list(basket), [line for line in ordered if line.action != DELETED]
    exact = {(line.number, line.product): line for line in wanted}
    alike: dict[str, list[Line | Goods]] = {}
    known = {(line.number, line.product) for line in offered}
    for line in wanted:
        if (line.number, line.product) not in known:
            alike.setdefault(line.product, []).append(line)
    said: list[str] = []
    for line in offered:
        found = exact.get((line.number, line.product))
        if found is None and alike.get(line.product):
            found = alike[line.product].pop(0)
        said += [f"line {line.number} removed"] if found is None else _differences(line, found)
    return said + [f"line {line.number} added" for lines in alike.values() for line in lines]


def _billed(line: Line) -> Line:
    if line.tax.rate is None or not line.tax.code:
        raise DocumentError(
            "tax-unknown",
            f"Line {line.number} of the order has no rate of tax.",
            remedy="Write the invoice yourself, as JSON or XML.",
        )
    return with_amounts(replace(line, action="Original", order_line=str(line.number)))


def _differences(before: Line | Goods, after: Line | Goods) -> Iterator[str]:
    def changed(what: str, old: str, new: str) -> str:
        return f"line {before.number} {what} {old or 'none'} → {new or 'none'}"

    if before.quantity != after.quantity:
        yield changed("quantity", number_text(before.quantity), number_text(after.quantity))
    if before.unit_price != after.unit_price:
        yield changed("price", money_text(before.unit_price), money_text(after.unit_price))
    if before.unit != after.unit:
        yield changed("unit", before.unit, after.unit)
