import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.students.files import a_file, a_header, a_pupil

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.check import Door, check_stream
from schoolgate.documents.students.names import StudentFileName, name_problems, name_problems_from_la, parse_name

numbers = st.builds(
    StudentFileName,
    source_la=st.from_regex("[0-9]{3}", fullmatch=True),
    source_school=st.from_regex("[0-9]{4}", fullmatch=True),
    destination_la=st.from_regex("[0-9]{3}", fullmatch=True),
    serial=st.none() | st.integers(0, 999),
)


@given(numbers, st.booleans())
def test_a_name_reads_back_as_written_in_either_case(name: StudentFileName, lower: bool) -> None:
    assert parse_name(str(name).lower() if lower else str(name)) == name


def test_the_serial_is_written_with_three_digits() -> None:
    assert str(StudentFileName("820", "4321", "823", 7)) == "8204321_CES_823LLLL_007.xml"


def test_a_name_without_serial_stays_without() -> None:
    assert str(parse_name("8204321_ces_823llll.XML")) == "8204321_CES_823LLLL.xml"


@pytest.mark.parametrize("serial", ["1", "01", "001"])
def test_the_serial_is_read_with_one_to_three_digits(serial: str) -> None:
    assert parse_name(f"8204321_CES_823LLLL_{serial}.xml").serial == 1


@pytest.mark.parametrize(
    "name",
    [
        "8204321_CES_823LLLL_0001.xml",
        "8204321_CTF_823LLLL_001.xml",
        "8204321_CES_8234567_001.xml",
        "820432_CES_823LLLL_001.xml",
        "8204321_CES_823LLLL_001.xml\n",
        "x8204321_CES_823LLLL_001.xml",
        "8204321_CES_823LLLL_001.xml.gz",
        "8204321_CES_823LLLL_.xml",
        "\u0668\u0662\u06604321_CES_823LLLL_001.xml",
        "",
    ],
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse_name(name)
    assert refused.value.code == "name-pattern"


def test_a_name_that_fits_its_header_has_no_problem() -> None:
    assert name_problems("8204321_CES_820LLLL_001.xml", a_header()) == []


@pytest.mark.parametrize(
    ("name", "code", "named", "inside"),
    [
        ("8214321_CES_820LLLL_001.xml", "name-source-la", "821", "820"),
        ("8204322_CES_820LLLL_001.xml", "name-source-school", "4322", "4321"),
        ("8204321_CES_823LLLL_001.xml", "name-destination-la", "823", "820"),
    ],
)
def test_each_difference_is_told_by_itself_with_both_values(name: str, code: str, named: str, inside: str) -> None:
    (problem,) = name_problems(name, a_header())
    assert (problem.code, problem.severity) == (code, "refusal")
    assert named in problem.message
    assert inside in problem.message


def test_three_differences_are_three_problems() -> None:
    problems = name_problems("8214322_CES_823LLLL_001.xml", a_header())
    assert [problem.code for problem in problems] == ["name-source-la", "name-source-school", "name-destination-la"]


def test_a_name_of_another_pattern_is_one_problem_that_shows_it() -> None:
    (problem,) = name_problems("pupils.xml", a_header())
    assert problem.code == "name-pattern"
    assert "pupils.xml" in problem.message


BACK: dict[str, Any] = {"source_school": "LLLL", "school_name": "Bedford Borough", "destination_school": "4321"}


def test_a_file_that_is_for_a_school_is_at_no_las_door() -> None:
    (problem,) = name_problems("8204321_CES_820LLLL_001.xml", a_header(destination_school="4321"))
    assert problem.code == "name-destination-school"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("820LLLL_CES_8204321_001.xml", []),
        ("820llll_ces_8204321.xml", []),
        ("821LLLL_CES_8204321_001.xml", ["name-source-la"]),
        ("820LLLL_CES_8214322_001.xml", ["name-destination-la", "name-destination-school"]),
        ("8204321_CES_820LLLL_001.xml", ["name-pattern"]),
        ("820LLLL_PER_8204321_001.xml", ["name-pattern"]),
    ],
)
def test_a_file_from_an_la_is_named_the_other_way_round(name: str, codes: list[str]) -> None:
    assert [problem.code for problem in name_problems_from_la(name, a_header(**BACK))] == codes


@pytest.mark.parametrize(("door", "refusals"), [("any", 0), ("student", 1)])
def test_a_file_from_an_la_is_right_by_itself_and_on_no_way_to_an_la(door: Door, refusals: int) -> None:
    data = io.BytesIO(a_file([a_pupil()], a_header(**BACK)))
    assert check_stream(data, name="820LLLL_CES_8204321_001.xml", door=door).refusals == refusals
