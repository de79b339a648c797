import hashlib
import io
import re
from dataclasses import replace

import pytest
from tests.documents.students.files import NAME, a_file, a_header, a_pupil, changed, check, codes, pupils

from schoolgate.documents.problems import LIMIT, DocumentError
from schoolgate.documents.students.check import check_stream


def test_a_good_file_under_its_right_name_is_accepted() -> None:
    data = a_file(pupils(50))
    verdict = check(data, NAME)
    assert verdict.accepted
    assert (verdict.kind, verdict.version, verdict.header) == ("CES", "3.73", a_header())
    assert (verdict.pupils, verdict.problems, verdict.refusals, verdict.warnings) == (50, [], 0, 0)
    assert (verdict.size, verdict.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("version", ["3.71", "3.72", "3.73"])
def test_each_version_is_judged_by_its_own_schema(version: str) -> None:
    data = a_file(pupils(50, version), a_header(version=version))
    assert check(data, NAME).accepted
    assert check(changed(data, version, "3.71" if version != "3.71" else "3.73")).accepted is False


def test_digest_and_size_are_of_the_whole_file_however_early_it_was_refused() -> None:
    data = changed(a_file(pupils(50)), "3.73", "3.99")
    verdict = check(data, NAME)
    assert (verdict.size, verdict.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (verdict.kind, verdict.version, verdict.pupils) == ("CES", "3.99", 0)
    assert verdict.header is not None
    assert verdict.header.source_school == "4321"


def test_a_warning_alone_does_not_refuse() -> None:
    verdict = check(a_file([a_pupil(UPN="A820432124001")]), NAME)
    assert (verdict.accepted, verdict.warnings) == (True, 1)


def test_a_wrong_name_and_wrong_content_are_both_told() -> None:
    verdict = check(changed(a_file(), ">M<", ">X<"), "8214321_CES_820LLLL_001.xml")
    assert codes(verdict) == ["name-source-la", "xsd"]


def test_without_a_name_only_the_content_is_judged() -> None:
    assert check(a_file()).accepted


def test_a_name_that_cannot_be_right_is_told_though_the_content_cannot_be_read() -> None:
    assert codes(check(b"<CESfile>", "pupils.xml")) == ["name-pattern", "not-well-formed"]


def test_a_wrong_code_is_told_in_an_office_s_words() -> None:
    aisha = a_pupil(
        UPN="F820432124002",
        Forename="Aisha",
        Surname="Khan",
        BasicDetails={"NCyearActual": "4", "Ethnicity": "WBRI"},
    )
    (problem,) = check(changed(a_file([a_pupil(), aisha]), ">WBRI<", ">WBRX<"), NAME).problems
    assert problem.path == "/CESfile/CESpupilData/Pupil[2]/BasicDetails/Ethnicity"
    assert (problem.pupil, problem.item, problem.sent) == ("Aisha K., Year 4", "Ethnicity", "WBRX")
    assert problem.rule == "enumeration"
    assert problem.allowed.startswith("one of ")
    assert problem.remedy.startswith("In your MIS open pupil > Ethnic/Cultural")
    assert (problem.line, problem.column) == (39, 9)


def test_what_is_missing_is_named() -> None:
    (problem,) = check(changed(a_file(), "      <Surname>Okafor</Surname>\n", ""), NAME).problems
    assert (problem.rule, problem.item) == ("required element", "Legal surname")
    assert problem.message == "Surname is missing; it must stand before Forename."


def test_four_reasons_are_one_too_many() -> None:
    excluded = {"Category": "SUSP", "Reasons": ["VA"], "StartDate": "2026-11-16", "StartTime": "PM"}
    reason = "<Reason>VA</Reason>"
    data = changed(
        a_file([a_pupil(Exclusions=[excluded])]),
        reason,
        reason + "".join(f"<Reason>{r}</Reason>" for r in ("DB", "PA", "PP")),
    )
    (problem,) = check(data, NAME).problems
    assert (problem.rule, problem.allowed, problem.item) == ("number of elements", "at most 3", "Reason of exclusion")


def test_an_element_that_is_not_known_is_the_supplier_s_matter() -> None:
    (problem,) = check(changed(a_file(), "<DOB>", "<Shoe>7</Shoe><DOB>"), NAME).problems
    assert "Shoe does not belong here; expected is DOB." in problem.message
    assert "MIS supplier" in problem.remedy


def test_a_child_without_a_name_is_told_by_its_number() -> None:
    data = changed(a_file(), "<Surname>Okafor</Surname>\n      <Forename>Daniel</Forename>", "")
    assert check(data, NAME).problems[0].pupil == "Pupil 1, Year 9"


@pytest.mark.parametrize(("year", "words"), [("R", "Reception"), ("N2", "Nursery 2"), ("11", "Year 11"), ("X", "")])
def test_a_year_group_is_told_in_words(year: str, words: str) -> None:
    data = a_file([a_pupil(UPN="A820432124001", BasicDetails={"NCyearActual": year})])
    assert check(data, NAME).problems[0].pupil == ", ".join(filter(None, ["Daniel O.", words]))


def test_a_file_cut_short_is_told_with_its_last_line() -> None:
    data = a_file(pupils(20))[:-40_000]
    verdict = check(data, NAME)
    (problem,) = verdict.problems
    assert problem.code == "not-well-formed"
    assert "cut short" in problem.message
    assert problem.line == data.count(b"\n") + 1


def test_a_broken_tag_is_told_with_line_and_column() -> None:
    data = changed(a_file(pupils(20)), "</CESpupilData>", "</CESpupildata>")
    (problem,) = check(data, NAME).problems
    lines = data.decode().splitlines()
    assert lines[problem.line - 1][problem.column - 1 :].startswith(("CESpupildata", "</CESpupildata"))


def test_progress_is_told_as_bytes_read_and_reaches_the_size() -> None:
    told: list[int] = []
    data = a_file(pupils(50))
    check(data, NAME, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(data)


def test_each_pupil_that_the_schema_takes_is_handed_out() -> None:
    numbers: list[int] = []
    data = changed(a_file([a_pupil(), a_pupil(UPN="F820432124002"), a_pupil()]), "F820432124002", "F82")
    check(data, NAME, on_pupil=lambda entry: numbers.append(entry.number))
    assert numbers == [1, 3]


def test_a_refusal_at_the_end_is_not_lost_behind_a_thousand_warnings() -> None:
    records = [a_pupil(UPN="A820432124001") for _ in range(LIMIT + 5)]
    data = a_file([*records, a_pupil(Forename="Zoe")])
    verdict = check(changed(data, ">Zoe<", "><"), NAME)
    assert len(verdict.problems) == LIMIT
    assert [problem.code for problem in verdict.problems if problem.severity == "refusal"] == ["xsd"]
    assert verdict.warnings > LIMIT


def test_why_reading_ended_is_told_though_a_thousand_problems_came_before() -> None:
    data = a_file([a_pupil()] * (LIMIT + 500)).replace(b"<DOB>2013-02-14", b"<DOB>14.2.2013")
    verdict = check(data[:-20], NAME)
    assert verdict.refusals > LIMIT
    assert (len(verdict.problems), verdict.problems[-1].code) == (LIMIT, "not-well-formed")


class _Breaking(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise DocumentError("gzip-cut-short", "The compressed data end too early.")
        return data


def test_what_the_source_of_the_bytes_refuses_is_a_problem_too() -> None:
    verdict = check_stream(_Breaking(a_file(pupils(30))), name=NAME)
    assert codes(verdict) == ["gzip-cut-short"]


def test_messages_of_a_header_s_fault_name_where_it_is_set() -> None:
    (problem,) = check(changed(a_file(), "<Estab>4321</Estab>", "<Estab>43</Estab>"), None).problems
    assert problem.pupil == ""
    assert re.search("settings of the export", problem.remedy)


def test_a_file_whose_header_is_invalid_but_readable_still_says_whose_it_is() -> None:
    verdict = check(changed(a_file(), "<SupplierID>", "<SupplierID>x<b/>"), NAME)
    assert verdict.header is not None
    assert replace(verdict.header, supplier="") == replace(a_header(), supplier="")
