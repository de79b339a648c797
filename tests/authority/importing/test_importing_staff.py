"""Personnel files are imported by the machinery of pupil files (ADR 024)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.authority.importing.importing_files import MONDAY, bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff, made_up_staff
from tests.documents.staff.personnel import a_contract, a_member
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import Conflict, RemovalCandidate, Unmatched, Waiting
from schoolgate.authority.records.groups.registry import STAFF_GROUPS, write_groups
from schoolgate.authority.records.models import Enrolment, EnrolmentGroup, Pupil, PupilGroup, StaffMember

pytestmark = pytest.mark.django_db

BY_PEOPLE = replace(Ruling(demo=True), rules=Rules(Effect.ALWAYS_CONFLICT))


def details(**changes: Any) -> dict[str, Any]:
    """Miriam as her school tells of her, with what is changed in her details."""
    return {"StaffDetails": {**MIRIAM["StaffDetails"], **changes}}


def named(family: str, given: str) -> dict[str, Any]:
    return {"PersonFamilyName": family, "GivenNames": [{"PersonGivenName": given}]}


def test_a_personnel_file_makes_members_of_staff_and_no_pupils(green_abbey: Base) -> None:
    this = bring_in_staff(green_abbey, [MIRIAM])
    assert this.counts["pupils"] == {"added": 1}
    member = StaffMember.objects.get()
    assert (member.surname, member.forename, member.born) == ("Hartley", "Miriam", date(1985, 6, 30))
    assert (member.sex, member.upn, member.former_upn) == ("F", "0912345", "AB123456C")
    assert not Pupil.objects.exists()


def test_all_that_a_file_says_of_staff_is_held_and_can_be_written_again(green_abbey: Base) -> None:
    sent = made_up_staff()
    bring_in_staff(green_abbey, sent)
    told = {
        member["StaffDetails"].get("TeacherNumber") or member["StaffDetails"]["NINumber"]: member for member in sent
    }
    assert StaffMember.objects.count() == len(sent) == len(told)
    for member in StaffMember.objects.all():
        enrolment = Enrolment.objects.get(pupil=member.pk)
        rows = [*PupilGroup.objects.of(member.pk), *EnrolmentGroup.objects.of(enrolment.pk)]
        assert {row.group for row in rows} <= set(STAFF_GROUPS)
        assert write_groups({row.group: row.payload for row in rows}) == told[member.upn]


def test_the_same_file_again_changes_nothing_by_the_shortcut_or_without(green_abbey: Base) -> None:
    sent = made_up_staff()
    bring_in_staff(green_abbey, sent)
    for shortcut in (True, False):
        assert bring_in_staff(green_abbey, sent, shortcut=shortcut).counts["pupils"] == {"same": len(sent)}


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        (details(NINumber="", TeacherNumber="", PersonBirthDate="1986-06-30"), "guid"),
        (details(GUID="", StaffMemberName=named("Hart", "Miriam")), "upn"),
        (details(GUID="", TeacherNumber="", StaffMemberName=named("Hart", "Miriam")), "former-upn"),
        (details(GUID="", TeacherNumber="0999999"), "former-upn"),
        (details(GUID="", TeacherNumber="", NINumber=""), "all-four"),
    ],
    ids=["GUID", "teacher number", "National Insurance number", "National Insurance number of two", "all four"],
)
def test_a_member_is_found_by_guid_then_numbers_then_all_four(green_abbey: Base, told: Any, rule: str) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    said = {name: value for name, value in told["StaffDetails"].items() if value}
    bring_in_staff(green_abbey, [{**told, "StaffDetails": {**said, "Title": "Dr"}}], full=False)
    member = StaffMember.objects.get()
    row = PupilGroup.objects.of(member.pk).get(payload_text__contains='"Dr"')
    assert row.change.rule.partition("/")[0] == rule


def test_another_teacher_number_and_no_insurance_number_is_somebody_else_or_for_a_person(green_abbey: Base) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    told = details(TeacherNumber="0999999", GUID="", NINumber="")
    said = {name: value for name, value in told["StaffDetails"].items() if value}
    this = bring_in_staff(green_abbey, [{"StaffDetails": said}], full=False)
    assert [problem["code"] for problem in this.problems] == ["namesake-with-another-upn"]
    assert Unmatched.objects.get().surname == "Hartley"


def test_a_pupil_and_a_member_of_staff_are_never_one_whatever_they_have_in_common(green_abbey: Base) -> None:
    born = {"Surname": "Hartley", "Forename": "Miriam", "DOB": "1985-06-30", "Sex": "F"}
    key = {"SuppInfo": {"SuppID": "A", "GUID": MIRIAM["StaffDetails"]["GUID"]}}
    bring_in(green_abbey, [a_pupil(**born, **key)])
    assert bring_in_staff(green_abbey, [MIRIAM]).counts["pupils"] == {"added": 1}
    assert (Pupil.objects.count(), StaffMember.objects.count()) == (1, 1)
    assert bring_in_staff(green_abbey, [MIRIAM], shortcut=False).counts["pupils"] == {"same": 1}


def test_what_the_rules_do_not_take_waits_for_a_person(green_abbey: Base) -> None:
    bring_in_staff(green_abbey, [{**MIRIAM, "ContractOrServiceGroup": [a_contract()]}])
    promoted = [a_contract(Post="HDT")]
    bring_in_staff(green_abbey, [{**MIRIAM, "ContractOrServiceGroup": promoted}], ruling=BY_PEOPLE)
    conflict = Conflict.objects.get()
    assert (conflict.data_group.name, conflict.item, conflict.incoming) == (
        "contracts",
        "ContractOrServiceGroup",
        promoted,
    )


def test_a_full_personnel_file_takes_nobody_out_and_says_nothing_of_pupils(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    staff = made_up_staff(10)
    bring_in_staff(green_abbey, staff)
    bring_in_staff(green_abbey, staff[:9])
    missing = RemovalCandidate.objects.get(group=None)
    assert missing.pupil.kind == "staff"
    bring_in(green_abbey, [a_pupil()])
    assert list(RemovalCandidate.objects.filter(group=None)) == [missing]


def test_a_full_personnel_file_that_lacks_much_of_the_staff_waits_for_a_person(green_abbey: Base) -> None:
    staff = made_up_staff(10)
    bring_in_staff(green_abbey, staff)
    this = bring_in_staff(green_abbey, staff[:7])
    assert this.waiting == Waiting.FEW
    assert this.figures == {"roll": 10, "of_roll": 7, "pupils": 7}


def test_a_newer_pupil_file_makes_no_personnel_file_an_old_one(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()], created=MONDAY)
    this = bring_in_staff(green_abbey, [MIRIAM], created=MONDAY - timedelta(days=3))
    assert this.completed_at


def test_a_full_file_of_one_kind_leaves_those_of_the_other_who_wait(green_abbey: Base) -> None:
    waits = replace(Ruling(demo=True), add_unmatched=False)
    bring_in(green_abbey, [a_pupil()], ruling=waits)
    bring_in_staff(green_abbey, [MIRIAM], ruling=waits)
    assert Unmatched.objects.count() == 2
    bring_in(green_abbey, [a_pupil()], ruling=waits)
    bring_in_staff(green_abbey, [MIRIAM], ruling=waits)
    assert {row.surname for row in Unmatched.objects.staff()} == {"Hartley"}
    assert Unmatched.objects.pupils().count() == 1


def test_who_works_at_two_schools_is_one_with_an_engagement_at_each(green_abbey: Base, oak_lane: Base) -> None:
    here = {**MIRIAM, "ContractOrServiceGroup": [a_contract()]}
    there = {**details(GUID="11111111-2222-3333-4444-555555555555"), "ContractOrServiceGroup": [a_contract(Post="HDT")]}
    bring_in_staff(green_abbey, [here])
    bring_in_staff(oak_lane, [there])
    assert set(StaffMember.objects.get().enrolments.values_list("base__name", "entered")) == {
        ("Green Abbey Primary School", date(2015, 9, 1)),
        ("Oak Lane Academy", date(2015, 9, 1)),
    }
    for base, told in ((green_abbey, here), (oak_lane, there)):
        assert bring_in_staff(base, [told], shortcut=False).counts["pupils"] == {"same": 1}


def test_who_has_only_contracts_that_ended_has_left_and_who_has_a_running_one_has_not(green_abbey: Base) -> None:
    ended = a_contract(ContractEnd="2024-08-31")
    runs = a_contract(ContractStart="2024-09-01", ContractEnd="2999-08-31")
    bring_in_staff(green_abbey, [{**MIRIAM, "ContractOrServiceGroup": [ended]}])
    assert (StaffMember.objects.get().active, Enrolment.objects.get().left) == (False, date(2024, 8, 31))
    bring_in_staff(green_abbey, [{**MIRIAM, "ContractOrServiceGroup": [ended, runs]}])
    assert (StaffMember.objects.get().active, Enrolment.objects.get().left) == (True, None)


def test_a_value_that_cannot_be_right_is_left_out_and_its_neighbours_are_taken(green_abbey: Base) -> None:
    contracts = [a_contract(ContractEnd="2014-01-01"), a_contract(ContractStart="2020-09-01", Post="HDT")]
    this = bring_in_staff(green_abbey, [{**MIRIAM, "ContractOrServiceGroup": contracts}])
    assert this.counts["groups"]["contracts"]["left_out"] == 1
    row = EnrolmentGroup.objects.get(payload_text__contains="HDT")
    held = row.payload["ContractOrServiceGroup"]
    assert [one["ContractStart"] for one in held] == ["2015-09-01", "2020-09-01"]


def test_an_entry_that_a_system_adds_for_itself_is_of_no_pupils_group(green_abbey: Base) -> None:
    bring_in_staff(green_abbey, [{**a_member(), "SuppInfo": {"GUID": "a", "SuppID": "b"}}])
    assert {row.group.subject for row in EnrolmentGroup.objects.all()} <= {"staff"}
