"""The checksum in the head of an order or invoice of eBIS-XML 3.09 (reference 8).

With Y, M, D the document's date, n its number of lines, S the sum of LineNumber x Amount over its lines, and T its
goods value (of an invoice the LineValueTotal)::

    A = Y + 13 D - 7 S        B = M + 17 n + 5 T        Checksum = the last five digits of the whole part of |A x B|
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

_MODULUS = 100_000
# Products and sums of numbers of 28 digits, the most that is read of a document (``money.MOST_DIGITS``), stay exact.
_DIGITS = 200


@dataclass(frozen=True, slots=True)
class ChecksumSteps:
    """How a checksum was worked out, step by step, for people to follow."""

    day: date
    lines: int
    """n"""
    lines_sum: Decimal
    """S"""
    total: Decimal
    """T, in pounds"""
    a: Decimal
    b: Decimal
    product: Decimal
    """A x B, with its sign"""
    checksum: int
    """0 to 99999"""


def checksum_steps(day: date, lines: Iterable[tuple[Decimal | int, Decimal]], total: Decimal) -> ChecksumSteps:
    """Work out a checksum, exactly.

    ``lines``: LineNumber and Quantity/Amount of each, 0 for one without; ``total``: OrderTotal/GoodsValue or
    InvoiceTotal/LineValueTotal.
    """
    pairs = list(lines)
    with localcontext() as context:
        context.prec = _DIGITS
        lines_sum = sum((Decimal(number) * amount for number, amount in pairs), Decimal(0))
        a = day.year + 13 * day.day - 7 * lines_sum
        b = day.month + 17 * len(pairs) + 5 * total
        product = a * b
        return ChecksumSteps(day, len(pairs), lines_sum, total, a, b, product, int(abs(product)) % _MODULUS)


def checksum(day: date, lines: Iterable[tuple[Decimal | int, Decimal]], total: Decimal) -> int:
    """Return the checksum, 0 to 99999; arguments as of ``checksum_steps``."""
    return checksum_steps(day, lines, total).checksum


def checksum_matches(stated: int, reckoned: int) -> bool:
    """Whether a stated checksum is the one reckoned, or differs by one, modulo 100,000.

    Senders that reckon with binary fractions come out one lower in about 1.4 % of documents (reference 8).
    """
    return 0 <= stated < _MODULUS and (stated - reckoned) % _MODULUS in (0, 1, _MODULUS - 1)
