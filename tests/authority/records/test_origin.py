"""From where, when and by whom a value is, and what stood there before."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.authority.records.groups.files import made_up_records
from tests.authority.records.holding import a_change, hold, write_over
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Attendance, EnrolmentGroup, PupilGroup, Replaced, row_key
from schoolgate.authority.records.origin import origins, versions
from schoolgate.commons.accounts.models import User


@pytest.fixture
def row(green_abbey: Base) -> PupilGroup:
    """Basic details of Daniel Okafor, as a file first told them."""
    pupil = hold(green_abbey)
    return PupilGroup.objects.get(key=row_key(pupil.pk, group_named("basic-details")))


def test_a_value_of_the_first_file_is_from_that_file(row: PupilGroup) -> None:
    (origin,) = origins(row, "Surname")
    assert (origin.value, origin.since, origin.until) == ("Okafor", row.change, None)
    assert (origin.since.source_name, origin.since.rule) == ("8204321_CES_820LLLL_001.xml", "new/import")


def test_a_value_that_was_replaced_tells_what_was_before_and_until_when(
    row: PupilGroup, green_abbey: Base, officer: User
) -> None:
    first = row.change
    edit = a_change(source="person", name="Omar Khan", by=officer, job=None, rule="edited")
    write_over(row, {**row.payload, "Surname": "Bell"}, edit)
    today, before = origins(row, "Surname")
    assert (today.value, today.since.by, today.until) == ("Bell", officer, None)
    assert (before.value, before.since, before.until) == ("Okafor", first, edit)


def test_a_value_that_others_changed_around_is_as_old_as_it_is(row: PupilGroup, green_abbey: Base) -> None:
    first = row.change
    write_over(row, {**row.payload, "Forename": "Dan"}, a_change(green_abbey))
    write_over(row, {**row.payload, "Surname": "OKAFOR"}, a_change(green_abbey))
    (origin,) = origins(row, "Surname")
    assert (origin.value, origin.since) == ("OKAFOR", first)
    assert [one.value for one in origins(row, "Forename")] == ["Dan", "Daniel"]


def test_a_value_that_came_later_and_went_has_gaps(row: PupilGroup, green_abbey: Base) -> None:
    came, went, again = (a_change(green_abbey) for _ in range(3))
    bare = row.payload
    write_over(row, {**bare, "MiddleNames": "Uche"}, came)
    write_over(row, bare, went)
    write_over(row, {**bare, "MiddleNames": "Uche"}, again)
    assert [(one.value, one.since, one.until) for one in origins(row, "MiddleNames")] == [
        ("Uche", again, None),
        (None, went, again),
        ("Uche", came, went),
    ]


def test_an_item_never_held_has_no_origin(row: PupilGroup) -> None:
    assert origins(row, "MiddleNames") == []


def test_an_item_of_another_group_is_an_error(row: PupilGroup) -> None:
    with pytest.raises(KeyError):
        origins(row, "UPN")


def test_registers_and_groups_of_enrolments_have_a_history_too(green_abbey: Base) -> None:
    hold(green_abbey, record={**made_up_records()[0], **a_pupil()})
    register, group = Attendance.objects.all()[0], EnrolmentGroup.objects.all()[0]
    change = a_change(green_abbey)
    Replaced.keep(register, change).save()
    register.marks, register.change = "/ \\ ", change
    register.save()
    today, before = origins(register, "Attendance")
    assert today.value is not None
    assert today.value[0]["AttendSessions"]["AttendanceMarks"] == "/\\"
    assert before.until == today.since == change
    write_over(group, {**group.payload, "NCyearActual": "13"}, change)
    assert len(versions(group)) == 2
    assert origins(group, "NCyearActual")[0].since == change


def test_a_long_history_is_one_query(row: PupilGroup, green_abbey: Base) -> None:
    for number in range(12):
        write_over(row, {**row.payload, "Surname": f"Bell{number}"}, a_change(green_abbey))
    fresh = PupilGroup.objects.select_related("change__base", "change__by").get(pk=row.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        told = [(one.since.source_name, one.since.base, one.since.by) for one in origins(fresh, "Surname")]
    assert (len(told), len(queries)) == (13, 1)
