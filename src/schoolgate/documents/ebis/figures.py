"""The figures of an order or invoice, read in one pass for all that is checked of them.

What the schema has already told of, a word where a number belongs, is passed over here as absent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

from lxml import etree

from schoolgate.documents.ebis.findings import Finding
from schoolgate.documents.ebis.money import MOST_DIGITS, NOTHING, to_decimal
from schoolgate.documents.ebis.nodes import local_name, to_day
from schoolgate.documents.problems import quoted

Form = Literal["Order", "Invoice"]

_DATES = (
    "OrderDate",
    "InvoiceDate",
    "TaxPointDate",
    "OriginalOrderDate",
    "EarliestAcceptableDate",
    "LatestAcceptableDate",
    "PreferredDate",
    "ActualDeliveryDate",
    "ExpectedDeliveryDate",
)
"""Dates that finance systems read. To the schema a TaxPointDate is any text, and a year may have five digits."""

_OTHER_NUMBERS = ("Percentage", "Amount", "NumberOfLinesAtRate")
"""Numbers that finance systems read beside those of lines and totals."""

Children: TypeAlias = "dict[str, etree._Element]"  # noqa: SLF001  lxml has no other name for it
"""The first child of each name, ``{namespace}name``."""


@dataclass(slots=True)
class LineFigures:
    """One line; amounts are None where absent or unreadable."""

    element: etree._Element
    children: Children
    number: int | None
    amount: Decimal | None
    amount_at: etree._Element | None
    """Quantity/Amount, else Quantity."""
    stated_price: Decimal | None
    """UnitPrice as it stands, of the first price where there are several: of as many units as Units says."""
    price: Decimal | None
    """Of one unit, where it is plain: one price, for a number of units."""
    net: Decimal | None
    gross: Decimal | None
    rate: Decimal | None
    rate_at: etree._Element | None
    tax: Decimal | None
    is_mixed: bool
    """Whether several rates of tax are mixed on it."""
    discounts: list[etree._Element]


@dataclass(slots=True)
class Figures:
    """A whole document's."""

    form: Form
    root: etree._Element
    children: Children
    namespace: str
    """With its braces, as tags begin."""
    day: date | None
    lines: list[LineFigures]
    sub_totals: list[Children]
    total: Children
    """The children of OrderTotal or InvoiceTotal."""
    unusable: dict[etree._Element, Finding] = field(default_factory=dict)
    """Values of the right type that no one can reckon with, each once."""

    def head(self, name: str) -> etree._Element | None:
        """Go to a child of the head."""
        head = self.children.get(f"{self.namespace}{self.form}Head")
        return None if head is None else head.find(f"{self.namespace}{name}")

    def number(self, among: Children, name: str) -> Decimal | None:
        """Read a number among the children of an element."""
        element = among.get(self.namespace + name)
        return None if element is None else self.read(element)

    def read(self, element: etree._Element) -> Decimal | None:
        """Read an element's number; None when it has none. One with too many digits becomes a finding."""
        text = (element.text or "").strip()
        if not text:
            return None
        try:
            return to_decimal(text)
        except ValueError:
            if len(text) > MOST_DIGITS and text.strip("+-").replace(".", "", 1).isdecimal():
                message = f"A number has {len(text)} signs; nobody reckons with more than {MOST_DIGITS} digits."
                self.unusable[element] = Finding("too-many-digits", message, element)
            return None

    def read_day(self, element: etree._Element | None) -> date | None:
        """Read an element's day; None when it has none. One that is no date of a calendar here becomes a finding."""
        text = (element.text or "").strip() if element is not None else ""
        if element is None or not text:
            return None
        try:
            return to_day(text)
        except ValueError:
            message = f"{local_name(element)} is {quoted(text[:40])}, which is no date."
            allowed = "a date like 2026-11-21, with four digits of the year and two of month and day"
            self.unusable[element] = Finding("not-a-date", message, element, sent=text[:100], allowed=allowed)
            return None

    def named(self, parent: etree._Element, name: str) -> Iterator[etree._Element]:
        """Walk the children of that name."""
        return parent.iterchildren(self.namespace + name)


def read_figures(root: etree._Element, form: Form) -> Figures:
    """Read the figures of a document whose root and namespace are known to be those of ``form``."""
    namespace = root.tag[: root.tag.find("}") + 1]
    children = children_of(root)
    figures = Figures(
        form=form,
        root=root,
        children=children,
        namespace=namespace,
        day=None,
        lines=[],
        sub_totals=[children_of(found) for found in root.iterchildren(f"{namespace}TaxSubTotal")],
        total=children_of(children.get(f"{namespace}{form}Total")),
    )
    figures.day = figures.read_day(children.get(f"{namespace}{form}Date"))
    dates, others = _values(namespace)
    for found in root.iter(*dates, *others):
        if found.tag in dates:
            figures.read_day(found)
        else:
            figures.read(found)
    figures.lines = [_line(figures, found) for found in root.iterchildren(f"{namespace}{form}Line")]
    return figures


@lru_cache(maxsize=8)
def _values(namespace: str) -> tuple[frozenset[str], frozenset[str]]:
    """The tags of dates, and of numbers, that stand anywhere."""
    return frozenset(namespace + name for name in _DATES), frozenset(namespace + name for name in _OTHER_NUMBERS)


def children_of(parent: etree._Element | None) -> Children:
    """Find the first child of each name."""
    # From the last to the first, so that the first stays.
    return {} if parent is None else {child.tag: child for child in reversed(parent)}


def _line(figures: Figures, element: etree._Element) -> LineFigures:
    namespace, read, number = figures.namespace, figures.read, figures.number
    children = children_of(element)
    quantity = children.get(f"{namespace}Quantity")
    amount_at = None if quantity is None else quantity.find(f"{namespace}Amount")
    line_number = number(children, "LineNumber")
    is_whole = line_number is not None and line_number == line_number.to_integral_value()
    tax = children.get(f"{namespace}LineTax")
    taxed = {} if tax is None else children_of(tax)
    rate_at = taxed.get(f"{namespace}TaxRate")
    stated_price, price = _price(figures, children)
    return LineFigures(
        element=element,
        children=children,
        number=int(line_number) if line_number is not None and is_whole else None,
        amount=None if amount_at is None else read(amount_at),
        amount_at=quantity if amount_at is None else amount_at,
        stated_price=stated_price,
        price=price,
        net=number(children, "NetLineTotal"),
        gross=number(children, "GrossLineTotal"),
        rate=None if rate_at is None else read(rate_at),
        rate_at=rate_at,
        tax=number(taxed, "TaxValue"),
        is_mixed=f"{namespace}MixedRateIndicator" in taxed,
        discounts=[
            found
            for name in ("PercentDiscount", "AmountDiscount")
            if namespace + name in children
            for found in figures.named(element, name)
        ],
    )


def _price(figures: Figures, children: Children) -> tuple[Decimal | None, Decimal | None]:
    """The price as it is stated, and that of one unit."""
    first = children.get(f"{figures.namespace}Price")
    if first is None:
        return None, None
    stated = children_of(first)
    price, units = figures.number(stated, "UnitPrice"), stated.get(f"{figures.namespace}Units")
    if price is None:
        return None, None
    following = first.getnext()
    if following is not None and following.tag == first.tag:
        return price, None
    per = None if units is None else (units.text or "").strip()
    if not per:
        return price, price
    try:
        divisor = to_decimal(per)
    except ValueError:
        return price, None
    return price, price / divisor if divisor > NOTHING else None
