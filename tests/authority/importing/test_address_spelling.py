"""One house has one form, however it is written; two houses have two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.importing.addresses.houses import House, read_house
from schoolgate.authority.importing.addresses.spelling import flat, name, take_number

FLAT_2_AT_14 = House("2", "14", after=("HIGHSTREET",))


@pytest.mark.parametrize(
    "lines",
    [
        ["Flat 2, 14 High Street"],
        ["FLAT 2", "14 HIGH STREET"],
        ["Apt. 2, 14 High St."],
        ["apartment no. 2", "no. 14, high street"],
        ["flat 2 14 High Street"],
        ["2, 14 High Street"],
        ["14 High Street, Flat 2"],
        ["Flat 2 (First Floor), 14, High Street"],
        ["First floor flat 2", "14 High Street"],
        ["Flat 02, 014 High  Street"],
    ],
)
def test_a_flat_in_a_house_is_read_however_it_is_written(lines: list[str]) -> None:
    assert read_house(lines) == FLAT_2_AT_14


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("14A High Street", "14A"),
        ("14 a High Street", "14A"),
        ("14-a High Street", "14A"),
        ("14-16 High Street", "14-16"),
        ("14 – 16 High Street", "14-16"),
        ("14 to 16 High Street", "14-16"),
        ("14a-14c High Street", "14A-14C"),
        ("14½ High Street", "14½"),
        ("14 1/2 High Street", "14½"),
        ("Number 14 High Street", "14"),
        ("#14 High Street", "14"),
        ("14 O’Connell Street", "14"),
        ("2 1st Avenue", "2"),
    ],
)
def test_a_house_number_is_read_with_all_that_belongs_to_it(line: str, number: str) -> None:
    assert read_house([line]).number == number


@pytest.mark.parametrize("line", ["14/16 High Street", "14/A High Street", "1-2-3 High Street", "1st Avenue", "14High"])
def test_what_begins_with_a_figure_and_is_no_house_number_is_not_taken_for_one(line: str) -> None:
    assert read_house([line]).number == ""


def test_a_house_with_a_name_keeps_it_before_its_number_and_instead_of_one() -> None:
    assert read_house(["Rose Cottage, 14 Mill Lane"]) == House("", "14", ("ROSECOTTAGE",), ("MILLLANE",))
    assert read_house(["The Old Rectory", "Mill Lane"]) == House("", "", ("OLDRECTORY", "MILLLANE"))
    assert read_house(["Flat Rock Cottage"]).names == ("FLATROCKCOTTAGE",)


def test_a_flat_behind_a_house_is_not_passed_over() -> None:
    assert read_house(["14 (Rear) High Street"]).flat == "REAR"
    assert read_house(["The Annexe", "14 High Street"]).flat == "ANNEXE"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("First Floor Flat", "1st floor"),
        ("Flat A", "a"),
        ("FLAT A1", "apt A 1"),
        ("Annex", "The Annexe"),
        ("Flat 1-3", "1 – 3"),
    ],
)
def test_flats_that_are_called_differently_are_one(one: str, other: str) -> None:
    assert flat(one).text == flat(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flat 2", "Unit 2"),
        ("Flat 2", "Flat 2A"),
        ("Flat 1-3", "Flat 13"),
        ("First Floor", "Ground Floor"),
        ("A1", "A11"),
    ],
)
def test_flats_that_are_not_one_stay_two(one: str, other: str) -> None:
    assert flat(one).text != flat(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("High St.", "HIGH STREET"),
        ("St. Mary's Rd", "Saint Marys Road"),
        ("The Old Rectory", "Old Rectory"),
        ("Rose-bank", "Rosebank"),
        ("Tŷ Gwyn", "Ty Gwyn"),
        ("Smith & Sons Yard", "smith and sons yard"),
        ("1st Avenue", "First Ave"),
    ],
)
def test_names_and_streets_that_are_spelt_differently_are_one(one: str, other: str) -> None:
    assert name(one) == name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Block 1 1", "Block 11"), ("Rose Court", "Rose Cottage"), ("St Street", "Street")]
)
def test_names_that_are_not_one_stay_two(one: str, other: str) -> None:
    assert name(one) != name(other)


numbers = st.builds(
    lambda first, letter, more: f"{first}{letter}" + (f"-{first + more}" if more else ""),
    st.integers(1, 9_999),
    st.sampled_from(["", "A", "K", "Z"]),
    st.integers(0, 3),
)
flats = st.sampled_from(["", "1", "2", "2A", "A", "B 7", "11", "UNIT 4", "FIRST FLOOR", "REAR"])
streets = st.sampled_from(["High Street", "Mill Lane", "St Mary's Road", "The Green", "Second Avenue"])


@st.composite
def spellings(draw: st.DrawFn) -> tuple[tuple[str, str, str], list[str]]:
    """A house, and one of the ways to write it."""
    own, number, street = house = draw(flats), draw(numbers), draw(streets)
    if own and not own.startswith(("UNIT", "FIRST", "REAR")):
        own = draw(st.sampled_from(["Flat ", "flat", "APT. ", "Apartment no "])) + own
    dash = draw(st.sampled_from(["-", " - ", "–", " to "]))
    written = draw(st.sampled_from(["", "No. ", "0"])) + number.replace("-", dash)
    behind = bool(own) and draw(st.booleans())
    at = draw(st.sampled_from([f"{written} {street}", f"{written}, {street}"]))
    whole = f"{at}, {own}" if behind else f"{own}, {at}" if own else at
    changed = draw(st.sampled_from([whole, whole.upper(), whole.lower(), whole.title()]))
    return house, changed.split(", ") if draw(st.booleans()) else [changed]


@given(spellings(), spellings())
def test_two_ways_to_write_have_one_form_exactly_when_they_are_one_house(
    one: tuple[tuple[str, str, str], list[str]], other: tuple[tuple[str, str, str], list[str]]
) -> None:
    assert (read_house(one[1]) == read_house(other[1])) == (one[0] == other[0])


@given(spellings())
def test_a_house_is_itself_in_any_spelling(one: tuple[tuple[str, str, str], list[str]]) -> None:
    (own, number, street), lines = one
    assert read_house(lines) == House(flat(own).text, number, after=(name(street),))


@given(st.text(max_size=40))
def test_nothing_that_is_written_stops_the_reading(text: str) -> None:
    assert name(name(text)) == name(text)
    read_house([text])
    flat(text)
    number, rest = take_number(text)
    assert number or rest == text
