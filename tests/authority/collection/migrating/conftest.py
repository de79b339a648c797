"""A school that moved to its system in September, and its base, which is migrated on some day after that."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from tests.authority.collection.listed import AMINA, School
from tests.authority.collection.migrating.handbook import Authority
from tests.conftest import PASSWORD

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.collection.models import BaseMigration
from schoolgate.authority.records.groups.attendance import one_a_session
from schoolgate.authority.records.models import Attendance
from schoolgate.commons.accounts.creating import create_user
from schoolgate.documents.codes.code_sets import NO_MARK
from schoolgate.wire.mis.connector import VendorCode

MOVED = date(2025, 9, 14)
"""A Sunday in summer time. Nothing here lies in the future of the database's clock, by which jobs are due."""
LAST_IN_TIME = date(2025, 12, 14)

Migrated = Callable[[date], BaseMigration]


@pytest.fixture
def migrated(green_abbey: Base, school: School) -> Migrated:
    """Migrate the base of Green Abbey on this day, at ten."""

    def do(on: date) -> BaseMigration:
        school.attendance_codes.append(VendorCode("/", "Present", "/"))
        with at(MOVED - timedelta(days=30)):
            school.enrol(AMINA, "Amina")
        return BaseMigration.objects.create(
            base=green_abbey, school_moved_on=MOVED, migrated_at=datetime.combine(on, time(10), UTC)
        )

    return do


@pytest.fixture
def authority(green_abbey: Base) -> Authority:
    """Green Abbey, which is to migrate, with somebody of its own, and another school."""
    other = Base.objects.create(la="820", number="2002", name="Hill Top", account=green_abbey.account)
    head = create_user("head", SCHOOL_USER, name="J. Price", password=PASSWORD)
    green_abbey.people.add(head)
    return Authority(green_abbey, other, head)


def at(day: date) -> time_machine.travel:
    """The evening of this day."""
    return time_machine.travel(datetime.combine(day, time(18), UTC), tick=True)


def morning_marks() -> dict[date, str]:
    """The morning's marks of the only pupil who has some."""
    register = Attendance.objects.get()
    assert register.first_day is not None
    mornings = one_a_session(register.marks)[::2]
    days = (register.first_day + timedelta(days=place) for place in range(len(mornings)))
    return {day: mark for day, mark in zip(days, mornings, strict=True) if mark != NO_MARK}
