"""A value of a record that cannot be right, and what rules that look for such values read a record with.

They take nothing for granted: the record may be of a schema that an operator added.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.wording import allowed_for, type_of_code_set


class Finding(NamedTuple):
    """A value that cannot be right. ``steps`` lead to it below the pupil or the member of staff, ``Contact[2]`` being
    the second."""

    code: str
    steps: tuple[str, ...]
    sent: str
    message: str
    allowed: str


def part_of(record: Record, name: str) -> Record:
    """The container under a name; an empty one where there is none."""
    part = record.get(name)
    return part if isinstance(part, dict) else {}


def leaf_of(record: Record, name: str) -> str:
    """The text under a name; empty where there is none."""
    leaf = record.get(name)
    return leaf if isinstance(leaf, str) else ""


def rows_of(record: Record, name: str) -> list[tuple[str, Any]]:
    """The members of a list with their place as a path has it: nothing for the only one, [1] and so on for several."""
    rows = record.get(name)
    if not isinstance(rows, list):
        return []
    return [(f"[{place}]" if len(rows) > 1 else "", row) for place, row in enumerate(rows, start=1)]


def tables_of(record: Record, name: str) -> list[tuple[str, Record]]:
    """The containers of a list, each with its place as ``rows_of`` gives it."""
    return [(place, row) for place, row in rows_of(record, name) if isinstance(row, dict)]


def not_of_year(steps: tuple[str, ...], name: str, code: str, year: int) -> Iterator[Finding]:
    """Tell of a code of the set ``name`` that another academic year knows, and this one does not."""
    if code and not code_set(name).is_valid(code, year) and code_set(name).is_known(code):
        message = f"{steps[-1].partition('[')[0]} {code} is not a code of the academic year {year}/{year + 1}."
        yield Finding("code-not-of-year", steps, code, message, allowed_for(type_of_code_set(name), year))
