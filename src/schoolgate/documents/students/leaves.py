"""What a schema of ours would not have taken of a record that none has seen: one of an API, a table, another's schema.

The types of our newest schema decide, the same ones and by the same library: nothing is said twice. How long a text may
be is a matter of the file's form, and judged only where that is asked for. Of a register whoever holds it decides.
"""

import threading
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

from lxml import etree

from schoolgate.documents.staff.layout import PER_VERSIONS
from schoolgate.documents.students.entries import OPEN, REPEATED, WRAPPERS, Record
from schoolgate.documents.students.layout import Kind as FileKind
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.shape import Shape, pupil_shape
from schoolgate.documents.students.versions import CES_VERSIONS, our_schema
from schoolgate.documents.students.wording import codes_of_type
from schoolgate.documents.xsd import XS, compiled

_NOT_JUDGED = OPEN | {"Attendance"}
_TEXTS = ("Text", "Name35")

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_made = threading.local()


Kind = Literal["code", "date", "length", "value"]


class WrongLeaf(NamedTuple):
    """A value that its ``type`` does not take. ``steps`` lead to what means nothing without it, as a Finding's do."""

    steps: tuple[str, ...]
    text: str
    type: str
    kind: Kind


def wrong_leaves(pupil: Record, of: FileKind = "CES", *, lengths: bool = False) -> Iterator[WrongLeaf]:
    """The values of a record that our newest schema of its kind does not take, in the record's order.

    A value that what is around it must have takes that along: a telephone is none without its number. The pupil itself
    stays, whatever it lacks then. With ``lengths`` texts are held to the room that a file has for them, too.
    """
    for steps, text, type_name in _below(pupil, _newest(of), ()):
        if not takes(type_name, text, of, lengths=lengths):
            yield WrongLeaf(steps, text, type_name, _kind(type_name))


@cache
def _newest(of: FileKind) -> Shape:
    return pupil_shape(_newest_schema(of))


def _newest_schema(of: FileKind) -> StudentSchema:
    """Of staff the personnel file's; of pupils the pupil file's, which knows more than a CTF."""
    return our_schema("PER", PER_VERSIONS[-1]) if of == "PER" else our_schema("CES", CES_VERSIONS[-1])


_Leaf: TypeAlias = tuple[tuple[str, ...], str, str]
"""The steps to what means nothing without it, the text, and its type."""


def _below(record: Record, shape: Shape, steps: tuple[str, ...]) -> Iterator[_Leaf]:
    for name, value in record.items():
        child = shape.child(name)
        if child is None or name in _NOT_JUDGED:
            continue
        if name in WRAPPERS and isinstance(value, list):
            member = child.child(WRAPPERS[name])
            if member is not None:
                yield from _each(value, member, (*steps, name))
        elif name in REPEATED and isinstance(value, list):
            yield from _each(value, child, steps)
        else:
            yield from _one(value, child, (*steps, name))


def _each(values: list[Any], shape: Shape, steps: tuple[str, ...]) -> Iterator[_Leaf]:
    for place, value in enumerate(values, start=1):
        own = (*steps, f"{shape.name}[{place}]" if len(values) > 1 else shape.name)
        if isinstance(value, str):
            yield own, value, shape.type
        elif isinstance(value, dict):
            yield from _below(value, shape, own)


def _one(value: Any, shape: Shape, steps: tuple[str, ...]) -> Iterator[_Leaf]:
    if isinstance(value, str) and shape.type:
        yield steps[:-1] if shape.required and len(steps) > 1 else steps, value, shape.type
    elif isinstance(value, dict):
        yield from _below(value, shape, steps)


def _kind(type_name: str) -> Kind:
    if type_name.startswith(_TEXTS):
        return "length"
    if codes_of_type(type_name) or type_name == "AnyLanguage":
        return "code"
    return "date" if type_name == "Date" else "value"


def takes(type_name: str, text: str, of: FileKind = "CES", *, lengths: bool = False) -> bool:
    """Whether a simple type of our schemas takes a text; of a post code case and blanks do not count.

    What is a text takes every one, however long, unless ``lengths`` count.
    """
    if type_name.startswith(_TEXTS) and not lengths:
        return True
    if type_name == "PostCode":
        plain = "".join(text.split()).upper()
        text = f"{plain[:4]} {plain[4:]}" if plain.startswith("BFPO") else f"{plain[:-3]} {plain[-3:]}"
    element = etree.Element("value", {_XSI_TYPE: type_name}, nsmap={"xs": XS[1:-1]})
    try:
        element.text = text
    except ValueError:
        # A character that no XML holds.
        return False
    return _types(of).validate(element)


def _types(of: FileKind) -> etree.XMLSchema:
    """This thread's schema of one element, which may have any of the types of ours."""
    made: dict[bool, etree.XMLSchema] = _made.__dict__.setdefault("types", {})
    if (of_staff := of == "PER") not in made:
        document = etree.fromstring(_newest_schema(of).text.encode())
        etree.SubElement(document, f"{XS}element", {"name": "value", "type": "xs:anySimpleType"})
        made[of_staff] = compiled(document)
    return made[of_staff]
