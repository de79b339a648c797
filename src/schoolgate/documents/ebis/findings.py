"""What a check finds at an element, and where that stands in the text: told for all findings of a document at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

from schoolgate.documents.ebis.nodes import local_name
from schoolgate.documents.problems import LIMIT, Problem, Severity
from schoolgate.documents.xml import scanner

_UNKNOWN = (0, 0)

SENDER = "Correct it where the document was made, and send it again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at an element; the fields are those of ``Problem``."""

    code: str
    message: str
    at: etree._Element
    severity: Severity = "refusal"
    rule: str = ""
    sent: str = ""
    allowed: str = ""
    remedy: str = SENDER


def placed(findings: Iterable[Sequence[Finding]], plain: bytes) -> list[list[Problem]]:
    """Make problems of findings, list by list, with path, line and column; of each list the first ``LIMIT``.

    ``plain`` is the UTF-8 text that the elements were parsed from.
    """
    lists = [list(found[:LIMIT]) for found in findings]
    elements = [finding.at for found in lists for finding in found]
    if not elements:
        return [[] for _ in lists]
    places, paths = _places(elements, plain), _paths(elements)
    return [
        [
            Problem(
                finding.code,
                finding.message,
                severity=finding.severity,
                path=paths[finding.at],
                line=places.get(finding.at, _UNKNOWN)[0],
                column=places.get(finding.at, _UNKNOWN)[1],
                rule=finding.rule,
                sent=finding.sent,
                allowed=finding.allowed,
                remedy=finding.remedy,
            )
            for finding in found
        ]
        for found in lists
    ]


def _places(elements: Sequence[etree._Element], plain: bytes) -> dict[etree._Element, tuple[int, int]]:
    """Line and column of the start tags, from 1. libxml2 knows no columns, and all may stand on one line."""
    wanted = set(elements)
    walk = enumerate(elements[0].getroottree().iter("*"))
    orders = {order: element for order, element in walk if element in wanted}
    parser = scanner()
    places: dict[etree._Element, tuple[int, int]] = {}
    met = 0

    def note(*_: object) -> None:
        nonlocal met
        if met in orders:
            places[orders[met]] = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
            if len(places) == len(orders):
                parser.StartElementHandler = None
        met += 1

    parser.StartElementHandler = note
    # What libxml2 has read expat reads too, or a place is not known.
    with suppress(expat.ExpatError):
        parser.Parse(plain, True)
    return places


def _paths(elements: Iterable[etree._Element]) -> dict[etree._Element, str]:
    """``/Order/OrderLine[3]/Quantity/Amount`` of each; numbered where it has namesakes."""
    wanted: dict[etree._Element, str] = {}
    for element in elements:
        step: etree._Element | None = element
        while step is not None and step not in wanted:
            wanted[step] = local_name(step)[:100]
            step = step.getparent()
    # Each parent's children are counted once, since a document may be a hundred thousand lines that are all wrong.
    for parent in {parent for element in wanted if (parent := element.getparent()) is not None}:
        namesakes = Counter(child.tag for child in parent)
        met: Counter[str] = Counter()
        for child in parent:
            met[child.tag] += 1
            if child in wanted and namesakes[child.tag] > 1:
                wanted[child] += f"[{met[child.tag]}]"
    return {
        element: "/" + "/".join(wanted[step] for step in [element, *element.iterancestors()][::-1])
        for element in wanted
    }
