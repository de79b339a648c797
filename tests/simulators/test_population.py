import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from schoolgate.documents.samples.students import make_students
from schoolgate.documents.students.check import check_stream
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.writer import write_students
from schoolgate.simulators.parts import parts_of
from schoolgate.simulators.population import Population
from schoolgate.wire.mis.connector import Group

BEGINS = date(2026, 9, 1)
LIVED = date(2026, 10, 23)


def make(seed: int = 1, pupils: int = 60, school: str = "2001") -> Population:
    return Population("820", school, seed=seed, pupils=pupils, begins=BEGINS)


def with_names(record: Record) -> Record:
    """With what a file must say and no school system's API does."""
    return record | {
        "SchoolHistory": [
            {"LEA": stay["LEA"], "Estab": stay["Estab"], "SchoolName": "A School", **stay}
            for stay in record["SchoolHistory"]
        ],
        "SuppInfo": {"SuppID": "A System", **record["SuppInfo"]},
    }


@pytest.fixture(scope="module")
def lived() -> Population:
    school = make()
    school.live_until(LIVED)
    return school


def test_the_same_seed_lives_the_same_life_in_one_step_or_many(lived: Population) -> None:
    again = make()
    day = BEGINS
    while day <= LIVED:
        again.live_until(day)
        day += timedelta(days=3)
    again.live_until(LIVED)
    assert (again.pupils, again.marks) == (lived.pupils, lived.marks)


def test_another_seed_or_another_school_is_of_other_pupils(lived: Population) -> None:
    assert not lived.pupils.keys() & make(seed=2).pupils.keys()
    assert not lived.pupils.keys() & make(school="2002").pupils.keys()


def test_what_the_school_holds_after_weeks_passes_every_check_of_a_student_file(
    lived: Population,
) -> None:
    sample = make_students(la="820", school="2001", destination_la="820", pupils=0, seed=1, today=LIVED)
    stream = io.BytesIO()
    header = replace(sample.header, qualifier="partial")
    write_students(stream, header, (with_names(pupil.record) for pupil in lived.pupils.values()), version="3.73")
    stream.seek(0)
    verdict = check_stream(stream, name="8202001_CES_820LLLL_001.xml")
    assert [(problem.code, problem.path) for problem in verdict.problems] == []


def test_marks_stand_for_each_session_of_who_is_on_roll_and_no_other(lived: Population) -> None:
    assert {pupil.guid for pupil in lived.current if (pupil.guid, LIVED, "AM") not in lived.marks} == set()
    assert all(lived.is_school_day(day) for _, day, _ in lived.marks)
    left = {guid: pupil.gone_at for guid, pupil in lived.pupils.items() if pupil.gone_at and pupil.gone_at >= BEGINS}
    assert left
    assert not [day for guid, day, _ in lived.marks if guid in left and day > left[guid]]


def test_every_kind_of_thing_happens_within_two_months(lived: Population) -> None:
    pupils = lived.pupils.values()
    assert {pupil.state for pupil in pupils} == {"current", "leaver", "future"}
    returned = [one for one in lived.current if len(one.record["SchoolHistory"]) > 1]
    assert len(returned) > 1, "the one from before, and one of those who left"
    assert max(len(one["Reasons"]) for pupil in pupils for one in pupil.record.get("Exclusions", [])) == 3
    changed = {group for pupil in pupils for group, moment in pupil.changed.items() if moment.date() >= BEGINS}
    assert changed == set(Group) - {Group.ATTENDANCE}
    assert {group for pupil in pupils for group, _ in pupil.part_gone} == {Group.CONTACT, Group.EXCLUSION}


def test_some_sessions_have_no_mark_some_a_code_of_the_school_and_some_were_corrected_later(lived: Population) -> None:
    codes = {mark.code for mark in lived.marks.values()}
    assert {"", "L", "E", "X01", "I02", "Q07"} <= codes
    assert any(mark.changed.date() > day for (_, day, _), mark in lived.marks.items())
    assert all(mark.minutes_late for mark in lived.marks.values() if mark.code == "L")


def test_a_changed_part_has_the_moment_of_its_change_and_its_group_the_newest(lived: Population) -> None:
    for pupil in lived.pupils.values():
        for group in set(Group) - {Group.ATTENDANCE}:
            moments = [pupil.part_changed[group, key] for key in parts_of(pupil.record, group)]
            assert max(moments, default=datetime(2026, 1, 1, tzinfo=UTC)) <= pupil.changed[group]


def test_a_day_that_was_lived_is_not_lived_again(lived: Population) -> None:
    before = dict(lived.marks)
    lived.live_until(BEGINS)
    assert lived.marks == before


def test_a_school_without_pupils_lives_too() -> None:
    school = make(pupils=0)
    school.live_until(date(2026, 9, 4))
    assert school.days == 2
