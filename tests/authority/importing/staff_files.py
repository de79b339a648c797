"""Personnel files that are imported in tests."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.authority.importing.importing_files import MONDAY, go_on
from tests.documents.staff.personnel import a_file, a_member

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.subjects import STAFF
from schoolgate.documents.samples.staff import make_staff
from schoolgate.documents.students.entries import Record

MIRIAM = a_member(GUID="6f9619ff-8b86-d011-b42d-00c04fc964ff", EmployeeNumber="E77")
"""Miriam Hartley, born on 30 June 1985: teacher number 0912345, National Insurance number AB123456C."""


def personnel_of(base: Base, members: Iterable[Record], *, full: bool = True, created: datetime = MONDAY) -> bytes:
    """A personnel file of this school."""
    return a_file(
        members,
        source_la=base.la,
        source_school=base.number,
        school_name=base.name,
        qualifier="full" if full else "partial",
        created=created,
    )


def arrived_of_staff(base: Base, data: bytes, *, full: bool = True, created: datetime = MONDAY) -> Import:
    """An import of a personnel file that has yet to be carried out."""
    return Import.objects.create(
        base=base,
        source_name=f"{base.dfe_number}_PER_820LLLL_001.xml",
        source_key=hashlib.sha256(data).hexdigest(),
        subject=STAFF,
        full=full,
        written_at=created.replace(tzinfo=ZoneInfo("Europe/London")),
    )


def bring_in_staff(
    base: Base,
    members: Iterable[Record],
    *,
    full: bool = True,
    created: datetime = MONDAY,
    shortcut: bool = True,
    ruling: Ruling | None = None,
) -> Import:
    """Import a personnel file of these members, which its schema takes."""
    data = personnel_of(base, members, full=full, created=created)
    this = arrived_of_staff(base, data, full=full, created=created)
    this = go_on(this, data, shortcut=shortcut, ruling=ruling)
    assert not this.failed_at, this.problems
    return this


def made_up_staff(number: int = 20) -> list[dict[str, Any]]:
    """Members of Green Abbey's staff, the same each time."""
    sample = make_staff(la="820", school="4321", destination_la="820", staff=number, seed=7, today=MONDAY.date())
    return list(sample.records())
