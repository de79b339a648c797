"""Who in a file was not taken, and why: the place in the file is kept, the name is read from the file itself."""

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from schoolgate.authority.exchange.import_job import schemas_of_today
from schoolgate.authority.exchange.kinds import StudentFile as StudentKind
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.matching.keys import keys_of
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.importing.models import Import, Unmatched
from schoolgate.authority.importing.opening import open_document
from schoolgate.authority.importing.reading import Entry, Refused
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.records.columns import pupil_columns
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.authority.records.subjects import PUPIL, Subject
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.reader import StudentFile


@dataclass(slots=True)
class NotTaken:
    """An entry of a file that was not taken.

    `line` 0 and no name: not read, the file is not kept any more, or the entry might be a restricted pupil.
    """

    number: int
    """Its place among the file's pupils, from 1."""
    code: str
    line: int = 0
    surname: str = ""
    forename: str = ""
    born: date | None = None
    upn: str = ""
    record: int = 0
    """The number of the record that waits; 0: none does any more, or the reader may not see it."""
    subject: Subject = PUPIL

    @property
    def why(self) -> str:
        """Why it was not taken."""
        return words_of(self.code, self.subject).why

    @property
    def step(self) -> str:
        """What to do about it."""
        return words_of(self.code, self.subject).step


def not_taken(this: Import, *, twice: bool) -> list[NotTaken]:
    """The entries that stand in the file twice with differences, or those that are unmatched, in the file's order."""
    codes = {
        number: code
        for met in this.met.exclude(not_taken={})
        for code, numbers in met.not_taken.items()
        for number in numbers
        if (code == WhyNot.TWICE) is twice
    }
    return [NotTaken(number, code, subject=this.told_of) for number, code in sorted(codes.items())]


def read_names(this: Import, rows: Collection[NotTaken], hidden: Collection[Held] = ()) -> None:
    """Fill in who these are, by reading the file to the last of them; nothing where it is not kept any more.

    Of whom might be one of ``hidden`` nothing is filled in.
    """
    by_number = {row.number: row for row in rows}
    for entry in _entries(this, max(by_number, default=0)):
        if (row := by_number.get(entry.number)) and not may_be_any(keys_of(entry.record), hidden):
            said = pupil_columns(dict(read_groups(entry.record)))
            row.surname, row.forename = said["surname"], said["forename"]
            row.line = entry.line if isinstance(entry, PupilEntry) else 0
            row.born, row.upn = said["born"], said["upn"]


def find_records(this: Import, rows: Collection[NotTaken], user: Any) -> None:
    """Fill in which records wait still, as far as ``user`` may know of them: one query."""
    waiting = Unmatched.objects.visible_to(user).filter(seen_in=this, number__in=[row.number for row in rows])
    by_number = dict(waiting.exclude(number=0).values_list("number", "pk"))
    for row in rows:
        row.record = by_number.get(row.number, 0)


def may_hold_restricted(file: ReceivedFile) -> bool:
    """Whether a kept file says something of a pupil who might be a restricted one; so it is taken where nobody can
    tell, because the file cannot be read to its end. Staff files hold no pupils."""
    if file.kind != StudentKind.name or not (hidden := restricted_held()):
        return False
    try:
        with closing(received_files().open(file.sha256)) as stream:
            entries = StudentFile(stream, schemas_of_today()).entries()
            return any(may_be_any(keys_of(entry.record), hidden) for entry in entries)
    except DocumentError:
        return True


def _entries(this: Import, last: int) -> Iterator[Entry]:
    """The entries of the document up to this one."""
    try:
        for entry in open_document(this, demo=settings.SCHOOLGATE_DEMO).judge(None):
            if entry.number > last:
                return
            yield entry
    except Refused:
        return
