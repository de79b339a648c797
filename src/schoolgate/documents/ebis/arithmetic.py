"""Values on a line of an order or invoice that the types or arithmetic forbid (reference 5, 6, 9.1).

What is rounded may be a penny out; the tax of a line a halfpenny for each unit, since some round the tax of a unit.
What a document does not state is not checked.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from schoolgate.documents.ebis.figures import Figures, LineFigures
from schoolgate.documents.ebis.findings import Finding
from schoolgate.documents.ebis.money import NOTHING

_PENNY = Decimal("0.01")
_TEXT_LINES = ("DES", "BLK")
"""TypeCodes of lines that order nothing: a description, a blank (reference 7.11)."""


def line_findings(figures: Figures) -> Iterator[Finding]:
    """Judge each line by itself, and that no two have one number."""
    met = set()
    for line in figures.lines:
        if line.number is not None and line.number in met:
            message = f"Two lines have the number {line.number}."
            yield Finding("line-number-twice", message, _at(line, figures, "LineNumber"))
        met.add(line.number)
        if figures.form == "Order":
            yield from _quantity(line)
        if line.net is not None:
            yield from _net(line, line.net, figures)
            yield from _tax(line, line.net, figures)


def _quantity(line: LineFigures) -> Iterator[Finding]:
    """A quantity on an order is a whole number: FMS takes no other (seed, reference 3.1)."""
    at = line.element if line.amount_at is None else line.amount_at
    amount = line.amount
    if amount is None:
        if line.stated_price is not None and line.element.get("TypeCode") not in _TEXT_LINES:
            yield Finding("quantity-missing", f"{_line(line)} has a price and no quantity.", at)
    elif amount < 0:
        yield Finding("quantity-negative", f"{_line(line)} orders {plain(amount)}, less than nothing.", at)
    elif amount != amount.to_integral_value():
        message = f"{_line(line)} orders {plain(amount)}; finance systems take whole numbers only."
        yield Finding("quantity-not-whole", message, at, sent=plain(amount), allowed="a whole number")


def _net(line: LineFigures, net: Decimal, figures: Figures) -> Iterator[Finding]:
    """NetLineTotal = quantity x price - discounts (reference 6)."""
    if line.amount is None or line.price is None:
        return
    reckoned = _discounted(line.amount * line.price, line, figures)
    if not any(is_near(net, one) for one in reckoned):
        less = " less discounts" if line.discounts else ""
        message = (
            f"{_line(line)}: NetLineTotal is {plain(net)}, but {plain(line.amount)} x {plain(line.price)}{less} "
            f"makes {pounds(reckoned[0])}."
        )
        yield Finding("net-total-differs", message, _at(line, figures, "NetLineTotal"))


def _discounted(whole: Decimal, line: LineFigures, figures: Figures) -> list[Decimal]:
    """What is left of a line's price after its discounts: several percentages may add up or follow one another."""
    if not line.discounts:
        return [whole]
    added, followed, off = NOTHING, Decimal(1), NOTHING
    for discount in line.discounts:
        if _is_late_payment_charge(discount, figures):
            continue
        percent = discount.find(f"{figures.namespace}Percentage")
        amount = discount.find(f"{figures.namespace}Amount")
        share = (None if percent is None else figures.read(percent)) or NOTHING
        off += (None if amount is None else figures.read(amount)) or NOTHING
        added += share
        followed *= 1 - share / 100
    return [whole * (1 - added / 100) - off, whole * followed - off, (whole - off) * followed]


def _is_late_payment_charge(discount: etree._Element, figures: Figures) -> bool:
    """LPI is what late payment costs, and no discount; it may stand in either place (reference 9.3)."""
    return any(
        (place.get("Code") or "").strip().upper() == "LPI"
        for name in ("QualifyingTerms", "Type")
        for place in figures.named(discount, name)
    )


def _tax(line: LineFigures, net: Decimal, figures: Figures) -> Iterator[Finding]:
    """TaxValue is the rate's share of the net total; GrossLineTotal = NetLineTotal + tax (reference 6)."""
    rate = None if line.is_mixed or _has_settlement_discount(figures) else line.rate
    share = None if rate is None else net * rate / 100
    pence = tax_pence([line])
    if rate is not None and share is not None and line.tax is not None and not is_near(line.tax, share, pence):
        tax_at = None if line.rate_at is None else line.rate_at.getparent()
        message = (
            f"{_line(line)}: TaxValue is {plain(line.tax)}, but {plain(rate)} % of {plain(net)} is {pounds(share)}."
        )
        yield Finding("tax-differs", message, line.element if tax_at is None else tax_at)
        return
    tax, pence = (share, pence) if line.tax is None else (line.tax, 1)
    if line.gross is not None and tax is not None and not is_near(line.gross, net + tax, pence):
        message = (
            f"{_line(line)}: GrossLineTotal is {plain(line.gross)}, but {plain(net)} and tax of {pounds(tax)} "
            f"make {pounds(net + tax)}."
        )
        yield Finding("gross-total-differs", message, _at(line, figures, "GrossLineTotal"))


def _has_settlement_discount(figures: Figures) -> bool:
    """Whether prompt payment is rewarded, so that tax may be reckoned of less."""
    settlement = figures.children.get(f"{figures.namespace}Settlement")
    return settlement is not None and settlement.find(f"{figures.namespace}SettlementDiscount") is not None


def _at(line: LineFigures, figures: Figures, name: str) -> etree._Element:
    return line.children.get(figures.namespace + name, line.element)


def _line(line: LineFigures) -> str:
    return "A line without a number" if line.number is None else f"Line number {line.number}"


def tax_pence(lines: Iterable[LineFigures]) -> int:
    """How many pence the tax of lines may be out by: half of one a unit, and one a line at least."""
    return sum(max(1, (int(abs(line.amount or NOTHING)) + 1) // 2) for line in lines)


def is_near(stated: Decimal, reckoned: Decimal, pence: int = 1) -> bool:
    """Whether two amounts differ by no more than so many pence."""
    return abs(stated - reckoned) <= pence * _PENNY


def plain(number: Decimal) -> str:
    """Write a number as it was stated."""
    return f"{number:f}"


def pounds(amount: Decimal) -> str:
    """Write a reckoned amount in pounds and pence."""
    return f"{amount:.2f}"
