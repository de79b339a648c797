"""Schemas that an operator adds: another root, other header fields, without code."""

from pathlib import Path

import pytest
from tests.documents.students.files import NAME, check, codes

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.added import added_schema
from schoolgate.documents.students.header import read_header
from schoolgate.documents.students.versions import SchemaShelf, default_shelf

TABLE = """
kind = "CES"
version = "4"
schema = "vendor.xsd"
root = "StudentFile"
namespace = "urn:vendor"
pupils = "Students"
pupil = "Student"

[header]
version = "@v"
created = "About/Written"
source_la = "About/From/@la"
source_school = "About/From/@school"
destination_la = "About/To"
document_name = ""
supplier = ""
qualifier = ""
school_name = ""
academic_year = ""
destination_school = ""
"""

SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:v="urn:vendor" targetNamespace="urn:vendor"
           elementFormDefault="qualified">
  <xs:element name="StudentFile">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="About">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="Written" type="xs:dateTime"/>
              <xs:element name="From">
                <xs:complexType>
                  <xs:attribute name="la" use="required"/>
                  <xs:attribute name="school" use="required"/>
                </xs:complexType>
              </xs:element>
              <xs:element name="To" type="xs:string"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
        <xs:element name="Students">
          <xs:complexType>
            <xs:sequence>
              <xs:element ref="v:Student" minOccurs="0" maxOccurs="unbounded"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
        <xs:element name="Total" type="xs:integer"/>
      </xs:sequence>
      <xs:attribute name="v" use="required"/>
    </xs:complexType>
  </xs:element>
  <xs:element name="Student">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="UPN" type="xs:string"/>
        <xs:element name="Surname" type="xs:string"/>
        <xs:element name="Forename" type="xs:string"/>
        <xs:element name="Address" type="xs:string" minOccurs="0"/>
        <xs:element name="Age" type="xs:integer"/>
      </xs:sequence>
      <xs:attribute name="id"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""

STUDENT = (
    '<Student id="{n}"><UPN>{n}</UPN><Surname>Okafor</Surname><Forename>Daniel</Forename><Age>{n}</Age></Student>\n'
)


def vendor_file(students: str, total: str = "<Total>1</Total>", prefix: str = "") -> bytes:
    """A file of the vendor's form, its elements with or without a prefix."""
    text = (
        '<StudentFile xmlns="urn:vendor" v="4">\n<About><Written>2026-11-20T18:30:05</Written>'
        f'<From la="820" school="4321"/><To>820</To></About>\n<Students>\n{students}</Students>{total}</StudentFile>'
    )
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
        text = text.replace("xmlns=", f"xmlns:{prefix}=")
    return text.encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vendor.toml").write_text(TABLE, encoding="utf-8")
    (tmp_path / "vendor.xsd").write_text(SCHEMA, encoding="utf-8")
    return tmp_path


@pytest.fixture
def shelf(folder: Path) -> SchemaShelf:
    return default_shelf(folder)


def refusal(folder: Path) -> DocumentError:
    with pytest.raises(DocumentError) as refused:
        default_shelf(folder)
    return refused.value


def students(*numbers: object) -> str:
    return "".join(STUDENT.format(n=number) for number in numbers)


@pytest.mark.parametrize("prefix", ["", "x"])
def test_a_file_of_another_root_is_read_by_an_added_schema(shelf: SchemaShelf, prefix: str) -> None:
    records: list[object] = []
    data = vendor_file(students(*range(3000)), prefix=prefix)
    verdict = check(data, NAME, shelf=shelf, on_pupil=lambda entry: records.append(entry.record))
    assert verdict.accepted
    assert (verdict.kind, verdict.version, verdict.pupils) == ("CES", "4", 3000)
    assert records[7] == {"UPN": "7", "Surname": "Okafor", "Forename": "Daniel", "Age": "7"}


@pytest.mark.parametrize("prefix", ["", "x"])
def test_its_faults_are_told_with_path_and_place(shelf: SchemaShelf, prefix: str) -> None:
    data = vendor_file(students(*range(2000), "old", 2001), prefix=prefix)
    refusals = [problem for problem in check(data, NAME, shelf=shelf).problems if problem.severity == "refusal"]
    (problem,) = refusals
    assert (problem.path, problem.sent) == ("/StudentFile/Students/Student[2001]/Age", "old")
    assert problem.pupil == "Daniel O."
    lines = data.decode().splitlines()
    assert lines[problem.line - 1][problem.column - 1 :].startswith(f"<{prefix}{':' if prefix else ''}Age>")


def test_what_must_follow_the_list_is_missed_at_the_end_only(shelf: SchemaShelf) -> None:
    verdict = check(vendor_file(students(*range(3000)), total=""), NAME, shelf=shelf)
    refusals = [problem for problem in verdict.problems if problem.severity == "refusal"]
    assert [(problem.path, problem.message) for problem in refusals] == [("/StudentFile", "Total is missing.")]


def test_its_header_is_found_where_the_table_says(shelf: SchemaShelf) -> None:
    header = read_header(vendor_file(students(1)), shelf.layouts)
    assert (header.kind, header.version, header.source_la, header.source_school) == ("CES", "4", "820", "4321")
    assert (header.destination_la, header.destination_school, header.academic_year) == ("820", "LLLL", 2026)
    assert header.qualifier == "partial"


def test_its_name_is_compared_with_its_header(shelf: SchemaShelf) -> None:
    verdict = check(vendor_file(students(1)), "8214321_CES_820LLLL_001.xml", shelf=shelf)
    assert codes(verdict)[0] == "name-source-la"


def test_a_record_of_another_shape_is_no_reason_to_fail(shelf: SchemaShelf) -> None:
    student = students(1).replace("<Age>", "<Address>1 Elm Road</Address><Age>")
    assert check(vendor_file(student), NAME, shelf=shelf).accepted


def test_ours_are_still_there_and_the_added_one_is_the_newest(shelf: SchemaShelf) -> None:
    assert shelf.versions("CES") == ["3.71", "3.72", "3.73", "4"]
    assert shelf.schema_text("ces") == SCHEMA
    assert "CES 4" in shelf.where_newest("CES")


def test_an_added_schema_for_our_root_is_taken_before_ours(folder: Path) -> None:
    text = default_shelf().schema_text("CES", "3.73").replace('name="Surname"', 'name="FamilyName"')
    (folder / "vendor.xsd").write_text(text, encoding="utf-8")
    (folder / "vendor.toml").write_text(
        'kind = "CES"\nversion = "3.73"\nschema = "vendor.xsd"\n'
        'root = "CESfile"\npupils = "CESpupilData"\npupil = "Pupil"\n',
        encoding="utf-8",
    )
    schema = next(iter(default_shelf(folder)))
    assert schema.version == "3.73"
    assert "FamilyName" in schema.text


def test_a_folder_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    assert default_shelf(tmp_path / "schemas").versions("CES") == ["3.71", "3.72", "3.73"]


UNIQUE = '<xs:unique name="OneUPN"><xs:selector xpath=".//v:Student"/><xs:field xpath="v:UPN"/></xs:unique>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '<xs:attribute name="v" use="required"/>\n    </xs:complexType>',
            f'<xs:attribute name="v" use="required"/></xs:complexType>{UNIQUE}',
        ),
        ('<xs:attribute name="id"/>', '<xs:attribute name="id" type="xs:ID"/>'),
        ('maxOccurs="unbounded"', 'maxOccurs="500"'),
        ('minOccurs="0" maxOccurs="unbounded"', 'minOccurs="2" maxOccurs="unbounded"'),
        ('maxOccurs="unbounded"/>', 'maxOccurs="unbounded"/><xs:element name="Teacher"/>'),
    ],
)
def test_a_rule_that_spans_pupils_is_refused_when_it_is_added(folder: Path, old: str, new: str) -> None:
    assert old in SCHEMA
    (folder / "vendor.xsd").write_text(SCHEMA.replace(old, new), encoding="utf-8")
    error = refusal(folder)
    assert error.code == "schema-spans-pupils"
    assert "vendor.xsd" in error.message


def test_a_rule_within_one_pupil_is_taken(folder: Path) -> None:
    rule = '<xs:unique name="A"><xs:selector xpath="v:UPN"/><xs:field xpath="."/></xs:unique>'
    attribute = '<xs:attribute name="id"/>\n    </xs:complexType>'
    (folder / "vendor.xsd").write_text(SCHEMA.replace(attribute, attribute + rule), encoding="utf-8")
    assert default_shelf(folder).versions("CES")[-1] == "4"


def test_a_schema_in_several_files_of_the_folder_is_taken_whole(folder: Path) -> None:
    start = SCHEMA.index('  <xs:element name="Student">')
    head = SCHEMA[: SCHEMA.index("  <xs:element")]
    (folder / "student.xsd").write_text(head + SCHEMA[start:], encoding="utf-8")
    whole = SCHEMA[:start].replace(head, f'{head}<xs:include schemaLocation="student.xsd"/>') + "</xs:schema>"
    (folder / "vendor.xsd").write_text(whole, encoding="utf-8")
    assert check(vendor_file(students(1)), NAME, shelf=default_shelf(folder)).accepted


@pytest.mark.parametrize("place", ["../student.xsd", "http://127.0.0.1:9/student.xsd", "gone.xsd"])
def test_a_schema_that_needs_what_is_not_in_its_folder_is_refused(folder: Path, place: str) -> None:
    start = SCHEMA.index("  <xs:element")
    text = f'{SCHEMA[:start]}<xs:include schemaLocation="{place}"/>{SCHEMA[start:]}'
    (folder / "vendor.xsd").write_text(text, encoding="utf-8")
    assert refusal(folder).code == "schema-broken"


@pytest.mark.parametrize(
    "text", ["", "<xs:schema", "<a/>", SCHEMA.replace('"v:Student"', '"v:Gone"'), "<!DOCTYPE a><a/>"]
)
def test_what_is_no_schema_is_refused(folder: Path, text: str) -> None:
    (folder / "vendor.xsd").write_text(text, encoding="utf-8")
    assert refusal(folder).code in {"schema-broken", "empty"}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('kind = "CES"', 'kind = "ATF"', "kind"),
        ('root = "StudentFile"', "", "root"),
        ('root = "StudentFile"', "root = 7", "text"),
        ('root = "StudentFile"', 'root = "StudentFile"\nroots = "x"', "roots"),
        ('schema = "vendor.xsd"', 'schema = "../vendor.xsd"', "same folder"),
        ('schema = "vendor.xsd"', 'schema = "gone.xsd"', "same folder"),
        ('supplier = ""', 'suplier = ""', "suplier"),
        ('created = "About/Written"', 'created = ""', "created"),
        ("[header]", "[header", "read"),
    ],
)
def test_a_table_that_is_wrong_says_where(folder: Path, old: str, new: str, named: str) -> None:
    (folder / "vendor.toml").write_text(TABLE.replace(old, new), encoding="utf-8")
    error = refusal(folder)
    assert error.code == "schema-table"
    assert named in error.message
    assert "vendor.toml" in error.message


def test_the_schema_of_one_table_can_be_tried_by_itself(folder: Path) -> None:
    assert added_schema(folder / "vendor.toml").version == "4"
