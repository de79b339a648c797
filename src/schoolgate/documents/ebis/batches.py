"""A large document before the schema, some lines at a time.

Tried: of 4 MiB of wrong lines libxml2 keeps 85,000 errors and walks all lines before each to name its place, in two
minutes and 214 MiB. So its lines come a batch at a time, each within the rest of the document.
"""

from collections.abc import Iterator
from itertools import pairwise

from lxml import etree

from schoolgate.documents.ebis.findings import Finding
from schoolgate.documents.ebis.schema import SchemaName

MOST_LINES = 9_999
"""Lines of an order or invoice: as many as the UK Gov profile has numbers for (reference 5)."""

MOST_TOGETHER = 5_000
"""So many elements are validated at once; no line, and no document without its lines, has more."""

MOST_TAGS = 500_000
"""So many start and end tags are parsed at all."""

_LINES: dict[SchemaName, str] = {"order": "OrderLine", "invoice": "InvoiceLine", "fetch-index": "Document"}
SPLIT_IT = "Make several documents of it."


def too_large(plain: bytes) -> bool:
    """Whether a text has more tags than are parsed."""
    return plain.count(b"<") > MOST_TAGS


def is_small(plain: bytes) -> bool:
    """Whether the document is validated whole, as nearly all are."""
    return plain.count(b"<") <= 2 * MOST_TOGETHER


def crowded(root: etree._Element, name: SchemaName) -> Finding | None:
    """What keeps a large document from being validated in batches of its lines; None for nothing."""
    lines = root.findall(_line_tag(root, name))
    if len(lines) > MOST_LINES:
        return _too_large(f"The document has {len(lines):,} lines; {MOST_LINES:,} are the most.", lines[MOST_LINES])
    rest = sum(1 for _ in root.iter("*"))
    for line in lines:
        size = sum(1 for _ in line.iter("*"))
        rest -= size
        if size > MOST_TOGETHER:
            return _too_large(f"The line is of more than {MOST_TOGETHER:,} elements.", line)
    if rest > MOST_TOGETHER:
        return _too_large(f"Without its lines the document is of more than {MOST_TOGETHER:,} elements.", root)
    for line, following in pairwise(lines):
        between = line.getnext()
        if between is not None and between is not following:
            return Finding("schema", "An element stands between the lines.", between, rule="order of elements")
    return None


def _line_tag(root: etree._Element, name: SchemaName) -> str:
    return root.tag[: root.tag.find("}") + 1] + _LINES[name]


def _too_large(message: str, at: etree._Element) -> Finding:
    return Finding("too-large", message, at, remedy=SPLIT_IT)


def batches(root: etree._Element, name: SchemaName) -> Iterator[None]:
    """Leave one batch of the lines in a document after another, and all of them at the end.

    For documents that are not ``crowded`` alone.
    """
    lines = root.findall(_line_tag(root, name))
    if not lines:
        yield
        return
    place = root.index(lines[0])
    try:
        del root[place : place + len(lines)]
        for batch in _cut(lines):
            root[place:place] = batch
            yield
            del root[place : place + len(batch)]
    finally:
        root[place:place] = lines


def _cut(lines: list[etree._Element]) -> Iterator[list[etree._Element]]:
    batch: list[etree._Element] = []
    size = 0
    for line in lines:
        more = sum(1 for _ in line.iter("*"))
        if batch and size + more > MOST_TOGETHER:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += more
    yield batch
