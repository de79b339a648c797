"""Imports for tests to look at: files that a school sends, and what their pages say."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.documents.students.files import a_pupil

from schoolgate.authority.importing.models import Import
from schoolgate.documents.students.entries import Record

MONDAY = datetime(2026, 11, 23, 18, 30)  # noqa: DTZ001  as a header writes it
TUESDAY = MONDAY.replace(day=24)

Send = Callable[..., Import]


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def rows(answer: Any) -> int:
    """How many rows a list has, by its download."""
    return len(b"".join(answer).decode().strip().splitlines()) - 1


def school() -> list[Record]:
    """Six pupils."""
    return [
        a_pupil(),
        a_pupil(UPN="F820432124002", Forename="Ada", Sex="F", DOB="2013-03-01"),
        a_pupil(UPN="V820432124003", Forename="Zoë", Sex="F", DOB="2013-04-01"),
        a_pupil(UPN="D820432123017", Forename="Kai", DOB="2013-05-01"),
        a_pupil(UPN="P820432122044", Forename="Lea", Sex="F", DOB="2013-06-01"),
        a_pupil(UPN="T820432117003", Forename="Mia", Sex="F", DOB="2013-07-01"),
    ]
