"""Booleans and times of XML Schema."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.wire.soap.values import read_time, write_time


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # of one length each


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-26T09:00:00Z", utc(2026, 11, 26, 9)),
        ("2026-11-26T09:00:00+01:00", utc(2026, 11, 26, 8)),
        ("2026-11-26T09:00:00-14:00", utc(2026, 11, 26, 23)),
        ("2026-11-26T09:00:00.1234567Z", utc(2026, 11, 26, 9, 0, 0, 123456)),
        ("2026-11-26T24:00:00Z", utc(2026, 11, 27)),
        (" 2026-11-26T09:00:00Z\n", utc(2026, 11, 26, 9)),
        ("2026-11-26T09:00:00", utc(2026, 11, 26, 9)),
        ("2026-07-01T09:00:00", utc(2026, 7, 1, 8)),
        ("2026-07-01", utc(2026, 6, 30, 23)),
        ("2026-07-01 09:00:00", utc(2026, 7, 1, 8)),
    ],
)
def test_a_time_is_read_as_an_instant(text: str, instant: datetime) -> None:
    assert read_time(text) == instant


def test_a_london_time_that_comes_twice_is_the_first() -> None:
    assert read_time("2026-10-25T01:30:00") == utc(2026, 10, 25, 0, 30)


def test_a_london_time_that_does_not_exist_is_the_earlier_of_two_readings() -> None:
    assert read_time("2026-03-29T01:30:00") == utc(2026, 3, 29, 0, 30)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999-14:00"]
)
def test_the_ends_of_the_calendar_are_times(text: str) -> None:
    found = read_time(text)
    assert found is not None
    assert found.year in {1, 9999}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "26/11/2026",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-26T25:00:00Z",
        "2026-11-26T24:00:01Z",
        "2026-11-26T09:00Z",
        "2026-11-26T09:00:00+14:01",
        "2026-11-26T09:00:00+01:60",
        "12026-11-26T09:00:00Z",
        "٢٠٢٦-11-26T09:00:00Z",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


@given(
    st.datetimes(),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_a_written_time_is_read_as_the_same_instant(time: datetime, zone: timezone) -> None:
    aware = time.replace(year=max(2, min(time.year, 9998)), tzinfo=zone)
    assert read_time(write_time(aware)) == aware
