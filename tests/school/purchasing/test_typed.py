"""Amounts and numbers as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from schoolgate.school.purchasing.forms.typed import DunsField, PoundsField
from schoolgate.school.purchasing.typed import plain_amount


@pytest.mark.parametrize(
    ("typed", "pounds"),
    [("1200.50", "1200.50"), ("£1,200.50", "1200.50"), (" £ 1,000,000 ", "1000000"), ("4.", "4"), ("0", "0")],
)
def test_pounds_are_read_as_people_write_them(typed: str, pounds: str) -> None:
    assert PoundsField(decimal_places=2).clean(typed) == Decimal(pounds)


@pytest.mark.parametrize("typed", ["1,20", "12,00.50", "1,2000", ",5", "1.200,50", "£", "abc", "1,200.505", "€5"])
def test_what_could_be_another_amount_is_none(typed: str) -> None:
    with pytest.raises(ValidationError):
        PoundsField(decimal_places=2).clean(typed)


def test_only_commas_between_thousands_are_left_out() -> None:
    assert [plain_amount(text) for text in ("12,345", "1,20", "£5")] == ["12345", "1,20", "5"]


def test_a_duns_number_may_have_its_hyphens() -> None:
    assert [DunsField().clean(text) for text in ("98-765-4321", "98 765 4321", "987654321")] == ["987654321"] * 3
    assert DunsField(required=False).clean("") == ""
    with pytest.raises(ValidationError, match="nine digits"):
        DunsField().clean("98-765")
