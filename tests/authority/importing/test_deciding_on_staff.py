"""What people decide on members of staff is decided as on pupils, by who has the right to their records (ADR 024)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff
from tests.authority.importing.undoing import take_back
from tests.documents.staff.personnel import a_contract, a_member
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.by_hand.changing import NotValid, Place, change_value, held_at, seen_as
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.conflicts.assigning import colleagues
from schoolgate.authority.importing.conflicts.choices import Choice, Wish, decide_now
from schoolgate.authority.importing.conflicts.many import items
from schoolgate.authority.importing.conflicts.side_by_side import side_by_side
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.merging.alike import pairs
from schoolgate.authority.importing.merging.merging import merge
from schoolgate.authority.importing.merging.plan import plan
from schoolgate.authority.importing.models import Conflict, Unmatched
from schoolgate.authority.importing.summary_lines import _unmatched, _unmatched_staff
from schoolgate.authority.importing.undo_job import undone_in_words
from schoolgate.authority.importing.undoing_imports import ask_to_undo
from schoolgate.authority.importing.unmatched.acting import add, match
from schoolgate.authority.importing.unmatched.likely import likely_of
from schoolgate.authority.importing.unmatched.unmatching import unmatch
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS
from schoolgate.authority.records.groups.staff_identifiers import STAFF_IDENTIFIERS
from schoolgate.authority.records.models import Decision, Enrolment, Pupil, PupilGroup, Refusal, StaffMember
from schoolgate.authority.records.models.visible import STAFF_RECORDS
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights

pytestmark = pytest.mark.django_db

ASKS = replace(Ruling(demo=True), rules=Rules(Effect.ALWAYS_CONFLICT))
NOW = timezone.now()
WAITS = replace(Ruling(demo=True), add_unmatched=False)
RENAMED = {"StaffDetails": {**MIRIAM["StaffDetails"], "Title": "Dr"}}


@pytest.fixture
def colleague(officer: User) -> User:
    """An officer who may see staff records."""
    change_rights(officer, [STAFF_RECORDS], by=None)
    return officer


def wishes(choice: Choice) -> list[Wish]:
    found = side_by_side(list(Conflict.objects.open().order_by("pk")))
    return [Wish(one.conflict.pupil_id, one.conflict.pk, choice, one.seen) for one in found]


def title() -> Any:
    return held_at(Place(StaffMember.objects.get(), None, STAFF_DETAILS, "Title"))


def test_a_value_that_waits_is_accepted_and_the_step_is_for_who_has_the_right(
    green_abbey: Base, colleague: User, administrator: User
) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    bring_in_staff(green_abbey, [RENAMED], ruling=ASKS)
    assert decide_now(wishes(Choice.ACCEPT), by=colleague).number == 1
    assert title() == "Dr"
    assert Decision.objects.visible_to(colleague).count() == 1
    assert not Decision.objects.visible_to(administrator).exists()


def test_who_lacks_the_right_decides_nothing_and_neither_does_the_command_line(
    green_abbey: Base, administrator: User
) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    bring_in_staff(green_abbey, [RENAMED], ruling=ASKS)
    for by in (administrator, None):
        assert decide_now(wishes(Choice.ACCEPT), by=by).number == 0
        assert items(by) == []
    assert title() is None


def test_a_value_discarded_for_good_is_not_asked_about_again(green_abbey: Base, colleague: User) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    bring_in_staff(green_abbey, [RENAMED], ruling=ASKS)
    decide_now(wishes(Choice.NEVER_AGAIN), by=colleague)
    bring_in_staff(green_abbey, [RENAMED], ruling=ASKS)
    assert not Conflict.objects.open().exists()
    assert Refusal.objects.get().item == "Title"


def test_an_import_of_staff_is_undone_whole_by_who_may_see_staff(green_abbey: Base, colleague: User) -> None:
    this = bring_in_staff(green_abbey, [MIRIAM])
    bring_in(green_abbey, [a_pupil()])
    with transaction.atomic():
        assert not ask_to_undo(this, "The wrong file.", by=None)
    done = take_back(this, by=colleague)
    assert undone_in_words(done, STAFF).endswith("1 member of staff removed")
    assert not StaffMember.objects.exists()
    assert Pupil.objects.count() == 1


def test_a_value_is_changed_by_hand_and_the_schools_word_is_refused_from_then_on(
    green_abbey: Base, colleague: User
) -> None:
    bring_in_staff(green_abbey, [RENAMED])
    place = Place(StaffMember.objects.get(), None, STAFF_DETAILS, "Title")
    change_value(place, "Professor", "As the person says.", seen=seen_as(held_at(place)), by=colleague)
    bring_in_staff(green_abbey, [RENAMED], shortcut=False)
    assert title() == "Professor"


def test_a_number_that_another_member_has_is_not_written_by_hand(green_abbey: Base, colleague: User) -> None:
    other = a_member(TeacherNumber="0999999", NINumber="AB123457C")
    other["StaffDetails"]["StaffMemberName"] = {
        "PersonFamilyName": "Bell",
        "GivenNames": [{"PersonGivenName": "Ann"}],
    }
    bring_in_staff(green_abbey, [MIRIAM, other])
    place = Place(StaffMember.objects.get(surname="Bell"), None, STAFF_IDENTIFIERS, "TeacherNumber")
    with pytest.raises(NotValid):
        change_value(place, "0912345", "Copied.", seen=seen_as(held_at(place)), by=colleague)


def test_a_member_who_waits_is_matched_with_a_member_and_with_no_pupil(
    green_abbey: Base, oak_lane: Base, colleague: User
) -> None:
    bring_in(green_abbey, [a_pupil(Surname="Hartley", Forename="Miriam", DOB="1985-06-30", Sex="F")])
    bring_in_staff(green_abbey, [MIRIAM])
    told = {**MIRIAM["StaffDetails"], "TeacherNumber": "0999999", "GUID": "another"}
    del told["NINumber"]
    bring_in_staff(oak_lane, [{"StaffDetails": told, "ContractOrServiceGroup": [a_contract()]}], ruling=WAITS)
    row = Unmatched.objects.get()
    member = StaffMember.objects.get()
    assert [one.pupil.pk for one in likely_of([row], colleague)[row.pk]] == [member.pk]
    with pytest.raises(Gone):
        match(row.pk, Pupil.objects.get().pk, seen=row.seen, by=colleague)
    match(row.pk, member.pk, seen=row.seen, by=colleague)
    assert member.enrolments.count() == 2
    assert bring_in_staff(oak_lane, [{"StaffDetails": told}], full=False, ruling=WAITS).counts["pupils"] != {
        "unmatched": 1
    }
    unmatch(Enrolment.objects.get(base=oak_lane).pk, by=colleague)
    assert member.enrolments.count() == 1
    assert Unmatched.objects.get().not_of_id == member.pk


def test_a_member_who_waits_is_added(green_abbey: Base, colleague: User) -> None:
    bring_in_staff(green_abbey, [MIRIAM], ruling=WAITS)
    row = Unmatched.objects.get()
    assert (row.surname, row.upn) == ("Hartley", "0912345")
    add(row.pk, seen=row.seen, by=colleague)
    assert StaffMember.objects.get().surname == "Hartley"
    assert not Pupil.objects.exists()


def test_two_records_of_one_member_are_merged_and_keep_their_numbers(green_abbey: Base, colleague: User) -> None:
    said = {name: value for name, value in MIRIAM["StaffDetails"].items() if name not in {"TeacherNumber", "GUID"}}
    name = {"PersonFamilyName": "Hart", "GivenNames": [{"PersonGivenName": "Mimi"}]}
    other = {**said, "StaffMemberName": name, "PersonBirthDate": "1985-06-03"}
    bring_in_staff(green_abbey, [MIRIAM])
    bring_in_staff(green_abbey, [{"StaffDetails": other}], full=False)
    keep, gone = StaffMember.objects.get(surname="Hartley"), StaffMember.objects.get(surname="Hart")
    assert pairs(colleague, "staff") == {(keep.pk, gone.pk): ["UPN"]}
    assert pairs(colleague) == {}
    merge(keep.pk, gone.pk, seen=plan(keep, gone).seen, by=colleague)
    assert StaffMember.objects.get().upn == "0912345"
    assert not Pupil.objects.exists()


def test_a_member_of_staff_is_merged_with_no_pupil(green_abbey: Base, colleague: User) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in_staff(green_abbey, [MIRIAM])
    with pytest.raises(Gone):
        merge(Pupil.objects.get().pk, StaffMember.objects.get().pk, seen="", by=colleague)


def test_a_member_is_looked_after_only_by_who_may_see_staff(
    green_abbey: Base, colleague: User, administrator: User
) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    assert colleagues(StaffMember.objects.get()) == [colleague]


def test_the_pages_on_which_somebody_decides_speak_of_staff(
    green_abbey: Base, oak_lane: Base, colleague: User, signed_in: Callable[[User], Client]
) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    bring_in_staff(green_abbey, [RENAMED], ruling=ASKS)
    bring_in_staff(oak_lane, [a_member(TeacherNumber="0999999", NINumber="AB123459C")], ruling=WAITS)
    browser = signed_in(colleague)
    member, row = StaffMember.objects.get(), Unmatched.objects.get()
    conflicts = browser.get(reverse("conflicts") + "?kind=staff").content.decode()
    assert "Hartley, Miriam" in conflicts
    assert "Member of staff" in conflicts
    of_one = browser.get(reverse("pupil-conflicts", args=[member.pk])).content.decode()
    assert "Staff details" in of_one
    waiting = browser.get(reverse("unmatched") + "?who=staff").content.decode()
    assert "Member of staff" in waiting
    record = browser.get(reverse("unmatched-record", args=[row.pk])).content.decode()
    assert "Another member of staff" in record
    assert "Hartley" in browser.get(reverse("pupil", args=[member.pk]), follow=True).content.decode()
    changing = browser.get(reverse("change-value", args=[member.pk, "staff-details", "Title"]))
    assert changing.status_code == 200
    together = browser.get(reverse("decide-many")).content.decode()
    assert "1 value of 1 member of staff" in together
    assert "pupil" not in together.partition("<main")[2].partition("</main>")[0].replace("/pupils/", "")
    assert _unmatched(colleague, NOW) is None
    summed_up = _unmatched_staff(colleague, NOW)
    assert summed_up is not None
    assert summed_up.text == "1 member of staff is unmatched."
    assert PupilGroup.objects.visible_to(colleague).count() == PupilGroup.objects.count()
