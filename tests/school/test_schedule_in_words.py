"""The schedule in an office's words."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine

from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.exchange.schedule_in_words import clock_notes, moment, rule_spoken

TODAY = date(2026, 11, 25)
NIGHTLY = frozenset(range(7))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 26, 18, 30, tzinfo=UTC), "Thursday 26 November 18:30"),
        (datetime(2026, 7, 2, 17, 30, tzinfo=UTC), "Thursday 2 July 18:30"),
        (datetime(2027, 1, 7, 18, 30, tzinfo=UTC), "Thursday 7 January 2027 18:30"),
    ],
    ids=["in winter", "in summer", "in another year"],
)
def test_a_moment_is_told_as_the_clock_on_the_wall_shows_it(at: datetime, words: str) -> None:
    with time_machine.travel(datetime(2026, 11, 25, tzinfo=UTC), tick=False):
        assert moment(at) == words


def test_days_are_told_in_the_handbooks_order() -> None:
    assert rule_spoken(Weekly(time(8, 5), frozenset({0, 3, 6}))) == "Sunday, Monday, Thursday at 08:05"


def test_no_days_are_told_as_what_they_mean() -> None:
    assert rule_spoken(Weekly(time(8, 5), frozenset())) == "nothing is sent by itself"


def test_a_time_that_does_not_exist_or_comes_twice_on_a_night_is_explained() -> None:
    assert clock_notes(Weekly(time(1, 30), NIGHTLY), TODAY) == [
        "On Sunday 28 March 2027 the clocks go forward and there is no 01:30: that run begins at 02:00.",
        "On Sunday 31 October 2027 the clocks go back and 01:30 comes twice: that run begins the first time.",
    ]


@pytest.mark.parametrize(
    "rule",
    [Weekly(time(1, 30), frozenset(range(6))), Weekly(time(18, 30), NIGHTLY), Weekly(time(2, 0), NIGHTLY)],
    ids=["not on Sundays", "in the evening", "at two"],
)
def test_where_the_clocks_do_not_matter_nothing_is_explained(rule: Weekly) -> None:
    assert clock_notes(rule, TODAY) == []
