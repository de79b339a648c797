"""The day of a school's move is changed at the moment at which its first run begins."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import School
from tests.authority.collection.migrating.conftest import MOVED, Migrated
from tests.authority.collection.test_locks_at_once import first_and_second

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.migrating.migrate import prepare
from schoolgate.authority.collection.models import Data
from schoolgate.commons.jobs.engine import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_first_run_that_begins_while_the_day_is_changed_asks_from_the_new_day_on(
    migrated: Migrated, green_abbey: Base, school: School, collect: Collect
) -> None:
    migrated(date(2025, 10, 1))
    collect(Data.CHANGED, work=False)
    first_and_second(lambda: prepare(green_abbey, MOVED - timedelta(days=1), by=None), work_off)
    assert set(school.cursors) == {datetime(2025, 9, 12, 23, tzinfo=UTC)}
