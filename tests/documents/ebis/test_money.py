from decimal import Decimal

import pytest
from hypothesis import given
from tests.documents.ebis.strategies import money

from schoolgate.documents.ebis.money import money_text, net_of, number_text, places_of, tax_of, to_decimal, to_pence


@given(amount=money)
def test_an_amount_written_reads_back_the_same(amount: Decimal) -> None:
    assert to_decimal(money_text(amount)) == amount == to_decimal(number_text(amount))


@pytest.mark.parametrize("text", ["1E5", "NaN", "Infinity", "1_000", "1,50", "٣", "", ".", "- 1", "£1"])
def test_what_is_no_number_of_xml_schema_is_not_taken(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        to_decimal(text)


@pytest.mark.parametrize(("text", "number"), [("+1", "1"), ("-.5", "-0.5"), ("3.", "3"), ("007.10", "7.1")])
def test_every_spelling_of_xml_schema_is_taken(text: str, number: str) -> None:
    assert to_decimal(text) == Decimal(number)


def test_a_third_of_a_pound_as_net_writes_it_is_exact() -> None:
    third = "0.3333333333333333333333333333"
    assert number_text(to_decimal(third)) == third


def test_a_number_of_a_hundred_digits_is_not_taken() -> None:
    with pytest.raises(ValueError, match="more than 40 digits"):
        to_decimal("1" * 100)


@pytest.mark.parametrize(
    ("amount", "pence"), [("0.005", "0.01"), ("0.015", "0.02"), ("-0.005", "-0.01"), ("2", "2.00")]
)
def test_half_a_penny_is_rounded_away_from_nothing(amount: str, pence: str) -> None:
    assert str(to_pence(Decimal(amount))) == pence


def test_a_line_is_quantity_by_price_less_its_discount_in_pence() -> None:
    assert net_of(Decimal(3), Decimal("0.3333"), Decimal(10)) == Decimal("0.90")


def test_tax_is_rounded_to_pence() -> None:
    assert tax_of(Decimal("0.13"), Decimal("17.5")) == Decimal("0.02")


@pytest.mark.parametrize(("number", "places"), [("10", 0), ("100.00", 0), ("1.2300", 2), ("0.0001", 4)])
def test_idle_zeros_are_no_places(number: str, places: int) -> None:
    assert places_of(Decimal(number)) == places


@pytest.mark.parametrize(
    ("amount", "text"), [("4.5", "4.50"), ("10", "10.00"), ("0.01250", "0.0125"), ("1E+3", "1000.00")]
)
def test_pounds_have_two_places_or_as_many_as_there_are(amount: str, text: str) -> None:
    assert money_text(Decimal(amount)) == text
