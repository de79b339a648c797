"""Names that are nearly right: what a file should be called (reference 2.1), for *Rename and send*."""

import re
from collections.abc import Callable, Iterable

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.names import StudentFileName, parse_name

# The name within what browsers, copying and synchronisers make of it: "… (1).xml", "Copy of …", "… - Copy.xml",
# "…-LAPTOP-7.xml", "… (Ms Price's conflicted copy).xml", "….xml.txt".
_WITHIN = re.compile(r"(?<![0-9])([0-9]{7}_CES_[0-9]{3}LLLL(?:_[0-9]{1,3})?)(?![0-9])", re.IGNORECASE)

LAST_SERIAL = 999

NamesUsed = Callable[[str, str, str], Iterable[str]]
"""The right names that were used before of a school, given as its LA and its number, to an LA."""


def is_right(name: str) -> bool:
    """Whether this is the name of a pupil file."""
    try:
        parse_name(name)
    except DocumentError:
        return False
    return True


def suggest_name(name: str, header: Header | None, used: NamesUsed) -> str:
    """What the file should be called, empty when nobody can tell.

    A right name needs no other; else the right name that stands within it, else the one its header gives, with the
    next serial that was not used yet.
    """
    if is_right(name):
        return ""
    within = _WITHIN.findall(name)
    if len(within) == 1:
        return str(parse_name(f"{within[0]}.xml"))
    if header is None or header.kind != "CES" or header.destination_school != "LLLL":
        return ""
    numbers = (header.source_la, header.source_school, header.destination_la)
    return next_name(*numbers, used(*numbers)) if "".join(numbers).isdigit() else ""


def next_name(source_la: str, source_school: str, destination_la: str, used: Iterable[str]) -> str:
    """The name with the serial after the highest of those ``used``; empty when no serial is left."""
    serial = max((parse_name(name).serial or 0 for name in used), default=0) + 1
    return str(StudentFileName(source_la, source_school, destination_la, serial)) if serial <= LAST_SERIAL else ""
