"""Lists of addresses as authorities export them are read line by line."""

import pytest
from tests.authority.importing.address_lists import HEADINGS

from schoolgate.authority.importing.addresses.gazetteer import WHY_NOT, PassedOver, Wrong, read_gazetteer
from schoolgate.authority.importing.addresses.houses import Listed
from schoolgate.commons.csv_lists import CsvRefused


def read(text: str) -> list[object]:
    return list(read_gazetteer(text.encode().splitlines(keepends=True)))


def one(text: str) -> Listed:
    (listed,) = read(text)
    assert isinstance(listed, Listed)
    return listed


def test_columns_are_found_by_their_names_in_any_order() -> None:
    text = "Post code;House no.;Town;Street;uprn\nAB1 2CD;14A;Thornton;High St.;0100\n".replace(
        "House no.", "House number"
    )
    assert one(text) == Listed(100, "AB12CD||14A", "", "HIGHSTREET", "14A, High St., Thornton, AB1 2CD")


def test_a_gazetteers_own_columns_are_known() -> None:
    text = (
        "UPRN,LOGICAL_STATUS,SAO_TEXT,SAO_START_NUMBER,SAO_START_SUFFIX,PAO_TEXT,PAO_START_NUMBER,PAO_START_SUFFIX,"
        "PAO_END_NUMBER,PAO_END_SUFFIX,STREET_DESCRIPTION,TOWN_NAME,POSTCODE_LOCATOR\n"
        "7,1,FLAT,2,,IVY HOUSE,14,A,16,,HIGH STREET,THORNTON,AB1 2CD\n"
    )
    assert one(text)[:4] == (7, "AB12CD|2|14A-16", "AB12CD|2|IVYHOUSE", "HIGHSTREET")


def test_the_post_offices_columns_count_where_the_gazetteers_are_empty() -> None:
    text = (
        "UPRN,PAO_TEXT,PAO_START_NUMBER,BUILDING_NAME,BUILDING_NUMBER,POSTCODE,POSTCODE_LOCATOR\n"
        "7,,,IVY HOUSE,14,,AB1 2CD\n"
    )
    assert one(text)[:3] == (7, "AB12CD||14", "AB12CD||IVYHOUSE")


def test_lines_of_a_gazetteer_that_are_history_are_passed_over() -> None:
    said = "UPRN,PAON,postcode,LOGICAL STATUS\n7,14,AB1 2CD,8\n7,16,AB1 2CD,1\n7,18,AB1 2CD,3\n"
    assert [type(line) if isinstance(line, Listed) else line for line in read(said)] == [PassedOver, Listed, PassedOver]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x,,14,,High Street,AB1 2CD", "no-uprn"),
        ("1,,14,,High Street,AB1 2CD", "uprn-twice"),
        ("2,,14,,High Street,AB1", "bad-postcode"),
        ("2,Flat 1,,,High Street,AB1 2CD", "no-house"),
        ('2,,"14,,High Street,AB1 2CD', "broken-line"),
        (f"2,,,{'Long ' * 90},High Street,AB1 2CD", "too-long"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_with_its_number_and_the_others_stand(line: str, code: str) -> None:
    text = f"{HEADINGS}\n1,,14,,High Street,AB1 2CD\n\n{line}\n3,,16,,High Street,AB1 2CD"
    first, wrong, last = read(text)
    assert wrong == Wrong(4, code)
    assert code in WHY_NOT
    assert isinstance(first, Listed)
    assert isinstance(last, Listed)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("uprn,street\n1,High Street\n", "“Postcode”"),
        ("street,postcode,PAON\n", "“UPRN”"),
        ("uprn,postcode\n1,AB1 2CD\n", "number or name"),
        ("PK\x03\x04 a workbook", "CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_whole(text: str, says: str) -> None:
    with pytest.raises(CsvRefused, match=says):
        read(text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_and_windows_letters_are_read(delimiter: str) -> None:
    text = f"uprn{delimiter}postcode{delimiter}PAON\n1{delimiter}AB1 2CD{delimiter}Tré Villa\n"
    (listed,) = read_gazetteer(text.encode("cp1252").splitlines(keepends=True))
    assert isinstance(listed, Listed)
    assert listed.by_name == "AB12CD||TREVILLA"
