"""A content order as it came: read leniently, whatever its schema would say (reference 9.1; seed).

FMS maps some elements and leaves all others alone, so only the rules of `rules.py` decide whether a basket comes in.
What the schema says is a note.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from lxml import etree

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.nodes import Source, line_of, local_name, parse_once, path_of
from schoolgate.documents.ebis.orders import Order, read_order_with_faults
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.problems import DocumentError, Problem

UNREADABLE = "unreadable"

MOST_NOTES = 20
"""So many findings of the schema stand beside a basket; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a document waits: a rule's code, the sentence, what was found and expected, and where in the document."""

    rule: str
    said: str
    found: str = ""
    expected: str = ""
    path: str = ""
    line: int | None = None

    def as_fields(self) -> dict[str, str | int | None]:
        """The same for the columns of a `FetchedDocument`, none longer than its column."""
        return {
            "rule": self.rule,
            "said": self.said[:500],
            "found": self.found[:200],
            "expected": self.expected[:200],
            "path": self.path[:200],
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands or should stand: an element, and the names that are not there below it."""

    at: etree._Element
    missing: tuple[str, ...] = ()
    attribute: str = ""

    @property
    def text(self) -> str:
        """Its text, without blanks around; empty where it is not there."""
        if self.missing:
            return ""
        text = self.at.get(self.attribute) if self.attribute else self.at.text
        return (text or "").strip()

    @property
    def path(self) -> str:
        """The whole path, `/Order/OrderLine[2]/Quantity/Amount`."""
        return "/".join([path_of(self.at), *self.missing, *([f"@{self.attribute}"] if self.attribute else [])])

    @property
    def line(self) -> int | None:
        """The line of the text on which the element begins, or the one that it should stand in; None: not known."""
        return line_of(self.at) or None


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line, and its element in the document. `number` is its own, or else its place, or the next that is free."""

    line: Line
    at: etree._Element
    number: int

    def place(self, *names: str) -> Place:
        """Where the child of these local names stands, the first of each; a last name `@Code` is an attribute."""
        return place_below(self.at, names)

    @property
    def is_original(self) -> bool:
        """Whether the line is to be added; of every other Action it is ignored, and so it is without one (9.1)."""
        return (self.line.action or self.place("Action").text) == "Original"

    @property
    def orders_nothing(self) -> bool:
        """Whether it is a description or a blank, with neither quantity nor price (reference 7.11)."""
        nothing = self.line.quantity is None and self.line.unit_price is None
        return nothing and (self.at.get("TypeCode") or "").strip().upper() in ("DES", "BLK")

    def __str__(self) -> str:
        return f"Line {self.number}"


@dataclass(frozen=True, slots=True)
class Basket:
    """A content order, with the lines that are ordered and those that are left out."""

    order: Order
    root: etree._Element
    lines: tuple[BasketLine, ...]
    left_out: tuple[BasketLine, ...]
    texts: tuple[BasketLine, ...]
    """Original lines that order nothing."""
    notes: tuple[str, ...]
    """What is to be told of it and refuses nothing."""

    @property
    def supplier(self) -> Party:
        return self.order.supplier

    @property
    def buyer(self) -> Party:
        return self.order.buyer

    def place(self, *names: str) -> Place:
        """As of a line, below the document's root."""
        return place_below(self.root, names)


def read(raw: Source) -> Basket | Refused:
    """Read a basket. Refused (`unreadable`) only where it is no XML or no order at all; raises nothing.

    What a SOAP answer held as text is read as text: then the encoding that it declares does not matter (13.10).
    """
    try:
        parsed = parse_once(raw)
        order, faults = read_order_with_faults(parsed)
    except DocumentError as error:
        return Refused(UNREADABLE, error.message, expected="an eBIS-XML order", line=error.line or None)
    found = [child for child in parsed.root if local_name(child) == "OrderLine"]
    lines = [BasketLine(*each) for each in zip(order.lines, found, _numbers(order.lines), strict=True)]
    originals = [line for line in lines if line.is_original]
    checked = check_document(parsed, "order")
    return Basket(
        order,
        parsed.root,
        lines=tuple(line for line in originals if not line.orders_nothing),
        left_out=tuple(line for line in lines if not line.is_original),
        texts=tuple(line for line in originals if line.orders_nothing),
        notes=(*told_of([*faults, *checked.schema]), *_test_flag(checked.invalid)),
    )


def _numbers(lines: Sequence[Line]) -> Iterator[int]:
    taken = {line.number for line in lines}
    free = (number for number in count(1) if number not in taken)
    for place, line in enumerate(lines, 1):
        number = line.number or (next(free) if place in taken else place)
        taken.add(number)
        yield number


def told_of(problems: list[Problem]) -> list[str]:
    """Sentences of what was found, each once: what cannot be read the schema does not take either."""
    sentences = {problem.path or problem.message: _sentence(problem) for problem in reversed(problems)}
    told = list(reversed(sentences.values()))
    more = len(told) - MOST_NOTES
    return [*told[:MOST_NOTES], *([f"The schema has {more:,} more findings."] if more > 0 else [])]


def _sentence(problem: Problem) -> str:
    return f"{problem.message} ({problem.path})" if problem.path else problem.message


def _test_flag(problems: list[Problem]) -> list[str]:
    return [problem.message for problem in problems if problem.code == "test-flag"]


def place_below(start: etree._Element, names: tuple[str, ...]) -> Place:
    """Where the child of these local names stands below an element, the first of each; `@Code` is an attribute."""
    at = start
    for number, name in enumerate(names):
        if name.startswith("@"):
            return Place(at, attribute=name[1:])
        child = next((child for child in at if local_name(child) == name), None)
        if child is None:
            missing = tuple(name for name in names[number:] if not name.startswith("@"))
            return Place(at, missing, names[-1][1:] if names[-1].startswith("@") else "")
        at = child
    return Place(at)
