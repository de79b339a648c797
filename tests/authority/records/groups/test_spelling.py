"""Which spellings count as the same, and which do not."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.records.groups import spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Okafor", "OKAFOR"),
        ("Łukasz", "Lukasz"),
        ("Zoë", "zoe"),
        ("Müller", "Mu\u0308ller"),
        ("Weiß", "WEISS"),
        ("Søren", "Soren"),
        ("Smith-Jones", "Smith Jones"),
        ("Smith\u2013Jones", "smithjones"),
        ("O'Neill", "O\u2019Neill"),
        ("O`Neill", "ONeill"),
        ("D\u02bcArcy", "d arcy"),
        ("Anne Marie", "Annemarie"),
        ("ﬁona", "Fiona"),
    ],
)
def test_case_accents_blanks_hyphens_and_apostrophes_do_not_count_in_a_name(one: str, other: str) -> None:
    assert spelling.name(one) == spelling.name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith", "Smyth"),
        ("St. John", "St John"),
        ("Jones", "Jones Smith"),
        ("Ann", "Anne"),
        ("Müller", "Mueller"),
        ("राम", "रमा"),
        ("-", "'"),
    ],
)
def test_every_letter_and_dot_counts_in_a_name(one: str, other: str) -> None:
    assert spelling.name(one) != spelling.name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("01632 960001", "01632960001"),
        ("01632-960001", "(01632) 960001"),
        ("+441632960001", "01632960001"),
        ("+44 (0)1632 960 001", "01632960001"),
        ("0044 1632 960001", "+44 1632 960001"),
        ("+33 1 99 00 01 02", "0033199000102"),
    ],
)
def test_telephones_are_compared_by_the_digits_dialled(one: str, other: str) -> None:
    assert spelling.phone(one) == spelling.phone(other)


@pytest.mark.parametrize(("one", "other"), [("01632960001", "01632960002"), ("+33199000102", "0199000102"), ("(", "-")])
def test_another_digit_is_another_telephone(one: str, other: str) -> None:
    assert spelling.phone(one) != spelling.phone(other)


def test_post_codes_are_compared_without_case_and_blanks() -> None:
    assert spelling.postcode("mk41 9pq") == spelling.postcode("MK419PQ") == "MK419PQ"
    assert spelling.postcode("MK41 9PQ") != spelling.postcode("MK4 19PQR")


def test_xml_writes_yes_and_no_in_two_ways() -> None:
    assert spelling.yes_no("1") == spelling.yes_no("true") != spelling.yes_no("0") == spelling.yes_no("false")
    assert spelling.yes_no("perhaps") == "perhaps"


@pytest.mark.parametrize(("one", "other"), [("1.5", "1.500000"), ("010", "10"), ("400", "400.0"), ("0", "-0.0")])
def test_numbers_are_compared_by_their_worth(one: str, other: str) -> None:
    assert spelling.number(one) == spelling.number(other)


def test_what_is_no_number_stands_for_itself() -> None:
    assert spelling.number("1.5") != spelling.number("15")
    assert [spelling.number(text) for text in ("x", "NaN", "Infinity")] == ["x", "NaN", "Infinity"]


@pytest.mark.parametrize(
    "form", [spelling.name, spelling.phone, spelling.postcode, spelling.yes_no, spelling.number, spelling.as_written]
)
@given(text=st.text(min_size=1))
def test_a_normal_form_is_its_own_normal_form(form: Callable[[str], str], text: str) -> None:
    assert form(form(text)) == form(text) != ""


@given(st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1), st.data())
def test_a_name_typed_another_way_is_the_same(name: str, data: st.DataObject) -> None:
    marks = st.sampled_from(["", "-", " ", "'", "\u2019", "\u0301"])
    typed = "".join(letter + data.draw(marks) for letter in data.draw(st.sampled_from([name, name.upper()])))
    assert spelling.name(typed) == spelling.name(name.upper())
