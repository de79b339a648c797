"""An import is undone: what it wrote is put back where nothing wrote since, and does not come back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.authority.importing.importing_files import MONDAY, bring_in
from tests.authority.importing.undoing import held_but_for_refusals, nobody_told, take_back
from tests.authority.records.groups.files import made_up_records
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import Conflict, Import, RemovalCandidate, Unmatched
from schoolgate.authority.importing.undoing_imports import ask_to_undo, carry_out_undo, left_by
from schoolgate.authority.importing.writing import write_groups
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.models import Change, Enrolment, Pupil, PupilGroup, PupilKey, Refusal
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

NEXT_WEEK = MONDAY + timedelta(days=7)
MOTHER = {"Surname": "Okafor", "Forename": "Grace", "Relationship": "PAM"}
FATHER = {"Surname": "Okafor", "Forename": "Emeka", "Relationship": "PAF"}
AUNT = {"Surname": "Bell", "Forename": "Ada", "Relationship": "OTH"}


def edit(**items: str) -> Change:
    """As an officer edits the one pupil's basic details at its first school."""
    pupil = Pupil.objects.get()
    row = next(row for row in PupilGroup.objects.all() if row.group is BASIC_DETAILS)
    change = Change.objects.create(source="person", source_name="O. Khan", rule="by-hand")
    with transaction.atomic():
        write_groups(pupil.enrolments.all()[0].base, {pupil.pk: {BASIC_DETAILS: {**row.payload, **items}}}, change)
    return change


def test_what_an_import_wrote_is_put_back_by_a_change_of_its_own(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    before = held_but_for_refusals()
    this = bring_in(green_abbey, [a_pupil(Surname="Bell", Email="ada@example.org")])
    assert held_but_for_refusals() != before
    done = take_back(this)
    assert held_but_for_refusals() == before
    assert (done.put_back, done.left) == (2, 0)
    row = next(row for row in PupilGroup.objects.all() if row.group is BASIC_DETAILS)
    assert (row.change.source, row.change.rule, row.change.decision) == ("person", "undo", this.undo)


def test_next_weeks_file_does_not_bring_it_back_until_the_school_says_something_else(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    take_back(bring_in(green_abbey, [a_pupil(Surname="Bell")]))
    again = bring_in(green_abbey, [a_pupil(Surname="BELL")], created=NEXT_WEEK)
    assert Pupil.objects.get().surname == "Okafor"
    assert again.counts["groups"]["basic-details"] == {"left_out": 1}
    assert Refusal.objects.get().code == "undone"
    bring_in(green_abbey, [a_pupil(Surname="Blake")], created=NEXT_WEEK)
    assert Pupil.objects.get().surname == "Blake"
    assert not Refusal.objects.exists()


def test_a_value_that_was_new_is_gone_and_stays_gone(green_abbey: Base) -> None:
    told = a_pupil(UniqueLearnerNumber="1234567890", Email="ada@example.org")
    bring_in(green_abbey, [a_pupil()])
    before = held_but_for_refusals()
    take_back(bring_in(green_abbey, [told]))
    assert held_but_for_refusals() == before
    bring_in(green_abbey, [told], created=NEXT_WEEK)
    assert held_but_for_refusals() == before


def test_a_contact_that_was_undone_stays_away_beside_one_that_is_new(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER])])
    take_back(bring_in(green_abbey, [a_pupil(Contacts=[MOTHER, FATHER])]))
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER, FATHER, AUNT])], created=NEXT_WEEK)
    held = {one["Forename"] for row in PupilGroup.objects.all() for one in row.payload.get("Contacts", [])}
    assert held == {"Grace", "Ada"}
    assert [FATHER["Forename"] in one.value_text for one in Refusal.objects.all()] == [True]


def test_a_contact_that_was_undone_stays_so_when_changes_speak_of_another(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER])])
    take_back(bring_in(green_abbey, [a_pupil(Contacts=[MOTHER, FATHER])]))
    bring_in(green_abbey, [a_pupil(Contacts=[AUNT])], full=False, created=NEXT_WEEK)
    assert Refusal.objects.get().code == "undone"


def test_what_somebody_wrote_since_stays_and_is_listed(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    this = bring_in(green_abbey, [a_pupil(Surname="Bell", Email="ada@example.org")])
    since = edit(Surname="Blake")
    done = take_back(this)
    assert Pupil.objects.get().surname == "Blake"
    assert (done.put_back, done.left) == (1, 1)
    assert [(one.item, one.because) for one in left_by(this)] == [("Surname", since)]


def test_a_pupil_whom_the_import_added_goes_and_waits_held_back(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    before = held_but_for_refusals()
    other = a_pupil(UPN="F820432124002", Forename="Ada", DOB="2031-01-01")
    this = bring_in(green_abbey, [a_pupil(), other])
    done = take_back(this)
    assert held_but_for_refusals() == before
    assert (done.removed, done.taken_back) == (1, 1)
    again = bring_in(green_abbey, [a_pupil(), other], created=NEXT_WEEK)
    assert again.counts["pupils"] == {"same": 1, "unmatched": 1}
    waiting = Unmatched.objects.get()
    assert (waiting.held_back, waiting.forename, waiting.number) == ("undone", "Ada", 2)


def test_a_pupil_whom_the_import_added_and_somebody_wrote_to_stays_whole(green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil()])
    edit(MiddleNames="Uche")
    before = held_but_for_refusals()
    done = take_back(this)
    assert held_but_for_refusals() == before
    assert (done.put_back, done.removed) == (0, 0)
    assert {"Surname", "EnrolStatus"} & {one.item for one in left_by(this)} == {"Surname"}
    assert not Refusal.objects.exists()


def test_a_pupils_time_at_the_school_goes_with_what_the_school_told_of_it(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    before = held_but_for_refusals()
    additions = {"SuppID": "Made-up MIS 1.0", "GUID": "aaaaaaaa-0000-4000-8000-000000000001"}
    moved = a_pupil(Forename="Dan", UniqueLearnerNumber="1234567890", SuppInfo=additions)
    this = bring_in(oak_lane, [moved], ruling=Ruling(demo=True))
    assert Enrolment.objects.count() == 2
    done = take_back(this)
    assert held_but_for_refusals() == before
    assert (done.removed, done.taken_back) == (0, 1)
    assert not PupilKey.objects.filter(kind=PupilKey.Kind.GUID).exists()
    bring_in(oak_lane, [moved], created=NEXT_WEEK)
    assert held_but_for_refusals() == before
    assert Unmatched.objects.get().held_back == "undone"


def test_everything_that_a_file_can_say_is_put_back(green_abbey: Base) -> None:
    def without(record: Record, *names: str) -> Record:
        return {name: value for name, value in record.items() if name not in names}

    whole = max(made_up_records(), key=lambda record: len(str(record)))
    bring_in(green_abbey, [without(whole, "Attendance", "Address", "Phones", "Contacts")], full=False)
    before = held_but_for_refusals()
    told = held_but_for_refusals()
    this = bring_in(green_abbey, [whole], full=False)
    assert held_but_for_refusals() != told
    take_back(this)
    assert held_but_for_refusals() == before
    bring_in(green_abbey, [whole], full=False, created=NEXT_WEEK)
    assert held_but_for_refusals() == before


def test_conflicts_refusals_and_candidates_that_it_opened_go(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Email="ada@example.org")])
    before = held_but_for_refusals()
    ruling = Ruling(demo=True, rules=Rules(Effect.ALWAYS_CONFLICT))
    wrong = a_pupil(Surname="Bell", BasicDetails={"NCyearActual": "9", "FormerUPN": "B820432124999"})
    this = bring_in(green_abbey, [wrong], ruling=ruling)
    opened = (Conflict, RemovalCandidate, Refusal)
    assert all(model.objects.exists() for model in opened)
    take_back(this)
    assert held_but_for_refusals() == before
    assert not any(model.objects.exists() for model in opened)


def test_an_import_is_undone_once(green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil()])
    take_back(this)
    assert not ask_to_undo(this, "Again.", by=None)
    assert carry_out_undo(this, nobody_told, nobody_told).removed == 1


def test_an_undone_file_makes_no_other_one_older(green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil()], created=NEXT_WEEK)
    take_back(this)
    assert bring_in(green_abbey, [a_pupil(Surname="Bell")]).waiting == ""


def test_the_end_is_told_and_stands_on_the_import(green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil()])
    told: list[Any] = []
    with transaction.atomic():
        ask_to_undo(this, "The wrong file.", by=None)
    this.refresh_from_db()
    carry_out_undo(this, lambda done, total: told.append((done, total)), told.append)
    stands = Import.objects.get()
    assert told == [(1, 1), this]
    assert (stands.undone["removed"], bool(stands.undone_at)) == (1, True)


def test_an_older_conflict_that_the_import_replaced_waits_again_once_a_file_says_it_again(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    ruling = Ruling(demo=True, rules=Rules(Effect.ALWAYS_CONFLICT))
    bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=ruling)
    take_back(bring_in(green_abbey, [a_pupil(Surname="Blake")], ruling=ruling))
    assert not Conflict.objects.open().exists()
    bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=ruling)
    assert Conflict.objects.open().get().incoming == "Bell"
