"""What a first load is made of, whatever file it stands in."""

from typing import NamedTuple

from schoolgate.documents.students.entries import Record


class ExistingPupil(NamedTuple):
    """A pupil at one school: ``line`` is where it begins in the file, from 1; ``la`` has 3 digits, ``school`` 4."""

    line: int
    la: str
    school: str
    record: Record


class RowFault(NamedTuple):
    """Why a pupil is not taken, or a file not wholly understood; nothing in it quotes a value."""

    line: int
    """From 1; 0 is not known."""
    column: str
    """The column's name, or what an office calls the item; empty when it is about the row."""
    code: str
    sentence: str
