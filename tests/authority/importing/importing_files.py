"""Files that are imported in tests, and what is held afterwards."""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from tests.documents.students.files import a_file, a_header

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling, Telling, carry_out
from schoolgate.authority.importing.models import Import, RemovalCandidate
from schoolgate.authority.records.models import (
    Attendance,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Refusal,
    Replaced,
)
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.header import Header

MONDAY = datetime(2026, 11, 23, 18, 30)  # noqa: DTZ001  as a header writes it
_jobs = iter(range(1, 1_000_000))


def header_of(base: Base, *, full: bool = True, created: datetime = MONDAY, **changes: Any) -> Header:
    return a_header(
        source_la=base.la,
        source_school=base.number,
        school_name=base.name,
        qualifier="full" if full else "partial",
        created=created,
        **changes,
    )


def arrived(base: Base, data: bytes, *, full: bool = True, created: datetime = MONDAY) -> Import:
    """An import that has yet to be carried out."""
    return Import.objects.create(
        base=base,
        source_name=f"{base.dfe_number}_CES_820LLLL_001.xml",
        source_key=hashlib.sha256(data).hexdigest(),
        full=full,
        written_at=created.replace(tzinfo=ZoneInfo("Europe/London")),
    )


def go_on(
    this: Import,
    data: bytes,
    *,
    job: int = 0,
    shortcut: bool = True,
    telling: Telling | None = None,
    ruling: Ruling | None = None,
) -> Import:
    ruling = replace(ruling or Ruling(demo=True), shortcut=shortcut)
    this.job_id = job or next(_jobs)
    this.save(update_fields=["job"])
    carry_out(this, lambda: io.BytesIO(data), ruling, job=this.job_id, telling=telling)
    this.refresh_from_db()
    return this


def bring_in(
    base: Base,
    records: Iterable[Record],
    *,
    full: bool = True,
    created: datetime = MONDAY,
    shortcut: bool = True,
    ruling: Ruling | None = None,
    change: Callable[[bytes], bytes] = bytes,
) -> Import:
    """Import a file of these pupils, which its schema takes unless it is changed."""
    data = change(a_file(records, header_of(base, full=full, created=created)))
    this = go_on(arrived(base, data, full=full, created=created), data, shortcut=shortcut, ruling=ruling)
    assert not this.failed_at or change is not bytes, this.problems
    return this


def held() -> dict[str, list[Any]]:
    """All that is held of pupils, in words that do not depend on the order in which rows were made."""
    names = {pupil.pk: f"{pupil.upn} {pupil.surname} {pupil.forename} {pupil.born}" for pupil in Pupil.people.all()}
    enrolments = {one.pk: f"{names[one.pupil_id]} at {one.base_id}" for one in Enrolment.objects.all()}
    return {
        "pupils": sorted((names[one.pk], one.active, one.sex) for one in Pupil.people.all()),
        "enrolments": sorted(
            (enrolments[one.pk], one.status, one.year_group, str(one.entered), str(one.left))
            for one in Enrolment.objects.all()
        ),
        "groups": sorted((names[row.owner], row.group.name, row.payload_text) for row in PupilGroup.objects.all()),
        "of enrolments": sorted(
            (enrolments[row.owner], row.group.name, row.payload_text) for row in EnrolmentGroup.objects.all()
        ),
        "registers": sorted(
            (enrolments[row.enrolment_id], row.year, row.place, row.marks, row.possible or 0)
            for row in Attendance.objects.all()
        ),
        "keys": sorted((names[one.pupil_id], one.kind, one.text) for one in PupilKey.objects.all()),
        "refusals": sorted(
            (names[one.pupil_id], one.base_id, one.group, one.item, one.value_text, one.code)
            for one in Refusal.objects.all()
        ),
        "missing": sorted(
            (names[one.pupil_id], one.base_id, one.group or 0, one.item) for one in RemovalCandidate.objects.all()
        ),
    }


class Written(CaptureQueriesContext):
    """Which tables of pupils were written to, in the block."""

    def __init__(self) -> None:
        super().__init__(connection)

    def tables(self) -> list[str]:
        """One for each statement."""
        models: Sequence[type[Model]] = (
            Pupil,
            Enrolment,
            PupilGroup,
            EnrolmentGroup,
            Attendance,
            PupilKey,
            Replaced,
            Refusal,
            RemovalCandidate,
        )
        statements = [query["sql"].partition(" times: ")[2] or query["sql"] for query in self.captured_queries]
        return [
            model.__name__
            for sql in statements
            for model in models
            if sql.startswith(
                (
                    f'INSERT INTO "{model._meta.db_table}"',
                    f'UPDATE "{model._meta.db_table}"',
                    f'DELETE FROM "{model._meta.db_table}"',
                )
            )
        ]
