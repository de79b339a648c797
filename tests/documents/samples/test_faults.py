"""Each fault is planted in a sample, written, and reported by the check as what it is."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.samples.faults import FAULTS, BytesFault, PupilFault
from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import StudentSample, make_students
from schoolgate.documents.students.check import Verdict, check_stream

WARNINGS = {
    "wrong-upn-letter": ("bad-upn", "UPN"),
    "upn-of-no-la": ("bad-upn", "UPN"),
    "duplicate-upn": ("upn-twice", "UPN"),
    "wrong-uln-digit": ("bad-uln", "UniqueLearnerNumber"),
    "code-of-another-year": ("code-not-of-year", "Exclusions/Exclusion*/Reasons/Reason"),
    "mark-of-another-year": ("code-not-of-year", "AttendanceMarks"),
    "reason-twice": ("reason-twice", "Reason[2]"),
    "too-many-days": ("school-days", "SchoolDays"),
    "too-many-sessions": ("sessions-exceed-possible", "SessionsPossible"),
    "born-tomorrow": ("birth-in-future", "DOB"),
    "end-before-start": ("ends-before-start", "EndDate"),
}
REFUSALS = {
    "missing-dob": ("required element", "Pupil"),
    "missing-surname": ("required element", "Pupil"),
    "empty-forename": ("minimum length", "Forename"),
    "bad-date": ("type", "DOB"),
    "british-date": ("type", "DOB"),
    "too-long-name": ("maximum length", "Surname"),
    "unknown-ethnicity": ("enumeration", "Ethnicity"),
    "unknown-relationship": ("enumeration", "Relationship"),
    "bad-postcode": ("pattern", "PostCode"),
    "bad-phone": ("pattern", "PhoneNo"),
    "four-reasons": ("number of elements", "Reasons"),
    "half-a-day": ("pattern", "AttendanceMarks"),
    "wrong-order": ("order of elements", "DOB"),
    "unknown-element": ("order of elements", "MedicalNote"),
}
WHOLE_FILE = {
    "bare-ampersand": ("not-well-formed", "XML does not allow"),
    "bad-encoding": ("encoding-broken", "UTF-8"),
    "cut-short": ("not-well-formed", "cut short"),
    "unknown-version": ("version-unknown", "9.99"),
    "name-of-another-school": ("name-source-school", "4322"),
    "name-of-another-la": ("name-source-la", "821"),
    "name-to-another-la": ("name-destination-la", "824"),
    "browser-copy": ("name-pattern", "(1).xml"),
    "own-name": ("name-pattern", "County Hall"),
}


def sample(*faults: str, pupils: int = 21, **others: Any) -> StudentSample:
    return make_students(
        la="820",
        school="4321",
        destination_la="823",
        pupils=pupils,
        seed=7,
        today=date(2026, 11, 20),
        faults=faults,
        **others,
    )


def checked(folder: Path, sample: StudentSample) -> Verdict:
    path = write_student_sample(folder, sample)
    with path.open("rb") as stream:
        return check_stream(stream, name=path.name)


def the_problem(verdict: Verdict) -> Problem:
    assert len(verdict.problems) == 1, [(problem.code, problem.rule, problem.path) for problem in verdict.problems]
    return verdict.problems[0]


def test_every_fault_is_proven_here() -> None:
    assert set(FAULTS) == set(WARNINGS) | set(REFUSALS) | set(WHOLE_FILE)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_a_sentence(name: str) -> None:
    assert FAULTS[name].name == name
    assert FAULTS[name].sentence.endswith(".")


@pytest.mark.parametrize("name", REFUSALS)
def test_a_fault_of_structure_is_refused_by_its_rule_and_place(name: str, tmp_path: Path) -> None:
    problem = the_problem(checked(tmp_path, sample(name)))
    rule, end = REFUSALS[name]
    assert (problem.severity, problem.rule) == ("refusal", rule)
    assert end in problem.path
    assert "Pupil[11]" in problem.path or isinstance(FAULTS[name], BytesFault)


@pytest.mark.parametrize("name", WARNINGS)
def test_a_fault_of_value_is_warned_of_by_its_code_and_place(name: str, tmp_path: Path) -> None:
    problem = the_problem(checked(tmp_path, sample(name)))
    code, end = WARNINGS[name]
    assert (problem.severity, problem.code) == ("warning", code)
    assert "Pupil[11]" in problem.path
    assert end.rpartition("/")[2] in problem.path


@pytest.mark.parametrize("name", WHOLE_FILE)
def test_a_fault_of_the_whole_file_is_refused_by_its_code_and_told(name: str, tmp_path: Path) -> None:
    problem = the_problem(checked(tmp_path, sample(name)))
    code, words = WHOLE_FILE[name]
    assert (problem.severity, problem.code) == ("refusal", code)
    assert words in problem.message


def test_a_sample_without_faults_has_no_problem(tmp_path: Path) -> None:
    verdict = checked(tmp_path, sample(pupils=200))
    assert (verdict.problems, verdict.pupils) == ([], 200)


def test_several_faults_stand_in_several_pupils(tmp_path: Path) -> None:
    verdict = checked(tmp_path, sample("bad-date", "unknown-ethnicity", "wrong-upn-letter"))
    assert (verdict.refusals, verdict.warnings) == (2, 1)


def test_a_share_of_all_pupils_can_be_wrong(tmp_path: Path) -> None:
    verdict = checked(tmp_path, sample("bad-date", "bad-postcode", pupils=100, faults_every=10))
    assert verdict.refusals == 10
    assert {problem.item for problem in verdict.problems} == {problem.item for problem in verdict.problems[:2]}


def test_a_fault_of_one_child_does_not_touch_its_brothers_and_sisters() -> None:
    bad = list(sample("bad-postcode", "bad-phone", pupils=60, faults_every=2).records())
    clean = list(sample(pupils=60).records())
    assert [old == new for old, new in zip(clean, bad, strict=True)] == [True, False] * 30


def test_a_fault_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no-such-fault.*missing-dob"):
        sample("no-such-fault")


def test_a_upn_cannot_come_twice_in_a_file_of_one() -> None:
    with pytest.raises(ValueError, match="two pupils"):
        list(sample("duplicate-upn", pupils=1).records())


def test_four_reasons_cannot_be_written_in_the_oldest_version(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        write_student_sample(tmp_path, sample("four-reasons", version="3.71"))
    assert raised.value.code == "not-in-version"


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if isinstance(fault, PupilFault)])
def test_a_fault_can_be_planted_before_a_year_has_begun(name: str) -> None:
    records = make_students(
        la="820", school="2001", destination_la="820", pupils=9, seed=7, today=date(2026, 8, 20), faults=[name]
    ).records()
    assert len(list(records)) == 9
