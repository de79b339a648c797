"""Pupils whom nobody knows, and who wait for a person instead of being added."""

import pytest
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import Incoming, Invalid
from schoolgate.authority.importing.models import KnownAs, Unmatched
from schoolgate.authority.importing.waiting import added_to, incoming_of_text, keys_of_incoming, known_as
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.contacts import CONTACTS
from schoolgate.authority.records.groups.ethnicity import ETHNICITY
from schoolgate.authority.records.models import Pupil, Settled

pytestmark = pytest.mark.django_db

ASKING = Ruling(demo=True, add_unmatched=False)
ANOTHER = {"UPN": "F820432124002", "Surname": "Adeyemi", "Forename": "Ada", "Sex": "F"}


def names() -> list[str]:
    return [row.surname for row in Unmatched.objects.all()]


def test_whom_nobody_knows_waits_with_all_that_was_said(green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil()], ruling=ASKING)
    (row,) = Unmatched.objects.all()
    assert (row.why, row.surname, row.upn, row.year_group) == ("not-known", "Okafor", "R820432124001", "9")
    assert incoming_of_text(row.entry_text).payloads[BASIC_DETAILS]["Forename"] == "Daniel"
    assert this.counts["pupils"] == {"unmatched": 1}
    assert not Pupil.objects.exists()
    assert not Settled.objects.exists()


def test_next_weeks_entry_takes_the_place_of_this_weeks(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()], ruling=ASKING)
    since = Unmatched.objects.get().since
    this = bring_in(green_abbey, [a_pupil(BasicDetails={"NCyearActual": "10"})], ruling=ASKING)
    row = Unmatched.objects.get()
    assert (row.year_group, row.seen_in, row.since) == ("10", this, since)


def test_who_is_in_a_full_file_no_more_waits_no_more(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(), a_pupil(**ANOTHER)], ruling=ASKING)
    bring_in(green_abbey, [a_pupil()], ruling=ASKING, full=False)
    assert names() == ["Adeyemi", "Okafor"]
    bring_in(green_abbey, [a_pupil()], ruling=ASKING)
    assert names() == ["Okafor"]


def test_who_is_known_by_now_waits_no_more(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()], ruling=ASKING)
    bring_in(green_abbey, [a_pupil()])
    assert names() == []
    assert Pupil.objects.count() == 1


def test_a_pupil_that_is_held_back_is_not_added_by_rule(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()], ruling=ASKING)
    Unmatched.objects.update(held_back="discarded")
    for _ in range(2):
        this = bring_in(green_abbey, [a_pupil(BasicDetails={"NCyearActual": "10"})])
        assert this.counts["pupils"] == {"unmatched": 1}
    assert not Pupil.objects.exists()
    assert Unmatched.objects.get().held_back == "discarded"


def test_whom_a_person_matched_is_found_again_and_by_other_schools_too(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()
    stranger = a_pupil(UPN="F820432124002", Surname="Okafor-Bell", Forename="Dan", DOB="2013-04-12")
    bring_in(oak_lane, [stranger], ruling=ASKING)
    row = Unmatched.objects.get()
    keys = keys_of_incoming(incoming_of_text(row.entry_text))
    KnownAs.objects.create(pupil=pupil, base=oak_lane, sign=row.sign, keys=known_as(keys))
    bring_in(oak_lane, [stranger], ruling=ASKING)
    assert names() == []
    assert {one.base for one in pupil.enrolments.all()} == {green_abbey, oak_lane}
    third = Base.objects.create(la="820", number="7777", name="St Bede's", account=green_abbey.account)
    bring_in(third, [stranger], ruling=ASKING)
    assert pupil.enrolments.count() == 3
    assert set(pupil.enrolments.get(base=third).created_by.rule.split("/")) >= {"by-hand"}


def test_a_part_adds_to_what_was_said_of_somebody_who_waits(green_abbey: Base) -> None:
    mother = {"Order": "1", "Relationship": "PAM", "Surname": "Okafor", "Forename": "Ann"}
    bring_in(green_abbey, [a_pupil(Contacts=[mother])], full=False, ruling=ASKING)
    second = a_pupil(BasicDetails={"NCyearActual": "10", "Ethnicity": "WBRI"})
    bring_in(green_abbey, [second], full=False, ruling=ASKING)
    row = Unmatched.objects.get()
    said = incoming_of_text(row.entry_text).payloads
    assert (said[CONTACTS], said[ETHNICITY]) == ({"Contacts": [mother]}, {"Ethnicity": "WBRI"})
    assert row.year_group == "10"
    bring_in(green_abbey, [second], ruling=ASKING)
    assert CONTACTS not in incoming_of_text(Unmatched.objects.get().entry_text).payloads


def test_what_was_left_out_of_a_full_file_stays_so_beside_what_a_part_adds() -> None:
    wrong = Invalid(ETHNICITY, "Ethnicity", "code-not-known", "WELF")
    before = Incoming({BASIC_DETAILS: {"Forename": "Daniel"}}, full=True, invalid=(wrong,))
    part = Incoming({CONTACTS: {"Contacts": [{"Surname": "Okafor"}]}})
    assert added_to(before, part) == Incoming({**before.payloads, **part.payloads}, full=True, invalid=(wrong,))
    right = Incoming({ETHNICITY: {"Ethnicity": "WBRI"}})
    assert added_to(before, right).invalid == ()
