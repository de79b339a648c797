"""The kinds of file an authority takes. A further kind is one more class, named in KINDS."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.staff.names import LA_ITSELF, parse_personnel_name, personnel_name_problems
from schoolgate.documents.students.header import read_header
from schoolgate.documents.students.layout import Layout
from schoolgate.documents.students.names import name_problems, parse_name
from schoolgate.documents.students.versions import default_shelf

log = logging.getLogger(__name__)

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class SentFrom:
    """Who a file's name says it is from and to: LA numbers of three digits, a school number of four."""

    la: str
    school: str
    destination_la: str


@dataclass(frozen=True)
class Dated:
    """When a file says that it was written, and whether it claims to say everything."""

    written_at: datetime
    full: bool


class FileKind(Protocol):
    """What the authority's door must know of a kind before it gives a receipt."""

    name: str
    words: str
    tells_of: Subject

    def sent_from(self, file_name: str) -> SentFrom | None:
        """Who the name says the file is from and to; None when it is no name of this kind."""
        ...

    def fits(self, file_name: str, head: bytes) -> bool:
        """Whether the header in the file's first bytes names the same school and authority as its name."""
        ...

    def dated(self, head: bytes) -> Dated:
        """When a file that fits was written, by the header in its first bytes. Raises DocumentError."""
        ...


class StudentFile:
    """The pupil file of B2B:Student, `<LA><school>_CES_<LA>LLLL_<serial>.xml` (reference 2.1)."""

    name = "student"
    words = "Pupil file"
    tells_of = PUPIL

    def sent_from(self, file_name: str) -> SentFrom | None:
        try:
            name = parse_name(file_name)
        except DocumentError:
            return None
        return SentFrom(name.source_la, name.source_school, name.destination_la)

    def fits(self, file_name: str, head: bytes) -> bool:
        try:
            header = read_header(head, _layouts(settings.SCHOOLGATE_HOME.schemas))
        except DocumentError:
            return False
        return header.kind == "CES" and not name_problems(file_name, header)

    def dated(self, head: bytes) -> Dated:
        return _dated(head)


class PersonnelFile:
    """The personnel file of B2B:Personnel, `<LA><school>_PER_<LA>LLLL_<serial>.xml` (INFERRED: reference 2.4)."""

    name = "personnel"
    words = "Personnel file"
    tells_of = STAFF

    def sent_from(self, file_name: str) -> SentFrom | None:
        try:
            name = parse_personnel_name(file_name)
        except DocumentError:
            return None
        if name.source_school == LA_ITSELF:
            # From an LA to a school: nobody sends it here.
            return None
        return SentFrom(name.source_la, name.source_school, name.destination_la)

    def fits(self, file_name: str, head: bytes) -> bool:
        try:
            header = read_header(head, _layouts(settings.SCHOOLGATE_HOME.schemas))
        except DocumentError:
            return False
        return header.kind == "PER" and not personnel_name_problems(file_name, header)

    def dated(self, head: bytes) -> Dated:
        return _dated(head)


def _dated(head: bytes) -> Dated:
    header = read_header(head, _layouts(settings.SCHOOLGATE_HOME.schemas))
    # A header has no zone: it is the school's time. Of an hour that comes twice it is the first.
    return Dated(header.created.replace(tzinfo=LONDON), header.qualifier == "full")


@cache
def _layouts(added: Path) -> tuple[Layout, ...]:
    """The forms of file known here, those in the operator's folder included; read once a process."""
    try:
        return default_shelf(added).layouts
    except DocumentError as error:
        # Our own forms must go on arriving; what is wrong with the added one is for the operator.
        log.error("The schemas added in %s are not used: %s", added, error)
        return default_shelf().layouts


KINDS: dict[str, FileKind] = {kind.name: kind for kind in (StudentFile(), PersonnelFile())}

OF_PUPILS = frozenset(kind.name for kind in KINDS.values() if kind.tells_of == PUPIL)
"""The kinds that tell of no staff."""
