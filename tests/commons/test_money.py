"""Money as it comes out of a row."""

import pytest

from schoolgate.commons.money import MoneyField


@pytest.mark.parametrize(("row", "written"), [(273_000, "27.30"), (45_555, "4.5555"), (0, "0.00"), (-10_000, "-1.00")])
def test_money_is_written_with_its_pence_and_the_places_it_has(row: int, written: str) -> None:
    assert str(MoneyField().from_db_value(row, None, None)) == written
