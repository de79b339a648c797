"""Our own schemas: what they must have in common, and what the house's other tables must have with them."""

import io
from collections.abc import Iterator
from importlib.resources import files

import pytest
from lxml import etree
from tests.documents.students.files import VERSIONS, a_file, a_header, pupils

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.code_schema import code_sets_xsd
from schoolgate.documents.students.entries import MAY_BE_EMPTY, OPEN, REPEATED, WRAPPERS
from schoolgate.documents.students.layout import CES_LAYOUT, CTF_LAYOUT
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.shape import Shape, document_shape, pupil_shape
from schoolgate.documents.students.versions import default_shelf, our_schema
from schoolgate.documents.students.wording import ITEMS, TYPES, allowed_for, codes_of_type, item_for
from schoolgate.documents.xsd import XS

SCHEMAS = list(default_shelf())
LISTS = {"CESpupilData", "CTFpupilData", "SchoolWorkforceMembers"}


def every(shape: Shape, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """All elements below a shape, each with the path of names that leads to it."""
    for child in shape.children:
        yield (*above, child.name), child
        yield from every(child, (*above, child.name))


EVERY_ELEMENT = [(path, element) for schema in SCHEMAS for path, element in every(document_shape(schema))]


def test_the_code_set_schema_is_that_of_the_lists() -> None:
    """Written anew by: python -m schoolgate.documents.students.code_schema"""
    shipped = files("schoolgate.documents.students") / "schemas" / "code-sets.xsd"
    assert shipped.read_text("utf-8") == code_sets_xsd()


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
def test_a_schema_has_no_rule_that_spans_pupils(schema: StudentSchema) -> None:
    root = etree.fromstring(schema.text.encode())
    assert not list(root.iter(f"{XS}unique", f"{XS}key", f"{XS}keyref"))
    assert "xs:ID" not in schema.text


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
def test_a_schema_stands_alone_in_one_text(schema: StudentSchema) -> None:
    assert "xs:include" not in schema.text
    etree.XMLSchema(etree.parse(io.BytesIO(schema.text.encode())))


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_a_schema_takes_no_version_but_its_own(kind: str, version: str) -> None:
    name = f"{kind}version"
    others = [v for k, v in VERSIONS if k == kind and v != version]
    root = etree.fromstring(default_shelf().schema_text(kind, version).encode())
    taken = root.xpath(f"xs:simpleType[@name='{name}']//xs:enumeration/@value", namespaces={"xs": XS.strip("{}")})
    assert taken == [version]
    assert not set(taken) & set(others)


def test_the_tables_of_the_record_say_what_the_schemas_say() -> None:
    containers = {element.name: element for _, element in EVERY_ELEMENT if element.children or element.open}
    lists = {
        name: element.children[0].name
        for name, element in containers.items()
        if len(element.children) == 1 and element.children[0].most != 1 and name not in LISTS
    }
    assert lists == WRAPPERS
    repeated = {
        child.name
        for element in containers.values()
        for child in element.children
        if child.most != 1 and len(element.children) > 1
    }
    assert repeated == REPEATED
    assert {name for name, element in containers.items() if element.open} - {"BasicDetails"} == OPEN
    empty = {name for name, element in containers.items() if not any(c.required for c in element.children)}
    assert empty - OPEN - LISTS == MAY_BE_EMPTY


def test_every_item_has_an_office_s_words() -> None:
    unnamed = {
        "/".join(path) for path, _ in EVERY_ELEMENT if item_for(path).words == path[-1] and path[-1] not in ITEMS
    }
    assert unnamed == LISTS


def test_every_type_is_told_in_words() -> None:
    types = {element.type for _, element in EVERY_ELEMENT if element.type}
    assert {name for name in types if not allowed_for(name)} == {"CESversion", "CTFversion", "PERversion"}
    assert TYPES.keys() <= types | {"Text30", "Text500"}


def test_no_wording_is_left_of_an_element_that_is_gone() -> None:
    names = {name for path, _ in EVERY_ELEMENT for name in path} | {"Pupil", "GUID"}
    open_items = {"SpeakWelsh", "HomeWelsh", "NationalIdentity", "WelshSource", "EALacquisition", "LanguageSource"}
    assert {key.rpartition("/")[2] for key in ITEMS} <= names | open_items


def test_what_is_guessed_is_named_as_such_in_the_layout_and_the_frame_only() -> None:
    for layout in (CES_LAYOUT, CTF_LAYOUT):
        shape = document_shape(our_schema(layout.kind, default_shelf().versions(layout.kind)[-1]))
        assert shape.name == layout.root
        assert all(shape.below(path.split("/")) for path in layout.fields.values())


@pytest.mark.parametrize(("version", "most"), [("3.72", 3), ("3.73", 3)])
def test_from_3_72_an_exclusion_has_up_to_three_reasons(version: str, most: int) -> None:
    reason = pupil_shape(our_schema("CES", version)).below(["Exclusions", "Exclusion", "Reasons", "Reason"])
    assert reason is not None
    assert reason.most == most


def test_in_3_71_an_exclusion_has_one_reason() -> None:
    reason = pupil_shape(our_schema("CES", "3.71")).below(["Exclusions", "Exclusion", "Reason"])
    assert reason is not None
    assert (reason.required, reason.most) == (True, 1)


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_a_made_up_school_is_valid_in_every_version(kind: str, version: str) -> None:
    if kind == "CES":
        data = a_file(pupils(20, version), a_header("CES", version))
    else:
        records = [{k: v for k, v in record.items() if k != "Exclusions"} for record in pupils(20, "3.72")]
        data = a_file(records, a_header("CTF", version))
    schema = our_schema("CES" if kind == "CES" else "CTF", version).validator()
    assert schema.validate(etree.fromstring(data)), schema.error_log


def test_a_schema_is_asked_for_by_kind_in_any_case_and_by_the_newest_version() -> None:
    shelf = default_shelf()
    assert shelf.schema_text("students") == shelf.schema_text("CES", "3.73") == shelf.schema_text("ces")
    assert 'value="25.0"' in shelf.schema_text("ctf")


@pytest.mark.parametrize(
    ("kind", "version", "code"), [("swf", None, "kind-unknown"), ("CES", "3.99", "version-unknown")]
)
def test_a_schema_that_is_not_there_is_said_to_be_missing(kind: str, version: str | None, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        default_shelf().schema_text(kind, version)
    assert refused.value.code == code


def test_a_code_set_stands_behind_its_type() -> None:
    codes = codes_of_type("SenType")
    assert codes is not None
    assert codes.is_known("SEMH")
