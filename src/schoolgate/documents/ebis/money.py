"""Amounts: exact decimals, rounded to pence in one place (reference 3.1, 6)."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

NOTHING = Decimal(0)
_PENNY = Decimal("0.01")

MOST_DIGITS = 40
"""Of a number that is taken. A .NET program may write 29 (a third of a pound), nobody needs more."""

# Exact for the products of such numbers; Decimal's own arithmetic rounds to 28 digits.
_EXACT = Context(prec=3 * MOST_DIGITS, rounding=ROUND_HALF_UP)

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def to_decimal(text: str) -> Decimal:
    """Read an xsd:decimal. Raises ValueError for what is none (no exponents), and above ``MOST_DIGITS`` digits."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("is not a number")
    if len(text) > MOST_DIGITS and sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        raise ValueError(f"has more than {MOST_DIGITS} digits")
    return Decimal(text)


def to_pence(amount: Decimal) -> Decimal:
    """Round to two places, halves away from zero as people do."""
    return amount.quantize(_PENNY, context=_EXACT)


def net_of(quantity: Decimal, unit_price: Decimal, percent_off: Decimal = NOTHING) -> Decimal:
    """A line's net total: quantity x price less its discount, in pence (reference 6)."""
    kept = _EXACT.divide(_EXACT.subtract(Decimal(100), percent_off), Decimal(100))
    return to_pence(_EXACT.multiply(_EXACT.multiply(quantity, unit_price), kept))


def tax_of(net: Decimal, rate: Decimal) -> Decimal:
    """The tax on ``net`` at ``rate`` per cent, in pence: each line's is rounded, and totals are sums of lines."""
    return to_pence(_EXACT.divide(_EXACT.multiply(net, rate), Decimal(100)))


def money_text(amount: Decimal | None) -> str:
    """Pounds with two places, or as many more as there are: ``4.50``, ``0.0125``; empty text for None."""
    if amount is None:
        return ""
    return f"{amount:.2f}" if places_of(amount) <= 2 else f"{amount.normalize(_EXACT):f}"


def number_text(number: Decimal | None) -> str:
    """A quantity, rate or percentage without idle zeros: ``10``, ``17.5``; empty text for None."""
    return "" if number is None else f"{number.normalize(_EXACT):f}"


def places_of(number: Decimal) -> int:
    """How many decimal places a number has, idle zeros apart."""
    exponent = number.normalize(_EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
