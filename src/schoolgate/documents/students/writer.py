"""Write a student file of any of our versions from records, one pupil at a time."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Literal
from xml.sax.saxutils import escape, quoteattr

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.entries import WRAPPERS, Record
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.shape import Shape, document_shape, pupil_shape
from schoolgate.documents.students.versions import our_schema

_STEP = "  "
_NAME = re.compile(r"(?:\{([^{}]*)\})?([A-Za-z_][\w.-]*)")
_PLAIN = re.compile("[\t\n -%'-;=?-~\u00a0-\ud7ff]*")
"""What XML carries as it stands: nearly every value, so that only the others are looked at closely."""
_NOT_OF_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_students(
    stream: BinaryIO,
    header: Header,
    records: Iterable[Record],
    *,
    version: str,
    sex_tag: Literal["Sex", "Gender"] = "Sex",
) -> None:
    """Write a file of ``header.kind`` in ``version`` to ``stream``: UTF-8, indented, in the schema's order.

    What the reader gives as records comes back as the same records. Values are not judged: the check does that.
    Raises DocumentError: ``version-unknown``; ``not-in-version`` for a record that holds what this version has no
    place for (nothing is dropped in silence); ``not-xml`` for a character or name that XML cannot carry.
    """
    schema = our_schema(header.kind, version)
    pupils = _Writer(schema, sex_tag)
    root, layout = document_shape(schema), schema.layout
    head = root.child("Header")
    assert head is not None
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(f"<{layout.root}>\n".encode())
    stream.write("".join(pupils.element(head, _header_record(header, version, schema), _STEP, [])).encode())
    stream.write(f"{_STEP}<{layout.pupils}>\n".encode())
    pupil = pupil_shape(schema)
    stream.writelines("".join(pupils.element(pupil, record, _STEP * 2, [])).encode() for record in records)
    stream.write(f"{_STEP}</{layout.pupils}>\n</{layout.root}>\n".encode())


def _header_record(header: Header, version: str, schema: StudentSchema) -> Record:
    """The header as nested elements, by the paths of the schema's layout."""
    record: Record = {}
    for field, path in schema.layout.fields.items():
        *above, last = path.split("/")[1:]
        inner = record
        for step in above:
            inner = inner.setdefault(step, {})
        value = getattr(header, field)
        inner[last] = version if field == "version" else value.isoformat() if field == "created" else str(value)
    return record


class _Writer:
    def __init__(self, schema: StudentSchema, sex_tag: str) -> None:
        self.schema = schema
        self.sex_tag = sex_tag

    def element(self, shape: Shape, value: Any, indent: str, lines: list[str]) -> list[str]:
        """Add the lines of one element to ``lines``."""
        name = shape.name
        if isinstance(value, str):
            lines.append(f"{indent}<{name}>{_text(value)}</{name}>\n")
        elif not value:
            lines.append(f"{indent}<{name}/>\n")
        else:
            lines.append(f"{indent}<{name}>\n")
            if name in WRAPPERS:
                for item in value:
                    self.element(shape.children[0], item, indent + _STEP, lines)
            else:
                self._children(shape, self._as_spelt(shape, value), indent + _STEP, lines)
            lines.append(f"{indent}</{name}>\n")
        return lines

    def _children(self, shape: Shape, record: Record, indent: str, lines: list[str]) -> None:
        rest = dict(record)
        for child in shape.children:
            if child.name in rest:
                value = rest.pop(child.name)
                for item in value if isinstance(value, list) and child.name not in WRAPPERS else [value]:
                    self.element(child, item, indent, lines)
        if rest and not shape.open:
            raise self._no_place(f"{shape.name}/{next(iter(rest))}")
        for name, value in rest.items():
            lines.extend(_addition(name, value, indent, ""))

    def _as_spelt(self, shape: Shape, record: Record) -> Record:
        """Undo what ``record_of`` settled: the tag of the sex, and the one reason of 3.71."""
        spelt = dict(record)
        if "Sex" in spelt and shape.child(self.sex_tag):
            spelt[self.sex_tag] = spelt.pop("Sex")
        if "Reasons" in spelt and shape.child("Reason"):
            reasons = spelt.pop("Reasons")
            if len(reasons) != 1:
                raise self._no_place(f"{len(reasons)} reasons of an exclusion")
            spelt["Reason"] = reasons[0]
        return spelt

    def _no_place(self, what: str) -> DocumentError:
        kind = self.schema.layout.kind
        return DocumentError("not-in-version", f"{kind} {self.schema.version} has no place for {what}.")


def _addition(name: str, value: Any, indent: str, namespace: str) -> Iterator[str]:
    """An element that no schema names, as ``record_of`` gives it: ``{namespace}Name`` where it has a namespace."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise DocumentError("not-xml", "An element of the MIS's additions has a name that XML cannot carry.")
    own, local = parts[1] or "", parts[2]
    tag = local if own == namespace else f"{local} xmlns={quoteattr(own)}"
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield f"{indent}<{tag}>{_text(item)}</{local}>\n"
        else:
            yield f"{indent}<{tag}>\n"
            for inner, content in item.items():
                yield from _addition(inner, content, indent + _STEP, own)
            yield f"{indent}</{local}>\n"


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if _NOT_OF_XML.search(value):
        raise DocumentError("not-xml", "A value holds a character that XML cannot carry.")
    return escape(value, {"\r": "&#13;"})
