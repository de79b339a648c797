"""Schedules survive: several schedulers at once, one killed while it makes a run, a machine that was off (DESIGN 6)."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.faults.crew import Crew
from tests.faults.database import Database
from tests.faults.sites import free_address
from tests.tables import lay_tables

from schoolgate.commons.schedules.rules import LONDON, Weekly
from schoolgate.sites.demo_site import Site

SCHEDULES = 30
THE_SCHOOLS = "school"
"""The name of the schedule by which a school sends its files; others, such as that of its mails, stand beside it."""
POINTS = {"schedules.made"}
AT_ONCE = timedelta(seconds=20)


@pytest.fixture
def crew(database: Database, tmp_path: Path) -> Iterator[Crew]:
    made = Crew(database, tmp_path)
    yield made
    made.dismiss()


def in_sql(moment: datetime) -> str:
    """A moment in UTC as both databases take it in a statement."""
    return f"'{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"


def schedule(crew: Crew, due: datetime) -> None:
    """Schedules of the tally's jobs that all come due at this moment, and then only tomorrow."""
    rule = Weekly(
        (due - timedelta(minutes=1)).astimezone(LONDON).time().replace(second=0, microsecond=0), frozenset(range(7))
    )
    rows = ", ".join(
        f"('task {number}', 'tally', '{json.dumps({'number': number, 'key': '', 'seconds': 0})}',"
        f" '{json.dumps(rule.on_record())}', {in_sql(due)}, {in_sql(due)})"
        for number in range(SCHEDULES)
    )
    crew.database.write(
        f"INSERT INTO schedules_schedule (name, kind, args, recorded_rule, since, next_due_at) VALUES {rows}"
    )


def counted(crew: Crew, what: str) -> int:
    return int(crew.database.rows(f"SELECT COUNT(*) FROM {what}")[0][0])


def everything_is_done(crew: Crew) -> bool:
    return counted(crew, "jobs_job WHERE state = 'done'") >= SCHEDULES


def no_run_is_lost_or_made_twice(crew: Crew) -> None:
    done = sorted(span.number for span in crew.spans())
    assert done == list(range(SCHEDULES))
    assert counted(crew, "schedules_run") == counted(crew, "jobs_job") == SCHEDULES
    assert counted(crew, "schedules_run WHERE missed > 0") == 0


def test_two_schedulers_make_one_run_of_what_is_due(crew: Crew) -> None:
    crew.work(WORKERS="one")
    crew.work(WORKERS="two")
    crew.wait_until(lambda: counted(crew, "jobs_workerlife") == 2)

    due = datetime.now(UTC) + timedelta(seconds=1)
    schedule(crew, due)
    crew.wait_until(lambda: everything_is_done(crew))
    # Both have looked again since.
    time.sleep(1.2)

    no_run_is_lost_or_made_twice(crew)


def test_what_a_killed_scheduler_was_making_is_made_by_the_next_one(crew: Crew) -> None:
    schedule(crew, datetime.now(UTC))

    dying = crew.work(WORKERS="one", faults="schedules.made")
    crew.note_death(dying)
    assert dying.returncode == -signal.SIGKILL
    assert counted(crew, "schedules_run") == counted(crew, "jobs_job") == 0
    crew.work(WORKERS="two")
    crew.wait_until(lambda: everything_is_done(crew))

    no_run_is_lost_or_made_twice(crew)


class Office:
    """A school's site on a computer that is switched on and off, with the schedule at a time of its own."""

    def __init__(self, folder: Path) -> None:
        self.site = Site("school", folder / "school", free_address())
        lay_tables("school", self.site.home)
        self.site.run("init", "--root-folder", str(folder / "root"))
        self.database = Database(folder / "school", "")

    def set(self, at: datetime) -> None:
        every_day = "mon,tue,wed,thu,fri,sat,sun"
        self.site.run("schedule", "--days", every_day, "--at", f"{at.astimezone(LONDON):%H:%M}")
        self.let_be_due(at)

    def let_be_due(self, at: datetime) -> None:
        self.database.write(
            f"UPDATE schedules_schedule SET next_due_at = {in_sql(at)}, since = {in_sql(at - timedelta(days=1))}"
            f" WHERE name = '{THE_SCHOOLS}'"
        )

    def runs(self) -> list[tuple[Any, ...]]:
        columns = "due_at, made_at, began_at, missed"
        return self.database.rows(
            f"SELECT {columns} FROM schedules_run JOIN schedules_schedule ON schedules_schedule.id = schedule_id "
            f"WHERE name = '{THE_SCHOOLS}' AND began_at IS NOT NULL ORDER BY due_at"
        )

    def wait_for_runs(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.runs()) < count:
            assert time.monotonic() < deadline, "the run did not begin"
            time.sleep(0.05)


def test_a_computer_that_was_off_when_it_was_due_makes_up_for_it_once_and_says_so(tmp_path: Path) -> None:
    office = Office(tmp_path)
    last_evening = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=13)
    office.set(last_evening)
    assert office.site.run("schedule")["running"] is False

    office.site.start()
    try:
        office.wait_for_runs(1)
        answer = office.site.run("schedule")
        assert (answer["missed"], answer["running"]) == (1, True)
        ((level, message),) = office.database.rows("SELECT level, message FROM journal_journalline")
        assert (level, "was missed, because this program was not running" in message) == ("WARN", True)

        for number in (2, 3):
            due = datetime.now(UTC) + timedelta(seconds=1)
            office.let_be_due(due)
            office.wait_for_runs(number)
            began = datetime.fromisoformat(office.runs()[-1][2]).replace(tzinfo=UTC)
            assert due <= began <= due + AT_ONCE
        assert office.site.run("schedule")["missed"] == 0
    finally:
        with suppress(OSError):
            office.site.stop()
    assert len(office.runs()) == 3
