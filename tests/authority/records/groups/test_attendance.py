"""Registers: marks are laid over each other, and none is taken away."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.records.groups.attendance import ATTENDANCE, days_apart, one_a_session, totals, two_a_session
from schoolgate.authority.records.groups.school_history import Stay, stay_at

PLACE = {"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey School"}
MARKS = st.text("/\\LUOI#-EBX", min_size=2, max_size=40).map(lambda text: text[: len(text) // 2 * 2])


def register(first: str, marks: str, *, year: str = "2026", **changes: Any) -> dict[str, Any]:
    """A register whose totals are those of its marks."""
    marked = {"AttendSessions": {"AttendanceStartDate": first, "AttendanceMarks": marks}}
    told = {"Year": year, **PLACE, **marked}
    return {**told, **totals(told), **changes}


def payload(*registers: dict[str, Any]) -> dict[str, Any]:
    return {"Attendance": list(registers)}


def test_a_second_week_follows_the_first() -> None:
    first, second = register("2026-11-09", "/\\/\\LUOO/I####"), register("2026-11-16", "/\\" * 5)
    assert ATTENDANCE.joined(payload(first), payload(second)) == payload(
        register("2026-11-09", "/\\/\\LUOO/I####" + "/\\" * 5)
    )


def test_a_mark_put_right_replaces_the_wrong_one() -> None:
    held, incoming = register("2026-11-09", "/\\NN/\\"), register("2026-11-10", "II")
    assert ATTENDANCE.joined(payload(held), payload(incoming)) == payload(register("2026-11-09", "/\\II/\\"))


def test_where_no_mark_is_said_the_held_one_stays_and_is_told_missing() -> None:
    held, incoming = payload(register("2026-11-09", "/\\/\\")), payload(register("2026-11-09", "/---"))
    assert ATTENDANCE.differing(held, incoming) == ()
    assert ATTENDANCE.missing(held, incoming) == ("Attendance",)
    assert ATTENDANCE.missing(incoming, held) == ()


def test_days_without_marks_around_the_others_do_not_count() -> None:
    held, incoming = payload(register("2026-11-09", "/\\")), payload(register("2026-11-07", "----/\\--"))
    assert ATTENDANCE.differing(held, incoming) == ()
    assert ATTENDANCE.normal(held) == ATTENDANCE.normal(incoming)


def test_totals_of_more_than_the_marks_are_taken_as_told() -> None:
    held = payload(register("2026-11-09", "/\\"))
    incoming = payload(register("2026-11-10", "/\\", SessionsPossible="104", SessionsAttended="99"))
    joined = ATTENDANCE.joined(held, incoming)["Attendance"][0]
    assert (joined["SessionsPossible"], joined["SessionsAttended"]) == ("104", "99")


def test_totals_without_marks_are_taken_as_told() -> None:
    told = {"Year": "2025", **PLACE, "SessionsPossible": "380", "SessionsAttended": "380"}
    less = {**told, "SessionsAttended": "379"}
    assert ATTENDANCE.joined(payload(told), payload(less)) == payload(less)


def test_registers_of_other_years_and_schools_stand_beside_each_other() -> None:
    here, last_year = register("2026-11-09", "/\\"), register("2025-11-10", "/\\", year="2025")
    elsewhere = register("2026-09-07", "OO", Estab="2107")
    assert ATTENDANCE.joined(payload(here), payload(last_year, elsewhere)) == payload(here, last_year, elsewhere)


@given(MARKS, MARKS, st.integers(-30, 30))
def test_marks_said_are_the_marks_held_then(held: str, incoming: str, shift: int) -> None:
    monday = date(2026, 11, 9)
    other = (monday + timedelta(days=shift)).isoformat()
    joined = ATTENDANCE.joined(payload(register("2026-11-09", held)), payload(register(other, incoming)))
    marks = joined["Attendance"][0]["AttendSessions"]
    first = (date.fromisoformat(marks["AttendanceStartDate"]) - monday).days * 2
    found = dict(enumerate(marks["AttendanceMarks"], start=first))
    for place, mark in enumerate(incoming, start=shift * 2):
        if mark != "-":
            assert found[place] == mark
    for place, mark in enumerate(held):
        if mark != "-" and (not 0 <= place - shift * 2 < len(incoming) or incoming[place - shift * 2] == "-"):
            assert found[place] == mark


@given(MARKS, MARKS)
def test_a_year_in_two_files_is_the_year_in_one(one: str, other: str) -> None:
    later = (date(2026, 9, 1) + timedelta(days=len(one) // 2)).isoformat()
    halves = ATTENDANCE.joined(payload(register("2026-09-01", one)), payload(register(later, other)))
    whole = payload(register("2026-09-01", one + other))
    assert ATTENDANCE.differing(halves, whole) == ()
    assert ATTENDANCE.missing(halves, whole) == ()


@pytest.mark.parametrize(
    "strange",
    [
        {"AttendanceStartDate": "2026-02-30", "AttendanceMarks": "/\\"},
        {"AttendanceStartDate": "9999-12-31", "AttendanceMarks": "/\\/\\"},
        {"AttendanceStartDate": "2026-11-09"},
    ],
)
def test_marks_that_no_calendar_takes_change_no_others(strange: dict[str, str]) -> None:
    held = register("2026-11-09", "/\\")
    incoming = {**held, "AttendSessions": strange}
    assert ATTENDANCE.joined(payload(held), payload(incoming)) == payload(held)


def test_marks_too_far_from_those_held_replace_them() -> None:
    held, incoming = payload(register("2026-11-09", "/\\")), payload(register("1026-11-09", "/\\"))
    joined = ATTENDANCE.joined(held, incoming)
    assert joined == incoming
    assert ATTENDANCE.differing(joined, incoming) == ()


@pytest.mark.parametrize(
    ("year", "marks", "counted"),
    [
        ("2026", "/\\LBKPVW", ("8", "8", "0", "0")),
        ("2026", "IIMMEECCJJ", ("10", "0", "10", "0")),
        ("2026", "GGNNOOUU", ("8", "0", "0", "8")),
        ("2026", "DDXXQQYYZZ####--", ("0", "0", "0", "0")),
        ("2023", "JJ", ("2", "2", "0", "0")),
    ],
)
def test_marks_are_counted_as_their_year_counts_them(year: str, marks: str, counted: tuple[str, ...]) -> None:
    told = {"Year": year, "AttendSessions": {"AttendanceStartDate": f"{year}-11-09", "AttendanceMarks": marks}}
    possible, attended, authorised, unauthorised = counted
    assert totals(told) == {
        "SessionsPossible": possible,
        "SessionsAttended": attended,
        "SessionsAuthorised": authorised,
        "SessionsUnauthorised": unauthorised,
    }


@given(MARKS)
def test_marks_are_held_two_characters_a_session_and_come_back(marks: str) -> None:
    assert len(two_a_session(marks)) == 2 * len(marks)
    assert one_a_session(two_a_session(marks)) == marks


def test_the_newest_stay_at_a_school_is_found_in_its_history() -> None:
    here = {"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey School"}
    before = {**here, "EntryDate": "2021-09-02", "LeavingDate": "2022-03-31"}
    again = {**here, "EntryDate": "2024-09-03"}
    elsewhere = {**here, "Estab": "2107", "EntryDate": "2026-09-03"}
    assert stay_at({"SchoolHistory": [again, before, elsewhere]}, "820", "4321") == Stay("2024-09-03", "")
    assert stay_at({"SchoolHistory": [before]}, "820", "4321").left == "2022-03-31"
    assert stay_at(None, "820", "4321") == Stay("", "")


def test_registers_are_apart_on_the_days_on_which_a_session_has_two_marks() -> None:
    one = {"AttendSessions": {"AttendanceStartDate": "2026-09-07", "AttendanceMarks": "/\\/-N\\"}}
    other = {"AttendSessions": {"AttendanceStartDate": "2026-09-08", "AttendanceMarks": "-\\/\\"}}
    assert days_apart(one, other) == [date(2026, 9, 9)]
    assert days_apart(one, {}) == []
