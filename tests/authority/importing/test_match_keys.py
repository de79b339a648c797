from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.importing.matching.keys import (
    MatchKeys,
    is_temporary,
    keys_of,
    match_keys,
    normal_guid,
    normal_name,
    spelt_out,
)
from schoolgate.documents.samples.students import make_students


class TestNames:
    @pytest.mark.parametrize(
        ("written", "normal"),
        [
            ("O'Brien", "obrien"),
            ("O’BRIEN", "obrien"),
            ("Smith-Jones", "smithjones"),
            ("Smith \N{EN DASH} Jones", "smithjones"),
            ("de la Cruz", "delacruz"),
            ("Zoë", "zoe"),
            ("Zoe\N{COMBINING DIAERESIS}", "zoe"),
            ("Łukasz", "lukasz"),
            ("Weiß", "weiss"),
            ("Þór", "thor"),
            ("St. John", "stjohn"),
            ("O\N{MODIFIER LETTER APOSTROPHE}Brien", "obrien"),
            ("Sa\N{MODIFIER LETTER LEFT HALF RING}id", "said"),
            (".", ""),
            ("-", ""),
            ("", ""),
        ],
    )
    def test_case_accents_blanks_hyphens_and_apostrophes_are_no_difference(self, written: str, normal: str) -> None:
        assert normal_name(written) == normal

    def test_another_letter_is_a_difference(self) -> None:
        assert normal_name("Smith") != normal_name("Smyth")

    @given(st.text(max_size=12))
    def test_a_normal_name_is_its_own_normal_form(self, text: str) -> None:
        assert normal_name(normal_name(text)) == normal_name(text)

    @given(st.text(st.characters(max_codepoint=0x24F), max_size=12))
    def test_case_never_makes_a_difference_in_latin_letters(self, text: str) -> None:
        assert normal_name(text.upper()) == normal_name(text.lower()) == normal_name(text)

    def test_two_letters_for_an_umlaut_are_another_form(self) -> None:
        assert spelt_out("Müller") == "mueller"
        assert match_keys(family="Müller").other_families == {"mueller"}

    def test_a_plain_name_has_no_other_form(self) -> None:
        assert match_keys(family="Miller", given="Ann").other_families == frozenset()

    def test_given_and_middle_name_together_are_another_form_but_the_middle_name_alone_is_none(self) -> None:
        assert match_keys(given="Amelia", middle="Rose").other_givens == {"ameliarose"}


class TestNumbers:
    def test_a_upn_whose_check_letter_does_not_fit_is_kept_apart(self) -> None:
        keys = match_keys(upn="A820432124001")
        assert (keys.upn, keys.wrong_upn) == ("", "A820432124001")

    def test_a_right_upn_is_not_also_a_wrong_one(self) -> None:
        keys = match_keys(upn="r820432124001")
        assert (keys.upn, keys.wrong_upn) == ("R820432124001", "")

    def test_a_upn_of_a_sample_s_la_counts_since_it_came_this_far(self) -> None:
        assert match_keys(upn="F999432124001").upn == "F999432124001"

    def test_the_upn_of_today_is_not_also_a_former_one(self) -> None:
        assert match_keys(upn="R820432124001", former_upns=["R820432124001"]).former_upns == frozenset()

    @pytest.mark.parametrize(("upn", "temporary"), [("C82043212400A", True), ("R820432124001", False), ("", False)])
    def test_a_temporary_upn_ends_in_a_letter(self, upn: str, temporary: bool) -> None:
        assert is_temporary(upn) is temporary

    @pytest.mark.parametrize("written", ["{5F0C2F3E-60A1-4A41-9D0E-0D0C1A2B3C4D}", "5f0c2f3e60a14a419d0e0d0c1a2b3c4d"])
    def test_braces_hyphens_and_case_of_a_guid_are_no_difference(self, written: str) -> None:
        assert normal_guid(written) == "5f0c2f3e60a14a419d0e0d0c1a2b3c4d"

    @pytest.mark.parametrize("digit", "0fF")
    def test_a_guid_of_one_digit_that_stands_for_none_is_none(self, digit: str) -> None:
        assert match_keys(guids=[f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}"]).guids == frozenset()

    def test_what_is_longer_than_any_key_is_none(self) -> None:
        assert (normal_guid("a" * 100), normal_guid("a" * 101)) == ("a" * 100, "")


class TestRecords:
    def test_every_part_is_taken_from_the_record(self) -> None:
        record = {
            "UPN": "R820432124001",
            "Surname": "Okafor",
            "Forename": "Daniel",
            "DOB": "2013-02-14",
            "Sex": "M",
            "BasicDetails": {
                "FormerUPN": "C82043212400A",
                "PreferredSurname": "Okafor-Reid",
                "FormerSurname": "Ade",
                "PreferredForename": "Dan",
                "MiddleNames": "Chidi",
            },
            "SuppInfo": {"SuppID": "Example MIS 7.2", "GUID": "0B8F-11"},
        }
        assert keys_of(record) == MatchKeys(
            family="okafor",
            given="daniel",
            born=date(2013, 2, 14),
            sex="M",
            upn="R820432124001",
            former_upns=frozenset({"C82043212400A"}),
            guids=frozenset({"0b8f11"}),
            other_families=frozenset({"okaforreid", "ade"}),
            other_givens=frozenset({"dan", "danielchidi"}),
        )

    def test_an_empty_record_gives_empty_keys(self) -> None:
        assert keys_of({}) == MatchKeys()

    def test_a_date_that_is_none_is_not_said(self) -> None:
        assert keys_of({"DOB": "2013-02-30"}).born is None

    @pytest.mark.parametrize("sex", ["U", "", "m"])
    def test_a_sex_that_is_no_code_of_the_document_is_not_said(self, sex: str) -> None:
        assert keys_of({"Sex": sex}).sex == ""

    def test_a_guid_met_twice_gives_both(self) -> None:
        assert keys_of({"SuppInfo": {"GUID": ["a1", "b2"]}}).guids == {"a1", "b2"}

    def test_no_two_pupils_of_a_made_up_school_have_the_same_keys(self) -> None:
        sample = make_students(la="820", school="4321", destination_la="820", pupils=300, seed=7, academic_year=2026)
        assert len({keys_of(record) for record in sample.records()}) == 300
