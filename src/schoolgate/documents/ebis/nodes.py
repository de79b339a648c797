"""Reading XML leniently: by local names, in whatever namespace and order; what is absent is empty (reference 5).

A value that is there and cannot be read is not absent: an order without a price is not the order that was sent. So
reading goes on to the end, and then ``ValuesUnreadable`` tells of every such value at once, each with its place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias
from xml.parsers import expat

from lxml import etree

from schoolgate.documents import xml
from schoolgate.documents.ebis.money import to_decimal
from schoolgate.documents.problems import LIMIT, DocumentError, Problem, quoted

# The day of an xsd:date or xsd:dateTime; what follows it is the schema's business.
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[TZ+-][^\s]*)?")

MOST_ATTRIBUTES = 64
"""Of one element, and namespaces that hold at one element: beyond, libxml2 takes minutes to write a canonical form."""
_NAMESPACE = re.compile(r"\{[^}]*\}")
_LONG_TAG = re.compile(rb"<[^<]{1024}")


class ValuesUnreadable(DocumentError):
    """Values of a document are not what their type demands: ``problems``, each with path, line and the value sent."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Speak in the first one's words."""
        first = problems[0]
        super().__init__(first.code, first.message, remedy=first.remedy, line=first.line)
        self.problems = tuple(problems)


class Node:
    """An element and its children by local name. One that is not there has nothing in it."""

    __slots__ = ("_children", "_element", "_faults")

    def __init__(self, found: etree._Element | None, faults: list[Problem]) -> None:
        """Remember the first child of each name; the first ``LIMIT`` values that cannot be read go to ``faults``."""
        self._element = found
        self._faults = faults
        # From the last to the first, so that the first stays.
        self._children: dict[str, etree._Element] = (
            {} if found is None else {_without_namespace(child.tag): child for child in reversed(found)}
        )

    def __bool__(self) -> bool:
        """Whether the element is there."""
        return self._element is not None

    def child(self, name: str) -> "Node":
        """Go to the first child of that name."""
        found = self._children.get(name)
        return _ABSENT if found is None else Node(found, self._faults)

    def every(self, name: str) -> "list[Node]":
        """Go to each child of that name, in the order they stand in."""
        return [Node(child, self._faults) for child in self._namesakes(name)]

    def text(self, name: str) -> str:
        """Read the first child of that name, without blanks around; "" when absent or empty."""
        found = self._children.get(name)
        return "" if found is None else (found.text or "").strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Read every child of that name that is not empty."""
        texts = ((child.text or "").strip() for child in self._namesakes(name))
        return tuple(text for text in texts if text)

    def own_text(self) -> str:
        """Read the element's own text."""
        return "" if self._element is None else (self._element.text or "").strip()

    def attribute(self, name: str) -> str:
        """Read an attribute without a namespace, without blanks around; "" when absent."""
        return "" if self._element is None else str(self._element.get(name) or "").strip()

    def decimal(self, name: str) -> Decimal | None:
        """Read the first child of that name as a number; None when absent, empty or unreadable."""
        text = self.text(name)
        if not text:
            return None
        try:
            return to_decimal(text)
        except ValueError as error:
            self._refuse(name, "not-a-number", text, str(error))
            return None

    def whole(self, name: str) -> int | None:
        """Read the first child of that name as a whole number; None when absent, empty or unreadable."""
        number = self.decimal(name)
        if number is None or number == number.to_integral_value():
            return None if number is None else int(number)
        self._refuse(name, "not-whole", self.text(name), "is not a whole number")
        return None

    def day(self, name: str) -> date | None:
        """Read the first child of that name, an xsd:date or xsd:dateTime, as the day it names (reference 3.1)."""
        text = self.text(name)
        if not text:
            return None
        try:
            return to_day(text)
        except ValueError:
            self._refuse(name, "not-a-date", text, "is not a date in the form YYYY-MM-DD")
            return None

    def _namesakes(self, name: str) -> list[etree._Element]:
        if self._element is None or name not in self._children:
            return []
        return [child for child in self._element if _without_namespace(child.tag) == name]

    def _refuse(self, name: str, code: str, text: str, reason: str) -> None:
        if len(self._faults) >= LIMIT:
            return
        child = self._children[name]
        self._faults.append(
            Problem(
                code,
                f"{name} {quoted(text[:40])} {reason}.",
                path=path_of(child),
                line=line_of(child),
                sent=text[:200],
                remedy="Correct the value where the document was made, and send it again.",
            )
        )


_ABSENT = Node(None, [])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document that is parsed once for all who read it: its UTF-8, and its tree, which stays as it is."""

    plain: bytes
    root: etree._Element


Source: TypeAlias = bytes | str | Parsed
"""Text ignores the encoding it declares (reference 13.10), bytes obey it."""


def parse_once(data: Source) -> Parsed:
    """Parse an untrusted document. Raises DocumentError as ``read_root`` does."""
    if isinstance(data, Parsed):
        return data
    plain = to_utf8(data)
    return Parsed(plain, parse_utf8(plain))


def read_root(data: Source, name: str) -> tuple[Node, list[Problem]]:
    """Parse a document whose root is called ``name``; the list fills while its values are read.

    Raises DocumentError: ``wrong-document`` for another root, and what ``xml.utf8`` and ``xml.scanner`` raise.
    """
    root = parse(data)
    if local_name(root) != name:
        raise DocumentError(
            "wrong-document", f"The document is {quoted(local_name(root)[:40])}; {name} is expected here.", line=1
        )
    faults: list[Problem] = []
    return Node(root, faults), faults


def parse(data: Source) -> etree._Element:
    """Make the tree of an untrusted document. Raises DocumentError as ``read_root`` does."""
    return parse_once(data).root


def to_utf8(data: bytes | str) -> bytes:
    """Give a document in UTF-8 without a byte order mark: bytes as they declare themselves, text whatever it declares.

    Of text the blanks before it go too: within an envelope they come of how that is laid out. Raises DocumentError as
    ``xml.utf8`` does.
    """
    if not data.strip():
        raise DocumentError("empty", "The document is empty.")
    try:
        return data.lstrip("\ufeff \t\r\n").encode() if isinstance(data, str) else b"".join(xml.utf8([data]))
    except UnicodeEncodeError:
        raise DocumentError("encoding-broken", "The document holds half of a character.") from None


def parse_utf8(plain: bytes) -> etree._Element:
    """Make the tree of what ``to_utf8`` gave. Raises DocumentError ``doctype``, ``not-well-formed``, ``too-large``."""
    try:
        # Without these signs there is no DOCTYPE, and what is in order is read once.
        if b"<!DOCTYPE" in plain:
            _scan(plain)
        root = etree.fromstring(plain, xml.parser())
    except etree.XMLSyntaxError as error:
        _scan(plain)
        line, column = error.position
        raise xml.not_well_formed(0, line or 0, column or 0) from None
    # Without these signs no element has many.
    if _LONG_TAG.search(plain) or plain.count(b"xmlns") > MOST_ATTRIBUTES:
        _require_few_attributes(root)
    return root


def _require_few_attributes(root: etree._Element) -> None:
    namespaces = 0
    element = root
    for event, met in etree.iterwalk(root, events=("start-ns", "end-ns", "start")):
        if event == "start":
            element = met
        else:
            namespaces += 1 if event == "start-ns" else -1
        if namespaces > MOST_ATTRIBUTES or len(element.attrib) > MOST_ATTRIBUTES:
            message = f"An element has more than {MOST_ATTRIBUTES} attributes or namespaces."
            raise DocumentError("too-large", message, line=line_of(element))


def _scan(plain: bytes) -> None:
    try:
        xml.scanner().Parse(plain, True)
    except expat.ExpatError as error:
        raise xml.not_well_formed(error.code, error.lineno, error.offset + 1) from None


def local_name(found: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return _without_namespace(found.tag)


def line_of(found: etree._Element) -> int:
    """Return the line an element begins on, from 1; 0 is not known."""
    line: object = found.sourceline
    return line if isinstance(line, int) else 0


def path_of(found: etree._Element) -> str:
    """Say where an element stands: ``/Order/OrderLine[3]/Quantity/Amount``; numbered where it has namesakes."""
    tree = found.getroottree()
    steps = "" if found is tree.getroot() else f"/{_NAMESPACE.sub('', tree.getelementpath(found))}"
    return f"/{local_name(tree.getroot())}{steps}"


@lru_cache(maxsize=1_024)
def _without_namespace(tag: str) -> str:
    return tag[tag.find("}") + 1 :]


def to_day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError("no date")
    return date(int(match[1]), int(match[2]), int(match[3]))
