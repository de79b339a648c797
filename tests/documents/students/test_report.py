import json

import pytest
from tests.documents.students.files import NAME, a_file, a_pupil, changed, check

from schoolgate.documents.students.report import verdict_as_json, verdict_lines


def test_each_problem_is_one_line_with_its_place() -> None:
    verdict = check(changed(a_file(), ">M<", ">X<"), NAME)
    first, *_ = verdict_lines(verdict, "in/file.xml")
    assert first == "in/file.xml:26:7: /CESfile/CESpupilData/Pupil[1]/Sex: Sex is “X”; allowed is one of F, M."


def test_a_warning_is_marked_as_one() -> None:
    lines = list(verdict_lines(check(a_file([a_pupil(UPN="A820432124001")]), NAME), "f.xml"))
    assert ": warning: " in lines[0]
    assert lines[-1] == "f.xml: accepted: CES 3.73, 1 pupil, 0 refusals, 1 warning"


def test_a_problem_of_the_whole_file_has_no_line() -> None:
    lines = list(verdict_lines(check(a_file(), "pupils.xml"), "pupils.xml"))
    assert lines[0].startswith("pupils.xml: The file is called “pupils.xml”.")


def test_the_sum_says_how_many_of_the_problems_are_shown() -> None:
    data = a_file([a_pupil()] * 1200).replace(b"<DOB>2013-02-14", b"<DOB>14.2.2013")
    lines = list(verdict_lines(check(data, NAME), "f.xml"))
    assert len(lines) == 1002
    assert lines[-2] == "f.xml: refused: CES 3.73, 1,200 pupils, 1,200 refusals (1,000 shown)"


@pytest.mark.parametrize("data", [changed(a_file(), "3.73", "3.99"), changed(a_file(), ">M<", ">X<")])
def test_a_refusal_by_the_schema_says_where_the_newest_is(data: bytes) -> None:
    assert "schoolgate schema CES" in list(verdict_lines(check(data, NAME), "f.xml"))[-1]


def test_a_file_of_no_known_kind_is_summed_up_too() -> None:
    assert list(verdict_lines(check(b"", NAME), "f.xml"))[-1].startswith("f.xml: refused: no document known here")


def test_the_json_holds_every_field() -> None:
    verdict = check(changed(a_file(), ">M<", ">X<"), NAME)
    report = json.loads(json.dumps(verdict_as_json(verdict)))
    assert report["accepted"] is False
    assert (report["kind"], report["version"], report["refusals"]) == ("CES", "3.73", 1)
    assert report["header"]["created"] == "2026-11-20T18:30:05"
    assert report["problems"][0]["line"] == 26
    assert report["problems"][0]["sent"] == "X"
