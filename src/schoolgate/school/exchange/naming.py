"""Names that are nearly right: what a file should be called (reference 2.1), for *Rename and send*."""

import re

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.names import StudentFileName, parse_name
from schoolgate.school.exchange.models import Transfer

# The name within what browsers, copying and synchronisers make of it: "… (1).xml", "Copy of …", "… - Copy.xml",
# "…-LAPTOP-7.xml", "… (Ms Price's conflicted copy).xml", "….xml.txt".
_WITHIN = re.compile(r"(?<![0-9])([0-9]{7}_CES_[0-9]{3}LLLL(?:_[0-9]{1,3})?)(?![0-9])", re.IGNORECASE)


def is_right(name: str) -> bool:
    """Whether this is the name of a pupil file."""
    try:
        parse_name(name)
    except DocumentError:
        return False
    return True


def destination_of(name: str) -> str:
    """The LA number that a right name says the file goes to."""
    return parse_name(name).destination_la


def suggest_name(name: str, header: Header | None) -> str:
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
    return _name_from(header)


def still_free(suggested: str, sha256: str) -> str:
    """The suggested name, or the same with the next serial when a file of other content has taken it meanwhile.

    Several files of one school may wait with one suggestion. Empty when no serial is left.
    """
    if not Transfer.objects.filter(name=suggested).exclude(sha256=sha256).exists():
        return suggested
    name = parse_name(suggested)
    return _next_name(name.source_la, name.source_school, name.destination_la)


def _name_from(header: Header) -> str:
    if not (header.source_la + header.source_school + header.destination_la).isdigit():
        return ""
    return _next_name(header.source_la, header.source_school, header.destination_la)


def _next_name(source_la: str, source_school: str, destination_la: str) -> str:
    used = Transfer.objects.filter(la=destination_la, source_la=source_la, source_school=source_school)
    serial = max((parse_name(name).serial or 0 for name in used.values_list("name", flat=True)), default=0) + 1
    return str(StudentFileName(source_la, source_school, destination_la, serial)) if serial <= 999 else ""
