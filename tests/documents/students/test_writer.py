import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.documents.students.files import a_file, a_header, a_pupil
from tests.documents.students.strategies import records

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.versions import default_shelf
from schoolgate.documents.students.writer import write_students

SCHEMAS = list(default_shelf())


def read(data: bytes) -> list[dict[str, Any]]:
    """All records of a file that must be valid."""
    file = StudentFile(io.BytesIO(data))
    found = [entry.record for entry in file.entries()]
    assert not file.problems.kept
    return found


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_written_reads_back_the_same(schema: StudentSchema, data: st.DataObject) -> None:
    written = data.draw(st.lists(records(schema), max_size=3))
    tag = data.draw(st.sampled_from(["Sex", "Gender"]))
    header = a_header(schema.layout.kind, schema.version)
    assert read(a_file(written, header, "Sex" if tag == "Sex" else "Gender")) == written


def test_a_header_reads_back_the_same() -> None:
    header = a_header(school_name="St Mary & St John <C of E>", qualifier="partial")
    assert StudentFile(io.BytesIO(a_file([], header))).header == header


def test_the_tag_of_the_sex_is_the_one_asked_for() -> None:
    assert b"<Gender>M</Gender>" in a_file(sex_tag="Gender")
    assert b"<Sex>M</Sex>" in a_file()


def test_elements_come_in_the_schema_s_order_whatever_the_record_s() -> None:
    backwards = dict(reversed(a_pupil(UCI="523450241001M").items()))
    data = a_file([backwards])
    assert data.index(b"<UPN>") < data.index(b"<UCI>") < data.index(b"<Surname>") < data.index(b"<BasicDetails>")


def test_a_file_is_written_as_its_pupils_come() -> None:
    stream = io.BytesIO()

    def pupils() -> Any:
        yield a_pupil()
        assert b"Okafor" in stream.getvalue()
        yield a_pupil()

    write_students(stream, a_header(), pupils(), version="3.73")
    assert stream.getvalue().count(b"Okafor") == 2


def _excluded(*reasons: str) -> dict[str, Any]:
    return a_pupil(
        Exclusions=[{"Category": "SUSP", "Reasons": list(reasons), "StartDate": "2026-11-16", "StartTime": "PM"}]
    )


def test_one_reason_is_written_as_3_71_wants_it() -> None:
    assert b"<Category>SUSP</Category>\n          <Reason>VA</Reason>" in a_file(
        [_excluded("VA")], a_header(version="3.71")
    )


@pytest.mark.parametrize(
    ("version", "record"),
    [
        ("3.71", _excluded("VA", "DB")),
        ("3.72", a_pupil(Contacts=[{"Surname": "Okafor", "GUID": "7"}])),
        ("3.73", a_pupil(Shoe="7")),
    ],
)
def test_what_a_version_has_no_place_for_is_not_dropped_in_silence(version: str, record: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as refused:
        a_file([record], a_header(version=version))
    assert refused.value.code == "not-in-version"


def test_a_ctf_has_no_place_for_exclusions() -> None:
    with pytest.raises(DocumentError, match=r"CTF 25\.0 has no place for Pupil/Exclusions"):
        a_file([_excluded("VA")], a_header("CTF", "25.0"))


@pytest.mark.parametrize("character", ["\0", "\x0b", "\ufffe", "\ud800"])
def test_a_character_that_xml_cannot_carry_is_refused(character: str) -> None:
    with pytest.raises(DocumentError) as refused:
        a_file([a_pupil(Surname=f"Oka{character}for")])
    assert refused.value.code == "not-xml"


def test_an_addition_whose_name_xml_cannot_carry_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        a_file([a_pupil(SuppInfo={"SuppID": "MIS", "a b": "1"})])
    assert refused.value.code == "not-xml"


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        a_file(header=a_header(version="3.99"))
    assert refused.value.code == "version-unknown"
