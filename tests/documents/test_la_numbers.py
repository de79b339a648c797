import pytest

from schoolgate.documents.la_numbers import known, la_name, la_numbers


def test_there_are_153_current_authorities_in_england() -> None:
    assert sum(la.status == "current" for la in la_numbers().values()) == 153


@pytest.mark.parametrize(
    ("number", "status", "name"),
    [
        ("823", "current", "Central Bedfordshire"),
        ("943", "current", "Westmorland and Furness"),
        ("820", "withdrawn", "Bedfordshire"),
        ("909", "withdrawn", "Cumbria"),
        ("922", "withdrawn", "Kent"),
        ("908", "current", "Cornwall"),
        ("681", "wales", "Cardiff"),
        ("600", "scotland", "Scotland"),
        ("056", "northern-ireland", "Northern Ireland (board and phase)"),
        ("708", "other", "Gibraltar"),
        ("999", "sample", "Sample authority"),
        ("XXX", "letters", "Not known"),
    ],
)
def test_numbers_have_the_standing_and_name_of_the_reference(number: str, status: str, name: str) -> None:
    assert (la_numbers()[number].status, la_name(number)) == (status, name)


def test_every_county_number_before_1998_is_listed() -> None:
    assert all(known(str(number)) for number in range(901, 940))


def test_a_number_that_is_not_listed_is_named_by_itself() -> None:
    assert la_name("499") == "LA 499"
    assert not known("499")


def test_sample_numbers_are_known_in_demo_mode_only() -> None:
    assert (known("999"), known("999", demo=True)) == (False, True)


def test_letters_are_no_authority_even_in_demo_mode() -> None:
    assert not known("XXX", demo=True)


def test_what_no_public_source_was_read_for_is_marked() -> None:
    assert la_numbers()["835"].source == "unchecked"
