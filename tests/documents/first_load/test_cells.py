from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.first_load import cells
from schoolgate.documents.first_load.cells import CellFault, CellReader, plain

DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@given(DAYS, st.sampled_from("/.-"))
def test_a_british_date_is_read_where_the_file_says_that_the_day_comes_first(day: date, sign: str) -> None:
    written = f"{day.day}{sign}{day.month:02}{sign}{day.year}"
    assert cells.DATE.read(written, "day-first") == day.isoformat()


@given(DAYS)
def test_an_american_date_is_read_where_the_file_says_that_the_month_comes_first(day: date) -> None:
    assert cells.DATE.read(f"{day.month}/{day.day}/{day.year}", "month-first") == day.isoformat()


@given(DAYS)
def test_a_date_is_never_guessed(day: date) -> None:
    written = f"{day.day}/{day.month}/{day.year}"
    if day.day == day.month:
        assert cells.DATE.read(written, "unknown") == day.isoformat()
    else:
        with pytest.raises(CellFault, match="whether day or month comes first"):
            cells.DATE.read(written, "unknown")


@pytest.mark.parametrize("written", ["2015-04-03", "2015-04-03 00:00:00", "3 Apr 2015", "03-April-2015"])
def test_a_date_that_can_mean_one_day_only_is_read_as_it_is(written: str) -> None:
    assert cells.DATE.read(written, "unknown") == "2015-04-03"


@pytest.mark.parametrize("written", ["03/04/15", "42097", "31/02/2015", "3 Foo 2015"])
def test_what_is_no_date_of_four_digits_of_year_is_told(written: str) -> None:
    with pytest.raises(CellFault) as fault:
        cells.DATE.read(written, "day-first")
    assert fault.value.code == "not-a-date"
    assert written not in fault.value.sentence


@pytest.mark.parametrize(
    ("reader", "written", "meant"),
    [
        (cells.SCHOOL_NUMBER, "21", "0021"),
        (cells.SCHOOL_NUMBER, "4321", "4321"),
        (cells.PHONE, "7700900123", "07700900123"),
        (cells.PHONE, "(01632) 960-001", "01632960001"),
        (cells.PHONE, "+447700900123", "+447700900123"),
        (cells.POSTCODE, "mk401aa", "MK40 1AA"),
        (cells.POSTCODE, "bfpo 12", "BFPO 12"),
        (cells.SEX, "Female", "F"),
        (cells.YES_NO, "Yes", "true"),
        (cells.YES_NO, "0", "false"),
        (cells.YEAR_GROUP, "Year 04", "4"),
        (cells.YEAR_GROUP, "Reception", "R"),
        (cells.YEAR_GROUP, "n2", "N2"),
        (cells.NUMBER, "100012345678.0", "100012345678"),
        (cells.SEVERAL, "gbr; pol", ["GBR", "POL"]),
    ],
)
def test_what_excel_and_people_make_of_a_value_is_undone(reader: CellReader, written: str, meant: object) -> None:
    assert reader.read(written, "unknown") == meant


def test_a_number_that_excel_shortened_is_told_since_its_digits_are_lost() -> None:
    with pytest.raises(CellFault) as fault:
        cells.NUMBER.read("1.00012E+11", "unknown")
    assert fault.value.code == "shortened-by-excel"


@pytest.mark.parametrize("cell", ['="0021"', "'0021", "  0021 "])
def test_excels_marks_of_a_text_are_no_part_of_it(cell: str) -> None:
    assert plain(cell) == "0021"
