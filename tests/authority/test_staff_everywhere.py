"""Members of staff beside pupils: they are in no answer to who lacks the right, and in no page of pupils at all."""

import gzip
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.authority.importing.importing_files import MONDAY
from tests.authority.importing.staff_files import personnel_of
from tests.authority.test_restricted_everywhere import pages, send
from tests.documents.staff.personnel import a_contract, a_member
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import always_import_set, use, use_for_new_bases
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import Conflict, RemovalCandidate, RuleSet, Unmatched
from schoolgate.authority.records.models import Pupil, Refusal, StaffMember
from schoolgate.authority.records.models.visible import STAFF_RECORDS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.jobs.engine import work_off

SignedIn = Callable[[User], Client]

SECRET = ("Zyxley", "Quillon", "Quilla", "0977123", "QQ123456C", "Hidden Reach", "48123.00")
"""What nobody without the right may read: names, one misspelt elsewhere, numbers, the road, the pay."""

OF_PUPILS = re.compile(r"/authority/(pupils/?([0-9]+)?|incoming/duplicates/|reports/.*)([?].*)?")
"""Pages of pupils alone; those on which somebody decides are of both."""


def quillon(**changes: Any) -> dict[str, Any]:
    """The member of staff, as Green Abbey tells of her."""
    name = {"PersonFamilyName": "Zyxley", "GivenNames": [{"PersonGivenName": "Quillon"}]}
    told = a_member(**{"TeacherNumber": "0977123", "NINumber": "QQ123456C", "StaffMemberName": name, **changes})
    pay = {"Payments": {"PayRange": "TE", "PayFramework": "2014", "BasePay": "48123.00"}}
    home = {"BS7666Address": {"PAON": "7", "Street": "Hidden Reach", "Town": "Bedford"}, "PostCode": "MK40 1AA"}
    contract = a_contract(PostLevelDetails=pay)
    return {**told, "ContractOrServiceGroup": [contract], "StaffContact": {"Address": home}}


COLLEAGUE = a_member(
    TeacherNumber="0912346",
    NINumber="AB123457C",
    StaffMemberName={"PersonFamilyName": "Other", "GivenNames": [{"PersonGivenName": "Ann"}]},
)
ADA = a_pupil(UPN="F820432124002", Forename="Ada", Sex="F", DOB="2013-03-01")


def send_staff(program: Any, base: Base, members: list[dict[str, Any]], number: int) -> None:
    data = personnel_of(base, members, created=MONDAY.replace(day=10 + number))
    digest = hashlib.sha256(data).hexdigest()
    answer = program.http.put(
        f"/exchange/v1/personnel/files/{digest}/{base.dfe_number}_PER_820LLLL_{number:03}.xml",
        content=gzip.compress(data),
        headers={**program.authorization, "Content-Type": "application/xml", "Content-Encoding": "gzip"},
    )
    assert answer.status_code in {200, 201}, answer.text
    work_off()


@pytest.fixture
def planted(program: Any, other_program: Any, green_abbey: Base, oak_lane: Base) -> Pupil:
    """Imported beside pupils; since then in conflict, refused, missing, and sent by another school."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    send(program, green_abbey, [ADA], 1)
    send_staff(program, green_abbey, [quillon(), COLLEAGUE], 1)
    asks = RuleSet.objects.create(name="Ask", effects=RuleSet().take(Rules(Effect.ALWAYS_CONFLICT)).effects)
    use(asks, [green_abbey], add_unmatched=True, by=None)
    changed = quillon(Title="Zyxley Quillon", NINumber="GB123456C")
    send_staff(program, green_abbey, [changed, COLLEAGUE], 2)
    send_staff(program, green_abbey, [{"StaffDetails": changed["StaffDetails"]}, COLLEAGUE], 3)
    name = {"PersonFamilyName": "Zyxley", "GivenNames": [{"PersonGivenName": "Quilla"}]}
    use(always_import_set(), [oak_lane], add_unmatched=False, by=None)
    other = quillon(TeacherNumber="0977124", NINumber="QQ123457C", StaffMemberName=name)
    send_staff(other_program, oak_lane, [other], 1)
    return StaffMember.objects.get(upn="0977123")


def room_of(address: str) -> str:
    """The part of the site that an address is of: `staff`, `incoming/conflicts`."""
    parts = address.partition("?")[0].removeprefix("/authority/").split("/")
    return "/".join(parts[: 2 if parts[0] == "incoming" else 1])


def leaks(browser: Client) -> set[str]:
    return {address for address, text in pages(browser) if any(word in text for word in SECRET)}


def test_the_member_waits_in_every_way(planted: Pupil) -> None:
    for rows in (Conflict, Refusal, RemovalCandidate):
        assert rows.objects.filter(pupil=planted.pk).exists(), rows
    assert Unmatched.objects.staff().count() == 1


def test_no_answer_says_anything_of_staff_but_to_who_has_the_right(
    planted: Pupil, administrator: User, signed_in: SignedIn
) -> None:
    assert leaks(signed_in(administrator)) == set()


def test_who_has_the_right_finds_staff_everywhere_but_among_pupils(
    planted: Pupil, administrator: User, signed_in: SignedIn
) -> None:
    change_rights(administrator, [STAFF_RECORDS], by=None)
    found = leaks(signed_in(administrator))
    assert {"staff", "imports", "files", "incoming/conflicts", "incoming/unmatched"} <= set(map(room_of, found))
    assert [address for address in found if OF_PUPILS.fullmatch(address)] == []


def test_pages_of_staff_show_no_pupil(planted: Pupil, administrator: User, signed_in: SignedIn) -> None:
    change_rights(administrator, [STAFF_RECORDS], by=None)
    shown = [
        (address, text) for address, text in pages(signed_in(administrator)) if address.startswith("/authority/staff")
    ]
    assert len(shown) > 1
    assert [address for address, text in shown if "F820432124002" in text] == []
