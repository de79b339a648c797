"""What narrows a rule: from when, until when, in which terms, and how often within a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commons.schedules.conftest import utc
from tests.commons.schedules.test_rules import any_days, any_times, changes, moments, on_the_clock

from schoolgate.commons.schedules.rules import LONDON, Monthly, Once, Rule, Weekly, instant_of, rule_of

FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
AUTUMN, SPRING = (date(2026, 9, 1), date(2026, 12, 18)), (date(2027, 1, 4), date(2027, 3, 25))
EVERY_DAY = frozenset(range(7))


def spans_around(day: date) -> st.SearchStrategy[tuple[date, date]]:
    """Spans of some days, near this one."""
    return st.builds(
        lambda starts, length: (day + timedelta(days=starts), day + timedelta(days=starts + length)),
        st.integers(-20, 40),
        st.integers(0, 15),
    )


@st.composite
def limited_rules(draw: st.DrawFn) -> tuple[Rule, date]:
    """A rule with some limits, and a day near which they lie."""
    near = draw(any_days.filter(lambda day: date(2001, 1, 1) < day < date(2099, 1, 1)))
    at = draw(any_times)
    limits: dict[str, Any] = {
        "first": draw(st.none() | st.just(near + timedelta(days=draw(st.integers(-10, 20))))),
        "last": draw(st.none() | st.just(near + timedelta(days=draw(st.integers(-10, 40))))),
        "terms": draw(st.none() | st.lists(spans_around(near), max_size=4).map(tuple)),
    }
    if draw(st.booleans()):
        limits["every_minutes"] = draw(st.sampled_from([1, 15, 30, 60, 90, 1439]))
        limits["until"] = draw(st.none() | st.times(at, time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0)))
    form = draw(st.sampled_from(["once", "weekly", "monthly"]))
    if form == "once":
        return Once(at, near, **limits), near
    if form == "monthly":
        return Monthly(at, draw(st.integers(1, 31)), **limits), near
    return Weekly(at, draw(st.frozensets(st.integers(0, 6))), **limits), near


def allows(rule: Rule, day: date) -> bool:
    """Whether the limits of a rule leave a day."""
    return (
        (rule.first is None or rule.first <= day)
        and (rule.last is None or day <= rule.last)
        and (rule.terms is None or any(begins <= day <= ends for begins, ends in rule.terms))
    )


@given(limited_rules())
def test_no_day_is_left_but_those_that_its_limits_leave_and_of_these_none_is_lost(given_: tuple[Rule, date]) -> None:
    rule, near = given_
    first, last = near - timedelta(days=30), near + timedelta(days=70)
    unlimited = replace(rule, first=None, last=None, terms=None)
    days = list(takewhile(lambda day: day <= last, rule.days_from(first)))
    assert days == [day for day in takewhile(lambda day: day <= last, unlimited.days_from(first)) if allows(rule, day)]


@given(limited_rules())
def test_what_a_limited_rule_is_due_at_comes_in_order_and_one_by_one(given_: tuple[Rule, date]) -> None:
    rule, near = given_
    moment = instant_of(near, time(0, 0)) - timedelta(days=5)
    dues = list(islice(rule.dues_after(moment), 40))
    assert all(a < b for a, b in pairwise([moment, *dues]))
    assert [rule.next_after(due) for due in [moment, *dues][: len(dues)]] == dues


@given(limited_rules())
def test_a_limited_rule_comes_back_from_the_record_as_it_was(given_: tuple[Rule, date]) -> None:
    assert rule_of(given_[0].on_record()) == given_[0]


@given(any_days | changes, any_times, st.sampled_from([1, 7, 30, 60, 200]))
def test_a_repeat_is_due_when_somebody_who_stares_at_the_clock_would_see_each_of_its_times(
    day: date, at: time, every: int
) -> None:
    rule = Weekly(at, EVERY_DAY, every_minutes=every, first=day, last=day)
    midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
    minutes = [midnight + timedelta(minutes=n) for n in range(1560)]
    clock = [on_the_clock(minute) for minute in minutes]
    wanted = [datetime.combine(day, at) + timedelta(minutes=n) for n in range(0, 1440, every)]
    first_shown, place = [], 0
    for wall in takewhile(lambda wall: wall.date() == day, wanted):
        while clock[place] < wall:
            place += 1
        first_shown.append(minutes[place])
    assert list(rule.dues_after(midnight - timedelta(seconds=1))) == sorted(set(first_shown))


def test_in_the_night_the_clocks_go_forward_a_repeat_leaves_out_the_hour_that_is_not_there() -> None:
    rule = Once(time(0, 30), FORWARD, every_minutes=30, until=time(3, 0))
    assert [f"{on_the_clock(due):%H:%M}" for due in rule.dues_after(utc(2026, 3, 28, 12))] == [
        "00:30",
        "02:00",
        "02:30",
        "03:00",
    ]


def test_in_the_night_the_clocks_go_back_a_repeat_runs_in_the_first_of_the_two_hours_alone() -> None:
    rule = Once(time(0, 30), BACK, every_minutes=30, until=time(2, 0))
    assert list(rule.dues_after(utc(2026, 10, 24, 12))) == [
        utc(2026, 10, 24, 23, 30),
        utc(2026, 10, 25, 0, 0),
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 25, 2, 0),
    ]


def test_its_last_day_is_a_day_it_is_due_on_and_the_next_is_none() -> None:
    rule = Weekly(time(18, 30), EVERY_DAY, last=date(2026, 11, 27))
    assert list(rule.dues_after(utc(2026, 11, 25, 19))) == [utc(2026, 11, 26, 18, 30), utc(2026, 11, 27, 18, 30)]


def test_before_its_first_day_it_is_not_due() -> None:
    assert Monthly(time(6), 1, first=date(2026, 12, 2)).next_after(utc(2026, 11, 2, 6)) == utc(2027, 1, 1, 6)


def test_in_the_holidays_it_rests_and_in_the_next_term_it_goes_on() -> None:
    rule = Weekly(time(18, 30), frozenset({3}), terms=(AUTUMN, SPRING))
    assert rule.next_after(utc(2026, 12, 17, 18, 30)) == utc(2027, 1, 7, 18, 30)


@pytest.mark.parametrize("terms", [(), (AUTUMN,), (SPRING, AUTUMN)], ids=["none is known", "over", "all over"])
def test_when_its_terms_are_over_it_is_never_due(terms: tuple[tuple[date, date], ...]) -> None:
    assert Weekly(time(18, 30), EVERY_DAY, terms=terms).next_after(utc(2027, 3, 25, 18, 30)) is None


def test_of_terms_that_overlap_no_day_comes_twice() -> None:
    rule = Weekly(time(6), EVERY_DAY, terms=((date(2026, 11, 2), date(2026, 11, 5)), (date(2026, 11, 4),) * 2))
    assert len(list(rule.dues_after(utc(2026, 11, 1, 0)))) == 4


@given(moments)
def test_a_term_in_which_none_of_its_days_lies_ends_the_search(moment: datetime) -> None:
    weekend = (date(2026, 11, 28), date(2026, 11, 29))
    assert Weekly(time(6), frozenset(range(5)), terms=(weekend,)).next_after(moment) is None


def test_rules_recorded_before_there_were_limits_are_read_as_ever_and_written_as_ever() -> None:
    recorded = {"form": "weekly", "at": "18:30", "days": ["monday", "thursday"]}
    assert rule_of(recorded) == Weekly(time(18, 30), frozenset({0, 3}))
    assert rule_of(recorded).on_record() == recorded


@pytest.mark.parametrize(
    "limits",
    [
        {"every_minutes": 0},
        {"every_minutes": 1440},
        {"until": time(20, 0)},
        {"every_minutes": 5, "until": time(18, 29)},
        {"every_minutes": 5, "until": time(20, 0, 30)},
        {"terms": (AUTUMN[::-1],)},
    ],
    ids=str,
)
def test_limits_that_mean_nothing_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"repeat|time|term"):
        Weekly(time(18, 30), EVERY_DAY, **limits)
