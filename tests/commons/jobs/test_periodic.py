"""Work that comes round by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from schoolgate.commons.jobs import periodic as periodic_module
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.kinds import KINDS
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.periodic import PERIODIC, Ticker, every, on_every_tick
from schoolgate.commons.jobs.submitting import submit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def runs() -> Iterator[list[str]]:
    """What a function that comes round every minute left, and no other function."""
    others = dict(PERIODIC)
    PERIODIC.clear()
    done: list[str] = []

    @every(minutes=1, words="Looking round")
    def look_round() -> None:
        done.append("looked")

    yield done
    PERIODIC.clear()
    PERIODIC.update(others)


def test_it_runs_once_in_each_span(runs: list[str]) -> None:
    ticker = Ticker()
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(4):
            ticker.tick()
            work_off()
            clock.shift(30)
    assert runs == ["looked", "looked"]


def test_several_workers_submit_it_once(runs: list[str]) -> None:
    with time_machine.travel(NOON, tick=False):
        Ticker().tick()
        work_off()
        Ticker().tick()
        work_off()
    assert runs == ["looked"]


def test_after_a_pause_it_runs_once_and_not_for_each_span_missed(runs: list[str]) -> None:
    ticker = Ticker()
    with time_machine.travel(NOON, tick=False) as clock:
        ticker.tick()
        work_off()
        clock.shift(3600)
        ticker.tick()
        work_off()
    assert runs == ["looked", "looked"]


def test_it_does_not_pile_up_while_nobody_works(runs: list[str]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            Ticker().tick()
            clock.shift(60)
    assert Job.objects.filter(state=State.READY).count() == 1


def test_its_title_is_what_its_author_says(runs: list[str]) -> None:
    name = next(iter(PERIODIC))
    assert KINDS["periodic"].words({"name": name}) == "Looking round"


def test_without_a_title_the_name_of_the_function_is_told(runs: list[str]) -> None:
    @every(hours=2)
    def sweep_the_yard() -> None:
        """Nothing to do with spans."""

    periodic = PERIODIC[f"{__name__}.{sweep_the_yard.__qualname__}"]
    assert (periodic.words, periodic.seconds) == ("Sweep the yard", 7200)


def test_one_that_this_version_no_longer_has_fails_and_says_so(runs: list[str]) -> None:
    submit("periodic", {"name": "schoolgate.gone"})
    work_off()
    job = Job.objects.get()
    assert job.state == State.FAILED
    assert "any more" in job.error


def test_its_runs_are_routine(runs: list[str]) -> None:
    assert KINDS["periodic"].routine


def test_every_ticker_has_a_look_of_its_own_and_calls_it_at_every_tick(
    runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periodic_module, "LOOKS", [])
    looks: list[list[str]] = []

    class Counting:
        def __init__(self) -> None:
            self.calls: list[str] = []
            looks.append(self.calls)

        def tick(self) -> None:
            self.calls.append("ticked")

    on_every_tick(Counting)
    first, second = Ticker(), Ticker()
    first.tick()
    first.tick()
    second.tick()
    assert [len(calls) for calls in looks] == [2, 1]
