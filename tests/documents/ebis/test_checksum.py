import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.ebis.checksum import checksum, checksum_matches, checksum_steps

Lines = list[tuple[int, Decimal]]

VECTORS: list[tuple[date, Lines, str, int]] = [
    (date(2000, 4, 18), [(1, Decimal(3))], "389.97", 61491),
    (date(2002, 9, 27), [(1, Decimal(1)), (2, Decimal(4))], "535.98", 35441),
    (date(2000, 6, 7), [(1, Decimal(1)), (2, Decimal(4))], "923.95", 49973),
    (date(2026, 11, 21), [(1, Decimal(10)), (2, Decimal(5))], "125.50", 51927),
    (date(2026, 1, 31), [(1, Decimal(500))], "999.99", 74224),
    (date(2026, 3, 1), [(number, Decimal(100)) for number in range(1, 51)], "12345.67", 51502),
    (date(2026, 12, 31), [(number, Decimal(9999)) for number in range(1, 201)], "1234567.89", 56212),
]

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
amounts = st.decimals(-10_000_000, 10_000_000, places=3)
lines = st.lists(st.tuples(st.integers(1, 9999), amounts), max_size=40)
totals = st.decimals(-(10**12), 10**12, places=4)


@pytest.mark.parametrize(("day", "lines", "total", "expected"), VECTORS)
def test_the_vectors_of_the_reference_come_out(day: date, lines: Lines, total: str, expected: int) -> None:
    assert checksum(day, lines, Decimal(total)) == expected


def test_the_steps_can_be_followed() -> None:
    steps = checksum_steps(date(2026, 11, 21), [(1, Decimal(10)), (2, Decimal(5))], Decimal("125.50"))
    assert (steps.lines, steps.lines_sum, steps.total) == (2, Decimal(20), Decimal("125.50"))
    assert (steps.a, steps.b, steps.product) == (Decimal(2159), Decimal("672.50"), Decimal("1451927.50"))


@given(days, lines, totals, st.randoms())
def test_the_order_of_the_lines_does_not_matter(day: date, lines: Lines, total: Decimal, dice: random.Random) -> None:
    shuffled = list(lines)
    dice.shuffle(shuffled)
    assert checksum(day, shuffled, total) == checksum(day, lines, total)


@given(days, lines, totals)
def test_what_was_reckoned_matches_in_five_digits(day: date, lines: Lines, total: Decimal) -> None:
    reckoned = checksum(day, lines, total)
    assert 0 <= reckoned <= 99999
    assert checksum_matches(reckoned, reckoned)


@given(days, lines, totals)
def test_nothing_is_lost_in_long_numbers(day: date, lines: Lines, total: Decimal) -> None:
    s = sum(number * int(amount * 1000) for number, amount in lines)
    a = (day.year + 13 * day.day) * 1000 - 7 * s
    b = (day.month + 17 * len(lines)) * 10_000 + 5 * int(total * 10_000)
    assert checksum(day, lines, total) == abs(a * b) // 10**7 % 100_000


def test_numbers_of_28_digits_are_still_exact() -> None:
    amount = Decimal(1234567890123456789012345678)
    a, b = 2026 + 13 - 7 * 9999 * int(amount), 1 + 17 + 5 * int(amount)
    assert checksum(date(2026, 1, 1), [(9999, amount)], amount) == abs(a * b) % 100_000


@pytest.mark.parametrize(("stated", "reckoned"), [(51926, 51927), (51928, 51927), (99999, 0), (0, 99999), (7, 7)])
def test_one_more_or_less_is_the_rounding_of_the_sender(stated: int, reckoned: int) -> None:
    assert checksum_matches(stated, reckoned)


@pytest.mark.parametrize(("stated", "reckoned"), [(51925, 51927), (51929, 51927), (99998, 0), (1, 99999)])
def test_two_more_or_less_are_another_document(stated: int, reckoned: int) -> None:
    assert not checksum_matches(stated, reckoned)


def test_a_stated_checksum_of_more_digits_than_five_does_not_match() -> None:
    assert not checksum_matches(961_491, 61_491)
