"""A kind of job that schedules of these tests ask for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from schoolgate.commons.jobs.kinds import KINDS, JobKind, RunningJob
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Rule

ERRAND = "errand"


def utc(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


class Errand(JobKind):
    name = ERRAND
    label = "Errands"

    def words(self, args: dict[str, Any]) -> str:
        return "An errand"

    def run(self, running: RunningJob) -> None:
        pass


@pytest.fixture
def errand() -> Iterator[str]:
    """The name of a kind of job whose work is to do nothing."""
    KINDS[ERRAND] = Errand()
    yield ERRAND
    del KINDS[ERRAND]


def scheduled(rule: Rule, since: datetime, name: str = "school") -> Schedule:
    """A schedule that was set at this moment."""
    return Schedule.objects.create(
        name=name, kind=ERRAND, recorded_rule=rule.on_record(), since=since, next_due_at=rule.next_after(since)
    )
