"""Members of staff on screens: found, looked at, and noted; for who has the right to their records and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff, made_up_staff
from tests.documents.staff.personnel import a_contract
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Enrolment, Pupil, PupilKey, StaffMember
from schoolgate.authority.records.models.visible import STAFF_RECORDS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry

SignedIn = Callable[[User], Client]

PAID = a_contract(PostLevelDetails={"Payments": {"PayRange": "TU", "BasePay": "48123.00"}})


@pytest.fixture
def colleague(officer: User) -> User:
    """An officer who may see staff records."""
    change_rights(officer, [STAFF_RECORDS], by=None)
    return officer


@pytest.fixture
def miriam(green_abbey: Base) -> Pupil:
    """Miriam Hartley among other staff and a pupil of her school."""
    bring_in(green_abbey, [a_pupil()])
    bring_in_staff(green_abbey, [{**MIRIAM, "ContractOrServiceGroup": [PAID]}, *made_up_staff(5)])
    return StaffMember.objects.get(upn="0912345")


def found(browser: Client, **asked: Any) -> str:
    answer = browser.post(reverse("staff"), {"roll": "on-roll", **asked}, follow=True)
    return str(answer.content.decode())


@pytest.mark.parametrize("text", ["hartley", "miriam", "0912345", "AB123456C", "30/6/1985", "hart mir"])
def test_a_member_is_found_by_name_number_or_birth(
    miriam: Pupil, colleague: User, signed_in: SignedIn, text: str
) -> None:
    page = found(signed_in(colleague), text=text)
    assert "Hartley, Miriam" in page
    assert "Green Abbey Primary School" in page
    assert "1 member of staff" in page


def test_the_staff_of_a_school_are_listed_without_its_pupils(
    miriam: Pupil, green_abbey: Base, colleague: User, signed_in: SignedIn
) -> None:
    page = found(signed_in(colleague), base=green_abbey.pk)
    assert "6 members of staff" in page
    assert "Okafor" not in page


def test_a_search_without_anything_says_what_to_type(colleague: User, signed_in: SignedIn) -> None:
    answer = signed_in(colleague).post(reverse("staff"), {"roll": "on-roll"})
    assert answer.status_code == 422
    assert "Type a name, teacher number" in answer.content.decode()


def test_what_was_typed_stands_in_no_address(miriam: Pupil, colleague: User, signed_in: SignedIn) -> None:
    answer: Any = signed_in(colleague).post(reverse("staff"), {"roll": "on-roll", "text": "hartley"})
    assert "hartley" not in answer.url


def test_a_members_page_tells_posts_and_pay_and_where_they_are_from(
    miriam: Pupil, colleague: User, signed_in: SignedIn
) -> None:
    browser = signed_in(colleague)
    overview = browser.get(reverse("staff-member", args=[miriam.pk])).content.decode()
    assert "Classroom teacher, upper pay range" in overview
    pay = browser.get(reverse("staff-member", args=[miriam.pk]) + "?group=contracts").content.decode()
    assert "£48,123.00" in pay
    assert "8204321_PER_820LLLL_001.xml" in pay


def test_a_group_of_pupils_is_none_of_a_members(miriam: Pupil, colleague: User, signed_in: SignedIn) -> None:
    assert signed_in(colleague).get(reverse("staff-member", args=[miriam.pk]) + "?group=attendance").status_code == 404


def test_the_address_of_a_pupil_leads_on_to_a_member_of_staff_and_back(
    miriam: Pupil, colleague: User, signed_in: SignedIn
) -> None:
    browser = signed_in(colleague)
    answer: Any = browser.get(reverse("pupil", args=[miriam.pk]))
    assert answer.url == reverse("staff-member", args=[miriam.pk])
    pupil = Enrolment.objects.pupils().get().pupil_id
    answer = browser.get(reverse("staff-member", args=[pupil]))
    assert answer.url == reverse("pupil", args=[pupil])


def test_who_lacks_the_right_finds_no_page_of_staff(miriam: Pupil, administrator: User, signed_in: SignedIn) -> None:
    browser = signed_in(administrator)
    assert browser.get(reverse("staff")).status_code == 403
    assert browser.get(reverse("staff-member", args=[miriam.pk])).status_code == 403
    assert browser.get(reverse("pupil", args=[miriam.pk])).status_code == 404


def test_every_look_and_search_stands_in_the_audit_for_who_has_the_right(
    miriam: Pupil, colleague: User, administrator: User, signed_in: SignedIn
) -> None:
    browser = signed_in(colleague)
    found(browser, text="hartley")
    browser.get(reverse("staff-member", args=[miriam.pk]) + "?group=contracts")
    told = AuditEntry.objects.shown_to(colleague).filter(did__in=["staff searched", "member of staff seen"])
    assert {entry.did for entry in told} == {"staff searched", "member of staff seen"}
    hidden = AuditEntry.objects.shown_to(administrator).filter(pk__in=[entry.pk for entry in told])
    assert not hidden.exists()


def test_a_search_for_pupils_finds_no_staff(miriam: Pupil, colleague: User, signed_in: SignedIn) -> None:
    browser = signed_in(colleague)
    answer = browser.post(reverse("pupils"), {"roll": "all", "text": "hartley"}, follow=True)
    assert "No pupil fits." in answer.content.decode()


def test_rows_of_staff_are_hidden_whatever_they_are_asked_by(
    miriam: Pupil, colleague: User, administrator: User
) -> None:
    keys = PupilKey.objects.filter(pupil=miriam.pk)
    assert keys.visible_to(colleague).count() == keys.count() > 0
    assert not keys.visible_to(administrator).exists()
    assert not keys.shown_to(None).exists()
