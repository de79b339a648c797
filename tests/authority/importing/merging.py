"""Two held pupils who are one child, in tests, and merging them."""

from typing import Any

from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.merging.merging import Merged, merge
from schoolgate.authority.importing.merging.plan import Plan, plan
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.documents.students.entries import Record

HELD_UPN, OTHER_UPN = "R820432124001", "F820432124002"
LEFT = {"NCyearActual": "9", "EnrolStatus": "P"}
MAIN, SUBSIDIARY = ({"NCyearActual": "9", "EnrolStatus": status} for status in "MS")
MOTHER = {"Surname": "Okafor", "Forename": "Ngozi", "Relationship": "PAM"}


def daniel(**changes: Any) -> Record:
    return a_pupil(**changes)


def dan(**changes: Any) -> Record:
    """The same child as another school has it: another number, a longer name."""
    return a_pupil(**{"UPN": OTHER_UPN, "Surname": "Okafor-Bell", "Forename": "Dan", **changes})


def register(school: str, marks: str, first_day: str = "2026-09-07") -> Record:
    return {
        "Year": "2026",
        "LEA": "820",
        "Estab": school,
        "SchoolName": "A school",
        **{f"Sessions{kind}": "0" for kind in ("Possible", "Attended", "Authorised", "Unauthorised")},
        "AttendSessions": {"AttendanceStartDate": first_day, "AttendanceMarks": marks},
    }


def two(one_at: Base, other_at: Base, one: Record | None = None, other: Record | None = None) -> tuple[Pupil, Pupil]:
    """Two pupils, each brought in by a file; the same base may tell of both, one file after the other."""
    found = []
    for base, record in ((one_at, one or daniel()), (other_at, other or dan())):
        bring_in(base, [record], full=False)
        found.append(Pupil.objects.order_by("-pk")[0])
    assert found[0] != found[1], "the two are one"
    return found[0], found[1]


def as_planned(keep: Pupil, gone: Pupil) -> Plan:
    """The plan as a page shows it, of what is held now."""
    return plan(Pupil.objects.get(pk=keep.pk), Pupil.objects.get(pk=gone.pk))


def merge_now(keep: Pupil, gone: Pupil, *, reason: str = "", by: User | None = None) -> Merged:
    return merge(keep.pk, gone.pk, seen=as_planned(keep, gone).seen, reason=reason, by=by)


def bring_in_again(*said: tuple[Base, Record], **options: Any) -> list[Import]:
    """The same files as before, school by school."""
    return [bring_in(base, [record], full=False, **options) for base, record in said]
