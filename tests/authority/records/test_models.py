"""What an LA holds, in rows: nothing is lost between a record and its rows, and only staff see any."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from tests.authority.records.groups.files import made_up_records
from tests.authority.records.holding import a_change, hold, write_over
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import GROUPS, group_named, read_groups, write_groups
from schoolgate.authority.records.models import (
    Attendance,
    Decision,
    Enrolment,
    EnrolmentGroup,
    MergedInto,
    Pupil,
    PupilGroup,
    PupilKey,
    Refusal,
    Replaced,
    Restriction,
    Settled,
    StaffMember,
    group_of,
    owner_of,
    row_key,
)
from schoolgate.authority.records.models.attendance import attendance_payload
from schoolgate.commons.accounts.models import User

BASIC = group_named("basic-details")


def held(pupil: Pupil, base: Base) -> dict[DataGroup, Payload]:
    """All that is held of a pupil with one enrolment, as groups."""
    enrolment = Enrolment.objects.get(pupil=pupil, base=base)
    payloads = {row.group: row.payload for row in PupilGroup.objects.of(pupil.pk)}
    payloads |= {row.group: row.payload for row in EnrolmentGroup.objects.of(enrolment.pk)}
    registers = attendance_payload(enrolment.attendance.all(), base)
    return payloads | ({ATTENDANCE: registers} if registers else {})


def test_a_record_comes_back_from_its_rows(green_abbey: Base) -> None:
    for record in made_up_records()[:8]:
        pupil = hold(green_abbey, record=record)
        back = held(pupil, green_abbey)
        said = dict(read_groups(record))
        assert {group: group.normal(payload) for group, payload in back.items()} == {
            group: group.normal(payload) for group, payload in said.items()
        }
        assert write_groups({**back, ATTENDANCE: said[ATTENDANCE]}) == record


def test_rows_of_one_pupil_are_found_and_no_others(green_abbey: Base) -> None:
    one, other = hold(green_abbey), hold(green_abbey, Surname="Bell")
    assert {row.owner for row in PupilGroup.objects.of(one.pk)} == {one.pk}
    assert [row.group.name for row in PupilGroup.objects.of(other.pk)] == ["identifiers", "basic-details"]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_key_names_owner_and_group(group: DataGroup) -> None:
    key = row_key(1_234_567, group)
    assert (owner_of(key), group_of(key)) == (1_234_567, group)


def test_a_payload_keeps_its_text_and_digest_through_the_database(green_abbey: Base) -> None:
    pupil = hold(green_abbey, Surname="Żółć \U0001f600", Forename='D"\\an')
    row = PupilGroup.objects.get(key=row_key(pupil.pk, BASIC))
    assert row.payload["Surname"] == "Żółć \U0001f600"
    assert row.payload_text == canonical(row.payload)
    assert bytes(row.digest) == digest_of(row.payload_text)


def test_a_register_of_another_school_stands_beside_the_own_one(green_abbey: Base) -> None:
    place = {"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey"}
    counts = {"SessionsPossible": "2", "SessionsAuthorised": "0", "SessionsAttended": "2", "SessionsUnauthorised": "0"}
    marks = {"AttendanceStartDate": "2026-11-09", "AttendanceMarks": "/\\"}
    own = {"Year": "2026", **place, **counts, "AttendSessions": marks}
    elsewhere = {"Year": "2026", **place, **counts, "LEA": "010", "Estab": "1234567", "URN": "123456"}
    pupil = hold(green_abbey, Attendance=[own, elsewhere])
    rows = Attendance.objects.filter(enrolment__pupil=pupil)
    assert [(row.year, row.place, row.marks) for row in rows] == [(2026, "", "/ \\ "), (2026, "0101234567", "")]
    assert attendance_payload(rows, green_abbey) == {"Attendance": [own, elsewhere]}
    again = Attendance(enrolment=rows[0].enrolment, change=rows[0].change).take(own, green_abbey)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_two_schools_keep_what_each_says_of_one_pupil(green_abbey: Base, oak_lane: Base) -> None:
    pupil = hold(green_abbey, BasicDetails={"NCyearActual": "9", "EnrolStatus": "M"})
    change = a_change(oak_lane)
    second = Enrolment.objects.create(pupil=pupil, base=oak_lane, status="S", created_by=change)
    group = group_named("enrolment")
    EnrolmentGroup(key=row_key(second.pk, group), change=change).take({"EnrolStatus": "S"}).save()
    assert held(pupil, green_abbey)[group]["EnrolStatus"] == "M"
    assert held(pupil, oak_lane)[group]["EnrolStatus"] == "S"
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(pupil=pupil, base=oak_lane, created_by=change)


def test_lists_have_what_the_groups_say(green_abbey: Base) -> None:
    here = {"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey", "EntryDate": "2024-09-03"}
    pupil = hold(
        green_abbey,
        BasicDetails={
            "NCyearActual": "9",
            "EnrolStatus": "C",
            "PreferredSurname": "Bell",
            "FormerUPN": "F820432124002",
        },
        SchoolHistory=[{**here, "EntryDate": "2021-09-02", "LeavingDate": "2022-03-31"}, here],
    )
    assert (str(pupil), pupil.preferred_surname, pupil.sex) == ("Daniel Okafor", "Bell", "M")
    assert (pupil.surname_key, pupil.forename_key) == ("okafor", "daniel")
    assert (pupil.upn, pupil.former_upn) == ("R820432124001", "F820432124002")
    pupil.refresh_from_db()
    assert pupil.born is not None
    assert pupil.born.isoformat() == "2013-02-14"
    enrolment = pupil.enrolments.get()
    assert (enrolment.status, enrolment.year_group, enrolment.left) == ("C", "9", None)
    assert enrolment.entered is not None
    assert enrolment.entered.isoformat() == "2024-09-03"


def test_a_name_too_long_for_a_list_is_whole_in_its_group(green_abbey: Base) -> None:
    pupil = hold(green_abbey, Surname="Ж" * 300)
    pupil.refresh_from_db()
    assert pupil.surname == "Ж" * 100
    assert PupilGroup.objects.get(key=row_key(pupil.pk, BASIC)).payload["Surname"] == "Ж" * 300


def test_no_row_says_a_name_when_it_is_logged(green_abbey: Base) -> None:
    pupil = hold(green_abbey)
    rows = [pupil, *PupilKey.objects.all(), *PupilGroup.objects.all(), *EnrolmentGroup.objects.all()]
    assert not any("kafor" in repr(row) for row in rows)


def one_row_of_everything(base: Base) -> None:
    pupil = hold(base, record={**made_up_records()[0], **a_pupil()})
    row = PupilGroup.objects.get(key=row_key(pupil.pk, BASIC))
    write_over(row, {**row.payload, "Surname": "Bell"}, a_change(base))
    Settled.objects.create(base=base, full=True, digest=digest_of("entry"), pupil=pupil)
    decision = Decision.objects.create(kind=Decision.Kind.BY_HAND)
    MergedInto.objects.create(number=1_000_000, pupil=pupil, decision=decision)
    Refusal.objects.create(
        pupil=pupil, base=base, group=1, item="UPN", value_text='"X"', value_digest=digest_of('"X"'), code="bad-upn"
    )


# Who may see a restriction, or a member of staff, is another question (`test_masking`).
MODELS = [
    model for model in apps.get_app_config("authority_records").get_models() if model not in {Restriction, StaffMember}
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_staff_see_every_row_and_a_school_none(
    model: type[models.Model],
    green_abbey: Base,
    administrator: User,
    officer: User,
    sender: User,
    signed_in: Callable[..., Any],
) -> None:
    one_row_of_everything(green_abbey)
    manager: Any = model._default_manager
    everything = manager.count()
    assert everything > 0
    assert manager.visible_to(administrator).count() == manager.visible_to(officer).count() == everything
    assert manager.visible_to(green_abbey.account).count() == manager.visible_to(sender).count() == 0


def test_one_settled_entry_is_one_row(green_abbey: Base) -> None:
    pupil = hold(green_abbey)
    entry = {"base": green_abbey, "digest": digest_of("entry"), "pupil": pupil}
    Settled.objects.create(full=True, **entry)
    Settled.objects.create(full=False, **entry)
    with pytest.raises(IntegrityError), transaction.atomic():
        Settled.objects.create(full=True, **entry)


def test_what_is_kept_of_a_row_is_all_that_stood_in_it(green_abbey: Base) -> None:
    pupil = hold(green_abbey, record={**made_up_records()[0], **a_pupil()})
    later = a_change(green_abbey)
    for row in (PupilGroup.objects.of(pupil.pk)[0], EnrolmentGroup.objects.all()[0], Attendance.objects.all()[0]):
        kept = Replaced.keep(row, later)
        kept.save()
        assert list(Replaced.objects.of(row)) == [kept]
        assert kept.payload == (attendance_payload([row], green_abbey) if isinstance(row, Attendance) else row.payload)
        assert (kept.written_by, kept.replaced_by) == (row.change, later)
