"""Names of personnel files, and what must agree between a name and the file's header.

INFERRED (reference 2.4), after the pupil file's: `8204321_PER_820LLLL_001.xml` to the LA, `820LLLL_PER_8204321_001.xml`
from it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schoolgate.documents.problems import DocumentError, Problem, quoted
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.names import difference

LA_ITSELF = "LLLL"

_PATTERN = re.compile(
    r"(?P<source_la>[0-9]{3})(?P<source_school>[0-9]{4}|LLLL)_PER_"
    r"(?P<destination_la>[0-9]{3})(?P<destination_school>[0-9]{4}|LLLL)(?:_(?P<serial>[0-9]{1,3}))?\.xml",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PersonnelFileName:
    """The parts of a name. ``str`` gives the canonical form: capitals, three digits of serial, none where none is."""

    source_la: str
    source_school: str
    """``LLLL`` for the LA itself, and so of the destination; of the two just one is."""
    destination_la: str
    destination_school: str
    serial: int | None = None

    def __str__(self) -> str:
        serial = "" if self.serial is None else f"_{self.serial:03}"
        source, destination = self.source_la + self.source_school, self.destination_la + self.destination_school
        return f"{source}_PER_{destination}{serial}.xml"


def parse_personnel_name(name: str) -> PersonnelFileName:
    """Take a file's name apart, case ignored, the serial of 1 to 3 digits or absent.

    Raises DocumentError ``name-pattern``.
    """
    parts = _PATTERN.fullmatch(name)
    if parts is not None:
        source, destination = parts["source_school"].upper(), parts["destination_school"].upper()
        if (source == LA_ITSELF) != (destination == LA_ITSELF):
            serial = int(parts["serial"]) if parts["serial"] else None
            return PersonnelFileName(parts["source_la"], source, parts["destination_la"], destination, serial)
    raise DocumentError(
        "name-pattern",
        f"The file is called {quoted(name)}. A personnel file is called like 8204321_PER_820LLLL_001.xml: LA and "
        "number of the school, PER, the LA it goes to, LLLL, and a serial number.",
        remedy="Rename the file, or set the name in the export of your system.",
    )


def is_right(name: str) -> bool:
    """Whether this is the name of a personnel file."""
    try:
        parse_personnel_name(name)
    except DocumentError:
        return False
    return True


def personnel_name_problems(name: str, header: Header) -> list[Problem]:
    """Compare a file's name with its header, each difference told by itself with both values.

    Codes: ``name-pattern``; ``name-source-la``, ``name-source-school``, ``name-destination-la``,
    ``name-destination-school``.
    """
    try:
        parts = parse_personnel_name(name)
    except DocumentError as error:
        return [error.as_problem()]
    return list(_differences(parts, header))


def _differences(parts: PersonnelFileName, header: Header) -> Iterator[Problem]:
    for code, what, named, inside in (
        ("name-source-la", "LA number of the sender", parts.source_la, header.source_la),
        ("name-source-school", "number of the sender", parts.source_school, header.source_school),
        ("name-destination-la", "LA number of the destination", parts.destination_la, header.destination_la),
        ("name-destination-school", "number of the destination", parts.destination_school, header.destination_school),
    ):
        if named != inside:
            yield difference(code, what, named, inside)
