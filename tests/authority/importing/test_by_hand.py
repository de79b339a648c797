"""An officer changes a value by hand: what is written, what next week's file then does, and what is refused."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import MONDAY, bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.by_hand.changing import (
    NotValid,
    Place,
    Stale,
    Unchanged,
    change_value,
    held_at,
    seen_as,
)
from schoolgate.authority.importing.conflicts.taking_back import begin_undo, carry_out_undo
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Decision, Enrolment, Pupil, PupilGroup, Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

NEXT_WEEK = MONDAY + timedelta(days=7)
HOME = {"BS7666Address": {"PAON": "14", "Street": "High Street", "Town": "Bedford"}, "PostCode": "MK40 1AA"}


def place(group: str, item: str, enrolment: Enrolment | None = None) -> Place:
    return Place(Pupil.objects.get(), enrolment, group_named(group), item)


def write(where: Place, value: Any, reason: str = "Told by telephone.", by: User | None = None) -> Decision:
    return change_value(where, value, reason, seen=seen_as(held_at(where)), by=by)


def test_a_change_is_written_with_its_person_and_reason(green_abbey: Base, officer: User) -> None:
    bring_in(green_abbey, [a_pupil()])
    decision = write(place("basic-details", "Surname"), "Bell", "Deed poll seen.", officer)
    pupil = Pupil.objects.get()
    assert pupil.surname == "Bell"
    row = next(row for row in PupilGroup.objects.all() if row.group.name == "basic-details")
    assert (row.change.source, row.change.by, row.change.decision) == ("person", officer, decision)
    assert (decision.kind, decision.reason) == ("by-hand", "Deed poll seen.")
    assert AuditEntry.objects.filter(did="value changed by hand", about=f"pupil {pupil.pk}").exists()


def test_next_weeks_file_does_not_bring_the_former_value_back_but_a_new_one_counts(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    write(place("basic-details", "Surname"), "Bell")
    for shortcut in (True, False):
        this = bring_in(green_abbey, [a_pupil()], created=NEXT_WEEK, shortcut=shortcut)
        assert Pupil.objects.get().surname == "Bell"
        assert this.counts["groups"]["basic-details"] == {"left_out": 1}
    assert Refusal.objects.get().code == "changed-by-hand"
    bring_in(green_abbey, [a_pupil(Surname="Blake")], created=NEXT_WEEK)
    assert Pupil.objects.get().surname == "Blake"
    assert not Refusal.objects.exists()


def test_another_school_of_the_pupil_does_not_bring_it_back_either_and_is_told_once_it_says_it(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil()])
    bring_in(green_abbey, [a_pupil(BasicDetails={"NCyearActual": "9", "EnrolStatus": "P"})])
    write(place("basic-details", "Surname"), "Bell")
    told = Refusal.objects.exclude(first_seen_in=None)
    assert [one.base for one in told] == [green_abbey]
    this = bring_in(oak_lane, [a_pupil()], created=NEXT_WEEK)
    assert Pupil.objects.get().surname == "Bell"
    assert told.get(base=oak_lane).first_seen_in == this.job_id


def test_a_removed_value_stays_away_until_the_school_says_something_else(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Email="ada@example.org")])
    write(place("telephones", "Email"), None, "No such address.")
    bring_in(green_abbey, [a_pupil(Email="ada@example.org")], created=NEXT_WEEK)
    assert held_at(place("telephones", "Email")) is None
    bring_in(green_abbey, [a_pupil(Email="ada.okafor@example.org")], created=NEXT_WEEK)
    assert held_at(place("telephones", "Email")) == "ada.okafor@example.org"


def test_removing_what_a_full_file_lacked_ends_its_candidate(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Email="ada@example.org")])
    bring_in(green_abbey, [a_pupil()], created=NEXT_WEEK)
    assert RemovalCandidate.objects.exists()
    write(place("telephones", "Email"), None)
    assert not RemovalCandidate.objects.exists()


def test_a_leaver_is_said_to_have_left(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(), a_pupil(UPN="F820432124002", Forename="Ada")])
    pupil = Pupil.objects.get(forename="Daniel")
    RemovalCandidate.objects.create(pupil=pupil, base=green_abbey)
    where = Place(pupil, pupil.enrolments.get(), group_named("enrolment"), "EnrolStatus")
    write(where, "P", "Moved to Wales.")
    assert not Pupil.objects.get(pk=pupil.pk).active
    assert not RemovalCandidate.objects.exists()


@pytest.mark.parametrize(
    ("group", "item", "value", "code"),
    [
        ("identifiers", "UPN", "A820432124001", "bad-upn"),
        ("ethnicity-and-language", "Ethnicity", "XXXX", "bad-code"),
        ("basic-details", "DOB", "yesterday", "bad-date"),
        ("basic-details", "Surname", None, "needed"),
        ("basic-details", "Surname", "Longlastname" * 3, "too-long"),
        ("addresses", "Address", {"BS7666Address": {"PAON": "14", "Street": "High " * 21}}, "too-long"),
        ("telephones", "Phones", [{"TelephoneType": "H", "PhoneNo": "ask the uncle"}], "bad-value"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_with_its_code(
    green_abbey: Base, group: str, item: str, value: Any, code: str
) -> None:
    bring_in(green_abbey, [a_pupil()])
    with pytest.raises(NotValid) as wrong:
        write(place(group, item), value)
    assert code in dict(wrong.value.problems)
    assert not Decision.objects.exists()


def test_a_upn_of_another_pupil_is_refused(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(), a_pupil(UPN="F820432124002", Forename="Ada", DOB="2013-03-01")])
    where = Place(Pupil.objects.get(forename="Ada"), None, group_named("identifiers"), "UPN")
    with pytest.raises(NotValid, match="upn-of-another-pupil"):
        write(where, "R820432124001")


def test_of_two_officers_the_second_is_told(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    where = place("basic-details", "Surname")
    seen = seen_as(held_at(where))
    change_value(where, "Bell", "First.", seen=seen, by=None)
    with pytest.raises(Stale):
        change_value(where, "Blake", "Second.", seen=seen, by=None)
    with pytest.raises(Unchanged):
        write(where, "Bell")
    assert Decision.objects.count() == 1


def test_a_change_by_hand_is_taken_back_with_what_it_kept_out(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil()])
    decision = write(place("basic-details", "Surname"), "Bell")
    assert Refusal.objects.count() == 2
    with transaction.atomic():
        step = begin_undo(decision, "The wrong child.", by=None)
    assert step is not None
    assert carry_out_undo(step)["put_back"] == 1
    assert Pupil.objects.get().surname == "Okafor"
    assert not Refusal.objects.exists()


# The page


def address(group: str, item: str) -> str:
    return reverse("change-value", args=[Pupil.objects.get().pk, group, item])


def test_the_page_changes_an_address_part_by_part(green_abbey: Base, as_officer: Client) -> None:
    bring_in(green_abbey, [a_pupil(Address=HOME)])
    shown = as_officer.get(address("addresses", "Address"))
    given = {name: field.initial or "" for name, field in shown.context["form"].fields.items()}
    given |= {"Address.BS7666Address.PAON": "15", "reason": "Moved next door.", "seen": shown.context["seen"]}
    changed = as_officer.post(address("addresses", "Address"), given, follow=True)
    assert "Changed by hand: Moved next door." in changed.content.decode()
    assert held_at(place("addresses", "Address")) == {
        **HOME,
        "BS7666Address": {**HOME["BS7666Address"], "PAON": "15"},  # type: ignore[dict-item]
    }


def test_the_page_adds_to_a_list_and_takes_from_it(green_abbey: Base, as_officer: Client) -> None:
    phones = [{"TelephoneType": "H", "PhoneNo": "01234 567890"}, {"TelephoneType": "M", "PhoneNo": "07700 900123"}]
    bring_in(green_abbey, [a_pupil(Phones=phones)])
    shown = as_officer.get(address("telephones", "Phones"))
    given = {name: field.initial or "" for name, field in shown.context["form"].fields.items()}
    given |= {"Phones.0.TelephoneType": "", "Phones.0.PhoneNo": "", "reason": "Gone.", "seen": shown.context["seen"]}
    given |= {"Phones.2.TelephoneType": "W", "Phones.2.PhoneNo": "01234 111222"}
    assert as_officer.post(address("telephones", "Phones"), given).status_code == 302
    assert [one["PhoneNo"] for one in held_at(place("telephones", "Phones"))] == ["07700 900123", "01234 111222"]


def test_the_page_tells_what_is_wrong_and_keeps_what_was_typed(green_abbey: Base, as_officer: Client) -> None:
    bring_in(green_abbey, [a_pupil()])
    seen = seen_as("2013-02-14")
    given = {"DOB": "2013-02-31", "reason": "As the passport says.", "seen": seen}
    answer = as_officer.post(address("basic-details", "DOB"), given)
    assert answer.status_code == 422
    assert "bad-date" in answer.content.decode()
    assert 'value="2013-02-31"' in answer.content.decode()


def test_registers_and_unknown_items_are_not_changed_by_hand(green_abbey: Base, as_officer: Client) -> None:
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()
    at = reverse("change-value-at", args=[pupil.pk, pupil.enrolments.get().pk, "attendance", "Attendance"])
    for one in (at, address("basic-details", "Nothing"), address("enrolment", "EnrolStatus")):
        assert as_officer.get(one).status_code == 404


def test_a_pupils_page_leads_to_no_value_that_nobody_can_type(green_abbey: Base, as_officer: Client) -> None:
    bring_in(green_abbey, [a_pupil(NAWdetails={"SpeakWelsh": "F"})])
    page = as_officer.get(reverse("pupil", args=[Pupil.objects.get().pk]), {"group": "ethnicity-and-language"})
    links = re.findall(r'href="([^"]*/change/[^"]*)"', page.content.decode())
    assert links
    assert {as_officer.get(link).status_code for link in links} == {200}


def test_a_pupil_on_two_rolls_says_who_decides(green_abbey: Base, oak_lane: Base, as_officer: Client) -> None:
    bring_in(green_abbey, [a_pupil(BasicDetails={"NCyearActual": "9", "EnrolStatus": "M"})])
    bring_in(oak_lane, [a_pupil(BasicDetails={"NCyearActual": "9", "EnrolStatus": "S"})])
    own_page = reverse("pupil", args=[Pupil.objects.get().pk]) + "?group=basic-details"
    for page in (own_page, address("basic-details", "Surname")):
        assert f"{green_abbey.name}, the main registration, decides here" in as_officer.get(page).content.decode()


def test_what_is_wrong_names_the_part_and_what_is_allowed(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    with pytest.raises(NotValid) as wrong:
        write(place("addresses", "Address"), {"BS7666Address": {"PAON": "14", "Street": "High " * 21}})
    assert dict(wrong.value.problems)["too-long"] == (
        "Street: No file has room for a text of this length. Allowed: 1 to 100 characters."
    )
