"""People decide on conflicts: taken, dropped, dropped for good; never over what another did meanwhile."""

import json
from typing import Any

import pytest
import time_machine
from django.db import transaction
from tests.authority.importing.conflicts import BY_CONFLICT, bring_in_conflict, waiting, wishes
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.choices import TWO_VALUES, Choice, decide_now
from schoolgate.authority.importing.conflicts.taking_back import begin_undo, carry_out_undo, left_by
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.importing.writing import write_groups
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.sen_needs import SEN_NEEDS
from schoolgate.authority.records.models import Change, Decision, Pupil, PupilGroup, Refusal, Replaced, Restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

BASIC = {"NCyearActual": "9"}
BELL = a_pupil(Surname="Bell")


def edit(**items: str) -> None:
    """As an officer edits the one pupil's basic details."""
    pupil = Pupil.objects.get()
    row = next(row for row in PupilGroup.objects.all() if row.group is BASIC_DETAILS)
    change = Change.objects.create(source="person", source_name="O. Khan", rule="changed-by-hand")
    base = pupil.enrolments.select_related("base")[0].base
    with transaction.atomic():
        write_groups(base, {pupil.pk: {BASIC_DETAILS: {**row.payload, **items}}}, change)


def undo_newest(by: User) -> dict[str, int]:
    step = begin_undo(Decision.objects.filter(kind="conflicts")[0], "Wrong school", by=by)
    assert step is not None
    return carry_out_undo(step)


def test_an_accepted_value_is_held_with_its_file_and_the_persons_name(green_abbey: Base, officer: User) -> None:
    this = bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    done = decide_now(wishes(Choice.ACCEPT), by=officer)
    assert done.decided == {Choice.ACCEPT: 1}
    assert Pupil.objects.get().surname == "Bell"
    change = next(row for row in PupilGroup.objects.all() if row.group is BASIC_DETAILS).change
    assert (change.source, change.source_key, change.by) == ("file", this.source_key, officer)
    assert (change.job, change.decision) == (None, done.decision)
    assert change.rule.endswith("/always-conflict")
    assert waiting() == []
    assert Conflict.objects.get().outcome == "accepted"


def test_two_values_of_a_group_are_accepted_together(green_abbey: Base, officer: User) -> None:
    incoming = a_pupil(Surname="Bell", BasicDetails={**BASIC, "MiddleNames": "Uche"})
    bring_in_conflict(green_abbey, [a_pupil()], [incoming])
    decide_now(wishes(Choice.ACCEPT), by=officer)
    held = Pupil.objects.get()
    assert (held.surname, held.middle_names) == ("Bell", "Uche")


def test_a_discarded_value_is_asked_about_again_by_the_next_file(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    decide_now(wishes(Choice.DISCARD), by=officer)
    assert waiting() == []
    assert not Refusal.objects.exists()
    bring_in(green_abbey, [BELL], ruling=BY_CONFLICT)
    assert waiting() == [("Surname", "Bell")]


def test_what_is_discarded_for_good_stands_until_the_school_says_something_else(
    green_abbey: Base, officer: User
) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    decide_now(wishes(Choice.NEVER_AGAIN), by=officer)
    assert Refusal.objects.get().code == "discarded"
    bring_in(green_abbey, [a_pupil(Surname="BELL")], ruling=BY_CONFLICT)
    assert waiting() == []
    bring_in(green_abbey, [a_pupil(Surname="Blake")], ruling=BY_CONFLICT)
    assert waiting() == [("Surname", "Blake")]
    assert not Refusal.objects.exists()


def test_the_reason_of_an_undone_decision_on_a_restricted_pupil_is_hidden_in_the_audit(
    green_abbey: Base, officer: User, administrator: User
) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    decision = decide_now(wishes(Choice.NEVER_AGAIN), by=officer).decision
    assert decision is not None
    Decision.objects.update(on_restricted=True)
    begin_undo(decision, "Moved to Elm Street", by=officer)
    shown = AuditEntry.objects.visible_to(administrator).values_list("did", flat=True)
    assert "conflicts decided" in shown
    assert "decision undone" not in shown


def test_a_contact_discarded_for_good_stays_so_beside_another_that_changes(green_abbey: Base, officer: User) -> None:
    contacts = [
        {"Order": "1", "Relationship": "PAM", "Surname": "Okafor", "Forename": "Ann"},
        {"Order": "2", "Relationship": "PAF", "Surname": "Okafor", "Forename": "Ben"},
    ]
    ann, ben = ({**one, "Email": f"{one['Forename'].lower()}@example.org"} for one in contacts)
    bring_in_conflict(green_abbey, [a_pupil(Contacts=contacts)], [a_pupil(Contacts=[ann, contacts[1]])])
    decide_now(wishes(Choice.NEVER_AGAIN), by=officer)
    assert json.loads(Refusal.objects.get().value_text) == [ann]
    bring_in(green_abbey, [a_pupil(Contacts=[ann, ben])], ruling=BY_CONFLICT)
    assert waiting() == [("Contacts", [ben])]
    undo_newest(officer)
    assert not Refusal.objects.exists()


@pytest.mark.parametrize("choice", list(Choice))
def test_of_a_value_that_was_changed_meanwhile_nothing_is_written(
    green_abbey: Base, officer: User, choice: Choice
) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    seen = wishes(choice)
    edit(Surname="Blake")
    done = decide_now(seen, by=officer)
    assert (done.changed, done.number, done.decision) == (seen, 0, None)
    assert Pupil.objects.get().surname == "Blake"
    assert waiting() == [("Surname", "Bell")]
    assert not Decision.objects.exists()


def test_of_a_newer_incoming_value_nothing_is_written(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    seen = wishes(Choice.ACCEPT)
    bring_in(green_abbey, [a_pupil(Surname="Blake")], ruling=BY_CONFLICT)
    assert decide_now(seen, by=officer).changed == seen
    assert Pupil.objects.get().surname == "Okafor"


def test_what_a_colleague_decided_meanwhile_is_not_decided_again(
    green_abbey: Base, officer: User, administrator: User
) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    mine = wishes(Choice.ACCEPT)
    decide_now(wishes(Choice.DISCARD), by=administrator)
    assert decide_now(mine, by=officer).changed == mine
    assert Pupil.objects.get().surname == "Okafor"


def test_one_pupil_who_changed_keeps_no_other_from_being_written(green_abbey: Base, officer: User) -> None:
    twins = [a_pupil(), a_pupil(Forename="Ada", Sex="F", UPN="F820432124002")]
    bring_in_conflict(green_abbey, twins, [{**twin, "Email": "a@example.org"} for twin in twins])
    seen = wishes(Choice.ACCEPT)
    decide_now(seen[:1], by=officer)
    done = decide_now(seen, by=officer)
    assert done.decided == {Choice.ACCEPT: 1}
    assert done.passed_over == {seen[0].pupil}
    assert waiting() == []


def test_a_upn_that_is_anothers_by_now_is_refused_with_the_reason(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [a_pupil(BasicDetails={**BASIC, "FormerUPN": "F820432124002"})])
    Conflict.objects.update(item="UPN")
    # Somebody else was given it since.
    Pupil.objects.create(surname="Bell", upn="F820432124002", created_by=Change.objects.all()[0])
    done = decide_now(wishes(Choice.ACCEPT), by=officer)
    assert list(done.refused.values()) == ["upn-of-another-pupil"]
    assert Pupil.objects.get(surname="Okafor").upn == "R820432124001"


def test_a_code_that_is_of_no_list_any_more_is_refused_with_the_reason(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    old = [{"SENtypeRank": "1", "SENtype": "BESD"}]
    Conflict.objects.update(group=SEN_NEEDS.number, item="SENneeds", incoming_text=json.dumps(old))
    done = decide_now(wishes(Choice.ACCEPT), by=officer)
    assert list(done.refused.values()) == ["code-not-of-year"]
    assert len(waiting()) == 1


def test_of_two_schools_values_for_one_item_only_one_can_be_accepted(
    green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    def at(status: str, surname: str) -> dict[str, object]:
        return a_pupil(Surname=surname, BasicDetails={**BASIC, "EnrolStatus": status})

    bring_in(green_abbey, [at("M", "Okafor")])
    bring_in(oak_lane, [at("S", "Okafor")])
    bring_in(green_abbey, [at("M", "Bell")], ruling=BY_CONFLICT)
    Conflict.objects.create(
        pupil=Pupil.objects.get(), base=oak_lane, group=BASIC_DETAILS.number, item="Surname",
        incoming_text='"Blake"', incoming_digest=b"0" * 16, origin=Change.objects.all()[0],
    )  # fmt: skip
    done = decide_now(wishes(Choice.ACCEPT), by=officer)
    assert set(done.refused.values()) == {TWO_VALUES}
    assert Pupil.objects.get().surname == "Okafor"


def test_a_restricted_pupils_conflict_is_not_for_whoever_lacks_the_right(
    green_abbey: Base, officer: User, administrator: User
) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    Restriction.objects.create(pupil=Pupil.objects.get(), why="Refuge", by=administrator)
    seen = wishes(Choice.ACCEPT)
    assert decide_now(seen, by=officer).changed == seen
    assert decide_now(seen, by=None).changed == seen
    officer.rights = ["restricted-pupils"]
    officer.save()
    assert decide_now(seen, by=officer).number == 1
    assert Decision.objects.get().on_restricted


def test_each_decision_stands_in_the_audit_without_a_value(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    decide_now(wishes(Choice.ACCEPT), by=officer)
    entry = AuditEntry.objects.get(did="conflicts decided")
    assert (entry.user, entry.details) == (officer, "Legal surname accepted")
    assert entry.about == f"pupil {Pupil.objects.get().pk}"


# Undo


@pytest.mark.parametrize("choice", list(Choice))
def test_an_undone_decision_puts_back_what_it_wrote_and_the_conflict_waits_as_before(
    green_abbey: Base, officer: User, choice: Choice
) -> None:
    with time_machine.travel("2026-11-20T09:00:00Z", tick=False):
        bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    since = Conflict.objects.get().since
    decide_now(wishes(choice), by=officer)
    assert undo_newest(officer)["waits_again"] == 1
    assert Pupil.objects.get().surname == "Okafor"
    assert waiting() == [("Surname", "Bell")]
    assert Conflict.objects.open().get().since == since
    assert not Refusal.objects.exists()
    assert Decision.objects.get(kind="conflicts").undone_at
    bring_in(green_abbey, [BELL], ruling=BY_CONFLICT)
    assert waiting() == [("Surname", "Bell")]


def test_what_was_written_since_stays_and_is_told(green_abbey: Base, officer: User) -> None:
    incoming = a_pupil(Surname="Bell", BasicDetails={**BASIC, "MiddleNames": "Uche"})
    bring_in_conflict(green_abbey, [a_pupil()], [incoming])
    done = decide_now(wishes(Choice.ACCEPT), by=officer)
    edit(Surname="Blake", MiddleNames="Uche")
    assert done.decision is not None
    assert [left.item for left in left_by(done.decision)] == ["Surname"]
    assert undo_newest(officer) == {"put_back": 1, "left": 1, "waits_again": 1}
    held = Pupil.objects.get()
    assert (held.surname, held.middle_names) == ("Blake", "")
    assert waiting() == [("MiddleNames", "Uche")]


def test_a_decision_is_undone_once(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    decide_now(wishes(Choice.ACCEPT), by=officer)
    undo_newest(officer)
    assert begin_undo(Decision.objects.get(kind="conflicts"), "Again", by=officer) is None
    assert Replaced.objects.count() == 2


def test_a_newer_value_that_waits_is_not_pushed_aside_by_an_undo(green_abbey: Base, officer: User) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [BELL])
    decide_now(wishes(Choice.DISCARD), by=officer)
    bring_in(green_abbey, [a_pupil(Surname="Blake")], ruling=BY_CONFLICT)
    assert undo_newest(officer)["waits_again"] == 0
    assert waiting() == [("Surname", "Blake")]


def test_what_was_seen_is_told_by_a_sign_that_nobody_outside_can_try_values_against(
    green_abbey: Base, settings: Any
) -> None:
    sister = {"UPN": "F820432124002", "Forename": "Ada", "DOB": "2013-03-01"}
    bring_in_conflict(green_abbey, [a_pupil(), a_pupil(**sister)], [a_pupil(Sex="F"), a_pupil(**sister, Sex="F")])
    signs = {wish.seen for wish in wishes(Choice.ACCEPT)}
    assert len(signs) == 2
    settings.SECRET_KEY = "another site's"
    assert signs.isdisjoint(wish.seen for wish in wishes(Choice.ACCEPT))


MOTHER = {"Order": "1", "Relationship": "PAM", "Surname": "Okafor", "Forename": "Ann"}
FATHER = {"Order": "2", "Relationship": "PAF", "Surname": "Okafor", "Forename": "Ben"}
AUNT = {"Order": "3", "Relationship": "OTH", "Surname": "Bell", "Forename": "Cat"}


@pytest.mark.parametrize("choice", list(Choice))
def test_a_contact_whose_decision_is_undone_waits_beside_another_that_a_newer_file_brought(
    green_abbey: Base, officer: User, choice: Choice
) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER])])
    bring_in(green_abbey, [a_pupil(Contacts=[FATHER])], full=False, ruling=BY_CONFLICT)
    since = Conflict.objects.get().since
    decide_now(wishes(choice), by=officer)
    bring_in(green_abbey, [a_pupil(Contacts=[AUNT])], full=False, ruling=BY_CONFLICT)
    assert undo_newest(officer)["waits_again"] == 1
    assert waiting() == [("Contacts", [FATHER, AUNT])]
    assert Conflict.objects.open().get().since == since
    assert not Refusal.objects.exists()
    decide_now(wishes(Choice.ACCEPT), by=officer)
    held = next(row.payload for row in PupilGroup.objects.all() if row.group.name == "contacts")
    assert [one["Forename"] for one in held["Contacts"]] == ["Ann", "Ben", "Cat"]
    assert waiting() == []


def test_of_a_contact_said_anew_since_the_newer_word_waits_once(green_abbey: Base, officer: User) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER])])
    bring_in(green_abbey, [a_pupil(Contacts=[FATHER])], full=False, ruling=BY_CONFLICT)
    decide_now(wishes(Choice.DISCARD), by=officer)
    newer = {**FATHER, "Email": "ben@example.org"}
    bring_in(green_abbey, [a_pupil(Contacts=[newer])], full=False, ruling=BY_CONFLICT)
    assert undo_newest(officer)["waits_again"] == 0
    assert waiting() == [("Contacts", [newer])]


def test_a_contact_that_a_newer_full_file_does_not_tell_of_waits_no_more(green_abbey: Base, officer: User) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER])])
    bring_in(green_abbey, [a_pupil(Contacts=[FATHER])], full=False, ruling=BY_CONFLICT)
    decide_now(wishes(Choice.DISCARD), by=officer)
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER, AUNT])], ruling=BY_CONFLICT)
    assert undo_newest(officer)["waits_again"] == 0
    assert [one["Forename"] for one in Conflict.objects.open().get().incoming] == ["Ann", "Cat"]


def test_a_contact_that_a_full_file_still_tells_of_waits_when_its_refusal_is_undone(
    green_abbey: Base, officer: User
) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER])])
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER, FATHER])], ruling=BY_CONFLICT)
    decide_now(wishes(Choice.NEVER_AGAIN), by=officer)
    bring_in(green_abbey, [a_pupil(Contacts=[MOTHER, FATHER, AUNT])], ruling=BY_CONFLICT)
    assert undo_newest(officer)["waits_again"] == 1
    assert {one["Forename"] for one in Conflict.objects.open().get().incoming} >= {"Ben", "Cat"}
