"""Many schools at once, from a CSV list."""

import pytest
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.school.exchange.administration.schools_csv import PORTION, ListResult, take_schools
from schoolgate.school.exchange.models import School

HEADINGS = "School Name,LA No.,School No.,Dest. LA No.,User Name,Password\n"


def take(rows: str, headings: str = HEADINGS) -> ListResult:
    return take_schools((headings + rows).encode(), by=None)


def what(result: ListResult) -> list[str]:
    return [line.what for line in result.lines]


def test_one_bad_line_stops_no_other(la: ScriptedLa) -> None:
    result = take('Oak,820,2107,820,oak,Issued-1\n"Hill,820,4321,820,hill,Issued-2\nElm,820,1001,820,elm,Issued-3\n')
    assert what(result) == ["added", "wrong", "added"]
    assert (result.wrong[0].line, "quotation mark" in result.wrong[0].why) == (3, True)
    assert set(School.objects.values_list("number", flat=True)) == {"2107", "1001"}


def test_the_same_list_again_changes_nothing(la: ScriptedLa) -> None:
    take("Oak,820,2107,820,oak,Issued-1\n")
    assert what(take("Oak,820,2107,820,oak,Issued-1\n")) == ["as it was"]


def test_an_empty_password_leaves_the_one_that_is_set(la: ScriptedLa) -> None:
    take("Oak,820,2107,820,oak,Issued-1\n")
    assert what(take("Oak Lane,820,2107,820,oak,\n")) == ["changed"]
    row = School.objects.get()
    assert (row.name, row.password) == ("Oak Lane", "Issued-1")


def test_a_password_is_taken_as_it_is_written(la: ScriptedLa) -> None:
    take('Oak,820,2107,820,oak,"\'=Two  blanks,-1"\n')
    assert School.objects.get().password == "'=Two  blanks,-1"


def test_the_only_la_is_the_destination_when_none_is_named(la: ScriptedLa) -> None:
    take("Oak,820/2107\n", "School Name,DfE No.\n")
    assert (School.objects.get().base, School.objects.get().destination_la) == ("8202107", "820")


def test_a_list_of_something_else_is_refused_as_a_whole(la: ScriptedLa) -> None:
    with pytest.raises(CsvRefused, match="must name the columns"):
        take("Ann,Clerk\n", "Person,Job\n")


def test_a_second_line_of_a_school_is_not_taken_and_names_the_first(la: ScriptedLa) -> None:
    result = take("Oak,820,2107,820,oak,Issued-1\nOak,820,2107,820,elm,Issued-2\n")
    assert what(result) == ["added", "wrong"]
    assert "Line 2 is of the same school" in result.wrong[0].why
    assert School.objects.get().user == "oak"


def test_a_list_longer_than_a_portion_is_taken_whole(la: ScriptedLa) -> None:
    rows = "".join(f"School {number},820,{number},820,,\n" for number in range(1000, 1000 + PORTION + 5))
    assert what(take(rows)) == ["added"] * (PORTION + 5)
    assert School.objects.count() == PORTION + 5
