"""The first page tells of the schedule what somebody must know, and no longer than that."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.models import WorkerLife
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.exchange.schedule_in_words import moment
from schoolgate.school.exchange.scheduling import dismiss_missed_runs, next_run, set_when_to_send
from schoolgate.school.exchange.today import look_at_today

pytestmark = pytest.mark.usefixtures("school_site", "la")

DAILY = Weekly(time(18, 30), frozenset(range(7)))


@pytest.fixture
def worker(db: None) -> WorkerLife:
    """Somebody who sees to the schedule, as long as the test lasts."""
    return WorkerLife.objects.create(name="here", slots=4, seen_at=datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture
def missed(worker: WorkerLife) -> None:
    """A run that was due twelve hours ago and made just now."""
    due = timezone.now() - timedelta(hours=12)
    local = timezone.localtime(due)
    with time_machine.travel(due - timedelta(days=1), tick=False):
        set_when_to_send(Weekly(local.time().replace(second=0, microsecond=0), frozenset({local.weekday()})), by=None)
    make_due_runs(timezone.now())


def texts() -> str:
    return " ".join(one.text for one in look_at_today().to_do)


def test_it_says_when_the_next_run_is(office: Client, worker: WorkerLife) -> None:
    assert "Nothing is sent by itself." in office.get("/").content.decode()
    set_when_to_send(DAILY, by=None)
    due = next_run()
    assert due is not None
    assert moment(due).rpartition(" ")[2] == "18:30"
    assert f"{timezone.localtime(due):%A} {timezone.localtime(due).day} " in office.get("/").content.decode()


def test_a_missed_run_is_told_until_the_next_one_is_in_time(missed: None) -> None:
    assert "missed, because this program was not running" in texts()
    Schedule.objects.update(next_due_at=timezone.now())
    make_due_runs(timezone.now())
    assert "missed" not in texts()


def test_a_missed_run_is_told_until_somebody_has_seen_it(missed: None, sender: User) -> None:
    assert "missed, because this program was not running" in texts()
    dismiss_missed_runs(by=sender)
    assert "missed" not in texts()


def test_a_schedule_that_nobody_sees_to_is_told_until_somebody_does(la: ScriptedLa) -> None:
    assert "Nothing is sent by itself" not in texts()
    set_when_to_send(DAILY, by=None)
    assert "Nothing is sent by itself: the part of this program that does so has never been running." in texts()
    WorkerLife.objects.create(name="here", slots=4)
    assert "Nothing is sent by itself" not in texts()
