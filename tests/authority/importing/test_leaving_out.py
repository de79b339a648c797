"""Values that cannot be right go, by the checks of documents; the rest of the pupil goes on."""

from copy import deepcopy
from typing import Any

import pytest

from schoolgate.authority.importing.leaving_out import take_out
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.documents.samples.students import make_students
from schoolgate.documents.students.findings import Finding
from schoolgate.documents.students.layout import CES_LAYOUT
from schoolgate.documents.students.values import ValueCheck

VALUE_FAULTS = {
    "wrong-upn-letter": ("identifiers", "UPN", "bad-upn"),
    "upn-of-no-la": ("identifiers", "UPN", "bad-upn"),
    "duplicate-upn": ("identifiers", "UPN", "upn-twice"),
    "wrong-uln-digit": ("identifiers", "UniqueLearnerNumber", "bad-uln"),
    "code-of-another-year": ("exclusions", "Exclusions", "code-not-of-year"),
    "mark-of-another-year": ("attendance", "Attendance", "code-not-of-year"),
    "reason-twice": ("exclusions", "Exclusions", "reason-twice"),
    "too-many-days": ("exclusions", "Exclusions", "school-days"),
    "too-many-sessions": ("attendance", "Attendance", "sessions-exceed-possible"),
    "born-tomorrow": ("basic-details", "DOB", "birth-in-future"),
    "end-before-start": ("exclusions", "Exclusions", "ends-before-start"),
}


def finding(code: str, *steps: str, sent: str = "") -> Finding:
    return Finding(code, steps, sent, "", "")


@pytest.mark.parametrize("fault", VALUE_FAULTS)
def test_every_kind_of_value_that_cannot_be_right_is_named_and_gone_and_the_rest_stays(fault: str) -> None:
    sample = make_students(
        la="820", school="4321", destination_la="820", pupils=30, seed=3, faults=[fault], academic_year=2026
    )
    check = ValueCheck(sample.header, CES_LAYOUT)
    named = []
    for record in sample.records():
        findings = list(check.findings(record))
        before = deepcopy(record)
        clean, invalid = take_out(record, findings)
        assert record == before
        named += [(one.group.name, one.item, one.code) for one in invalid]
        assert list(ValueCheck(sample.header, CES_LAYOUT).findings(clean)) == []
        there, here = dict(read_groups(record)), dict(read_groups(clean))
        for group, payload in there.items():
            left = {item for item in payload if (group.name, item) not in {one[:2] for one in named}}
            assert {item: here[group][item] for item in left} == {item: payload[item] for item in left}
    assert set(named) == {VALUE_FAULTS[fault]}


def test_a_record_without_findings_is_given_back_itself() -> None:
    record = {"Surname": "Okafor"}
    assert take_out(record, []) == (record, ())
    assert take_out(record, [])[0] is record


def test_a_wrong_text_goes_alone() -> None:
    record = {"Surname": "Okafor", "BasicDetails": {"FormerUPN": "A1", "Ethnicity": "WBRI"}}
    clean, (one,) = take_out(record, [finding("bad-upn", "BasicDetails", "FormerUPN", sent="A1")])
    assert clean == {"Surname": "Okafor", "BasicDetails": {"Ethnicity": "WBRI"}}
    assert (one.group.name, one.item, one.code, one.value) == ("identifiers", "FormerUPN", "bad-upn", "A1")


def test_a_container_that_is_left_empty_goes_too() -> None:
    record = {"Surname": "Okafor", "BasicDetails": {"FormerUPN": "A1"}}
    assert take_out(record, [finding("bad-upn", "BasicDetails", "FormerUPN")])[0] == {"Surname": "Okafor"}


def test_a_need_without_its_type_goes_whole_and_the_others_stay() -> None:
    needs = [{"SENtypeRank": "1", "SENtype": "SEMH"}, {"SENtypeRank": "2", "SENtype": "OLD"}]
    record: dict[str, Any] = {"SENhistory": {"SENneeds": needs}}
    clean, (one,) = take_out(
        record, [finding("code-not-of-year", "SENhistory", "SENneeds", "SENneed[2]", "SENtype", sent="OLD")]
    )
    assert clean == {"SENhistory": {"SENneeds": needs[:1]}}
    assert (one.group.name, one.item) == ("sen-needs", "SENneeds")


def test_an_exclusion_without_its_category_goes_whole() -> None:
    record = {"Exclusions": [{"Category": "LNCH", "StartDate": "2026-11-16"}]}
    clean, _ = take_out(record, [finding("code-not-of-year", "Exclusions", "Exclusion", "Category", sent="LNCH")])
    assert clean == {}


def test_two_reasons_of_one_exclusion_go_and_the_one_between_stays() -> None:
    record: dict[str, Any] = {"Exclusions": [{"Category": "SUSP", "Reasons": ["OA", "VA", "OB"]}]}
    above = ("Exclusions", "Exclusion", "Reasons")
    clean, invalid = take_out(
        record,
        [
            finding("code-not-of-year", *above, "Reason[1]", sent="OA"),
            finding("code-not-of-year", *above, "Reason[3]", sent="OB"),
        ],
    )
    assert clean == {"Exclusions": [{"Category": "SUSP", "Reasons": ["VA"]}]}
    assert [one.value for one in invalid] == ["OA", "OB"]


def test_the_one_reason_of_the_old_version_is_found() -> None:
    record: dict[str, Any] = {"Exclusions": [{"Category": "SUSP", "Reasons": ["OA"]}]}
    clean, (one,) = take_out(record, [finding("code-not-of-year", "Exclusions", "Exclusion", "Reason", sent="OA")])
    assert clean == {"Exclusions": [{"Category": "SUSP"}]}
    assert (one.group.name, one.item, one.value) == ("exclusions", "Exclusions", "OA")


def test_an_end_in_a_repeated_element_is_found_by_its_place() -> None:
    stages = [{"StartDate": "2024-01-08"}, {"StartDate": "2025-01-08", "EndDate": "2024-01-01"}]
    record: dict[str, Any] = {"SENhistory": {"SEN": stages}}
    clean, (one,) = take_out(
        record, [finding("ends-before-start", "SENhistory", "SEN[2]", "EndDate", sent="2024-01-01")]
    )
    assert clean == {"SENhistory": {"SEN": [{"StartDate": "2024-01-08"}, {"StartDate": "2025-01-08"}]}}
    assert one.group.name == "sen-history"


def test_of_marks_only_the_wrong_ones_become_no_mark() -> None:
    marks = {"AttendanceStartDate": "2026-11-09", "AttendanceMarks": "/\\HH/\\"}
    record = {"Attendance": [{"Year": "2026", "AttendSessions": marks}]}
    steps = ("Attendance", "YearData", "AttendSessions", "AttendanceMarks")
    clean, _ = take_out(record, [finding("code-not-of-year", *steps, sent="H")])
    assert clean["Attendance"][0]["AttendSessions"]["AttendanceMarks"] == "/\\--/\\"


def test_what_a_finding_names_and_a_record_does_not_have_is_passed_over() -> None:
    record: dict[str, Any] = {"Surname": "Okafor", "Exclusions": [{"Category": "SUSP"}]}
    absent = [finding("bad-upn", "UPN"), finding("code-not-of-year", "Exclusions", "Exclusion[4]", "Category")]
    assert take_out(record, absent) == (record, ())


def test_what_no_list_calendar_or_form_knows_goes_with_what_means_nothing_without_it() -> None:
    """Of a record that no schema of ours has seen."""
    record: dict[str, Any] = {
        "Surname": "Okafor",
        "DOB": "yesterday",
        "BasicDetails": {"Ethnicity": "MARS", "Nationalities": ["GBR", "XYZ"], "MiddleNames": "Uche"},
        "FSMhistory": {"FSMinstance": [{"FSMstartDate": "soon", "UKcountry": "ENG"}]},
        "SENhistory": {
            "SEN": [{"StartDate": "2024-01-08", "SENprovision": "K"}, {"StartDate": "?", "SENprovision": "E"}]
        },
        "Contacts": [{"Surname": "Bell", "Phones": [{"TelephoneType": "H", "PhoneNo": "ask"}], "Relationship": "BOSS"}],
    }
    header = make_students(la="820", school="4321", destination_la="820", pupils=1, seed=1, academic_year=2026).header
    clean, invalid = take_out(record, ValueCheck(header, CES_LAYOUT, proven=False).findings(record))
    assert clean == {
        "Surname": "Okafor",
        "BasicDetails": {"Nationalities": ["GBR"], "MiddleNames": "Uche"},
        "SENhistory": {"SEN": [{"StartDate": "2024-01-08", "SENprovision": "K"}]},
        "Contacts": [{"Surname": "Bell"}],
    }
    assert sorted((one.group.name, one.item, one.code) for one in invalid) == [
        ("basic-details", "DOB", "bad-date"),
        ("contacts", "Contacts", "bad-code"),
        ("contacts", "Contacts", "bad-value"),
        ("ethnicity-and-language", "Ethnicity", "bad-code"),
        ("ethnicity-and-language", "Nationalities", "bad-code"),
        ("free-school-meals", "FSMinstance", "bad-date"),
        ("sen-history", "SEN", "bad-date"),
    ]
