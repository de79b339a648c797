import io

from hypothesis import given
from hypothesis import strategies as st
from tests.documents.staff.personnel import NAME, a_file, a_member, check
from tests.documents.students import files as pupils

from schoolgate.documents.students.reader import StudentFile

SWC = b"""<Message><Header><CollectionDetails><Collection>School Workforce Census</Collection></CollectionDetails>
</Header><SchoolWorkforceMembers/></Message>"""


def test_a_right_file_passes() -> None:
    verdict = check(a_file())
    assert (verdict.kind, verdict.version, verdict.pupils, verdict.problems) == ("PER", "1.0", 1, [])


def test_a_personnel_file_among_pupil_files_is_told_where_it_belongs() -> None:
    (problem,) = check(a_file(), door="student").problems
    assert problem.code == "wrong-door"
    assert "B2B:Personnel" in problem.message


def test_a_pupil_file_among_personnel_files_is_told_where_it_belongs() -> None:
    (problem,) = check(pupils.a_file(), "8204321_CES_820LLLL_001.xml").problems
    assert problem.code == "wrong-door"
    assert "B2B:Student" in problem.message


def test_a_return_of_the_workforce_census_belongs_in_collect() -> None:
    problem = check(SWC).problems[0]
    assert problem.code == "wrong-door"
    assert "COLLECT" in problem.message


def test_a_file_whose_name_names_another_school_is_refused() -> None:
    assert [problem.code for problem in check(a_file(), "8204322_PER_820LLLL_001.xml").problems] == [
        "name-source-school"
    ]


def test_the_failing_item_is_told_in_an_office_s_words_and_by_name() -> None:
    problem = check(a_file([a_member(NINumber="AB 12")])).problems[0]
    assert (problem.item, problem.pupil) == ("National Insurance number", "Miriam H.")
    assert problem.path.endswith("/SchoolWorkforceMember[1]/StaffDetails/NINumber")
    assert "staff >" in problem.remedy


def test_what_the_census_called_gender_is_read_as_the_sex() -> None:
    data = a_file().replace(b"<Sex>F</Sex>", b"<GenderCurrent>2</GenderCurrent>")
    (entry,) = StudentFile(io.BytesIO(data)).entries()
    assert entry.record["StaffDetails"]["Sex"] == "F"


def test_a_gender_that_is_not_known_says_nothing_of_the_sex() -> None:
    data = a_file().replace(b"<Sex>F</Sex>", b"<GenderCurrent>9</GenderCurrent>")
    (entry,) = StudentFile(io.BytesIO(data)).entries()
    assert "Sex" not in entry.record["StaffDetails"]


@given(start=st.integers(0, 2_000), piece=st.binary(max_size=40))
def test_no_bytes_break_the_check(start: int, piece: bytes) -> None:
    data = a_file()
    check(data[:start] + piece + data[start + len(piece) :], NAME)
