"""What is asked, by what an API can do and what was collected before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authority.collection.listed import CAPABILITIES

from schoolgate.authority.collection.models import Data
from schoolgate.authority.collection.plan import ORDER, Step, plan
from schoolgate.wire.mis.connector import Filters, Group

TODAY = date(2026, 11, 26)
EVERYBODY = Filters()


def test_a_snapshot_reads_all_groups_in_order_whatever_was_read_before() -> None:
    made = plan(Data.SNAPSHOT, CAPABILITIES, {"pupil": "since"}, EVERYBODY, today=TODAY)
    assert made.steps == tuple(Step(group, "snapshot") for group in ORDER)
    assert made.full


@pytest.mark.parametrize("filters", [Filters(frozenset({"4"})), Filters(looked_after=True)])
def test_a_snapshot_of_some_pupils_only_is_no_full_one(filters: Filters) -> None:
    assert not plan(Data.SNAPSHOT, CAPABILITIES, {}, filters, today=TODAY).full


def test_a_snapshot_with_leavers_is_full() -> None:
    assert plan(Data.SNAPSHOT, CAPABILITIES, {}, Filters(leavers=True), today=TODAY).full


def test_changes_are_asked_for_where_there_is_a_cursor_and_the_rest_is_read_whole() -> None:
    made = plan(Data.CHANGED, CAPABILITIES, {"pupil": "p", "sen": "s"}, EVERYBODY, today=TODAY)
    assert Step(Group.PUPIL, "changes", "p") in made.steps
    assert Step(Group.SEN, "changes", "s") in made.steps
    assert Step(Group.CONTACT, "snapshot") in made.steps
    assert not made.full


def test_without_a_feed_of_changes_all_is_read_and_compared() -> None:
    capable = replace(CAPABILITIES, change_model="none")
    made = plan(Data.CHANGED, capable, {"pupil": "p"}, EVERYBODY, today=TODAY)
    assert {step.how for step in made.steps} == {"snapshot"}
    assert not made.full


def test_only_groups_that_the_api_has_are_asked_for() -> None:
    capable = replace(CAPABILITIES, groups=frozenset({Group.SEN, Group.PUPIL}))
    made = plan(Data.SNAPSHOT, capable, {}, EVERYBODY, today=TODAY)
    assert [step.group for step in made.steps] == [Group.PUPIL, Group.SEN]
    assert plan(Data.ATTENDANCE, capable, {}, EVERYBODY, today=TODAY).steps == ()


def test_attendance_is_asked_for_by_changes_once_it_was_read() -> None:
    made = plan(Data.ATTENDANCE, CAPABILITIES, {"attendance": "a"}, EVERYBODY, today=TODAY)
    assert made.steps == (Step(Group.ATTENDANCE, "changes", "a"),)


def test_attendance_without_changes_is_read_by_days_each_time() -> None:
    capable = replace(CAPABILITIES, attendance_changes=False)
    made = plan(Data.ATTENDANCE, capable, {"attendance": "a"}, EVERYBODY, today=TODAY, months_back=1)
    assert {step.how for step in made.steps} == {"days"}


@given(
    today=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    months=st.integers(1, 13),
    window=st.none() | st.integers(1, 100),
)
def test_windows_cover_every_day_once_and_none_is_longer_than_is_taken(
    today: date, months: int, window: int | None
) -> None:
    capable = replace(CAPABILITIES, attendance_window_days=window)
    steps = plan(Data.ATTENDANCE, capable, {}, EVERYBODY, today=today, months_back=months).steps
    days = [day for step in steps for day in range(step.first.toordinal(), step.last.toordinal() + 1)]
    assert days == list(range(days[0], today.toordinal() + 1))
    first = date.fromordinal(days[0])
    assert (first.day, (today.year - first.year) * 12 + today.month - first.month) == (1, months)
    assert max(step.last.toordinal() - step.first.toordinal() for step in steps) < min(28, window or 28)


def test_no_api_is_asked_for_attainment() -> None:
    assert plan(Data.ATTAINMENT, CAPABILITIES, {}, EVERYBODY, today=TODAY).steps == ()


def test_attendance_of_given_days_is_read_by_days_whatever_its_cursor() -> None:
    days = (TODAY - timedelta(days=60), TODAY)
    made = plan(Data.ATTENDANCE, CAPABILITIES, {"attendance": "a"}, EVERYBODY, today=TODAY, days=days)
    assert (made.steps[0].first, made.steps[-1].last) == days
    assert [step.may_be_too_old for step in made.steps] == [True, True, False]
    assert not made.catches_up


def test_days_that_end_before_today_are_a_catch_up() -> None:
    days = (TODAY - timedelta(days=60), TODAY - timedelta(days=40))
    made = plan(Data.ATTENDANCE, CAPABILITIES, {"attendance": "a"}, EVERYBODY, today=TODAY, days=days)
    assert made.steps == (Step(Group.ATTENDANCE, "days", first=days[0], last=days[1], may_be_too_old=True),)
    assert made.catches_up


def test_a_snapshot_of_a_catch_up_reads_the_marks_of_its_days_last() -> None:
    days = (TODAY - timedelta(days=60), TODAY - timedelta(days=40))
    made = plan(Data.SNAPSHOT, CAPABILITIES, {}, EVERYBODY, today=TODAY, days=days)
    assert made.full
    assert [step.group for step in made.steps] == [*ORDER, Group.ATTENDANCE]
    assert (made.steps[-1].first, made.steps[-1].last) == days


def test_marks_that_waited_for_their_pupil_are_read_back_from_when_they_came() -> None:
    made = plan(Data.ATTENDANCE, CAPABILITIES, {}, EVERYBODY, today=TODAY, back_from=date(2026, 9, 30))
    assert (made.steps[0].first, made.steps[-1].last) == (date(2026, 6, 1), TODAY)
    assert [step for step in made.steps if not step.may_be_too_old] == [made.steps[-1]]
