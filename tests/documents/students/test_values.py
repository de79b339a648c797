from typing import Any

import pytest
from tests.documents.students.files import a_file, a_header, a_pupil, check, codes, pupils

from schoolgate.documents.problems import Problem


def the_problem(pupil: dict[str, Any], **header: Any) -> Problem:
    """The one problem of a file with this one pupil; it must be a warning."""
    verdict = check(a_file([pupil], a_header(**header)))
    (problem,) = verdict.problems
    assert (verdict.accepted, problem.severity) == (True, "warning")
    return problem


def excluded(**changes: Any) -> dict[str, Any]:
    exclusion = {
        "Category": "SUSP",
        "Reasons": ["VA"],
        "StartDate": "2026-11-16",
        "EndDate": "2026-11-17",
        "SchoolDays": "1.5",
        "StartTime": "PM",
    }
    return a_pupil(Exclusions=[exclusion | changes])


def attended(year: str = "2026", possible: str = "10", marks: str = r"/\/\LU") -> dict[str, Any]:
    row = {
        "Year": year,
        "LEA": "820",
        "Estab": "4321",
        "SchoolName": "Green Abbey School",
        "SessionsPossible": possible,
        "SessionsAuthorised": "1",
        "SessionsAttended": "6",
        "SessionsUnauthorised": "3",
        "AttendSessions": {"AttendanceStartDate": "2026-11-09", "AttendanceMarks": marks},
    }
    return a_pupil(Attendance=[row])


def test_right_values_have_no_problem() -> None:
    right = a_pupil(UniqueLearnerNumber="1002345676", UCI="523450241001M")
    assert check(a_file([right])).problems == []
    assert check(a_file([excluded()])).problems == []
    assert check(a_file([attended()])).problems == []
    assert check(a_file(pupils(200))).problems == []


def test_a_problem_is_told_by_child_and_item_with_its_place() -> None:
    problem = the_problem(a_pupil(UPN="A820432124001"))
    assert (problem.code, problem.path) == ("bad-upn", "/CESfile/CESpupilData/Pupil[1]/UPN")
    assert (problem.pupil, problem.item, problem.sent) == ("Daniel O., Year 9", "UPN", "A820432124001")
    assert problem.remedy.startswith("In your MIS open pupil > Registration")
    lines = a_file([a_pupil(UPN="A820432124001")]).decode().splitlines()
    assert lines[problem.line - 1][problem.column - 1 :].startswith("<UPN>")


@pytest.mark.parametrize(
    ("pupil", "code", "where"),
    [
        (a_pupil(BasicDetails={"FormerUPN": "A820432124001"}), "bad-upn", "BasicDetails/FormerUPN"),
        (a_pupil(UPN="E982432124001"), "bad-upn", "UPN"),
        (a_pupil(UniqueLearnerNumber="1002345675"), "bad-uln", "UniqueLearnerNumber"),
        (a_pupil(UCI="523450241001L"), "bad-uci", "UCI"),
        (a_pupil(DOB="2026-11-21"), "birth-in-future", "DOB"),
        (excluded(EndDate="2026-11-15"), "ends-before-start", "Exclusions/Exclusion/EndDate"),
        (excluded(Reasons=["VA", "DB", "VA"]), "reason-twice", "Exclusions/Exclusion/Reasons/Reason[3]"),
        (excluded(SchoolDays="1.2"), "school-days", "Exclusions/Exclusion/SchoolDays"),
        (excluded(SchoolDays="45.5"), "school-days", "Exclusions/Exclusion/SchoolDays"),
        (excluded(Reasons=["VA", "OT"]), "code-not-of-year", "Exclusions/Exclusion/Reasons/Reason[2]"),
        (attended(possible="9"), "sessions-exceed-possible", "Attendance/YearData/SessionsPossible"),
        (attended(marks="//HH"), "code-not-of-year", "Attendance/YearData/AttendSessions/AttendanceMarks"),
        (attended("2023", marks="KK//"), "code-not-of-year", "Attendance/YearData/AttendSessions/AttendanceMarks"),
    ],
)
def test_a_value_that_cannot_be_right_is_a_warning_at_its_place(pupil: dict[str, Any], code: str, where: str) -> None:
    problem = the_problem(pupil)
    assert (problem.code, problem.path) == (code, f"/CESfile/CESpupilData/Pupil[1]/{where}")
    element = where.rpartition("/")[2].partition("[")[0]
    lines = a_file([pupil]).decode().splitlines()
    assert lines[problem.line - 1][problem.column - 1 :].startswith(f"<{element}>")
    assert problem.item
    assert problem.sent
    assert problem.allowed


def test_the_marks_of_an_older_year_are_judged_by_that_year() -> None:
    assert check(a_file([attended("2023", marks="HHJJ")])).problems == []


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("FSMhistory/FSMinstance", {"FSMstartDate": "2025-09-01", "FSMendDate": "2025-08-31", "UKcountry": "ENG"}),
        ("SENhistory/SEN", {"StartDate": "2025-09-01", "EndDate": "2025-08-31", "SENprovision": "K"}),
    ],
)
def test_a_period_must_not_end_before_it_begins(above: str, row: dict[str, str]) -> None:
    outer, inner = above.split("/")
    problem = the_problem(a_pupil(**{outer: {inner: [row]}}))
    assert problem.code == "ends-before-start"
    assert problem.allowed == "2025-09-01 or later"


@pytest.mark.parametrize(
    ("basic", "year", "right"),
    [("ABRI", 2026, True), ("ABRI", 2018, False), ("WBRI", 2018, True)],
)
def test_a_code_is_judged_by_the_file_s_year(basic: str, year: int, right: bool) -> None:
    verdict = check(a_file([a_pupil(BasicDetails={"Ethnicity": basic})], a_header(academic_year=year)))
    assert codes(verdict) == ([] if right else ["code-not-of-year"])


def test_the_one_reason_of_3_71_has_its_place_too() -> None:
    problem = the_problem(excluded(Reasons=["OT"]), version="3.71")
    assert problem.path.endswith("/Exclusions/Exclusion/Reason")
    assert problem.line > 30


def test_of_several_rows_the_wrong_one_is_named() -> None:
    schools = [
        {"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey School", "EntryDate": "2020-09-01"},
        {"LEA": "820", "Estab": "2001", "SchoolName": "Elm", "EntryDate": "2019-09-01", "LeavingDate": "2018-07-20"},
    ]
    problem = the_problem(a_pupil(SchoolHistory=schools))
    assert problem.path.endswith("/SchoolHistory/School[2]/LeavingDate")


def test_a_upn_that_comes_twice_is_told_at_the_second() -> None:
    verdict = check(a_file([a_pupil(), a_pupil(UPN="F820432124002"), a_pupil()]))
    (problem,) = verdict.problems
    assert (problem.code, problem.path) == ("upn-twice", "/CESfile/CESpupilData/Pupil[3]/UPN")


def test_upns_of_one_school_and_year_are_told_apart() -> None:
    verdict = check(a_file([a_pupil(), a_pupil(UPN="F820432124002"), a_pupil(UPN="C82043212400A")]))
    assert verdict.problems == []


def test_a_number_that_is_no_la_s_is_a_warning_in_the_header() -> None:
    verdict = check(a_file(header=a_header(source_la="982")))
    (problem,) = verdict.problems
    assert (problem.code, problem.path, problem.sent) == ("bad-la-number", "/CESfile/Header/SourceSchool/LEA", "982")


@pytest.mark.parametrize(("demo", "expected"), [(True, []), (False, ["bad-la-number"])])
def test_la_numbers_of_samples_pass_in_demo_mode_only(demo: bool, expected: list[str]) -> None:
    assert codes(check(a_file(header=a_header(source_la="999")), demo=demo)) == expected
