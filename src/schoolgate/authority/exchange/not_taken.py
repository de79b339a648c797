"""Who in a file was not taken, and why: the place in the file is kept, the name is read from the file itself."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from schoolgate.authority.exchange.import_job import schemas_of_today
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.reading import Document, Refused
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.documents.students.entries import PupilEntry


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An entry of a file that was not taken. `line` 0 and no name: the file is not kept any more."""

    number: int
    """Its place among the file's pupils, from 1."""
    code: str
    line: int = 0
    surname: str = ""
    forename: str = ""
    born: str = ""
    upn: str = ""

    @property
    def why(self) -> str:
        """Why it was not taken."""
        return words_of(self.code).why

    @property
    def step(self) -> str:
        """What to do about it."""
        return words_of(self.code).step


def not_taken(this: Import, *, twice: bool) -> list[NotTaken]:
    """The entries that stand in the file twice with differences, or those that are unmatched; as many as are kept."""
    codes = {
        problem["pupil"]: problem["code"]
        for problem in this.problems
        if "pupil" in problem and (problem["code"] == WhyNot.TWICE) is twice
    }
    entries = _entries(this, codes)
    return [_told(number, code, entries.get(number)) for number, code in sorted(codes.items())]


def _told(number: int, code: str, entry: PupilEntry | None) -> NotTaken:
    if entry is None:
        return NotTaken(number, code)
    said = {name: str(entry.record.get(name, "")) for name in ("Surname", "Forename", "DOB", "UPN")}
    return NotTaken(number, code, entry.line, said["Surname"], said["Forename"], said["DOB"], said["UPN"])


def _entries(this: Import, numbers: Collection[int]) -> dict[int, PupilEntry]:
    """Entries of the file by their numbers; none where the file is not kept, or not read any more."""
    found: dict[int, PupilEntry] = {}
    if not numbers:
        return found
    last = max(numbers)
    try:
        store = received_files()
        document = Document(lambda: store.open(this.source_key), schemas_of_today(), demo=settings.SCHOOLGATE_DEMO)
        for entry in document.walk_again():
            if entry.number in numbers:
                found[entry.number] = entry
            if entry.number >= last:
                break
    except (FileNotFoundError, Refused):
        return {}
    return found
