"""The fetch index: which documents wait for a school, by id, type and create date (reference 2.5).

The published schema was not recovered. What is written here is our reconstruction; what is read may have any names
that say the same.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from lxml import etree

from schoolgate.documents.ebis.nodes import local_name, parse
from schoolgate.documents.problems import DocumentError

KINDS = ("order", "invoice", "creditnote", "quote")
"""All types there are; an ``order`` here is a content order. FMS leaves quotes where they are."""

_LONDON = ZoneInfo("Europe/London")

_ID_NAMES = ("docid", "documentid", "id", "name")
_KIND_NAMES = ("doctype", "documenttype", "type")
_CREATED_NAMES = ("createdate", "createddate", "datecreated", "created")


class Entry(NamedTuple):
    """One document of an index."""

    doc_id: str
    """At most 100 characters without blanks, unique for the service; not held to it when read."""
    kind: str
    """One of ``KINDS``; an unknown one is kept as it was read, in lower case."""
    created: datetime | None
    """With its offset; None when what was read is no date and time, or no moment of the years 1 to 9999."""


def write_index(entries: Iterable[Entry]) -> str:
    """Write a fetch index, without an XML declaration, since it travels as text within an answer.

    Raises ValueError for an entry whose create date is not known or has no offset.
    """
    lines = (_line(entry, entry.created and entry.created.utcoffset()) for entry in entries)
    return "\n".join(["<Documents>", *lines, "</Documents>"])


@lru_cache(maxsize=4_096)
def _line(entry: Entry, offset: timedelta | None) -> str:
    """Kept, since schools ask again and again for what still waits.

    By the offset besides: Python takes times of one moment as equal, and of a clock's two hours when it goes back.
    """
    if entry.created is None or offset is None:
        raise ValueError("an entry of an index needs a create date with its offset")
    return (
        f"<Document><DocID>{escape(entry.doc_id)}</DocID><DocType>{escape(entry.kind)}</DocType>"
        f"<CreateDate>{entry.created.isoformat()}</CreateDate></Document>"
    )


def read_index(text: str | bytes) -> list[Entry]:
    """Read any service's index, in its order: each element with an id, a type and a create date is an entry.

    They may be attributes or children, in any namespace, in capitals or not, and under the names services are known to
    use (reference 2.5). A time without an offset is London's. A text without anything in it is an index of nothing.
    Raises DocumentError: ``wrong-document`` for a web page, and what ``nodes.parse`` raises.
    """
    if not text.strip():
        return []
    root = parse(text)
    if local_name(root).lower() == "html":
        raise DocumentError(
            "wrong-document",
            "The service answered with a web page instead of an index.",
            remedy="Ask the supplier for the address of the web service itself; it often ends in .asmx.",
            line=1,
        )
    # What holds neither elements nor attributes holds no entry: most are such.
    holders = (element for element in root.iter("*") if len(element) or element.attrib)
    return [entry for element in holders if (entry := _entry(element)) is not None]


def _entry(element: etree._Element) -> Entry | None:
    facts = {local_name(child).lower(): child.text or "" for child in element}
    facts |= {name[name.find("}") + 1 :].lower(): value for name, value in _attributes(element).items()}
    doc_id, kind, created = (_first(facts, names) for names in (_ID_NAMES, _KIND_NAMES, _CREATED_NAMES))
    if not doc_id or not kind or created is None:
        return None
    return Entry(doc_id, kind.lower(), _moment(created))


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _first(facts: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((facts[name].strip() for name in names if name in facts), None)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=_LONDON)
        # .NET's date of nothing, 0001-01-01, is in the year 0 elsewhere: for rows, or for people here.
        for zone in (UTC, _LONDON):
            moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None
    return moment
