"""Records as the importer gets them: of made-up pupils, written to a file and read from it."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

from tests.documents.students.files import a_file, a_header, pupils

from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.reader import StudentFile


@cache
def made_up_records(number: int = 200) -> tuple[Record, ...]:
    """The pupils of a secondary school, in the file's order."""
    return written_and_read(pupils(number))


def written_and_read(records: Sequence[Record], version: str = "3.73") -> tuple[Record, ...]:
    """What reading gives when these records are a file; the file must be valid."""
    file = StudentFile(BytesIO(a_file(records, a_header(version=version))))
    found = tuple(entry.record for entry in file.entries())
    assert not file.problems.kept
    return found
