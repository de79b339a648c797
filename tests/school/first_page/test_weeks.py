"""The strip of the last weeks: what arrived, and in which weeks something went wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.school.first_page.rows import hold_back, make_transfer

from schoolgate.commons.schedules.models import Run, Schedule
from schoolgate.school.exchange.first_page.weeks import last_weeks
from schoolgate.school.exchange.models import State

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def strip() -> dict[str, tuple[str, str]]:
    return {mark.label: (mark.state, mark.text) for mark in last_weeks(TODAY)}


def test_twelve_weeks_are_shown_up_to_this_one() -> None:
    labels = list(strip())
    assert (len(labels), labels[0], labels[-1]) == (12, "Mon 7 Sep", "Mon 23 Nov")


def test_a_week_counts_from_monday_to_sunday_in_london() -> None:
    # Summer time ended in between: Sunday 25 October is 25 hours long.
    for serial, at in enumerate(
        (datetime(2026, 10, 18, 23, 0, tzinfo=UTC), datetime(2026, 10, 25, 23, 59, tzinfo=UTC))
    ):
        make_transfer(serial=serial, state=State.IMPORTED, received_at=at)
    assert strip()["Mon 19 Oct"] == ("received", "2 files received")


def test_the_worst_of_a_week_is_its_state_and_all_of_it_its_text() -> None:
    make_transfer(serial=1, state=State.IMPORTED, received_at=MONDAY)
    make_transfer(serial=2, state=State.REJECTED, received_at=MONDAY)
    hold_back(since=MONDAY)
    make_transfer(serial=3, state=State.NEEDS_ATTENTION, found_at=MONDAY)
    told = "2 files received, 1 file not accepted, 1 file held back, 1 file needs attention"
    assert strip()["Mon 23 Nov"] == ("needs attention", told)


@pytest.mark.parametrize("weeks_ago", [0, 3])
def test_a_held_back_file_marks_the_week_in_which_it_was_found(weeks_ago: int) -> None:
    hold_back(since=MONDAY - weeks_ago * WEEK)
    states = [mark.state for mark in last_weeks(TODAY)]
    assert states == [*["none"] * (11 - weeks_ago), "held back", *["none"] * weeks_ago]


def test_a_week_with_a_missed_run_is_late() -> None:
    schedule = Schedule.objects.create(
        name="school", kind="scheduled-run", recorded_rule={}, since=MONDAY - WEEK, next_due_at=None
    )
    Run.objects.create(schedule=schedule, due_at=MONDAY, made_at=MONDAY + timedelta(hours=9), missed=1)
    make_transfer(state=State.IMPORTED, received_at=MONDAY)
    assert strip()["Mon 23 Nov"] == ("late", "1 file received, a run was missed")


def test_what_was_cured_marks_no_week() -> None:
    make_transfer(state=State.NEEDS_ATTENTION, found_at=MONDAY).take("cancel")
    assert strip()["Mon 23 Nov"] == ("none", "nothing sent")
