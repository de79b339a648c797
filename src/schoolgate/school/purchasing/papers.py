"""A fetched document as people read it: what it says of itself, and its lines."""

from dataclasses import dataclass, field
from typing import Any

from schoolgate.commons.web.templatetags.web import day, money, thousands
from schoolgate.documents.ebis.invoices import Invoice, read_invoice
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.orders import Order, read_order_with_faults
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing.models import FetchedDocument

LINES_SHOWN = 500
"""More stand in the XML only, so that a page stays one that a browser can show."""


CREDITS = "Credits invoice"
"""The name of the fact that says which invoice a credit note is for."""


@dataclass(frozen=True)
class Paper:
    """What stands in a document: `facts` are names and values; `unreadable` says why it has none."""

    facts: tuple[tuple[str, Any], ...] = ()
    lines: tuple[Line, ...] = ()
    more_lines: int = 0
    unreadable: str = field(default="", kw_only=True)


def read_paper(kind: str, xml: str) -> Paper:
    """Read a document for a page. What cannot be read is told, not raised."""
    try:
        content = _read_order(xml) if kind == FetchedDocument.Kind.ORDER else read_invoice(xml)
    except DocumentError as error:
        return Paper(unreadable=error.message)
    facts = tuple((name, value) for name, value in _facts(content) if value not in ("", None))
    return Paper(facts, content.lines[:LINES_SHOWN], max(0, len(content.lines) - LINES_SHOWN))


def compare(first: Paper, second: Paper) -> list[tuple[str, Any, Any]]:
    """What each says, name by name, for a table with both beside each other."""
    one, other = dict(first.facts), dict(second.facts)
    return [(name, one.get(name, ""), other.get(name, "")) for name in {**one, **other}]


def _read_order(xml: str) -> Order:
    order, _ = read_order_with_faults(xml)
    return order


def _facts(content: Order | Invoice) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [("Date", day(content.date))]
    if isinstance(content, Order):
        facts += [
            ("Supplier's reference", content.reference),
            ("Basket filled by", content.buyer.contact.name),
            ("Required by", day(content.delivery.preferred)),
        ]
        sums = [("Goods, without VAT", content.totals.goods), ("VAT", content.totals.tax)]
        sums.append(("Total", content.totals.gross))
    else:
        facts += [
            ("Number", content.number),
            ("Your order no.", content.order_number),
            (CREDITS, content.credits),
        ]
        sums = [("Lines, without VAT", content.totals.value), ("VAT", content.totals.tax)]
        sums.append(("Total", content.totals.gross))
    facts += [("From", _party(content.supplier)), ("For", _party(content.buyer)), ("Currency", content.currency)]
    facts += [("Lines", thousands(len(content.lines))), *((name, money(amount)) for name, amount in sums)]
    return facts


def _party(party: Party) -> str:
    known = (party.name, f"DUNS {party.duns}" if party.duns else "", f"number {party.code}" if party.code else "")
    return ", ".join(filter(None, known))
