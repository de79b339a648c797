"""What may stand in a pupil, read from our own schemas: the order for the writer, the types for the wording.

It knows just those constructs of XSD that our schemas use: named and inline types, sequences, choices, groups,
one ``any`` at the end. Schemas that an operator adds are never read so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lxml import etree

from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.xsd import XS


@dataclass(frozen=True, slots=True)
class Shape:
    """An element: a leaf has a ``type`` (the name of a simple type), a container ``children`` in their order."""

    name: str
    type: str = ""
    children: tuple["Shape", ...] = ()
    required: bool = False
    """One of a choice counts as required when the choice is."""
    most: int | None = 1
    """How many may follow each other; None for any number."""
    open: bool = False
    """Other elements may follow the children."""

    def child(self, name: str) -> "Shape | None":
        """The child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def below(self, names: list[str]) -> "Shape | None":
        """What a path of names below this element leads to."""
        found: Shape | None = self
        for name in names:
            found = found.child(name) if found else None
        return found


class _XsdReader:
    def __init__(self, text: str) -> None:
        self.root = etree.fromstring(text.encode())
        self.named = {(part.tag, part.get("name")): part for part in self.root.iterchildren("*")}

    def element(self, declaration: etree._Element, *, required: bool) -> Shape:
        most = declaration.get("maxOccurs", "1")
        name, type_name = declaration.get("name", ""), declaration.get("type", "")
        body = self.named.get((f"{XS}complexType", type_name))
        if body is None:
            body = declaration.find(f"{XS}complexType")
        return Shape(
            name=name,
            type=type_name if body is None else "",
            children=tuple(self.particles(body)) if body is not None else (),
            required=required and declaration.get("minOccurs") != "0",
            most=None if most == "unbounded" else int(most),
            open=body is not None and body.find(f".//{XS}any") is not None,
        )

    def particles(self, group: etree._Element, *, required: bool = True) -> Iterator[Shape]:
        for part in group.iterchildren("*"):
            here = required and part.get("minOccurs") != "0"
            if part.tag == f"{XS}element":
                yield self.element(part, required=required)
            elif part.tag == f"{XS}group":
                yield from self.particles(self.named[part.tag, part.get("ref")], required=here)
            elif part.tag == f"{XS}choice":
                elements_only = len(part) == len(part.findall(f"{XS}element"))
                yield from self.particles(part, required=here and elements_only)
            elif part.tag == f"{XS}sequence":
                yield from self.particles(part, required=here)


@cache
def document_shape(schema: StudentSchema) -> Shape:
    """The shape of a whole file of one of our schemas, from its root down."""
    reader = _XsdReader(schema.text)
    return reader.element(reader.named[f"{XS}element", schema.layout.root], required=True)


def pupil_shape(schema: StudentSchema) -> Shape:
    """The shape of a pupil in one of our schemas."""
    pupil = document_shape(schema).below([schema.layout.pupils, schema.layout.pupil])
    assert pupil is not None
    return pupil
