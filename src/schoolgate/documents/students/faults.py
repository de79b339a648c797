"""What a schema finds wrong in a run, told by child and item in words of our own.

libxml2's messages quote values and speak of facets; only an error's kind, its node and the names expected there are
taken over. It knows no columns: expat says where each tag stands.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.parsers import expat

from lxml import etree

from schoolgate.documents.problems import DocumentError, Problem, quoted
from schoolgate.documents.schema_errors import CONTENT, OTHER_RULES, STRUCTURE, VALUE_RULES, SchemaError
from schoolgate.documents.students.header import Frame
from schoolgate.documents.students.runs import Run, advance
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.shape import Shape, document_shape
from schoolgate.documents.students.wording import (
    SUPPLIERS_MATTER,
    allowed_for,
    item_for,
    pupil_label,
    remedy_for,
    staff_label,
)
from schoolgate.documents.xml import not_well_formed, scanner

_CHILD_OF_LIST = re.compile(r"/[^/]+/[^/]+/([^/\[]+)(?:\[(\d+)\])?")
_SENT = 100
"""So many characters of a value, and of a name, are shown."""


def refused_pupils(errors: Sequence[SchemaError], pupil: str) -> set[int] | None:
    """Which pupils of a run have errors, from 1; None when something else is wrong between them and none is sure."""
    refused = set()
    for error in errors:
        step = _CHILD_OF_LIST.match(error.path)
        if step is None or step[1].rpartition(":")[2] not in (pupil, "*"):
            return None
        refused.add(int(step[2] or 1))
    return refused


class Faults:
    """Tells the errors of one refused run."""

    def __init__(
        self, schema: StudentSchema, frame: Frame, run: Run, document: etree._Element, *, pupils_before: int
    ) -> None:
        """``document`` is the run within its frame; ``pupils_before`` of the file's pupils came before it."""
        self.schema = schema
        self.run = run
        self.pupils_before = pupils_before
        self.shape = document_shape(schema) if schema.ours else None
        self.document = document
        self.order = {node: order for order, node in enumerate(document.iter("*"))}
        self.tags = _tags(frame, run)
        self.head = frame.head

    def problem(self, error: SchemaError) -> Problem:
        """Say what is wrong, of which child and item, what was sent and what is allowed, and where it stands."""
        node = self._node(error.path)
        line, column = self._place(self.tags[self.order[node]])
        pupil = self._pupil_of(node)
        told = self._content(node, error) if error.number == CONTENT else self._value(node, error)
        return Problem(
            code="xsd",
            path=self._path(node, error.path, pupil),
            line=line,
            column=column,
            pupil=self._label(pupil) if pupil is not None else "",
            **told._asdict(),
        )

    def _node(self, path: str) -> etree._Element:
        prefixed = self.order if ":" in path else ()
        namespaces = {prefix: uri for node in prefixed for prefix, uri in node.nsmap.items() if prefix}
        found: Any = self.document.xpath(path, namespaces=namespaces) if path else []
        element: etree._Element = found[0] if found else self.document
        return element

    def _place(self, offset: int) -> tuple[int, int]:
        return self.run.place(offset) if offset >= 0 else advance(1, 1, self.head[:offset])

    def _content(self, node: etree._Element, error: SchemaError) -> "_Told":
        parent = node if error.is_lack or node.getparent() is None else node.getparent()
        assert parent is not None
        above = _steps(parent)
        expected = list(error.expected)
        here = [_name(child) for child in parent]
        if lacking := self._lacking(above, expected, here, sure=error.is_lack):
            before = "" if error.is_lack else f"; it must stand before {_name(node)}"
            leaf = self._shape_at([*above, lacking])
            item = item_for([*above, lacking])
            allowed = allowed_for(leaf.type) if leaf else ""
            return _Told(
                f"{lacking} is missing{before}.", "required element", item.words, "", allowed, remedy_for(item)
            )

        name = _name(node)
        item = item_for([*above, name])
        shape = self._shape_at([*above, name])
        if shape and shape.most and here.count(name) > shape.most:
            allowed = f"at most {shape.most}"
            message = f"{name} stands {here.count(name)} times here; allowed is {allowed}."
            return _Told(message, "number of elements", item.words, "", allowed, remedy_for(item))
        allowed = _one_of(expected) if expected else "nothing more"
        message = f"{name} does not belong here; expected is {allowed}."
        return _Told(message, "order of elements", item.words, "", allowed, SUPPLIERS_MATTER)

    def _lacking(self, above: list[str], expected: list[str], here: list[str], *, sure: bool) -> str:
        """The element that is missing, if one is: what is expected may be just what may also stand here."""
        needed = expected if self.shape is None and (sure or len(expected) == 1) else []
        if self.shape is not None:
            needed = [name for name in expected if (shape := self._shape_at([*above, name])) and shape.required]
        return needed[0] if needed and not any(name in here for name in needed) else ""

    def _value(self, node: etree._Element, error: SchemaError) -> "_Told":
        steps = _steps(node)
        item = item_for(steps)
        if error.number in VALUE_RULES:
            shape = self._shape_at(steps)
            allowed = allowed_for(shape.type) if shape else ""
            sent = " ".join((node.text or "").split())[:_SENT]
            given = f"is {quoted(sent)}" if sent else "has no value"
            message = f"{steps[-1]} {given}; allowed is {allowed}." if allowed else f"{steps[-1]} {given}."
            return _Told(message, VALUE_RULES[error.number], item.words, sent, allowed, remedy_for(item))
        rule, what = OTHER_RULES.get(error.number, STRUCTURE)
        return _Told(f"{steps[-1]} {what}.", rule, item.words, "", "", SUPPLIERS_MATTER)

    def _shape_at(self, steps: list[str]) -> Shape | None:
        return self.shape.below(steps[1:]) if self.shape else None

    def _pupil_of(self, node: etree._Element) -> etree._Element | None:
        line = [node, *node.iterancestors()][::-1]
        return line[2] if len(line) > 2 and _name(line[2]) == self.schema.layout.pupil else None

    def _number(self, pupil: etree._Element) -> int:
        return self.pupils_before + sum(1 for _ in pupil.itersiblings(pupil.tag, preceding=True)) + 1

    def _label(self, pupil: etree._Element) -> str:
        if self.schema.layout.kind == "PER":
            names = (pupil.findtext(f".//{{*}}{name}", "") for name in ("PersonGivenName", "PersonFamilyName"))
            given, family = (" ".join(text.split())[:_SENT] for text in names)
            return staff_label(given, family, self._number(pupil))
        texts = (pupil.findtext(f"{{*}}{name}", "") for name in ("Forename", "Surname", "BasicDetails/{*}NCyearActual"))
        forename, surname, year = (" ".join(text.split())[:_SENT] for text in texts)
        return pupil_label(forename, surname, year, self._number(pupil))

    def _path(self, node: etree._Element, path: str, pupil: etree._Element | None) -> str:
        """libxml2's path, with the pupil's number in the file; in a namespace it gives no names, so we do."""
        steps = path.split("/")[1:]
        if any(step.startswith("*") or ":" in step for step in steps):
            steps = [_numbered(step) for step in [node, *node.iterancestors()][::-1]]
        if pupil is not None:
            steps[2] = f"{_name(pupil)}[{self._number(pupil)}]"
        return "/" + "/".join(steps)


def _numbered(node: etree._Element) -> str:
    before = sum(1 for _ in node.itersiblings(node.tag, preceding=True))
    alone = not before and next(node.itersiblings(node.tag), None) is None
    return _name(node) if alone else f"{_name(node)}[{before + 1}]"


class _Told(NamedTuple):
    message: str
    rule: str
    item: str
    sent: str
    allowed: str
    remedy: str


def _name(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2][:_SENT]


def _steps(node: etree._Element) -> list[str]:
    return [_name(step) for step in [node, *node.iterancestors()]][::-1]


def _one_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _tags(frame: Frame, run: Run) -> list[int]:
    """Where the start tags of a well-formed run in its frame begin, in bytes from the start of the run."""
    parser = scanner()
    offsets: list[int] = []
    parser.StartElementHandler = lambda *_: offsets.append(parser.CurrentByteIndex - len(frame.head))
    parser.Parse(frame.head + run.data, False)
    return offsets


def why_not_well_formed(frame: Frame, run: Run, error: etree.XMLSyntaxError) -> DocumentError:
    """Say why libxml2 would not parse a run, and where: expat tells it to the byte.

    What expat lets pass is a limit of libxml2 (depth, length of a name) or a namespace that is not declared.
    """
    document = frame.head + run.data
    if fault := _expat_fault(document, whole=run.last):
        code, offset = fault
        return not_well_formed(code, *run.place(max(offset - len(frame.head), 0)))
    if not run.last and _expat_fault(document + frame.tail, whole=True):
        return DocumentError(
            "pupil-misplaced",
            "The list of pupils has ended, or another element began in it, before a pupil that stands here.",
            remedy=SUPPLIERS_MATTER,
            line=run.line,
            column=run.column,
        )
    return DocumentError(
        "not-well-formed",
        "Elements stand too deep within each other, a name is too long, or a namespace is not declared.",
        remedy=SUPPLIERS_MATTER,
        line=run.line + max((error.lineno or 0) - 1 - frame.head.count(b"\n"), 0),
    )


def _expat_fault(document: bytes, *, whole: bool) -> tuple[int, int] | None:
    """Expat's code of what is not well-formed, and the byte where it stands."""
    parser = scanner()
    try:
        parser.Parse(document, whole)
    except expat.ExpatError as found:
        return found.code, parser.ErrorByteIndex
    return None
