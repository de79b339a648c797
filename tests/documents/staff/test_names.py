import pytest
from tests.documents.staff.personnel import a_header

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.staff.names import PersonnelFileName, parse_personnel_name, personnel_name_problems


def test_a_file_to_the_la_says_from_which_school_it_is() -> None:
    assert parse_personnel_name("8204321_PER_820LLLL_001.xml") == PersonnelFileName("820", "4321", "820", "LLLL", 1)


def test_a_file_from_the_la_says_to_which_school_it_goes() -> None:
    assert parse_personnel_name("820llll_per_8204321_7.XML") == PersonnelFileName("820", "LLLL", "820", "4321", 7)


@pytest.mark.parametrize(
    "name", ["8204321_PER_820LLLL_001.xml", "820LLLL_PER_8204321.xml", "8204321_PER_823LLLL_999.xml"]
)
def test_a_name_is_written_as_it_is_read(name: str) -> None:
    assert str(parse_personnel_name(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "8204321_CES_820LLLL_001.xml",
        "8204321_PER_8204322_001.xml",
        "820LLLL_PER_820LLLL_001.xml",
        "8204321_PER_820LLLL_0001.xml",
        "8204321_PER_820LLLL_001.xml.txt",
        "",
    ],
)
def test_other_names_are_none_of_a_personnel_file(name: str) -> None:
    with pytest.raises(DocumentError) as error:
        parse_personnel_name(name)
    assert error.value.code == "name-pattern"


def test_a_name_that_agrees_with_the_header_is_no_problem() -> None:
    assert personnel_name_problems("8204321_per_820llll_001.xml", a_header()) == []


def test_each_difference_from_the_header_is_told_with_both_values() -> None:
    told = personnel_name_problems("8231234_PER_823LLLL_001.xml", a_header())
    assert [(problem.code, problem.sent, problem.allowed) for problem in told] == [
        ("name-source-la", "823", "820"),
        ("name-source-school", "1234", "4321"),
        ("name-destination-la", "823", "820"),
    ]
