"""Three worker processes on one PostgreSQL: one is killed, all look for what is due, and one vendor is asked by all."""

import json
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.faults.crew import Crew
from tests.faults.database import Database
from tests.faults.test_jobs import LIVELY, overlaps
from tests.faults.test_schedules import counted, in_sql

from schoolgate.commons.schedules.rules import LONDON, Weekly

pytestmark = pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
KEYED, SCHEDULED = 40, 30
PER_SECOND = 10
READING_SECONDS = 0.05
"""By so much the clocks of the database and of its callers may seem to differ."""


@pytest.fixture
def crew(database: Database, tmp_path: Path) -> Iterator[Crew]:
    made = Crew(database, tmp_path)
    yield made
    made.dismiss()


def schedule(crew: Crew, due: datetime) -> None:
    """Schedules that all come due at this moment, and then only tomorrow; each asks the vendor once."""
    at = (due - timedelta(minutes=1)).astimezone(LONDON).time().replace(second=0, microsecond=0)
    rule = json.dumps(Weekly(at, frozenset(range(7))).on_record())
    rows = ", ".join(
        f"('task {number}', 'tally', '{json.dumps(args)}', '{rule}', {in_sql(due)}, {in_sql(due)})"
        for number in range(SCHEDULED)
        for args in ({"number": KEYED + number, "key": str(number), "seconds": 0, "per_second": PER_SECOND},)
    )
    columns = "name, kind, args, recorded_rule, since, next_due_at"
    crew.database.write(f"INSERT INTO schedules_schedule ({columns}) VALUES {rows}")


def test_what_three_workers_do_is_done_once_each_key_in_turn_though_one_is_killed(crew: Crew) -> None:
    dying, *staying = [crew.work(WORKERS=name, **LIVELY) for name in ("one", "two", "three")]
    crew.submit(KEYED, seconds=0.3)
    crew.wait_until(lambda: all(crew.has_worked(worker) for worker in (dying, *staying)))
    schedule(crew, datetime.now(UTC))
    crew.wait_until(lambda: counted(crew, "schedules_run") == SCHEDULED)

    crew.kill(dying)
    crew.wait_until(lambda: counted(crew, "jobs_job WHERE state = 'done'") == KEYED + SCHEDULED)

    assert dying.returncode == -signal.SIGKILL
    spans = crew.spans()
    done = Counter(span.number for span in spans if span.finished)
    assert set(done) == set(range(KEYED + SCHEDULED))
    # Nothing is done twice but what the kill cut off before its end was recorded.
    assert all(times == 1 or any(s.pid == dying.pid for s in spans if s.number == n) for n, times in done.items())
    assert overlaps(spans) == []
    assert counted(crew, "schedules_run") == SCHEDULED
    assert counted(crew, "jobs_job") == KEYED + SCHEDULED
    assert counted(crew, "jobs_job WHERE deaths > 0") > 0
    # However many ask, the k-th call comes no sooner than k turns after the first was asked for.
    paced = [span for span in spans if span.number >= KEYED]
    first = min(span.start for span in paced)
    calls = sorted(span.end for span in paced if span.finished)
    assert all(call - first >= turn / PER_SECOND - READING_SECONDS for turn, call in enumerate(calls))
