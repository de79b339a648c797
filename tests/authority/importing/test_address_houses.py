"""An address is found by its UPRN, else by post code and house; between two houses nobody guesses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.importing.addresses.gazetteer import read_gazetteer
from schoolgate.authority.importing.addresses.houses import Listed, meant, postcode_of, uprn_of, written

HEADINGS = "UPRN,flat,number,name,street,postcode"
LIST = f"""{HEADINGS}
1,,14,,High Street,AB1 2CD
2,Flat 1,16,,High Street,AB1 2CD
3,Flat 2,16,,High Street,AB1 2CD
4,,,Rose Cottage,Mill Lane,AB1 2CD
5,,18,Ivy House,High Street,AB1 2CD
6,Flat 14,,Rose Court,High Street,AB1 2CD
7,,20,,High Street,AB1 2CD
8,,20,,Mill Lane,AB1 2CD
9,,14A,,High Street,AB1 2CD
10,,22-24,,High Street,AB1 2CD
11,,14,,Low Road,AB1 2CE
12,Stable Cottage,,Woodlands Farm,Mill Lane,AB1 2CD
"""


def listed(text: str = LIST) -> list[Listed]:
    return [line for line in read_gazetteer(text.encode().splitlines(keepends=True)) if isinstance(line, Listed)]


def lines(*said: str, postcode: str = "AB1 2CD") -> dict[str, Any]:
    return {"AddressLines": {f"AddressLine{n}": line for n, line in enumerate(said, start=1)}, "PostCode": postcode}


def parts(postcode: str = "AB1 2CD", uprn: str = "", **said: str) -> dict[str, Any]:
    if uprn:
        said["UniquePropertyReferenceNumber"] = uprn
    return {"BS7666Address": said, "PostCode": postcode}


def found(address: dict[str, Any]) -> list[int]:
    return [row.uprn for row in meant(written(address), listed())]


@pytest.mark.parametrize(
    ("address", "uprn"),
    [
        (lines("14 High Street"), 1),
        (lines("14, High St", "Thornton", postcode="ab12cd"), 1),
        (lines("Flat 2, 16 High Street"), 3),
        (lines("Flat 1", "16 High Street"), 2),
        (lines("Rose Cottage", "Mill Lane"), 4),
        (lines("Ivy House", "High Street"), 5),
        (lines("Ivy House", "18 High Street"), 5),
        (lines("14a High Street"), 9),
        (lines("22 – 24 High Street"), 10),
        (lines("Stable Cottage, Woodlands Farm"), 12),
        (parts(PAON="14", Street="High Street"), 1),
        (parts(SAON="2", PAON="16", Street="High Street"), 3),
        (parts(SAON="Flat 14", PAON="Rose Court", Street="High Street"), 6),
        (parts(SAON="Ivy House", PAON="18"), 5),
        (parts(Street="14 High Street"), 1),
        (parts(SAON="Flat 2", Street="16 High Street"), 3),
        (parts(postcode="", uprn="0000000003"), 3),
        (lines("14 High Street", "Thornton", "AB1 2CD", postcode=""), 1),
    ],
)
def test_an_address_is_found_as_the_one_it_is(address: dict[str, Any], uprn: int) -> None:
    assert found(address) == [uprn]


@pytest.mark.parametrize(
    "address",
    [
        lines("15 High Street"),
        lines("14 High Street", postcode="AB1 2CF"),
        lines("14 High Street", postcode=""),
        lines("16 High Street"),
        lines("Flat 3, 16 High Street"),
        lines("Flat 2, 14 High Street"),
        lines("22 High Street"),
        lines("14/16 High Street"),
        lines("Flat 14"),
        lines("High Street"),
        parts(PAON="141", Street="High Street"),
        parts(uprn="99"),
        {},
    ],
)
def test_a_house_that_the_list_has_not_got_is_no_other_one(address: dict[str, Any]) -> None:
    assert found(address) == []


def test_the_street_tells_apart_what_number_and_post_code_do_not() -> None:
    assert found(lines("20 High Street")) == [7]
    assert found(lines("20 Mill La.", "Thornton")) == [7, 8]
    assert found(lines("20")) == [7, 8]


def test_the_named_building_counts_more_than_the_same_number_in_the_street() -> None:
    assert found(lines("14 Rose Court", "High Street")) == [6]


def test_a_uprn_that_says_another_house_than_the_address_leaves_both() -> None:
    assert found(parts(uprn="3", PAON="14", Street="High Street")) == [3, 1]


def test_a_uprn_decides_between_two_and_where_the_house_is_not_found() -> None:
    assert found(parts(uprn="8", PAON="20")) == [8]
    assert found(parts(uprn="3", PAON="The Old Mill")) == [3]


def test_a_uprn_that_the_list_has_not_got_leaves_post_code_and_house() -> None:
    assert found(parts(uprn="77", PAON="14")) == [1]


@pytest.mark.parametrize(
    ("text", "plain"), [("ab1 2cd", "AB12CD"), ("BFPO 801", "BFPO801"), ("AB1", ""), ("1AB 2CD", "")]
)
def test_a_post_code_is_one_in_any_case_or_none(text: str, plain: str) -> None:
    assert postcode_of(text) == plain


@pytest.mark.parametrize(("text", "number"), [("000100", 100), ("0", None), ("1234567890123", None), ("12a", None)])
def test_a_uprn_has_up_to_twelve_digits(text: str, number: int | None) -> None:
    assert uprn_of(text) == number


houses = st.tuples(
    st.sampled_from(["", "Flat 1", "Flat 2", "Flat 12", "Flat A"]),
    st.sampled_from(["1", "2", "12", "1A", "1-2", "11"]),
    st.sampled_from(["High Street", "Mill Lane"]),
    st.sampled_from(["AB1 2CD", "AB1 2CE"]),
)


@given(st.lists(houses, unique=True, max_size=12), houses)
def test_what_is_found_is_the_very_house_or_all_that_may_be_it(
    known: list[tuple[str, str, str, str]], asked: tuple[str, str, str, str]
) -> None:
    rows = listed(
        "\n".join([HEADINGS, *(f"{n},{flat},{no},,{street},{at}" for n, (flat, no, street, at) in enumerate(known, 1))])
    )
    flat, number, street, postcode = asked
    said = written(lines(f"{flat}, {number} {street}" if flat else f"{number} {street}", postcode=postcode))
    answer = [known[row.uprn - 1] for row in meant(said, rows)]
    if asked in known:
        assert answer == [asked]
    else:
        assert all((one[0], one[1], one[3]) == (flat, number, postcode) for one in answer)
