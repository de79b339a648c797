"""What a line of a basket costs: what the supplier says that it does, held to quantity, price and discounts.

The supplier's net is the order's, to the penny; reckoned here is only whether it can be right (reference 6).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from schoolgate.commons.money import PENCE
from schoolgate.documents.ebis.baskets import MOST_QUANTITY
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.money import NOTHING, to_decimal, to_pence
from schoolgate.school.purchasing.models import VatCode

_UNTAXED = ("Z", "E", "X")
"""Tax codes that mean no tax, so that a rate which is left out is 0 (reference 7.5)."""


class RateUnknown(Exception):
    """The ledger has no VAT code of the rate."""


class NetDiffers(Exception):
    """A line's net can be no result of its quantity, price and discounts, which make `right`."""

    def __init__(self, right: Decimal) -> None:
        super().__init__(f"{right:.2f}")
        self.right = right


@dataclass(frozen=True, slots=True)
class Cost:
    """`net` without VAT, in pence. `discount` is how far it is below quantity times price."""

    net: Decimal
    discount: Decimal


def units_of(line: Line) -> int:
    """How many units the price is for: 1 where nothing is said. Raises ValueError for no whole number above 0."""
    if not line.price_units:
        return 1
    units = to_decimal(line.price_units)
    if not 0 < units <= MOST_QUANTITY or units != units.to_integral_value():
        raise ValueError("is not a whole number above 0")
    return int(units)


def cost_of(line: Line) -> Cost:
    """What a line costs. Raises NetDiffers where the net that it states is more than a penny beside that."""
    ways = ways_of(line)
    net = ways[0] if line.net is None else to_pence(line.net)
    if not any(abs(net - way) <= PENCE for way in ways):
        raise NetDiffers(ways[0])
    return Cost(net, _pence(_full(line)) - net)


def vat_code_of(tax: Tax, codes: tuple[VatCode, ...]) -> VatCode:
    """The ledger's VAT code of a rate and code. Raises RateUnknown for a rate that none of `codes` has.

    Where several have the rate the code decides, else the one that is taken when only the rate is known.
    """
    rate = NOTHING if tax.rate is None and tax.code.upper() in _UNTAXED else tax.rate
    of_rate = [code for code in codes if code.rate == rate]
    of_code = [code for code in of_rate if tax.code and tax.code.upper() in (code.sent_as.upper(), code.code.upper())]
    usual = [code for code in of_rate if code.standard]
    for code in (*of_code, *usual, *of_rate):
        return code
    raise RateUnknown


def ways_of(line: Line) -> list[Decimal]:
    """What a line may come to, in pence: several percentages off may add up, or follow one another.

    Raises ValueError where the number of units that the price is for cannot be read.
    """
    full = _full(line)
    added, left, off = Fraction(0), Fraction(1), Fraction(0)
    for discount in line.discounts:
        if discount.is_late_payment_charge:
            continue
        percent = Fraction(discount.percent or 0) / 100
        added += percent
        left *= 1 - percent
        off += Fraction(discount.amount or 0)
    return [_pence(way) for way in (full * (1 - added) - off, full * left - off, (full - off) * left)]


def _full(line: Line) -> Fraction:
    return Fraction(line.quantity or 0) * Fraction(line.unit_price or 0) / units_of(line)


def _pence(amount: Fraction) -> Decimal:
    """Half up, away from zero, as `to_pence`, of what no decimal may hold."""
    pence = int(abs(amount) * 100 + Fraction(1, 2))
    return Decimal(pence if amount >= 0 else -pence) / 100
