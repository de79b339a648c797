"""An order in brief: what its row keeps of it, and the goods by which it is compared with the basket it was made from.

A service takes in orders of a hundred lines, and to read all that they hold would take half of the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from schoolgate.documents.ebis.figures import Children, Figures, LineFigures, children_of
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.orders import OrderTotals


class Goods(NamedTuple):
    """What a line orders, in ``Line``'s words."""

    number: int
    product: str
    description: str
    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    action: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """An order, in ``Order``'s words. Of its totals only ``goods`` and ``gross`` are read."""

    number: str
    reference: str
    date: date | None
    lines: tuple[Goods, ...]
    totals: OrderTotals


def read_brief(figures: Figures) -> Brief:
    """Read an order that was checked and not refused, from the figures of that check; the same as ``read_order``."""
    references = children_of(figures.children.get(f"{figures.namespace}OrderReferences"))
    return Brief(
        number=_text(figures, references, "BuyersOrderNumber"),
        reference=_text(figures, references, "SuppliersOrderReference"),
        date=figures.day,
        lines=tuple(_goods(figures, line) for line in figures.lines),
        totals=OrderTotals(
            goods=figures.number(figures.total, "GoodsValue"), gross=figures.number(figures.total, "GrossValue")
        ),
    )


def goods_as_json(lines: Iterable[Line]) -> list[list[Any]]:
    """A basket's goods as they are kept beside it: a list a line, numbers as text, what is absent null."""
    return [
        [
            line.number,
            line.product,
            line.description,
            None if line.quantity is None else str(line.quantity),
            line.unit,
            None if line.unit_price is None else str(line.unit_price),
        ]
        for line in lines
    ]


def goods_from_json(kept: Iterable[list[Any]]) -> tuple[Goods, ...]:
    """The goods of which ``goods_as_json`` made this."""
    return tuple(
        Goods(
            number,
            product,
            description,
            None if quantity is None else Decimal(quantity),
            unit,
            None if unit_price is None else Decimal(unit_price),
        )
        for number, product, description, quantity, unit, unit_price in kept
    )


def _goods(figures: Figures, line: LineFigures) -> Goods:
    product = children_of(line.children.get(f"{figures.namespace}Product"))
    quantity = line.children.get(f"{figures.namespace}Quantity")
    return Goods(
        number=line.number or 0,
        product=_text(figures, product, "SuppliersProductCode"),
        description=_text(figures, product, "Description"),
        quantity=line.amount,
        unit="" if quantity is None else (quantity.get("UOMCode") or "").strip(),
        unit_price=line.stated_price,
        action=(line.element.get("Action") or "").strip(),
    )


def _text(figures: Figures, among: Children, name: str) -> str:
    element = among.get(figures.namespace + name)
    return "" if element is None else (element.text or "").strip()
