"""Held pupils for tests, written row by row; the importer has its own, faster way."""

from typing import Any

from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.columns import enrolment_columns, pupil_columns
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import Payload
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.authority.records.keys import search_keys
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Replaced,
    row_key,
)
from schoolgate.documents.students.entries import Record


def a_change(base: Base | None = None, *, name: str = "8204321_CES_820LLLL_001.xml", **values: Any) -> Change:
    """A file's import, unless told otherwise."""
    return Change.objects.create(
        **{"source": "file", "source_name": name, "base": base, "job": 1, "rule": "new/import", **values}
    )


def hold(base: Base, change: Change | None = None, record: Record | None = None, **items: Any) -> Pupil:
    """A pupil as first told by ``base``: a small made-up one with these items changed, or ``record``."""
    change = change or a_change(base)
    payloads = dict(read_groups(record or a_pupil(**items)))
    pupil = Pupil.objects.create(created_by=change, **pupil_columns(payloads))
    enrolment = Enrolment.objects.create(pupil=pupil, base=base, created_by=change, **enrolment_columns(payloads, base))
    for group, payload in payloads.items():
        if group is ATTENDANCE:
            for register in payload["Attendance"]:
                Attendance(enrolment=enrolment, change=change).take(register, base).save()
        elif group.of == "pupil":
            PupilGroup(key=row_key(pupil.pk, group), change=change).take(payload).save()
        else:
            EnrolmentGroup(key=row_key(enrolment.pk, group), change=change).take(payload).save()
    PupilKey.objects.bulk_create(PupilKey(pupil=pupil, kind=kind, text=text) for kind, text in search_keys(payloads))
    return pupil


def write_over(row: PupilGroup | EnrolmentGroup, payload: Payload, change: Change) -> None:
    """Write a payload by another change, and keep what stood there."""
    Replaced.keep(row, change).save()
    row.change = change
    row.take(payload).save()
