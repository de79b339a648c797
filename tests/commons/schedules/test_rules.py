"""Wall time in London, and the instants it means, also where the clocks change."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.commons.schedules.rules import LONDON, Monthly, Once, Rule, Weekly, instant_of, reading, rule_of

MONDAY, THURSDAY, SUNDAY = 0, 3, 6
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
# The nights on which the clocks change are few among all: every second example is one.
changes = st.integers(2000, 2099).flatmap(
    lambda year: st.sampled_from([3, 10]).map(
        lambda month: date(year, month, 31) - timedelta(days=(date(year, month, 31).weekday() + 1) % 7)
    )
)
any_days = days | changes
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
night_times = st.builds(time, st.integers(0, 3), st.integers(0, 59))
any_times = times | night_times
moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  given UTC
weeklies = st.builds(Weekly, any_times, st.frozensets(st.integers(0, 6)))
rules: st.SearchStrategy[Rule] = (
    weeklies | st.builds(Monthly, any_times, st.integers(1, 31)) | st.builds(Once, any_times, any_days)
)


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def on_the_clock(moment: datetime) -> datetime:
    return moment.astimezone(LONDON).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 11, 26), time(18, 30), utc(2026, 11, 26, 18, 30)),
        (date(2026, 7, 2), time(18, 30), utc(2026, 7, 2, 17, 30)),
        (date(2026, 7, 2), time(0, 15), utc(2026, 7, 1, 23, 15)),
    ],
    ids=["in winter", "in summer", "in summer just after midnight"],
)
def test_the_time_of_the_clock_means_an_instant(day: date, at: time, instant: datetime) -> None:
    assert instant_of(day, at) == instant


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_a_time_that_does_not_exist_is_due_at_the_first_instant_after_the_gap(minute: int) -> None:
    assert instant_of(FORWARD, time(1, minute)) == utc(2026, 3, 29, 1)


def test_just_before_and_just_after_the_gap_times_are_as_ever() -> None:
    assert instant_of(FORWARD, time(0, 59)) == utc(2026, 3, 29, 0, 59)
    assert instant_of(FORWARD, time(2, 0)) == utc(2026, 3, 29, 1)


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_a_time_that_comes_twice_is_due_the_first_time(minute: int) -> None:
    assert instant_of(BACK, time(1, minute)) == utc(2026, 10, 25, 0, minute)


@pytest.mark.parametrize(
    ("day", "at", "how_often"),
    [
        (FORWARD, time(0, 59), "once"),
        (FORWARD, time(1, 0), "never"),
        (FORWARD, time(1, 59), "never"),
        (FORWARD, time(2, 0), "once"),
        (BACK, time(0, 59), "once"),
        (BACK, time(1, 0), "twice"),
        (BACK, time(1, 59), "twice"),
        (BACK, time(2, 0), "once"),
    ],
)
def test_it_is_known_how_often_the_clocks_show_a_time(day: date, at: time, how_often: str) -> None:
    assert reading(day, at) == how_often


@given(any_days, any_times)
def test_an_instant_is_the_first_of_its_day_at_which_the_clocks_show_its_time_or_a_later_one(
    day: date, at: time
) -> None:
    due = instant_of(day, at)
    assert on_the_clock(due).date() == day
    assert on_the_clock(due).time() >= at
    # Looked for as somebody would who stares at the clock from midnight on.
    minutes = (
        datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC) + timedelta(minutes=n)
        for n in range(1560)
    )
    assert due == next(minute for minute in minutes if on_the_clock(minute) >= datetime.combine(day, at))


@given(any_days, any_times)
def test_the_clocks_show_the_time_itself_unless_it_does_not_exist(day: date, at: time) -> None:
    assert (on_the_clock(instant_of(day, at)).time() == at) == (reading(day, at) != "never")


@given(rules, moments)
def test_what_is_due_comes_in_order_and_after_the_moment(rule: Rule, moment: datetime) -> None:
    dues = list(islice(rule.dues_after(moment), 10))
    assert all(a < b for a, b in pairwise([moment, *dues]))


@given(rules, moments)
def test_from_due_to_due_none_is_left_out(rule: Rule, moment: datetime) -> None:
    dues = list(islice(rule.dues_after(moment), 5))
    found: list[datetime] = []
    step = rule.next_after(moment)
    while step is not None and len(found) < 5:
        found.append(step)
        step = rule.next_after(step)
    assert found == dues


@given(weeklies, days | changes)
def test_a_weekly_rule_is_due_once_on_each_of_its_days_and_on_no_other(rule: Weekly, first: date) -> None:
    begins = instant_of(first, time(0, 0)) - timedelta(seconds=1)
    ends = instant_of(first + timedelta(days=21), time(0, 0))
    due = [on_the_clock(due).date() for due in takewhile(lambda due: due < ends, rule.dues_after(begins))]
    assert due == [day for n in range(21) if (day := first + timedelta(days=n)).weekday() in rule.days]


@given(st.builds(Monthly, any_times, st.integers(1, 31)), days)
def test_a_monthly_rule_is_due_once_a_month_on_its_day_or_the_last(rule: Monthly, first: date) -> None:
    due = [on_the_clock(due).date() for due in islice(rule.dues_after(instant_of(first, time(0, 0))), 14)]
    months = [day.year * 12 + day.month for day in due]
    assert months == list(range(months[0], months[0] + 14))
    assert all(day.day == min(rule.day, monthrange(day.year, day.month)[1]) for day in due)


@pytest.mark.parametrize(("day", "due"), [(29, 28), (30, 28), (31, 28), (28, 28), (1, 1)])
def test_a_day_that_february_has_not_is_its_last(day: int, due: int) -> None:
    assert Monthly(time(6), day).next_after(utc(2027, 1, 31, 12)) == utc(2027, 2, due, 6)


def test_a_day_that_only_leap_years_have_is_kept_in_them() -> None:
    assert Monthly(time(6), 29).next_after(utc(2028, 1, 31, 12)) == utc(2028, 2, 29, 6)


def test_once_is_due_once() -> None:
    rule = Once(time(6), date(2026, 12, 1))
    assert list(rule.dues_after(utc(2026, 11, 25, 12))) == [utc(2026, 12, 1, 6)]
    assert rule.next_after(utc(2026, 12, 1, 6)) is None


def test_what_is_due_at_the_very_moment_is_not_after_it() -> None:
    rule = Weekly(time(18, 30), frozenset({THURSDAY}))
    assert rule.next_after(utc(2026, 11, 26, 18, 30)) == utc(2026, 12, 3, 18, 30)
    assert rule.next_after(utc(2026, 11, 26, 18, 29)) == utc(2026, 11, 26, 18, 30)


def test_without_a_day_it_is_never_due() -> None:
    assert Weekly(time(18, 30), frozenset()).next_after(utc(2026, 11, 26, 18, 30)) is None


@given(rules)
def test_a_rule_comes_back_from_the_record_as_it_was(rule: Rule) -> None:
    assert rule_of(rule.on_record()) == rule


def test_a_form_of_a_newer_version_is_refused() -> None:
    with pytest.raises(ValueError, match="newer version"):
        rule_of({"form": "yearly", "at": "18:30"})


@pytest.mark.parametrize("at", [time(18, 30, 1), time(18, 30, 0, 1), time(18, 30, tzinfo=LONDON)])
def test_a_time_is_hours_and_minutes(at: time) -> None:
    with pytest.raises(ValueError, match="hours and minutes"):
        Weekly(at, frozenset({MONDAY}))


@pytest.mark.parametrize("days", [{7}, {-1}, {SUNDAY, 8}])
def test_a_week_has_seven_days(days: set[int]) -> None:
    with pytest.raises(ValueError, match="A week has the days"):
        Weekly(time(18, 30), frozenset(days))


@pytest.mark.parametrize("day", [0, 32])
def test_a_month_has_31_days_at_most(day: int) -> None:
    with pytest.raises(ValueError, match="1 to 31"):
        Monthly(time(18, 30), day)
