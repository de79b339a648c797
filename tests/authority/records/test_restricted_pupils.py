"""Restricted pupils: who sees them, who restricts them and lifts it, and what of all that stands in the audit."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.authority.records.holding import a_change, hold

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.canonical import digest_of
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Decision, Pupil, PupilGroup, Restriction, Settled, row_key
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.authority.records.restricting import ChangedMeanwhile, lift, restrict
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry

SignedIn = Callable[[User], Client]
WHY = "Court order of 3 November"


def text(answer: object) -> str:
    return str(answer.content, "utf-8")  # type: ignore[attr-defined]


def search(browser: Client, what: str = "", **more: str) -> str:
    return text(browser.post(reverse("pupils"), {"text": what, "roll": "all", **more}, follow=True))


@pytest.fixture
def owner(db: None) -> User:
    """An officer who was given the right."""
    user = create_user("olga", "officer", name="Olga Marsh", password="Plain-Lantern-42")
    change_rights(user, [RESTRICTED_PUPILS], by=None)
    return user


@pytest.fixture
def as_owner(owner: User, signed_in: SignedIn) -> Client:
    return signed_in(owner)


@pytest.fixture
def hidden(green_abbey: Base, owner: User) -> Pupil:
    """Daniel Okafor, born 14 February 2013, UPN R820432124001: restricted."""
    pupil = hold(green_abbey, UPN="R820432124001")
    restrict(pupil, WHY, date(2026, 12, 1), seen=0, by=owner)
    return pupil


def test_who_has_the_right_restricts_a_pupil_from_its_page(as_owner: Client, owner: User, green_abbey: Base) -> None:
    pupil = hold(green_abbey)
    assert "Restrict this pupil" in text(as_owner.get(reverse("pupil", args=[pupil.pk])))
    given = {"why": WHY, "until": "2026-12-01", "seen": "0"}
    shown = text(as_owner.post(reverse("restriction", args=[pupil.pk]), given, follow=True))
    assert WHY in shown
    row = pupil.restriction
    assert (row.why, row.until, row.by) == (WHY, date(2026, 12, 1), owner)


def test_without_a_reason_nobody_is_restricted(as_owner: Client, green_abbey: Base) -> None:
    pupil = hold(green_abbey)
    answer = as_owner.post(reverse("restriction", args=[pupil.pk]), {"why": " ", "seen": "0"})
    assert answer.status_code == 422
    assert not Restriction.objects.exists()


def test_for_a_colleague_without_the_right_the_pupil_is_not_there(
    as_officer: Client, as_administrator: Client, hidden: Pupil
) -> None:
    for browser in (as_officer, as_administrator):
        assert browser.get(reverse("pupil", args=[hidden.pk])).status_code == 404
        assert browser.get(reverse("pupil", args=[hidden.pk]) + "?group=addresses").status_code == 404
        assert "No pupil fits." in search(browser, "okafor")


def test_only_the_right_opens_the_pages_of_restrictions(
    as_officer: Client, as_administrator: Client, stranger: Client, hidden: Pupil
) -> None:
    addresses = [
        reverse("restricted"),
        reverse("restriction", args=[hidden.pk]),
        reverse("lift-restriction", args=[hidden.pk]),
    ]
    for address in addresses:
        assert as_officer.get(address).status_code == as_administrator.get(address).status_code == 403
        assert as_officer.post(address, {"reason": "x", "why": "x", "seen": "1"}).status_code == 403
        assert stranger.get(address).status_code == 302
    assert Restriction.objects.get().version == 1


def test_who_has_the_right_finds_the_pupil_and_is_told_first(as_owner: Client, hidden: Pupil) -> None:
    assert "Okafor, Daniel" in search(as_owner, "okafor")
    assert "must not leak" in text(as_owner.get(reverse("pupil", args=[hidden.pk]) + "?group=basic-details"))


def test_the_list_tells_who_why_and_until_when_the_due_first(
    as_owner: Client, hidden: Pupil, green_abbey: Base, owner: User
) -> None:
    later = hold(green_abbey, UPN="F820432124002", Forename="Ada")
    restrict(later, "Adopted", None, seen=0, by=owner)
    shown = text(as_owner.get(reverse("restricted")))
    assert shown.index("Daniel") < shown.index("Ada</")
    assert WHY in shown
    assert "format=csv" not in shown


def test_no_download_has_a_restricted_pupil_whoever_asks(as_owner: Client, hidden: Pupil, green_abbey: Base) -> None:
    hold(green_abbey, UPN="F820432124002", Forename="Ada")
    found = as_owner.post(reverse("pupils"), {"text": "okafor", "roll": "all"})["Location"]
    assert "Daniel" in text(as_owner.get(found))
    rows = b"".join(as_owner.get(found + "&format=csv")).decode()
    assert "Ada" in rows
    assert "Daniel" not in rows
    assert "Daniel" not in text(as_owner.get(reverse("restricted") + "?format=csv")).split("<main")[0]


@pytest.mark.parametrize("what", ["R820432124001", "daniel okafor 14/2/2013"])
def test_a_search_that_names_the_pupil_for_sure_says_that_one_is_not_shown(
    as_officer: Client, hidden: Pupil, oak_lane: Base, what: str
) -> None:
    assert "1 restricted pupil is not shown" in search(as_officer, what)
    # Wherever one looks: the answer says nothing of the school.
    assert "1 restricted pupil is not shown" in search(as_officer, what, base=str(oak_lane.pk))


@pytest.mark.parametrize(
    "what", ["okafor", "daniel okafor", "dan oka 14/2/2013", "R8204", "14/2/2013", "R820432124001 MK40 1AA"]
)
def test_a_guess_says_nothing(as_officer: Client, hidden: Pupil, what: str) -> None:
    assert "not shown" not in search(as_officer, what)


def test_who_asked_for_a_restricted_pupil_is_on_record_for_those_with_the_right(
    as_officer: Client, as_owner: Client, hidden: Pupil
) -> None:
    search(as_officer, "R820432124001")
    assert AuditEntry.objects.get(did="restricted pupil asked for").who == "omar"
    assert "restricted pupil asked for" in text(as_owner.get(reverse("pupil", args=[hidden.pk])))


def test_each_opening_is_on_record(as_owner: Client, hidden: Pupil) -> None:
    as_owner.get(reverse("pupil", args=[hidden.pk]))
    as_owner.get(reverse("pupil", args=[hidden.pk]) + "?group=addresses")
    opened = AuditEntry.objects.filter(did="restricted pupil opened", about=f"pupil {hidden.pk}")
    assert [entry.details for entry in opened] == ["Addresses", ""]


def test_the_audit_shows_nothing_about_the_pupil_without_the_right(
    as_administrator: Client, administrator: User, as_owner: Client, hidden: Pupil, signed_in: SignedIn
) -> None:
    search(as_owner, "Daniel Okafor MK40")
    as_owner.get(reverse("pupil", args=[hidden.pk]))
    as_owner.get(reverse("restricted"))
    shown = text(as_administrator.get(reverse("audit")))
    assert f"pupil {hidden.pk}<" not in shown
    assert "Okafor" not in shown
    change_rights(administrator, [RESTRICTED_PUPILS], by=administrator)
    shown = text(signed_in(administrator).get(reverse("audit")))
    assert "restricted pupil opened" in shown
    assert "Daniel Okafor MK40" in shown


def test_what_was_settled_of_the_pupil_is_looked_at_again(green_abbey: Base, owner: User) -> None:
    pupil = hold(green_abbey)
    entry = {"base": green_abbey, "full": True, "pupil": pupil}
    Settled.objects.create(digest=digest_of("one"), **entry)
    restrict(pupil, WHY, None, seen=0, by=owner)
    assert not Settled.objects.exists()
    Settled.objects.create(digest=digest_of("two"), **entry)
    lift(pupil, "Order ended", seen=1, by=owner)
    assert not Settled.objects.exists()


def test_what_people_decided_on_the_pupil_before_is_hidden_too(green_abbey: Base, owner: User, officer: User) -> None:
    pupil = hold(green_abbey)
    decision = Decision.objects.create(kind=Decision.Kind.BY_HAND, reason="Moved to Elm Street")
    row = PupilGroup.objects.get(key=row_key(pupil.pk, group_named("basic-details")))
    row.change = a_change(green_abbey, source="person", decision=decision)
    row.save()
    restrict(pupil, WHY, None, seen=0, by=owner)
    assert not Decision.objects.visible_to(officer).exists()


def test_of_two_who_change_a_restriction_at_once_the_second_is_told(as_owner: Client, hidden: Pupil) -> None:
    address = reverse("restriction", args=[hidden.pk])
    as_owner.post(address, {"why": "First", "until": "", "seen": "1"})
    shown = text(as_owner.post(address, {"why": "Second", "until": "", "seen": "1"}, follow=True))
    assert "a moment ago" in shown
    assert Restriction.objects.get().why == "First"


def test_a_restriction_that_was_changed_meanwhile_is_not_lifted(hidden: Pupil, owner: User) -> None:
    restrict(hidden, "Extended", None, seen=1, by=owner)
    with pytest.raises(ChangedMeanwhile):
        lift(hidden, "Over", seen=1, by=owner)
    assert Restriction.objects.exists()


def test_lifted_the_pupil_is_there_for_everybody_and_the_reason_on_record(
    as_owner: Client, as_officer: Client, hidden: Pupil
) -> None:
    shown = text(as_owner.get(reverse("lift-restriction", args=[hidden.pk])))
    assert WHY in shown
    as_owner.post(reverse("lift-restriction", args=[hidden.pk]), {"reason": "Order ended", "seen": "1"})
    assert as_officer.get(reverse("pupil", args=[hidden.pk])).status_code == 200
    entry = AuditEntry.objects.get(did="restriction lifted")
    assert (entry.details, entry.about) == ("Order ended", f"pupil {hidden.pk}")


def test_why_a_pupil_is_restricted_stands_in_no_audit_entry(hidden: Pupil) -> None:
    assert not [entry for entry in AuditEntry.objects.all() if WHY in f"{entry.target}{entry.details}"]


def test_the_list_takes_as_many_queries_for_ten_as_for_one(
    as_owner: Client, hidden: Pupil, green_abbey: Base, owner: User
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as for_one:
        as_owner.get(reverse("restricted"))
    change = a_change(green_abbey)
    for number in range(9):
        pupil = hold(green_abbey, change, UPN=f"R82043212{number:04}", Forename=f"Kid{number}")
        restrict(pupil, WHY, None, seen=0, by=owner)
    with CaptureQueriesContext(connection) as for_ten:
        as_owner.get(reverse("restricted"))
    assert len(for_ten) == len(for_one)


def test_a_restriction_whose_day_has_come_stands_on_the_first_page_of_who_has_the_right(
    as_owner: Client, as_officer: Client, hidden: Pupil
) -> None:
    today = timezone.localdate()
    Restriction.objects.update(until=today + timedelta(days=2))
    assert "looked at again" not in text(as_owner.get(reverse("today")))
    Restriction.objects.update(until=today - timedelta(days=1))
    assert "A restriction is to be looked at again." in text(as_owner.get(reverse("today")))
    assert "looked at again" not in text(as_officer.get(reverse("today")))
