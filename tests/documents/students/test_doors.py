import gzip
import io
import zipfile

import pytest
from tests.documents.students.files import NAME, a_file, a_header, check, codes


def a_census(collection: str) -> bytes:
    return (
        f"<Message><Header><CollectionDetails><Collection>{collection}</Collection><Year>2026</Year>"
        "</CollectionDetails></Header><Pupils/></Message>"
    ).encode()


def an_archive(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


OTHERS = {
    "school-census": a_census("School Census"),
    "school-workforce-census": a_census("School Workforce Census"),
    "dfe-return": a_census("Children in Need"),
    "atf": b"<ATfile><Header><DocumentName>Admissions</DocumentName></Header></ATfile>",
    "html": b"\n<!doctype html><html><body>Sign in</body></html>",
    "spreadsheet": an_archive(**{"[Content_Types].xml": "<Types>spreadsheetml</Types>", "_rels/.rels": "<a/>"}),
    "word-document": an_archive(**{"word/document.xml": "<a/>"}),
    "zip": an_archive(**{"8204321_CES_820LLLL_001.xml": a_file().decode()}),
    "office-document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "pdf": b"%PDF-1.7\n",
    "gzip": gzip.compress(a_file()),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_at_the_wrong_door_is_told_what_it_is(kind: str) -> None:
    verdict = check(OTHERS[kind], NAME)
    assert codes(verdict) == ["wrong-door"]
    assert verdict.kind == kind
    assert verdict.problems[0].message.startswith("This is a")
    assert verdict.problems[0].remedy


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "spreadsheet"),
        (b"UPN,Surname,Forename,DOB\nR820432124001,Okafor,Daniel,2013-02-14\n", "spreadsheet"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><head/></html>", "html"),
        (b"{\\rtf1\\ansi", "word-document"),
        (an_archive(**{"xl/workbook.xml": "<a/>"}), "spreadsheet"),
    ],
)
def test_what_office_programs_and_browsers_leave_is_recognised(data: bytes, kind: str) -> None:
    assert check(data, NAME).kind == kind


def test_a_census_is_told_where_it_belongs() -> None:
    assert "COLLECT" in check(OTHERS["school-census"], NAME).problems[0].message


def test_a_ctf_for_another_school_is_told_where_it_belongs() -> None:
    header = a_header("CTF", "25.0", destination_la="823", destination_school="4567")
    verdict = check(a_file(header=header), "8204321_CTF_8234567_001.xml")
    assert codes(verdict) == ["wrong-door"]
    assert verdict.kind == "ctf"
    assert "823/4567" in verdict.problems[0].message
    assert "S2S" in verdict.problems[0].remedy


def test_a_ctf_for_nobody_known_is_at_the_wrong_door_too() -> None:
    header = a_header("CTF", "25.0", destination_la="XXX", destination_school="XXXX")
    assert codes(check(a_file(header=header))) == ["wrong-door"]


def test_a_file_that_is_no_xml_at_all_is_said_to_be_none() -> None:
    assert codes(check(b"Dear all, please find attached", NAME)) == ["not-xml"]


def test_a_root_that_nobody_knows_is_named() -> None:
    (problem,) = check(b"<Pupils><Header/></Pupils>", NAME).problems
    assert problem.code == "unknown-root"
    assert "<Pupils>" in problem.message
