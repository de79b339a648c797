"""What a row keeps of a document's XML: what lists show and searches find, and a digest that tells two apart."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from schoolgate.commons.money import PLACES
from schoolgate.documents.ebis.goods import Brief
from schoolgate.documents.ebis.invoices import Invoice
from schoolgate.documents.ebis.nodes import Source, parse
from schoolgate.documents.ebis.orders import Order
from schoolgate.documents.problems import Problem

LONGEST = 100
_MOST = Decimal(10) ** 12
_BETWEEN_TAGS = re.compile(rb">[ \t\n]+<")


@dataclass(frozen=True)
class Facts:
    """Of an order or invoice. `number` is the school's order number, `reference` the supplier's own; pounds."""

    number: str
    reference: str
    day: date | None
    lines: int
    net: Decimal | None
    gross: Decimal | None


def facts_of_order(order: Order | Brief) -> Facts:
    """Of a basket, a quote or an authorised order."""
    net, gross = money(order.totals.goods), money(order.totals.gross)
    return Facts(_short(order.number), _short(order.reference), order.date, len(order.lines), net, gross)


def facts_of_invoice(invoice: Invoice) -> Facts:
    """Of an invoice or credit note: its reference is its own number."""
    net, gross = money(invoice.totals.value), money(invoice.totals.gross)
    return Facts(_short(invoice.order_number), _short(invoice.number), invoice.date, len(invoice.lines), net, gross)


def digest_of(data: Source) -> str:
    """The sha256 of the canonical XML (exclusive C14N), blanks between elements apart.

    So neither an encoding nor indentation nor an unused namespace makes another document of it. Raises DocumentError
    for what is no XML.
    """
    # Tried: C14N 2.0 strips blanks by itself and takes thirteen times as long. In canonical XML neither a value nor an
    # attribute holds both of these signs as they are, so nothing but blanks between tags goes.
    canonical = etree.tostring(parse(data), method="c14n", exclusive=True, with_comments=False)
    return hashlib.sha256(_BETWEEN_TAGS.sub(b"><", canonical)).hexdigest()


def findings(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as a row keeps them, and as the API tells them."""
    return [
        {
            "code": problem.code,
            "message": problem.message,
            "path": problem.path,
            "line": problem.line,
            "remedy": problem.remedy,
        }
        for problem in problems
    ]


def money(amount: Decimal | None) -> Decimal | None:
    """An amount as a MoneyField can hold it; None for what no order is ever worth."""
    return None if amount is None or abs(amount) >= _MOST else amount.quantize(PLACES)


def _short(text: str) -> str:
    return text.replace("\0", "")[:LONGEST]
