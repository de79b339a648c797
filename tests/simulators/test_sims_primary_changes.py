"""What the simulator of SIMS Primary tells as changed since a start point (mis-apis.md, section 4, rows 11 to 13)."""

from datetime import date, timedelta

import pytest
from tests.simulators.conftest import Caller

from schoolgate.simulators.sims_primary import SimsPrimary
from schoolgate.wire.mis.connector import Group

MARKS = "Attendance/V3/AttendanceRecords"


def changes(entity: str, start: str, service: str = "Learner") -> str:
    return f"{service}/V3/{entity}/SIMS.Changes(startDate={start})"


def between(first: date, last: date) -> dict[str, str]:
    """A filter on the marks of these days."""
    return {
        "$filter": f"AttendableEventStart ge {first}T00:00:00Z and AttendableEventStart le {last}T23:59:59Z",
    }


@pytest.mark.parametrize("granularity", ["row", "whole-group"])
def test_changes_are_the_rows_changed_since_or_all_of_a_pupil_whose_group_was_touched(
    simulator: SimsPrimary, caller: Caller, granularity: str
) -> None:
    simulator.set(changes_granularity=granularity)
    start = "2026-09-14T00:00:00Z"
    school = simulator.schools[0]
    told = caller.rows(changes("LearnerContacts", start))
    touched = {one.guid for one in school.pupils.values() if f"{one.changed[Group.CONTACT]:%Y-%m-%d}" >= start[:10]}
    parts = {
        key
        for one in school.pupils.values()
        for (group, key), moment in one.part_changed.items()
        if group is Group.CONTACT and f"{moment:%Y-%m-%d}" >= start[:10]
    }
    if granularity == "row":
        assert {row["Contact"]["ExternalID"] for row in told} <= parts
    else:
        right = sum(len(school.pupils[guid].record["Contacts"]) for guid in touched)
        assert len(told) == right
    assert 0 < len(told) < len(caller.rows("Learner/V3/LearnerContacts"))


def test_changed_marks_are_those_made_or_corrected_since(simulator: SimsPrimary, caller: Caller) -> None:
    told = caller.rows(changes("AttendanceRecords", "2026-10-08T12:00:00Z", "Attendance"))
    right = [mark for mark in simulator.schools[0].marks.values() if f"{mark.changed:%Y-%m-%dT%H}" >= "2026-10-08T12"]
    assert len(told) == len(right) > 0


def test_the_very_start_point_belongs_to_the_changes_unless_a_switch_says_not(
    simulator: SimsPrimary, caller: Caller
) -> None:
    moments = [mark.changed for mark in simulator.schools[0].marks.values()]
    newest = max(moments)
    path = changes("AttendanceRecords", f"{newest:%Y-%m-%dT%H:%M:%SZ}", "Attendance")
    assert len(caller.rows(path)) == moments.count(newest)
    simulator.set(changes_inclusive="off")
    assert caller.rows(path) == []


def test_what_was_taken_away_is_told_only_by_a_switch(simulator: SimsPrimary, caller: Caller) -> None:
    path = changes("LearnerContacts", "2026-09-01T00:00:00Z")
    assert not [row for row in caller.rows(path) if "@removed" in row]
    simulator.set(deletes_in_changes="tombstone")
    gone = [row for row in caller.rows(path) if "@removed" in row]
    assert gone
    assert not {row["ExternalID"] for row in gone} & {
        row["ExternalID"] for row in caller.rows("Learner/V3/LearnerContacts")
    }


def test_what_changed_before_the_migration_is_told_as_changed_on_its_day(
    simulator: SimsPrimary, caller: Caller
) -> None:
    simulator.set(migration_date="2026-10-01")
    everything = len(caller.rows("Learner/V3/LearnerPersonals"))
    assert len(caller.rows(changes("LearnerPersonals", "2026-10-01T00:00:00Z"))) == everything
    assert len(caller.rows(changes("LearnerPersonals", "2026-10-02T00:00:00Z"))) < everything
    marks = caller.rows(changes("AttendanceRecords", "2026-10-01T00:00:00Z", "Attendance"))
    assert len(marks) == len(simulator.schools[0].marks)


def test_a_school_may_migrate_on_a_day_of_its_own(simulator: SimsPrimary, caller: Caller) -> None:
    everything = len(caller.rows("Learner/V3/LearnerPersonals"))
    simulator.set(migration_date="2026-09-01", migration_dates=f"{simulator.schools[0].school}:2026-10-01")
    assert len(caller.rows(changes("LearnerPersonals", "2026-10-01T00:00:00Z"))) == everything
    simulator.set(migration_dates="9999:2026-10-01")
    assert len(caller.rows(changes("LearnerPersonals", "2026-10-01T00:00:00Z"))) < everything


def test_marks_of_days_that_are_not_kept_are_neither_told_nor_asked_for(simulator: SimsPrimary, caller: Caller) -> None:
    school = simulator.schools[0]
    simulator.set(marks_kept_days="7")
    kept = school.lived - timedelta(days=7)
    told = caller.rows(changes("AttendanceRecords", "2026-01-01T00:00:00Z", "Attendance"))
    assert {row["AttendableEventStart"][:10] for row in told} == {
        day.isoformat() for _, day, _ in school.marks if day >= kept
    }
    before = kept - timedelta(days=1)
    assert caller.get(MARKS, params=between(before, before)).status_code == 400
    assert caller.get(MARKS, params=between(before, kept)).status_code == 200


def test_changes_need_a_start_with_its_time_and_can_be_of_attendance_only(
    simulator: SimsPrimary, caller: Caller
) -> None:
    assert caller.get(changes("LearnerPersonals", "2026-10-01")).status_code == 400
    assert caller.get(changes("LearnerLookups", "2026-10-01T00:00:00Z")).status_code == 400
    simulator.set(changes_of="attendance")
    assert caller.get(changes("LearnerPersonals", "2026-10-01T00:00:00Z")).status_code == 400
    assert caller.get(changes("AttendanceRecords", "2026-10-01T00:00:00Z", "Attendance")).status_code == 200


def test_a_switch_refuses_changes_of_marks_since_more_than_ninety_days(simulator: SimsPrimary, caller: Caller) -> None:
    path = changes("AttendanceRecords", "2026-06-01T00:00:00Z", "Attendance")
    assert caller.get(path).status_code == 200
    simulator.set(changes_span_check="reject")
    assert caller.get(path).status_code == 400
