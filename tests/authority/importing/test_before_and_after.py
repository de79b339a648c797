"""What an import wrote, value by value, whatever came after it."""

import pytest
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.test_what_is_not_taken import register
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.before_and_after import SHOWN, written_by
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Change, Pupil, Replaced
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db


def imported(base: Base, record: Record) -> Import:
    """An import that knows the number of the job that carried it out."""
    this = bring_in(base, [record])
    this.job_id = Change.objects.latest("pk").job
    this.save(update_fields=["job"])
    return this


def lines(this: Import, group: str = "") -> list[tuple[str, str, str, str]]:
    pupil = Pupil.objects.get().pk
    found = written_by(this, [pupil], group_named(group) if group else None).get(pupil, [])
    return [(one.group.name, one.label, one.before, one.after) for one in found]


def test_each_import_tells_its_own_values_when_others_have_come(green_abbey: Base) -> None:
    first, second, third = (imported(green_abbey, a_pupil(Surname=name)) for name in ("Okafor", "Bell", "Cole"))
    assert ("basic-details", "Legal surname", "", "Okafor") in lines(first)
    assert lines(second) == [("basic-details", "Legal surname", "Okafor", "Bell")]
    assert lines(third) == [("basic-details", "Legal surname", "Bell", "Cole")]


def test_one_group_is_told_alone(green_abbey: Base) -> None:
    this = imported(green_abbey, a_pupil())
    assert {group for group, *_ in lines(this, "identifiers")} == {"identifiers"}


def test_what_another_school_wrote_is_not_told(green_abbey: Base, oak_lane: Base) -> None:
    this = imported(green_abbey, a_pupil())
    imported(oak_lane, a_pupil(Surname="Bell", BasicDetails={"NCyearActual": "8"}))
    assert [after for *_, after in lines(this, "enrolment")] == ["Year 9 (9)"]


def test_registers_are_told_each_by_itself(green_abbey: Base) -> None:
    imported(green_abbey, a_pupil(Attendance=[register("4321", "/\\/\\")]))
    this = imported(green_abbey, a_pupil(Attendance=[register("4321", "/\\NN")]))
    assert lines(this) == [("attendance", "Attendance of a year: Attendance marks", "/\\/\\", "/\\NN")]


def test_long_texts_are_shown_where_they_part(green_abbey: Base) -> None:
    marks = "/\\" * 100
    imported(green_abbey, a_pupil(Attendance=[register("4321", marks)]))
    this = imported(green_abbey, a_pupil(Attendance=[register("4321", marks[:-2] + "NN")]))
    ((_, _, before, after),) = lines(this)
    assert (before[0], before[-2:], after[-2:]) == ("…", "/\\", "NN")
    assert len(after) <= SHOWN + 2


def test_what_history_has_lost_is_left_out(green_abbey: Base) -> None:
    first = imported(green_abbey, a_pupil())
    second = imported(green_abbey, a_pupil(Surname="Bell"))
    imported(green_abbey, a_pupil(Surname="Cole"))
    Replaced.objects.all().delete()
    assert lines(second) == []
    assert not [group for group, *_ in lines(first) if group == "basic-details"]
