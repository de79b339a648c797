"""Where things stand in a student file: the names of the root, the header's fields, the list and the pupil.

INFERRED, all of ``CES_LAYOUT`` and the frame in ``schemas/ces.xsd``: the original schema of the B2B file is not to be
had, so its names follow CTF's (reference 3.2). An operator who has an LA's or vendor's own schema adds it with a small
table of the same fields (versions.py); nothing else in the house knows these names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["CES", "CTF", "PER"]

HEADER_FIELDS = (
    "version",
    "document_name",
    "created",
    "qualifier",
    "supplier",
    "source_la",
    "source_school",
    "school_name",
    "academic_year",
    "destination_la",
    "destination_school",
)
"""What a header tells, in the words of ``Header``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of one form of file: ``root`` holds the header and the list ``pupils``, which holds ``pupil``s.

    ``person`` is the word for one of them. ``fields`` gives, for each of ``HEADER_FIELDS``, the path of element names
    below the root that leads to it; the last step may be an attribute (``Header/@version``). ``namespace`` is the
    root's, empty for none.
    """

    kind: Kind
    root: str
    pupils: str
    pupil: str
    fields: Mapping[str, str]
    namespace: str = ""
    person: str = "pupil"


def fields_of(version: str) -> dict[str, str]:
    """The header of our own forms, which name the element of the version each their own way."""
    return {
        "version": f"Header/{version}",
        "document_name": "Header/DocumentName",
        "created": "Header/DateTime",
        "qualifier": "Header/DocumentQualifier",
        "supplier": "Header/SupplierID",
        "source_la": "Header/SourceSchool/LEA",
        "source_school": "Header/SourceSchool/Estab",
        "school_name": "Header/SourceSchool/SchoolName",
        "academic_year": "Header/SourceSchool/AcademicYear",
        "destination_la": "Header/DestSchool/LEA",
        "destination_school": "Header/DestSchool/Estab",
    }


CES_LAYOUT = Layout("CES", "CESfile", "CESpupilData", "Pupil", fields_of("CESversion"))
CTF_LAYOUT = Layout("CTF", "CTfile", "CTFpupilData", "Pupil", fields_of("CTFversion"))
