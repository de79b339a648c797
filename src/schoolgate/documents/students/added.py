"""A further schema that an operator adds without code: an XSD in a folder and a small table beside it.

The table is any ``*.toml`` of the folder (``<home>/schemas``)::

    kind = "CES"                       # or "CTF": whose checks apply
    version = "3.74"                   # as the file's header says it
    schema = "vendor-3.74.xsd"         # in the same folder
    root = "StudentFile"
    namespace = ""                     # may be left out
    pupils = "Students"                # the child of the root that holds the pupils, and nothing else
    pupil = "Student"

    [header]                           # paths below the root; a field left out stands where ours does
    version = "Header/@schemaVersion"
    source_la = "Header/From/LEA"
    supplier = ""                      # the form does not have it

A file is checked a run of pupils at a time, so a schema whose rules span pupils cannot be taken; it is refused here,
when it is added, and not when the first file comes.
"""

import tomllib
from pathlib import Path
from typing import Any, NoReturn, get_args

from lxml import etree

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.layout import CES_LAYOUT, CTF_LAYOUT, HEADER_FIELDS, Kind, Layout
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.xml import parser, utf8
from schoolgate.documents.xsd import XS

_KEYS = {"kind", "version", "schema", "root", "namespace", "pupils", "pupil", "header"}
_MAY_BE_MISSING = {"namespace", "header"}
_NEEDED_FIELDS = {"version", "created", "source_la", "source_school", "destination_la"}
_REFERRING = ("element", "attribute", "restriction", "extension", "list")
_ACROSS_A_DOCUMENT = {"ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES"}


def added_schema(table: Path) -> StudentSchema:
    """Read the table and the schema it names.

    Raises DocumentError: ``schema-table`` (a key is wrong or missing), ``schema-broken``, ``schema-spans-pupils``.
    """
    try:
        entries = tomllib.loads(table.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DocumentError("schema-table", f"{table.name} cannot be read: {error}") from None
    layout = _layout(table, entries)
    source = table.parent / entries["schema"]
    if source.parent != table.parent or not source.is_file():
        _wrong(table, f"schema names {entries['schema']!r}, which is no file in the same folder")
    schema = StudentSchema(layout, entries["version"], source)
    for document in _documents(source, set()):
        _refuse_what_spans_pupils(source, document, layout)
    schema.validator()
    return schema


def _wrong(table: Path, what: str) -> NoReturn:
    raise DocumentError("schema-table", f"{table.name}: {what}.")


def _layout(table: Path, entries: dict[str, Any]) -> Layout:
    if unknown := entries.keys() - _KEYS:
        _wrong(table, f"{', '.join(sorted(unknown))} is not a key of this table")
    if missing := _KEYS - _MAY_BE_MISSING - entries.keys():
        _wrong(table, f"{', '.join(sorted(missing))} is missing")
    if any(not isinstance(entries[key], str) for key in entries.keys() - {"header"}):
        _wrong(table, "a value is not text; put it in quotes")
    if entries["kind"] not in get_args(Kind):
        _wrong(table, f"kind must be one of {', '.join(get_args(Kind))}")
    header = entries.get("header", {})
    if unknown := header.keys() - set(HEADER_FIELDS):
        _wrong(table, f"[header] knows no {', '.join(sorted(unknown))}; its fields are {', '.join(HEADER_FIELDS)}")
    usual = CES_LAYOUT if entries["kind"] == "CES" else CTF_LAYOUT
    fields = {name: path for name, path in {**usual.fields, **header}.items() if path}
    if lacking := _NEEDED_FIELDS - fields.keys():
        _wrong(table, f"[header] must say where {', '.join(sorted(lacking))} stands")
    return Layout(
        kind=entries["kind"],
        root=entries["root"],
        pupils=entries["pupils"],
        pupil=entries["pupil"],
        fields=fields,
        namespace=entries.get("namespace", ""),
    )


def _documents(source: Path, seen: set[Path]) -> list[etree._Element]:
    """The schema and all that it includes or imports, from its own folder only."""
    seen.add(source)
    try:
        root = etree.fromstring(b"".join(utf8([source.read_bytes()])), parser())
    except (OSError, etree.XMLSyntaxError) as error:
        raise DocumentError("schema-broken", f"{source.name} cannot be read: {error}") from None
    found = [root]
    for part in root.iterchildren(f"{XS}include", f"{XS}import", f"{XS}redefine"):
        location = part.get("schemaLocation", "")
        other = source.parent / location
        if not location:
            continue
        if other.parent != source.parent or not other.is_file():
            raise DocumentError("schema-broken", f"{source.name} needs {location}; put it in the same folder.")
        if other not in seen:
            found += _documents(other, seen)
    return found


def _refuse_what_spans_pupils(source: Path, document: etree._Element, layout: Layout) -> None:
    def refuse(what: str) -> NoReturn:
        raise DocumentError(
            "schema-spans-pupils",
            f"{source.name} cannot be added: {what}. Files are checked some pupils at a time.",
            remedy="Take that rule out of a copy of the schema and add the copy.",
        )

    for rule in document.iter(f"{XS}unique", f"{XS}key", f"{XS}keyref"):
        holder = rule.getparent()
        if holder is not None and holder.get("name") in {layout.root, layout.pupils}:
            refuse(f"its rule {rule.get('name', '')!r} compares pupils with each other")
    for part in document.iter(*(f"{XS}{name}" for name in _REFERRING)):
        named = {part.get(key, "").rpartition(":")[2] for key in ("type", "base", "itemType")}
        if named & _ACROSS_A_DOCUMENT and _is_of_xml_schema(part):
            refuse(f"{part.get('name', 'a type')!r} must be unique, or point, across the whole file")
    for pupil in document.iter(f"{XS}element"):
        if layout.pupil not in (pupil.get("name"), pupil.get("ref", "").rpartition(":")[2]):
            continue
        group = pupil.getparent()
        if group is None or group.tag == f"{XS}schema":
            continue
        alone = len(group.findall("*")) - len(group.findall(f"{XS}annotation")) == 1
        any_number = pupil.get("maxOccurs") == "unbounded" and pupil.get("minOccurs", "1") in ("0", "1")
        if not (alone and any_number):
            refuse(f"the list must hold {layout.pupil} in any number and nothing else")


def _is_of_xml_schema(part: etree._Element) -> bool:
    for key in ("type", "base", "itemType"):
        prefix, _, name = part.get(key, "").rpartition(":")
        if name in _ACROSS_A_DOCUMENT and part.nsmap.get(prefix or None) == XS.strip("{}"):
            return True
    return False
