import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schoolgate.documents.first_load.reading import FirstLoadFile
from schoolgate.documents.first_load.rows import ExistingPupil, RowFault
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.samples.students import make_students
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.writer import write_students

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
SAMPLE = make_students(la="820", school="4321", destination_la="820", pupils=6, seed=3, version="3.71")


def content(header: Header, records: list[dict[str, object]]) -> bytes:
    stream = io.BytesIO()
    write_students(stream, header, records, version=header.version)
    return stream.getvalue()


def ctf(school: str, records: list[dict[str, object]]) -> bytes:
    header = replace(SAMPLE.header, kind="CTF", version="25.0", source_school=school)
    for record in records:
        record.pop("Exclusions", None)
    return content(header, records)


def opened(data: bytes) -> FirstLoadFile:
    return FirstLoadFile(lambda: io.BytesIO(data), now=NOW)


def test_a_ces_file_is_of_the_school_that_its_header_names() -> None:
    file = opened(content(SAMPLE.header, list(SAMPLE.records())))
    rows = list(file.rows())
    assert file.kind == "CES"
    assert [(row.la, row.school) for row in rows if isinstance(row, ExistingPupil)] == [("820", "4321")] * 6


def test_an_authoritys_ctf_tells_of_each_pupil_where_it_was_last() -> None:
    records = [dict(record) for record in SAMPLE.records()][:3]
    old = {"LEA": "820", "Estab": "2000", "SchoolName": "Old", "EntryDate": "2019-09-01", "LeavingDate": "2022-07-20"}
    new = {"LEA": "821", "Estab": "4000", "SchoolName": "New", "EntryDate": "2022-09-01"}
    records[0]["SchoolHistory"] = [old, new]
    records[1]["SchoolHistory"] = [new, {**old, "LastSchool": "true"}]
    del records[2]["SchoolHistory"]
    first, second, third = opened(ctf("LLLL", records)).rows()
    assert isinstance(first, ExistingPupil)
    assert isinstance(second, ExistingPupil)
    assert (first.school, second.school) == ("4000", "2000")
    assert isinstance(third, RowFault)
    assert third.code == "no-school"


def test_a_pupil_that_the_schema_refuses_is_told_by_its_line_and_the_others_go_on() -> None:
    data = ctf("4321", [dict(record) for record in SAMPLE.records()])
    wrong = data.replace(b"<Sex>", b"<Sex>Q", 1)
    rows = list(opened(wrong).rows())
    (fault,) = [row for row in rows if isinstance(row, RowFault)]
    assert len(rows) == 6
    assert fault.line == wrong[: wrong.index(b"<Sex>Q")].count(b"\n") + 1
    assert fault.sentence == "What stands there is not as the schema wants it; allowed is one of F, M."


def test_a_file_whose_header_is_wrong_is_refused_whole() -> None:
    data = content(SAMPLE.header, []).replace(b"<LEA>820", b"<LEA>82O")
    with pytest.raises(DocumentError):
        opened(data)


def test_a_file_that_breaks_off_is_refused_where_it_does() -> None:
    data = content(SAMPLE.header, list(SAMPLE.records()))
    with pytest.raises(DocumentError):
        list(opened(data[: len(data) // 2]).rows())


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"<html></html>", b"\x1f\x8b\x08"])
def test_a_file_of_another_kind_is_told_what_it_is(data: bytes) -> None:
    with pytest.raises(DocumentError) as refused:
        opened(data)
    assert refused.value.code == "wrong-door"
