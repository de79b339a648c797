"""Records as the importer gets them: of made-up pupils and staff, written to a file and read from it."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO

from tests.documents.staff import personnel
from tests.documents.students.files import a_file, a_header, pupils

from schoolgate.documents.samples.staff import make_staff
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.reader import StudentFile


@cache
def made_up_records(number: int = 200) -> tuple[Record, ...]:
    """The pupils of a secondary school, in the file's order."""
    return written_and_read(pupils(number))


@cache
def made_up_staff(number: int = 60) -> tuple[Record, ...]:
    """The staff of the same school, of whom one has a timetable."""
    today = date(2026, 11, 20)
    sample = make_staff(la="820", school="4321", destination_la="820", staff=number, seed=7, today=today)
    first, *rest = sample.records()
    taught = [{"Subject": "MAT", "YearGroup": "9", "SubjectHours": "4.5"}]
    return _read(personnel.a_file([{**first, "Curriculums": taught}, *rest]))


def written_and_read(records: Sequence[Record], version: str = "3.73") -> tuple[Record, ...]:
    """What reading gives when these records are a file; the file must be valid."""
    return _read(a_file(records, a_header(version=version)))


def _read(data: bytes) -> tuple[Record, ...]:
    file = StudentFile(BytesIO(data))
    found = tuple(entry.record for entry in file.entries())
    assert not file.problems.kept
    return found
