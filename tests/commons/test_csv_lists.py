"""CSV lists as spreadsheets save them."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.commons.csv_lists import CsvColumn, CsvLine, CsvRefused, read_csv

COLUMNS = (CsvColumn("School Name", ("name",), required=True), CsvColumn("School No.", ("number",)))
CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\0"), max_size=20)


def lines(text: str | bytes) -> list[CsvLine]:
    return list(read_csv(text if isinstance(text, bytes) else text.encode(), COLUMNS).lines)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_are_read(delimiter: str) -> None:
    (line,) = lines(f"School Name{delimiter}School No.\nHill{delimiter}4321\n")
    assert (line.number, line["School Name"], line["School No."]) == (2, "Hill", "4321")


@pytest.mark.parametrize("heading", ["School Name", "school name", "SCHOOL_NAME", " Name ", "schoolname"])
def test_headings_are_compared_by_letters_and_digits(heading: str) -> None:
    assert lines(f"{heading}\nHill\n")[0]["School Name"] == "Hill"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_are_read_however_they_were_saved(encoding: str) -> None:
    assert lines("Name\nYsgol Gŵyl\n".replace("ŵ", "é").encode(encoding))[0]["School Name"] == "Ysgol Géyl"


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert [line.number for line in lines("\nName\n\n,,\nHill\n")] == [5]


def test_excels_line_that_names_the_delimiter_is_obeyed() -> None:
    (line,) = lines("sep=;\r\nName;Number\r\nHill, Upper;4321\r\n")
    assert (line.number, line["School Name"]) == (3, "Hill, Upper")


def test_columns_that_mean_nothing_are_named() -> None:
    assert read_csv(b"Name,Colour\nHill,red\n", COLUMNS).unknown == ("Colour",)


def test_a_short_line_has_empty_values() -> None:
    assert lines("Name,Number\nHill\n")[0]["School No."] == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n,,\n", "empty"),
        (b"Number\n4321\n", "no column"),
        (b"Name,name\na,b\n", "Two columns"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"Name\n\0\n", "not a text file"),
        (b"Name\n" + b"x" * 6_000_000, "larger than 5 MB"),
        (b"Name\n" + b"x\n" * 20_001, "20,001 lines; at most 20,000"),
        (b"\x81\x8d\x8f", "not a text file"),
        (b"x" * 300_000, "no column"),
        (b'Name,"' + b"x" * 300_000, "no column"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(CsvRefused, match=said):
        lines(content)


@pytest.mark.parametrize("bad", ['"Hill,4321', '"' + "x" * 200_000, "x" * 20_000, 'Hill,"43"21"'])
def test_a_line_that_cannot_be_read_stops_no_other(bad: str) -> None:
    before, broken, after = lines(f"Name,Number\nOak,2107\n{bad}\nElm,1001\n")
    assert (broken.number, broken.broken, broken["School Name"]) == (3, True, "")
    assert (before["School Name"], after.number, after["School Name"]) == ("Oak", 4, "Elm")


def test_a_cell_over_two_lines_is_one_cell() -> None:
    first, second = lines('Name,Number\n"Green\nAbbey",4321\nOak,2107\n')
    assert (first["School Name"], first.number, second.number) == ("Green\nAbbey", 2, 4)


@given(st.lists(st.tuples(CELL, CELL).filter(lambda row: any(cell.strip() for cell in row)), max_size=8))
def test_what_a_spreadsheet_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["School Name", "School No."])
    writer.writerows(rows)
    read = [(line["School Name"], line["School No."]) for line in lines(out.getvalue())]
    assert read == [(name.strip(), number.strip()) for name, number in rows]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_are_refused(content: bytes) -> None:
    with suppress(CsvRefused):
        lines(content)
