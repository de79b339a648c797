"""What no schema of ours has seen is held to its codes, dates and numbers; texts may be as long as they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.students.files import a_file, a_header, a_pupil, check, pupils

from schoolgate.documents.students.findings import Finding
from schoolgate.documents.students.layout import CES_LAYOUT
from schoolgate.documents.students.leaves import takes, wrong_leaves
from schoolgate.documents.students.values import ValueCheck


def found(pupil: dict[str, Any]) -> list[Finding]:
    return list(ValueCheck(a_header(), CES_LAYOUT, proven=False).findings(pupil))


@pytest.mark.parametrize("version", ["3.71", "3.73"])
def test_nothing_is_wrong_with_what_the_schema_takes(version: str) -> None:
    for pupil in pupils(30, version):
        assert list(wrong_leaves(pupil)) == []


@pytest.mark.parametrize(
    ("said", "code", "steps"),
    [
        ({"DOB": "2013-02-30"}, "bad-date", ("DOB",)),
        ({"DOB": "14/02/2013"}, "bad-date", ("DOB",)),
        ({"Sex": "X"}, "bad-code", ("Sex",)),
        ({"BasicDetails": {"Ethnicity": "MARS"}}, "bad-code", ("BasicDetails", "Ethnicity")),
        ({"BasicDetails": {"MedicalFlag": "perhaps"}}, "bad-value", ("BasicDetails", "MedicalFlag")),
        (
            {"BasicDetails": {"Languages": [{"LanguageType": "F", "Language": "Klingon"}]}},
            "bad-code",
            ("BasicDetails", "Languages", "Type"),
        ),
        (
            {"BasicDetails": {"Nationalities": ["GBR", "XYZ"]}},
            "bad-code",
            ("BasicDetails", "Nationalities", "Nationality[2]"),
        ),
        ({"BasicDetails": {"Disabilities": ["NONE?"]}}, "bad-code", ("BasicDetails", "Disabilities", "Disability")),
        (
            {"FSMhistory": {"FSMinstance": [{"FSMstartDate": "soon", "UKcountry": "ENG"}]}},
            "bad-date",
            ("FSMhistory", "FSMinstance"),
        ),
        ({"LookedAfter": {"InCare": "true", "CareAuthority": "Leeds"}}, "bad-value", ("LookedAfter", "CareAuthority")),
        (
            {"SENhistory": {"SEN": [{"StartDate": "2024-01-08", "SENprovision": "Q"}]}},
            "bad-code",
            ("SENhistory", "SEN"),
        ),
        ({"Phones": [{"TelephoneType": "H", "PhoneNo": "ask mum"}]}, "bad-value", ("Phones", "Phone")),
        ({"Email": "nobody"}, "bad-value", ("Email",)),
        (
            {"Contacts": [{"Surname": "Okafor"}, {"Surname": "Bell", "Relationship": "BOSS"}]},
            "bad-code",
            ("Contacts", "Contact[2]", "Relationship"),
        ),
        ({"Address": {"PostCode": "near Leeds"}}, "bad-value", ("Address", "PostCode")),
        ({"Email": "a\0@b.example"}, "bad-value", ("Email",)),
        (
            {"SchoolHistory": [{"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey", "EntryDate": "never"}]},
            "bad-date",
            ("SchoolHistory", "School"),
        ),
    ],
)
def test_a_value_that_no_list_calendar_or_form_knows_is_told_with_what_falls_with_it(
    said: dict[str, Any], code: str, steps: tuple[str, ...]
) -> None:
    assert [(one.code, one.steps) for one in found(a_pupil(**said))] == [(code, steps)]


def test_what_is_of_no_form_is_not_judged_by_its_meaning_too() -> None:
    exclusion = {
        "Category": "SUSP",
        "Reasons": ["VA"],
        "StartDate": "2026-11-16",
        "EndDate": "1st of May",
        "SchoolDays": "a few",
        "StartTime": "AM",
    }
    codes = [(one.code, one.steps[-1]) for one in found(a_pupil(Exclusions=[exclusion]))]
    assert codes == [("bad-date", "EndDate"), ("bad-value", "SchoolDays")]


@pytest.mark.parametrize("text", ["BD1 1AA", "bd11aa", "bfpo 801", "SW1A 1AA"])
def test_of_a_post_code_neither_case_nor_blanks_count(text: str) -> None:
    assert takes("PostCode", text)


def test_a_text_may_be_longer_than_a_file_has_room_for() -> None:
    assert found(a_pupil(Surname="Okafor" * 20, Address={"BS7666Address": {"Street": "Long" * 40}})) == []


def test_a_text_is_held_to_a_files_room_where_lengths_count() -> None:
    pupil = a_pupil(Surname="O" * 36, Forename="O" * 35)
    assert [(leaf.steps, leaf.kind) for leaf in wrong_leaves(pupil, lengths=True)] == [(("Surname",), "length")]


@pytest.mark.parametrize(
    ("exclusion", "code"),
    [
        ({"Reasons": ["VA", "DB", "BU", "TH"]}, "reasons-too-many"),
        ({"Reasons": ["VA"], "SchoolDays": "0"}, "school-days"),
        ({"Reasons": ["VA"], "SchoolDays": "-1"}, "school-days"),
    ],
)
def test_an_exclusion_has_one_to_three_reasons_and_at_least_half_a_day(exclusion: dict[str, Any], code: str) -> None:
    pupil = a_pupil(Exclusions=[{"Category": "SUSP", "StartDate": "2026-11-16", "StartTime": "AM", **exclusion}])
    assert [one.code for one in ValueCheck(a_header(), CES_LAYOUT).findings(pupil)] == [code]


leaves = st.sampled_from(["DOB", "Sex", "Email", "UniqueLearnerNumber", "UPN"])
likely = ["2013-02-14", "2013-2-14", "2013-02-29", "2012-02-29", "M", "m", "a@b", "a b@c", "@", "1000000027", "0"]
letters = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=12)


@given(leaves, st.sampled_from(likely) | letters)
def test_a_value_is_wrong_exactly_when_the_schema_refuses_it(name: str, text: str) -> None:
    pupil = a_pupil(**{name: text})
    wrong = [leaf.steps for leaf in wrong_leaves(pupil)]
    schema_refuses = check(a_file([pupil])).refusals > 0
    assert wrong == ([(name,)] if schema_refuses else [])
