from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.codes.code_sets import attendance_marks
from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.school_year import register, school_year, suspend, totals

years = st.integers(2015, 2035)


@given(years)
def test_a_year_has_about_190_school_days(began: int) -> None:
    assert 183 <= len(school_year(began).school_days) <= 196


@given(years)
def test_no_school_day_is_on_a_weekend_or_at_christmas(began: int) -> None:
    year = school_year(began)
    days = [year.first_day + timedelta(days=index) for index in year.school_days]
    assert all(day.weekday() < 5 and (day.month, day.day) not in {(12, 25), (12, 26), (1, 1)} for day in days)


@given(years, st.integers(), st.floats(0.6, 1))
def test_a_register_holds_only_marks_of_its_year(began: int, seed: int, attendance: float) -> None:
    marks = "".join(register(school_year(began), Dice(seed), attendance=attendance))
    assert set(marks) <= attendance_marks(began)


@given(years, st.integers())
def test_a_register_has_two_characters_a_calendar_day(began: int, seed: int) -> None:
    year = school_year(began)
    marks = register(year, Dice(seed), attendance=0.9)
    assert len(marks) == len(year.days) == (date(began + 1, 8, 1) - year.first_day).days
    assert all(len(day) == 2 for day in marks)


@given(years, st.integers())
def test_days_without_school_stay_closed(began: int, seed: int) -> None:
    year = school_year(began)
    marks = register(year, Dice(seed), attendance=0.6)
    assert all(day == "##" for index, day in enumerate(marks) if index not in year.school_days)


@given(st.integers())
def test_attendance_is_about_the_share_asked_for(seed: int) -> None:
    year = school_year(2026)
    counted = totals(year, "".join(register(year, Dice(seed), attendance=0.9)))
    assert 0.80 < int(counted["SessionsAttended"]) / int(counted["SessionsPossible"]) < 0.97


def test_totals_count_the_marks_of_the_reference_s_sample() -> None:
    assert totals(school_year(2026), "/\\/\\LUOO/I####") == {
        "SessionsPossible": "10",
        "SessionsAuthorised": "1",
        "SessionsAttended": "6",
        "SessionsUnauthorised": "3",
    }


def test_an_interview_counts_as_leave_only_from_2024_on() -> None:
    assert totals(school_year(2023), "JJ")["SessionsAttended"] == "2"
    assert totals(school_year(2026), "JJ")["SessionsAuthorised"] == "2"


@pytest.mark.parametrize(
    ("sessions", "afternoon", "marks"),
    [
        (1, False, ["E\\", "/\\"]),
        (1, True, ["/E", "/\\"]),
        (2, False, ["EE", "/\\"]),
        (2, True, ["/E", "E\\"]),
        (3, False, ["EE", "E\\"]),
        (3, True, ["/E", "EE"]),
    ],
)
def test_a_suspension_is_marked_session_by_session(sessions: int, afternoon: bool, marks: list[str]) -> None:
    year = school_year(2026)
    days = list(year.days)
    last = suspend(year, days, 0, sessions, afternoon=afternoon)
    first, second = year.school_days[:2]
    assert [days[first], days[second]] == marks
    assert last == (second if "E" in marks[1] else first)


def test_a_day_after_the_year_stands_at_its_end() -> None:
    year = school_year(2023)
    assert year.index(date(2026, 1, 1)) == len(year.days) - 1


def test_a_day_before_the_year_stands_before_its_start() -> None:
    assert school_year(2026).index(date(2026, 8, 31)) < 0
