"""The Common Transfer File, CTF 18.0 to 25.0 (reference 2.2 and 4): read by the student reader into the same shape.

Its pupil block is the one that the student file of B2B was made from; all that is its own are its frame
(``students/schemas/ctf.xsd``), its versions and its names.
"""

import re

from schoolgate.documents.problems import Problem, quoted
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.names import differences

CTF_VERSIONS = ("18.0", "19.0", "20.0", "21.0", "22.0", "23.0", "24.0", "25.0")
"""One for each academic year from 2018/19 on; an older or newer one is refused with its number."""

# The destination may be a school, an LA (LLLL), unknown (XXX XXXX) or out of the maintained sector (MMM MMMM).
_NAME = re.compile(
    r"(?P<source_la>[0-9]{3}|XXX)(?P<source_school>[0-9]{4}|XXXX|LLLL)_CTF_"
    r"(?P<destination_la>[0-9]{3}|XXX|MMM)(?P<destination_school>[0-9]{4}|XXXX|MMMM|LLLL)(?:_[0-9]{1,3})?\.xml",
    re.IGNORECASE | re.ASCII,
)


def goes_to_a_school(header: Header) -> bool:
    """Say if a CTF is meant for a school, known or not, and so not for an LA."""
    return header.destination_school != "LLLL"


def ctf_name_problems(name: str, header: Header) -> list[Problem]:
    """Compare a CTF's name, ``8204321_CTF_8234567_001.xml``, with its header; codes as for a student file."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        return [
            Problem(
                "name-pattern",
                f"The file is called {quoted(name)}. A CTF is called like 8204321_CTF_8234567_001.xml: LA and number "
                "of the school, CTF, LA and number of the school it goes to, and a serial number.",
                remedy="Rename the file, or export it again from your MIS.",
            )
        ]
    return list(differences(parts["source_la"], parts["source_school"], parts["destination_la"], header))
