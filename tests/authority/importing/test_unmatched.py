"""What people do with unmatched records: match, add, discard, and take a match back."""

import pytest
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import always_import_set, standard_set, use
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import Conflict, KnownAs, Unmatched
from schoolgate.authority.importing.unmatched.acting import Stale, TwoAtOneSchool, add, ask_again, discard, match
from schoolgate.authority.importing.unmatched.likely import likely_of
from schoolgate.authority.importing.unmatched.unmatching import CannotUnmatch, unmatch
from schoolgate.authority.records.models import Decision, Enrolment, Pupil, PupilGroup, Refusal, Restriction
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

ASKING = Ruling(demo=True, add_unmatched=False)
IMPORTING = Ruling(demo=True)
STRANGER = a_pupil(UPN="F820432124002", Surname="Okafor-Bell", Forename="Dan", DOB="2013-04-12")


def wait(base: Base, *records: Record, full: bool = True) -> Unmatched:
    """Bring in pupils of whom one, the first, waits."""
    bring_in(base, list(records), ruling=ASKING, full=full)
    use(always_import_set(), [base], add_unmatched=False, by=None)
    found = Unmatched.objects.filter(base=base, surname=records[0]["Surname"]).first()
    assert found is not None
    return found


def seen(row: Unmatched) -> str:
    return row.seen


@pytest.fixture
def daniel(green_abbey: Base) -> Pupil:
    bring_in(green_abbey, [a_pupil()])
    return Pupil.objects.get()


def test_a_matched_record_is_taken_as_an_import_takes_it_and_goes(daniel: Pupil, oak_lane: Base, officer: User) -> None:
    row = wait(oak_lane, STRANGER)
    done = match(row.pk, daniel.pk, seen=seen(row), by=officer)
    assert not Unmatched.objects.exists()
    enrolment = daniel.enrolments.get(base=oak_lane)
    made = enrolment.created_by
    assert (made.decision, made.by, made.source, made.rule) == (
        done.decision, officer, "file", "by-hand/always-import",
    )  # fmt: skip
    assert KnownAs.objects.get().pupil == daniel
    assert AuditEntry.objects.filter(did="unmatched record matched", about=f"pupil {daniel.pk}").exists()


def test_next_weeks_file_of_that_school_goes_on_by_itself_and_changes_nothing(daniel: Pupil, oak_lane: Base) -> None:
    row = wait(oak_lane, STRANGER)
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    before = list(PupilGroup.objects.values_list("key", "digest", "change"))
    this = bring_in(oak_lane, [STRANGER], ruling=ASKING)
    assert this.counts["pupils"] == {"same": 1}
    assert list(PupilGroup.objects.values_list("key", "digest", "change")) == before
    assert not Unmatched.objects.exists()


def test_rules_that_ask_make_conflicts_of_a_matched_record(daniel: Pupil, green_abbey: Base) -> None:
    row = wait(green_abbey, STRANGER, full=False)
    use(standard_set(), [green_abbey], by=None)
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    daniel.refresh_from_db()
    assert daniel.surname == "Okafor"
    assert {one.item for one in Conflict.objects.open()} >= {"Surname", "Forename"}


def test_the_upn_of_another_pupil_is_left_out(daniel: Pupil, green_abbey: Base, oak_lane: Base) -> None:
    other = a_pupil(UPN="F820432124002", Surname="Adeyemi", Forename="Ada", Sex="F", DOB="2014-01-01")
    bring_in(green_abbey, [a_pupil(), other])
    row = wait(oak_lane, STRANGER)
    assert row.why == "upn-of-another-pupil"
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    assert Refusal.objects.get(pupil=daniel).code == "upn-of-another-pupil"
    daniel.refresh_from_db()
    assert daniel.upn == "R820432124001"


def test_who_else_waits_and_is_the_same_child_is_matched_in_the_same_step(
    daniel: Pupil, green_abbey: Base, oak_lane: Base
) -> None:
    third = Base.objects.create(la="820", number="7777", name="St Bede's", account=green_abbey.account)
    row = wait(oak_lane, STRANGER)
    also = wait(third, STRANGER)
    done = match(row.pk, daniel.pk, seen=seen(row), by=None)
    assert [one.base for one in done.followed] == [also.base]
    assert not Unmatched.objects.exists()
    assert daniel.enrolments.count() == 3


def test_two_children_of_one_school_are_never_made_one(daniel: Pupil, green_abbey: Base) -> None:
    row = wait(green_abbey, STRANGER, a_pupil())
    with pytest.raises(TwoAtOneSchool):
        match(row.pk, daniel.pk, seen=seen(row), by=None)
    assert not Decision.objects.exists()


def test_what_a_person_saw_must_still_stand(daniel: Pupil, oak_lane: Base) -> None:
    row = wait(oak_lane, STRANGER)
    bring_in(
        oak_lane, [{**STRANGER, "BasicDetails": {**STRANGER["BasicDetails"], "NCyearActual": "10"}}], ruling=ASKING
    )
    for act in (add, discard):
        with pytest.raises(Stale):
            act(row.pk, seen=seen(row), by=None)
    with pytest.raises(Stale):
        match(row.pk, daniel.pk, seen=seen(row), by=None)
    assert Pupil.objects.count() == 1


def test_who_is_added_is_known_from_then_on(oak_lane: Base, officer: User) -> None:
    row = wait(oak_lane, STRANGER)
    done = add(row.pk, seen=seen(row), by=officer)
    pupil = Pupil.objects.get(pk=done.pupil)
    assert pupil.surname == "Okafor-Bell"
    assert pupil.created_by.by == officer
    assert bring_in(oak_lane, [STRANGER], ruling=ASKING).counts["pupils"] == {"same": 1}
    assert Pupil.objects.count() == 1


def test_a_discarded_record_stays_so_until_it_is_taken_back(oak_lane: Base) -> None:
    row = wait(oak_lane, STRANGER)
    discard(row.pk, seen=seen(row), by=None)
    bring_in(oak_lane, [STRANGER], ruling=IMPORTING)
    assert Unmatched.objects.get().held_back == "discarded"
    assert not Pupil.objects.exists()
    ask_again(row.pk, seen=seen(Unmatched.objects.get()), by=None)
    bring_in(oak_lane, [STRANGER], ruling=IMPORTING)
    assert Pupil.objects.count() == 1


def test_an_unmatched_entry_waits_again_and_no_rule_brings_it_back(daniel: Pupil, oak_lane: Base) -> None:
    row = wait(oak_lane, STRANGER)
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    unmatch(daniel.enrolments.get(base=oak_lane).pk, reason="two children", by=None)
    daniel.refresh_from_db()
    assert (daniel.surname, daniel.enrolments.count()) == ("Okafor", 1)
    for ruling in (ASKING, IMPORTING):
        bring_in(oak_lane, [STRANGER], ruling=ruling)
        assert Unmatched.objects.get().not_of == daniel
        assert daniel.enrolments.count() == 1
    assert Pupil.objects.count() == 1


def test_a_match_by_rule_is_taken_back_too(daniel: Pupil, oak_lane: Base) -> None:
    for full in (True, False):
        bring_in(oak_lane, [a_pupil()], full=full)
    assert daniel.enrolments.count() == 2
    done = unmatch(daniel.enrolments.get(base=oak_lane).pk, by=None)
    assert done.record.surname == "Okafor"
    assert bring_in(oak_lane, [a_pupil()]).counts["pupils"] == {"unmatched": 1}
    assert Unmatched.objects.count() == 1
    assert daniel.enrolments.get().base != oak_lane


def test_a_person_may_match_again_what_was_taken_back(daniel: Pupil, oak_lane: Base) -> None:
    bring_in(oak_lane, [a_pupil()])
    use(always_import_set(), [oak_lane], by=None)
    row = unmatch(daniel.enrolments.get(base=oak_lane).pk, by=None).record
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    assert bring_in(oak_lane, [a_pupil()]).counts["pupils"] == {"same": 1}
    assert daniel.enrolments.count() == 2


def test_the_only_school_of_a_pupil_is_not_taken_from_it(daniel: Pupil) -> None:
    with pytest.raises(CannotUnmatch):
        unmatch(Enrolment.objects.get().pk, by=None)
    assert not Decision.objects.exists()


def test_near_misses_are_told_the_likeliest_first_and_restricted_ones_only_with_the_right(
    daniel: Pupil, green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    twin = a_pupil(UPN="F820432124002", Forename="David", DOB="2013-04-12")
    bring_in(green_abbey, [a_pupil(), twin])
    row = wait(oak_lane, a_pupil(UPN="Q820432124010", Forename="Dani", DOB="2013-04-12"))
    found = likely_of([row], officer)[row.pk]
    assert daniel in [one.pupil for one in found]
    Restriction.objects.create(pupil=daniel, why="court order")
    assert daniel not in [one.pupil for one in likely_of([row], officer)[row.pk]]


def test_what_is_decided_on_who_was_taken_back_from_a_restricted_pupil_is_hidden(
    daniel: Pupil, oak_lane: Base, officer: User, administrator: User
) -> None:
    change_rights(administrator, [RESTRICTED_PUPILS], by=None)
    row = wait(oak_lane, STRANGER)
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    record = unmatch(daniel.enrolments.get(base=oak_lane).pk, by=None).record
    Restriction.objects.create(pupil=daniel, why="Whereabouts must not leak.")
    assert not Unmatched.objects.visible_to(officer).exists()
    discard(record.pk, seen=seen(record), by=administrator)
    assert not Decision.objects.visible_to(officer).filter(kind=Decision.Kind.DISCARD).exists()


def test_a_temporary_upn_that_another_pupil_has_is_not_anothers_for_good(
    daniel: Pupil, green_abbey: Base, oak_lane: Base
) -> None:
    """It is no child's for good (reference 5.1): one of the two gets a permanent one some day."""
    temporary = "C82043212400A"
    other = a_pupil(UPN=temporary, Surname="Adeyemi", Forename="Ada", Sex="F", DOB="2014-01-01")
    bring_in(green_abbey, [a_pupil(), other])
    row = wait(oak_lane, {**STRANGER, "UPN": temporary})
    match(row.pk, daniel.pk, seen=seen(row), by=None)
    assert not Refusal.objects.exists()
    assert bring_in(oak_lane, [{**STRANGER, "UPN": temporary}]).counts["pupils"] == {"same": 1}
    assert not Refusal.objects.exists()
