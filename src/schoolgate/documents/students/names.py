"""The name of a student file, ``8204321_CES_823LLLL_001.xml``, and its agreement with the header (check 2).

The parts are known, their order and separators are inferred with high confidence (reference 2.1). INFERRED too: a file
from an LA to a school is named the other way round, ``823LLLL_CES_8204321_001.xml``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schoolgate.documents.problems import DocumentError, Problem, quoted
from schoolgate.documents.students.header import Header

# CES and LLLL are fixed letters; LLLL stands where a school's number would and means the LA itself.
LA_ITSELF = "LLLL"
_PATTERN = re.compile(
    r"(?P<source_la>[0-9]{3})(?P<source_school>[0-9]{4})_CES_(?P<destination_la>[0-9]{3})LLLL"
    r"(?:_(?P<serial>[0-9]{1,3}))?\.xml",
    re.IGNORECASE | re.ASCII,
)
_FROM_LA = re.compile(
    r"(?P<source_la>[0-9]{3})LLLL_CES_(?P<destination_la>[0-9]{3})(?P<destination_school>[0-9]{4})"
    r"(?:_[0-9]{1,3})?\.xml",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class StudentFileName:
    """The parts of a name. ``str`` gives the canonical form: capitals, three digits of serial, none where none is."""

    source_la: str
    source_school: str
    destination_la: str
    serial: int | None = None

    def __str__(self) -> str:
        serial = "" if self.serial is None else f"_{self.serial:03}"
        return f"{self.source_la}{self.source_school}_CES_{self.destination_la}LLLL{serial}.xml"


def parse_name(name: str) -> StudentFileName:
    """Take a file's name apart, case ignored, the serial of 1 to 3 digits or absent.

    Raises DocumentError ``name-pattern``.
    """
    parts = _PATTERN.fullmatch(name)
    if parts is None:
        raise DocumentError(
            "name-pattern",
            f"The file is called {quoted(name)}. A pupil file is called like 8204321_CES_823LLLL_001.xml: LA and "
            "number of the school, CES, the LA it goes to, LLLL, and a serial number.",
            remedy="Rename the file, or set the name in the export of your MIS.",
        )
    serial = parts["serial"]
    return StudentFileName(
        parts["source_la"], parts["source_school"], parts["destination_la"], int(serial) if serial else None
    )


def name_problems(name: str, header: Header) -> list[Problem]:
    """Compare a file's name with its header, each difference told by itself with both values.

    Codes: ``name-pattern``; ``name-source-la``, ``name-source-school``, ``name-destination-la``,
    ``name-destination-school``.
    """
    try:
        parts = parse_name(name)
    except DocumentError as error:
        return [error.as_problem()]
    found = list(differences(parts.source_la, parts.source_school, parts.destination_la, header))
    if header.destination_school != LA_ITSELF:
        found.append(_other_destination(LA_ITSELF, header))
    return found


def name_problems_from_la(name: str, header: Header) -> list[Problem]:
    """The same of a file from an LA to a school, ``820LLLL_CES_8204321_001.xml``, with the same codes."""
    parts = _FROM_LA.fullmatch(name)
    if parts is None:
        pattern = DocumentError(
            "name-pattern",
            f"The file is called {quoted(name)}. A pupil file from an LA is called like 820LLLL_CES_8204321_001.xml: "
            "the LA, LLLL, CES, LA and number of the school it goes to, and a serial number.",
            remedy="Give it the name that it came by.",
        )
        return [pattern.as_problem()]
    found = list(differences(parts["source_la"], LA_ITSELF, parts["destination_la"], header))
    if header.destination_school != parts["destination_school"]:
        found.append(_other_destination(parts["destination_school"], header))
    return found


def _other_destination(named: str, header: Header) -> Problem:
    return difference("name-destination-school", "number of the destination", named, header.destination_school)


def differences(source_la: str, source_school: str, destination_la: str, header: Header) -> Iterator[Problem]:
    """Say where the numbers of a name are not those of the header."""
    for code, what, named, inside in (
        ("name-source-la", "LA number of the school", source_la, header.source_la),
        ("name-source-school", "number of the school", source_school, header.source_school),
        ("name-destination-la", "number of the LA it goes to", destination_la, header.destination_la),
    ):
        if named.upper() != inside:
            yield difference(code, what, named, inside)


def difference(code: str, what: str, named: str, inside: str) -> Problem:
    """Tell that a file's name and its header say different things of the same ``what``."""
    return Problem(
        code,
        f"The {what} is {named} in the file's name, but {inside} inside the file.",
        item=what[0].upper() + what[1:],
        sent=named,
        allowed=inside,
        remedy=f"If {inside} is right, rename the file; if {named} is right, correct the school's or the export's "
        "settings in your MIS and export again.",
    )
