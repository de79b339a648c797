import hashlib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.codes.code_sets import (
    EDITION,
    academic_year_of,
    attendance_marks,
    code_set,
    code_set_names,
)

EDITIONS = {
    "2026-05.1": "d950e71ddeb70cd2c9c62befe5a612bf674b70e4ffeb1b3ec04d0485065e4b82",
    "2026-05.2": "0336ee138a68530acc63939a19686bf8a24e6de0140ac78ae4bba888527cb502",
}
"""Each edition ever released, and the digest of its lists: a changed list needs a new edition."""


def test_the_edition_changes_whenever_a_list_does() -> None:
    digest = hashlib.sha256()
    for name in code_set_names():
        digest.update(
            (name + (files("schoolgate.documents.codes") / f"{name}.csv").read_text(encoding="utf-8")).encode()
        )
    assert EDITIONS[EDITION] == digest.hexdigest()


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("attendance", 37),
        ("disability", 17),
        ("exclusion_reason", 30),
        ("language", 255),
        ("relationship", 16),
        ("removal_grounds", 15),
        ("result_qualifier", 33),
    ],
)
def test_lists_are_as_long_as_in_the_reference(name: str, count: int) -> None:
    assert len(code_set(name).codes()) == count


@pytest.mark.parametrize("name", code_set_names())
def test_every_code_has_a_label_and_a_source(name: str) -> None:
    assert all(line.label and line.source in {"public", "unchecked", "inferred"} for line in code_set(name))


@pytest.mark.parametrize("name", code_set_names())
def test_no_code_ends_before_it_begins(name: str) -> None:
    assert all((line.first_year or 0) <= (line.last_year or 9999) for line in code_set(name))


@given(st.sampled_from(code_set_names()), st.integers(1990, 2050))
def test_the_codes_of_a_year_are_those_valid_in_it(name: str, year: int) -> None:
    codes = code_set(name)
    assert set(codes.codes(year)) == {code for code in codes.codes() if codes.is_valid(code, year)}


@given(st.sampled_from(code_set_names()), st.text(max_size=5), st.integers(1990, 2050))
def test_a_code_valid_in_a_year_is_known(name: str, code: str, year: int) -> None:
    codes = code_set(name)
    assert codes.is_known(code) or not codes.is_valid(code, year)


@pytest.mark.parametrize(
    ("name", "code", "last_out", "first_in"),
    [
        ("exclusion_reason", "LG", 2019, 2020),
        ("exclusion_reason", "BW", 2024, 2025),
        ("attendance", "Y1", 2023, 2024),
        ("attendance", "K", 2023, 2024),
        ("exclusion_category", "SUSP", 2019, 2020),
    ],
)
def test_a_new_code_is_valid_from_its_first_year_on(name: str, code: str, last_out: int, first_in: int) -> None:
    assert (code_set(name).is_valid(code, last_out), code_set(name).is_valid(code, first_in)) == (False, True)


@pytest.mark.parametrize(
    ("name", "code", "last_in", "first_out"),
    [
        ("exclusion_reason", "OT", 2019, 2020),
        ("attendance", "H", 2023, 2024),
        ("attendance", "Y", 2023, 2024),
        ("sen_type", "BESD", 2013, 2014),
    ],
)
def test_a_withdrawn_code_is_valid_up_to_its_last_year(name: str, code: str, last_in: int, first_out: int) -> None:
    assert (code_set(name).is_valid(code, last_in), code_set(name).is_valid(code, first_out)) == (True, False)


def test_a_withdrawn_code_is_still_known() -> None:
    assert code_set("exclusion_reason").is_known("OT")


def test_fixed_period_and_suspension_are_both_taken_today() -> None:
    assert {"FIXD", "SUSP"} <= set(code_set("exclusion_category").codes(2026))


def test_a_code_says_what_it_means() -> None:
    assert code_set("language").label("IGB") == "Igbo"


def test_a_code_that_is_not_known_is_its_own_label() -> None:
    assert code_set("language").label("QQQ") == "QQQ"


@pytest.mark.parametrize(("code", "main"), [("BNGN", "BAFR"), ("WCOR", "WBRI"), ("MWBA", "MWBA"), ("NOBT", "NOBT")])
def test_an_extended_ethnicity_counts_as_its_main_one(code: str, main: str) -> None:
    assert code_set("ethnicity").group(code) == main


def test_every_main_ethnicity_is_in_the_list_itself() -> None:
    ethnicity = code_set("ethnicity")
    assert all(ethnicity.group(line.group) == line.group for line in ethnicity)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("/", "attending"),
        ("V", "approved activity"),
        ("I", "authorised absence"),
        ("U", "unauthorised absence"),
        ("Y3", "not possible"),
        ("#", "administrative"),
    ],
)
def test_an_attendance_code_counts_as_the_category_of_the_reference(code: str, category: str) -> None:
    assert code_set("attendance").group(code) == category


def test_categories_that_no_public_source_was_read_for_are_marked() -> None:
    unchecked = {line.code for line in code_set("attendance") if line.group_source == "unchecked"}
    assert unchecked == {"K", "J1", "C1", "C2", "Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"}


def test_years_that_no_source_gives_are_marked() -> None:
    assert code_set("exclusion_reason").lines["VR"].source == "inferred"


def test_historic_codes_are_known_and_marked() -> None:
    assert code_set("sen_provision").lines["S"].historic
    assert code_set("leaving_reason").lines["ST"].historic


def test_marks_of_two_characters_stand_in_strings_as_their_first() -> None:
    assert "J" in attendance_marks(2026)
    assert "H" not in attendance_marks(2026)


def test_a_minus_stands_where_no_mark_was_made() -> None:
    assert "-" in attendance_marks(2026)


@pytest.mark.parametrize(("year", "month", "academic_year"), [(2026, 7, 2025), (2026, 8, 2026), (2027, 1, 2026)])
def test_the_academic_year_changes_over_on_1_august(year: int, month: int, academic_year: int) -> None:
    assert academic_year_of(year, month) == academic_year


def test_a_set_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        code_set("../la_numbers")
