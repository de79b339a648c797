"""Requests on screens: who may see which, writing one down, the pack, and erasing with two questions."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff
from tests.authority.requests.asking import ask, daniel, hold_daniel

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.records.models import Pupil, StaffMember
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS, STAFF_RECORDS
from schoolgate.authority.records.restricting import restrict
from schoolgate.authority.requests.models import DataRequest, Kind
from schoolgate.authority.requests.models.data_request import DATA_REQUESTS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights, known_rights
from schoolgate.commons.audit.models import AuditEntry

SignedIn = Callable[[User], Client]


@pytest.fixture
def pupil(green_abbey: Base, officer: User) -> Pupil:
    return hold_daniel(green_abbey, officer)


@pytest.fixture
def entitled(officer: User, signed_in: SignedIn) -> Client:
    """An officer who may make packs and erase."""
    change_rights(officer, [DATA_REQUESTS], by=None)
    return signed_in(officer)


def told(answer: Any) -> str:
    said: str = answer.content.decode()
    return said


def test_it_is_written_down_on_the_persons_page_and_listed_with_its_day(pupil: Pupil, as_officer: Client) -> None:
    assert "No open requests." in told(as_officer.get(reverse("data-requests")))
    address = reverse("new-data-request", args=[pupil.pk])
    assert address in told(as_officer.get(reverse("pupil", args=[pupil.pk])))
    wrong = as_officer.post(address, {"kind": "access", "received": "2126-11-20"})
    assert wrong.status_code == 422
    assert "This day has yet to come." in told(wrong)
    data = {"kind": "access", "asked_by": "Mrs Wexford, mother", "received": "2026-11-20"}
    shown = told(as_officer.post(address, data, follow=True))
    assert "Written down as R-" in shown
    assert "20 Dec 2026" in shown
    listed = told(as_officer.get(reverse("data-requests")))
    assert "Okafor, Daniel" in listed
    assert "Mrs Wexford" not in listed


def test_closing_says_what_was_answered_and_takes_it_off_the_list(pupil: Pupil, as_officer: Client) -> None:
    asked = ask(pupil)
    as_officer.post(reverse("take-on-data-request", args=[asked.pk]))
    shown = told(
        as_officer.post(
            reverse("close-data-request", args=[asked.pk]),
            {"state": "refused", "outcome": "The Education Act has us hold it."},
            follow=True,
        )
    )
    assert "The Education Act has us hold it." in shown
    assert "No open requests." in told(as_officer.get(reverse("data-requests")))
    assert asked.ref in told(as_officer.get(reverse("data-requests"), {"all": "1"}))


def test_one_that_is_late_says_so(pupil: Pupil, as_officer: Client) -> None:
    asked = ask(pupil, Kind.ACCESS)
    DataRequest.objects.filter(pk=asked.pk).update(due=date(2020, 1, 1))
    assert "Late" in told(as_officer.get(reverse("data-requests"))).title()
    assert "It had to be answered by" in told(as_officer.get(reverse("data-request", args=[asked.pk])))


def test_without_the_right_no_pack_is_made_and_nothing_erased(pupil: Pupil, as_officer: Client) -> None:
    asked = ask(pupil)
    for page in ("data-pack", "erase-person"):
        assert as_officer.post(reverse(page, args=[asked.pk])).status_code == 403
    assert known_rights()["data-requests"] in told(as_officer.get(reverse("data-request", args=[asked.pk])))


def test_the_pack_is_downloaded_once_somebody_says_who_asks(pupil: Pupil, entitled: Client) -> None:
    asked = ask(pupil, Kind.ACCESS)
    address = reverse("data-pack", args=[asked.pk])
    shown = told(entitled.get(address))
    assert "Grace Wexford" in shown
    assert "His sister Sorrel asked for him." in shown
    assert entitled.post(address).status_code == 422
    got = entitled.post(address, {"sure": "on"})
    assert got["Content-Disposition"] == f'attachment; filename="{asked.ref}.zip"'
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        page = archive.read("everything.html").decode()
    assert "Quarry Lane" in page
    assert "Sorrel" not in page
    assert "Pack last made" in told(entitled.get(reverse("data-request", args=[asked.pk])))


def test_erasing_asks_for_the_rule_and_then_for_the_name(pupil: Pupil, entitled: Client) -> None:
    asked = ask(pupil)
    address = reverse("erase-person", args=[asked.pk])
    shown = told(entitled.get(address))
    assert "What stays, and why" in shown
    first = {"rule": "17(1)(a)", "reason": "The child has left the county."}
    once_more = told(entitled.post(address, first))
    assert "Once more" in once_more
    assert 'type="hidden" name="reason"' in once_more
    wrong = entitled.post(address, {**first, "sure": "yes", "name": "Sorrel Hale"})
    assert (wrong.status_code, Pupil.objects.count()) == (422, 2)
    done = told(entitled.post(address, {**first, "sure": "yes", "name": " daniel  OKAFOR"}, follow=True))
    assert f"Pupil {pupil.pk}, not held any more" in done
    assert Pupil.objects.count() == 1
    assert entitled.get(reverse("pupil", args=[pupil.pk])).status_code == 404
    entry = AuditEntry.objects.get(did="pupil erased")
    assert "Daniel" not in entry.details


def test_who_comes_again_is_shown_with_the_request_by_which_it_was_erased(
    pupil: Pupil, entitled: Client, green_abbey: Base
) -> None:
    asked = ask(pupil)
    data = {"rule": "17(1)(a)", "reason": "Left.", "sure": "yes", "name": "Daniel Okafor"}
    entitled.post(reverse("erase-person", args=[asked.pk]), data)
    bring_in(green_abbey, [daniel()], full=False)
    shown = told(entitled.get(reverse("unmatched-record", args=[Unmatched.objects.get().pk])))
    assert f"by request {asked.ref}." in shown
    assert "Erased before" in told(entitled.get(reverse("unmatched")))


def test_a_restricted_pupils_request_is_nobodys_without_the_right(
    pupil: Pupil, entitled: Client, officer: User
) -> None:
    asked = ask(pupil)
    restrict(pupil, "The father must not know.", None, seen=0, by=None)
    pages = ("data-request", "data-pack", "erase-person", "close-data-request")
    assert [entitled.get(reverse(page, args=[asked.pk])).status_code for page in pages] == [404] * 4
    assert asked.ref not in told(entitled.get(reverse("data-requests"), {"all": "1"}))
    change_rights(officer, [DATA_REQUESTS, RESTRICTED_PUPILS], by=None)
    shown = told(entitled.get(reverse("erase-person", args=[asked.pk])))
    assert "Lift the restriction first" in shown
    assert "Why it may go" not in shown


def test_members_of_staff_are_led_to_where_they_may_be_seen_and_only_there(officer: User, as_officer: Client) -> None:
    assert reverse("staff") not in told(as_officer.get(reverse("data-requests")))
    change_rights(officer, [STAFF_RECORDS], by=None)
    assert reverse("staff") in told(as_officer.get(reverse("data-requests")))


def test_a_member_of_staffs_request_needs_the_right_to_staff_records(
    green_abbey: Base, entitled: Client, officer: User
) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    asked = ask(StaffMember.objects.get())
    assert entitled.get(reverse("data-request", args=[asked.pk])).status_code == 404
    change_rights(officer, [DATA_REQUESTS, STAFF_RECORDS], by=None)
    assert "Miriam Hartley" in told(entitled.get(reverse("data-request", args=[asked.pk])))
    data = {"rule": "17(1)(a)", "reason": "Left.", "sure": "yes", "name": "Miriam Hartley"}
    entitled.post(reverse("erase-person", args=[asked.pk]), data)
    assert not StaffMember.objects.exists()
    change_rights(officer, [DATA_REQUESTS], by=None)
    assert asked.ref not in told(entitled.get(reverse("data-requests"), {"all": "1"}))
