"""The school's one schedule: what a run asks for, what was missed, and whether anybody is there to see to it."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import timezone
from tests.school.conftest import Drop, Export
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import claim, perform, work_off
from schoolgate.commons.jobs.models import Job, WorkerLife
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Run, Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.exchange import scheduling
from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.scheduling import (
    dismiss_missed_runs,
    is_usually_off,
    missed_runs,
    next_run,
    next_runs,
    not_running,
    set_when_to_send,
    when_to_send,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_site")]

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
EVENINGS = Weekly(time(18, 30), frozenset(range(5)))
OFF = Weekly(time(18, 30), frozenset())
DAY = timedelta(days=1)


@pytest.fixture
def evenings() -> None:
    """Every working day at 18:30, set on Sunday."""
    with time_machine.travel(SUNDAY, tick=False):
        set_when_to_send(EVENINGS, by=None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What runs asked for, in place of an export."""
    done: list[str] = []
    monkeypatch.setattr(
        scheduling, "PARTS", [lambda: lambda: done.append("export"), lambda: lambda: done.append("import")]
    )
    return done


def run_at(moment: datetime) -> None:
    """A scheduler looks at this moment, and a worker does what it finds."""
    with time_machine.travel(moment, tick=False):
        make_due_runs(moment)
        work_off()


def run_now() -> None:
    """The schedule comes due at this very moment of the real clock: files settle by that one."""
    Schedule.objects.update(next_due_at=timezone.now())
    make_due_runs(timezone.now())
    work_off()


def lines() -> list[tuple[str, str]]:
    return list(JournalLine.objects.order_by("pk").values_list("level", "message"))


def test_until_it_is_set_nothing_is_sent_by_itself() -> None:
    assert not when_to_send().is_on
    assert (when_to_send().since, next_run(), next_runs(3), missed_runs()) == (None, None, [], None)


def test_the_next_runs_are_known_once_it_is_set(evenings: None) -> None:
    assert when_to_send().is_on
    assert next_run() == MONDAY
    assert next_runs(6) == [*(MONDAY + number * DAY for number in range(5)), MONDAY + 7 * DAY]


def test_who_set_it_stands_in_the_audit(administrator: User) -> None:
    set_when_to_send(EVENINGS, by=administrator)
    set_when_to_send(EVENINGS, by=administrator)
    set_when_to_send(OFF, by=administrator)
    entries = AuditEntry.objects.filter(did="schedule changed").order_by("pk").values_list("who", "details")
    days = "monday, tuesday, wednesday, thursday, friday 18:30"
    assert list(entries) == [("ada", f"never → {days}"), ("ada", f"{days} → never")]


def test_a_run_looks_into_the_folders_and_sends_what_lies_there(la: ScriptedLa, drop: Drop, evenings: None) -> None:
    drop()
    run_now()
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_run_says_in_the_journal_that_it_began(evenings: None, asked: list[str]) -> None:
    run_at(MONDAY)
    assert lines() == [("INFO", "The scheduled run of Monday 23 November 18:30 began.")]


def test_a_run_sends_what_waits_for_its_next_try(la: ScriptedLa, drop: Drop, export: Export, evenings: None) -> None:
    la.wrong = [answer(500, "")]
    drop()
    export()
    Transfer.objects.update(next_try_at=timezone.now() + timedelta(minutes=40))
    run_now()
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_run_tries_an_la_that_rests_until_somebody_asks(
    la: ScriptedLa, drop: Drop, export: Export, evenings: None
) -> None:
    la.sign_in = answer(401, {"code": "wrong-credentials"})
    drop()
    export()
    la.sign_in = None
    run_now()
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_run_asks_for_every_part_in_order_and_once(evenings: None, asked: list[str]) -> None:
    run_at(MONDAY)
    assert asked == ["export", "import"]


def test_a_run_whose_worker_was_killed_asks_for_nothing_twice(evenings: None, asked: list[str]) -> None:
    make_due_runs(MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        job = claim("one")
        assert job is not None
        perform(job)
        # The worker dies before it can record the end; another one does the job again.
        Job.objects.filter(pk=job.pk).update(state="ready", worker="")
        work_off()
    assert asked == ["export", "import"]
    assert len(lines()) == 1


def test_what_a_part_fails_at_is_asked_for_whole_when_the_job_is_tried_again(
    evenings: None, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles = [RuntimeError()]

    def fail_once() -> None:
        if troubles:
            raise troubles.pop()

    monkeypatch.setattr(scheduling, "PARTS", [lambda: fail_once, *scheduling.PARTS])
    run_at(MONDAY)
    assert (asked, lines(), Run.objects.get().began_at) == ([], [], None)
    Job.objects.update(run_at=Now())
    run_at(MONDAY + timedelta(minutes=1))
    assert asked == ["export", "import"]


def test_a_job_says_which_run_it_is(evenings: None) -> None:
    make_due_runs(MONDAY)
    kind = scheduling.ScheduledRun()
    with time_machine.travel(MONDAY, tick=False):
        assert kind.words(Job.objects.get().args) == "Scheduled run of Monday 23 November 18:30"


def test_a_run_in_time_missed_nothing(evenings: None, asked: list[str]) -> None:
    run_at(MONDAY)
    assert missed_runs() is None


def test_a_missed_run_is_done_once_late_and_says_so(evenings: None, asked: list[str]) -> None:
    run_at(MORNING)
    found = missed_runs()
    assert asked == ["export", "import"]
    assert found is not None
    sentence = "Mon 23 Nov 18:30 was missed, because this program was not running; done Tue 24 Nov 08:12."
    assert (found.count, found.sentence) == (1, sentence)
    assert lines() == [("WARN", sentence)]


def test_several_missed_runs_are_done_in_one_that_says_how_many(evenings: None, asked: list[str]) -> None:
    run_at(MORNING + 2 * DAY)
    found = missed_runs()
    assert asked == ["export", "import"]
    assert found is not None
    assert found.count == 3
    assert found.sentence == (
        "3 runs were missed, the first of them Mon 23 Nov 18:30, because this program was not running; "
        "done in one Thu 26 Nov 08:12."
    )


def test_runs_missed_day_after_day_are_counted_together(evenings: None, asked: list[str]) -> None:
    run_at(MORNING)
    run_at(MORNING + DAY)
    found = missed_runs()
    assert found is not None
    assert (found.count, "the first of them Mon 23 Nov 18:30" in found.sentence) == (2, True)
    assert found.sentence.endswith("done in one Wed 25 Nov 08:12.")


def test_what_was_missed_is_told_until_a_run_is_in_time(evenings: None, asked: list[str]) -> None:
    run_at(MORNING)
    assert missed_runs() is not None
    run_at(MONDAY + DAY)
    assert missed_runs() is None


def test_what_was_missed_is_told_until_somebody_has_seen_it(
    evenings: None, asked: list[str], administrator: User
) -> None:
    run_at(MORNING)
    dismiss_missed_runs(by=administrator)
    assert missed_runs() is None
    assert AuditEntry.objects.filter(did="missed runs seen").count() == 1
    run_at(MORNING + DAY)
    found = missed_runs()
    assert found is not None
    assert found.count == 1


def test_what_was_missed_is_told_until_the_schedule_is_changed(evenings: None, asked: list[str]) -> None:
    run_at(MORNING)
    with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
        set_when_to_send(Weekly(time(9, 0), frozenset(range(5))), by=None)
    assert missed_runs() is None


def test_a_run_that_was_made_in_time_but_began_late_says_so(evenings: None, asked: list[str]) -> None:
    make_due_runs(MONDAY)
    with time_machine.travel(MORNING, tick=False):
        work_off()
    assert lines() == [
        (
            "WARN",
            "Mon 23 Nov 18:30 was missed, because this program was stopped or busy just then; done Tue 24 Nov 08:12.",
        )
    ]


@pytest.mark.parametrize(("late", "usually"), [(2, False), (3, True)])
def test_a_computer_that_is_usually_off_then_is_noticed(
    evenings: None, asked: list[str], late: int, usually: bool
) -> None:
    for number in range(5):
        run_at(MONDAY + number * DAY + timedelta(hours=13 if number < late else 0))
    assert is_usually_off() == usually


def test_a_schedule_that_nobody_sees_to_is_told_until_a_worker_is_up(evenings: None) -> None:
    assert not_running().startswith("Nothing is sent by itself: the part of this program that does so has never been")
    WorkerLife.objects.create(name="here", slots=4)
    assert not_running() == ""


def test_it_is_told_since_when_nobody_sees_to_it(evenings: None) -> None:
    WorkerLife.objects.create(name="gone", slots=4, seen_at=datetime(2025, 11, 20, 9, 15, tzinfo=UTC))
    assert not_running() == (
        "Nothing is sent by itself: the part of this program that does so is not running since Thu 20 Nov 09:15."
    )


def test_without_a_schedule_nobody_is_missed_until_work_waits_for_long() -> None:
    assert not_running() == ""
    Job.objects.create(kind="export", run_at=Now() - timedelta(seconds=30))
    assert not_running() == ""
    Job.objects.update(run_at=Now() - timedelta(seconds=90))
    assert "Nothing is sent by itself" in not_running()
