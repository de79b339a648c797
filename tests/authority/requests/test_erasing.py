"""Erasing takes all that is held of a person, leaves its trace, and nothing brings the record back by itself."""

import os
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings as site
from tests.authority.importing.conflicts import BY_CONFLICT
from tests.authority.importing.importing_files import MONDAY, bring_in, header_of
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff
from tests.authority.importing.undoing import take_back
from tests.authority.requests.asking import SECRETS, SISTER, ask, collected, daniel, hold_daniel
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, NotYetHeld, RawMark, SuspendedResult
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile, SentValue, ToldOf
from schoolgate.authority.exchange.outbox import offer_file
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.exchange.sweeping import sweep_exchange
from schoolgate.authority.importing.base_rules import always_import_set, use
from schoolgate.authority.importing.by_hand.changing import Place, change_value, seen_as
from schoolgate.authority.importing.models import Conflict, ErasedKey, Import, Met, Unmatched
from schoolgate.authority.importing.unmatched.acting import add, discard
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.models import Decision, Pupil, StaffMember
from schoolgate.authority.records.restricting import restrict
from schoolgate.authority.requests.erasing import CannotErase, erase, foresee
from schoolgate.authority.requests.models import DataRequest, Kind, State
from schoolgate.authority.requests.receiving import Closed
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off

pytestmark = pytest.mark.django_db

WHY: Any = {"rule": "17(1)(a)", "reason": "The child has left the county."}
NEXT_WEEK = MONDAY + timedelta(days=7)


@pytest.fixture
def pupil(green_abbey: Base, officer: User) -> Pupil:
    return hold_daniel(green_abbey, officer)


def everything_said() -> str:
    """All texts in all of the authority's tables, and what is packed there."""
    said = []
    for model in apps.get_models():
        if model.__module__.startswith("schoolgate."):
            said += [str(row) for row in model._base_manager.values_list()]
    return " ".join(said)


def told_of_daniel() -> list[str]:
    """What still tells of him."""
    said = everything_said()
    return [secret for secret in SECRETS if secret in said]


def test_nothing_in_any_table_tells_of_the_person_any_more(pupil: Pupil, green_abbey: Base) -> None:
    bring_in(green_abbey, [daniel(Forename="Danielle"), SISTER], created=NEXT_WEEK, ruling=BY_CONFLICT)
    assert Conflict.objects.filter(pupil=pupil).exists()
    assert told_of_daniel() != []
    this = Import.objects.earliest("pk")
    assert pupil.pk in Met.signs_of(this)
    done = erase(ask(pupil), **WHY, by=None)
    assert told_of_daniel() == []
    assert set(Met.signs_of(this)) == {Pupil.objects.get().pk}
    assert Pupil.objects.get().forename == "Sorrel"
    assert (done.state, DataRequest.objects.get().asked_by) == (State.DONE, "")


def test_the_trace_says_who_when_why_and_by_which_rule_without_a_name(pupil: Pupil, officer: User) -> None:
    asked = erase(ask(pupil), **WHY, by=officer)
    entry = AuditEntry.objects.get(did="pupil erased")
    assert (entry.user, entry.target, entry.about) == (officer, f"pupil {pupil.pk}", f"pupil {pupil.pk}")
    assert entry.details == f"{asked.ref}, erasure; UK GDPR Article 17(1)(a); The child has left the county."
    asked.refresh_from_db()
    assert (asked.outcome, asked.closed_by, asked.person) == (
        "Erased: Article 17(1)(a).",
        officer,
        f"Pupil {pupil.pk}",
    )


def test_next_weeks_file_does_not_bring_the_person_back_but_asks(pupil: Pupil, green_abbey: Base) -> None:
    asked = erase(ask(pupil), **WHY, by=None)
    this = bring_in(green_abbey, [daniel(), SISTER], created=NEXT_WEEK)
    assert Pupil.objects.count() == 1
    (row,) = Unmatched.objects.all()
    assert (row.why, row.forename) == ("erased-before", "Daniel")
    assert this.counts["pupils"]["unmatched"] == 1
    assert set(ErasedKey.objects.values_list("request", flat=True)) == {asked.ref}


@pytest.mark.parametrize(
    "told",
    [
        {"Surname": "Else", "Forename": "Sam", "DOB": "2012-01-01", "SuppInfo": None},
        {"UPN": "T820432117003", "Surname": "Else", "Forename": "Sam", "DOB": "2012-01-01"},
        {"UPN": "T820432117003", "SuppInfo": None},
    ],
    ids=["by number", "by key", "by name and birth"],
)
def test_the_person_is_known_again_by_any_of_them(pupil: Pupil, oak_lane: Base, told: dict[str, Any]) -> None:
    erase(ask(pupil), **WHY, by=None)
    bring_in(oak_lane, [daniel(**told)])
    assert Unmatched.objects.get().why == "erased-before"


def test_somebody_else_is_added_as_ever(pupil: Pupil, oak_lane: Base) -> None:
    erase(ask(pupil), **WHY, by=None)
    bring_in(oak_lane, [a_pupil(UPN="T820432117003", Forename="Mia", Sex="F", DOB="2012-07-01")])
    assert not Unmatched.objects.exists()
    assert Pupil.objects.filter(forename="Mia").exists()


def test_the_person_is_known_again_after_a_new_key_was_made(pupil: Pupil, oak_lane: Base, settings: Any) -> None:
    erase(ask(pupil), **WHY, by=None)
    settings.SCHOOLGATE_KEYS = [Fernet.generate_key().decode(), *site.SCHOOLGATE_KEYS]
    bring_in(oak_lane, [daniel()])
    assert Unmatched.objects.get().why == "erased-before"


def test_who_is_added_by_hand_then_is_matched_by_the_files_that_follow(pupil: Pupil, green_abbey: Base) -> None:
    erase(ask(pupil), **WHY, by=None)
    bring_in(green_abbey, [daniel(), SISTER], created=NEXT_WEEK)
    row = Unmatched.objects.get()
    add(row.pk, seen=row.seen, by=None)
    bring_in(green_abbey, [daniel(), SISTER], created=NEXT_WEEK + timedelta(days=1))
    assert not Unmatched.objects.exists()
    assert Pupil.objects.filter(forename="Daniel").count() == 1


def test_who_is_discarded_stays_away(pupil: Pupil, green_abbey: Base) -> None:
    erase(ask(pupil), **WHY, by=None)
    bring_in(green_abbey, [daniel(), SISTER], created=NEXT_WEEK)
    row = Unmatched.objects.get()
    discard(row.pk, seen=row.seen, by=None)
    bring_in(green_abbey, [daniel(), SISTER], created=NEXT_WEEK + timedelta(days=1))
    assert Unmatched.objects.get().held_back == "discarded"
    assert Pupil.objects.count() == 1


def test_undoing_an_old_import_does_not_bring_the_person_back(pupil: Pupil) -> None:
    erase(ask(pupil), **WHY, by=None)
    for this in Import.objects.order_by("-pk"):
        take_back(this)
    assert not Pupil.objects.filter(forename="Daniel").exists()
    assert not Unmatched.objects.filter(forename="Daniel").exists()


def test_a_member_of_staff_is_erased_and_known_again(green_abbey: Base) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    erase(ask(StaffMember.objects.get()), **WHY, by=None)
    assert AuditEntry.objects.get(did="member of staff erased").about.startswith("staff ")
    bring_in_staff(green_abbey, [MIRIAM], created=NEXT_WEEK)
    assert not StaffMember.objects.exists()
    assert Unmatched.objects.get().why == "erased-before"


def test_the_content_of_files_that_told_of_the_person_goes_and_that_of_others_stays(
    program: Any, green_abbey: Base, other_program: Any, oak_lane: Base, home: Any
) -> None:
    program.put(a_file([daniel(), SISTER], header_of(green_abbey)))
    mia = a_pupil(UPN="T820432117003", Forename="Mia", Sex="F", DOB="2012-07-01")
    other_program.put(a_file([mia], header_of(oak_lane)), name="8202107_CES_820LLLL_001.xml")
    work_off()
    asked = ask(Pupil.objects.get(forename="Daniel"))
    assert asked.pupil is not None
    assert ("Content of files that told of the person", 1) in foresee(asked.pupil).goes
    erase(asked, **WHY, by=None)
    gone, kept = ReceivedFile.objects.order_by("pk")
    assert (gone.content_gone_at is None, kept.content_gone_at is None) == (False, True)
    assert gone.receipt
    for file in (gone, kept):
        os.utime(received_files().path(file.sha256), (0, 0))
    sweep_exchange()
    assert (received_files().has(gone.sha256), received_files().has(kept.sha256)) == (False, True)


def test_the_content_of_files_in_which_the_person_waited_goes_too(
    program: Any, green_abbey: Base, other_program: Any, oak_lane: Base, home: Any
) -> None:
    use(always_import_set(), [oak_lane], add_unmatched=False, by=None)
    others = "8202107_CES_820LLLL_00"
    other_program.put(a_file([daniel(Forename="Danny"), SISTER], header_of(oak_lane)), name=f"{others}1.xml")
    other_program.put(a_file([daniel()], header_of(oak_lane, full=False)), name=f"{others}2.xml")
    program.put(a_file([daniel()], header_of(green_abbey)))
    work_off()
    asked = ask(Pupil.objects.get(forename="Daniel"))
    assert asked.pupil is not None
    assert ("Content of files that told of the person", 3) in foresee(asked.pupil).goes
    erase(asked, **WHY, by=None)
    assert not ReceivedFile.objects.filter(content_gone_at=None).exists()


def test_a_file_that_its_school_has_not_fetched_is_withdrawn(pupil: Pupil, green_abbey: Base) -> None:
    how: dict[str, Any] = {"document": "student", "group": "", "name": "x.xml", "made_for": "a test"}
    waits, fetched = (offer_file(green_abbey, content=content, **how) for content in (b"<a/>", b"<b/>"))
    OutboxEntry.objects.filter(pk=fetched.pk).take("close")
    for entry in (waits, fetched):
        ToldOf.objects.create(entry=entry, pupil=pupil)
    # What the first one said was sent anew by the second.
    SentValue.objects.create(base=green_abbey, pupil=pupil, group=1, item="x", change=1, entry=fetched)
    erase(ask(pupil), **WHY, by=None)
    states = dict(OutboxEntry.objects.values_list("pk", "state"))
    assert states == {waits.pk: "cancelled", fetched.pk: "closed"}
    assert not OutboxEntry.objects.filter(content_gone_at=None).exists()
    assert not SentValue.objects.exists()


def test_what_a_schools_system_said_beside_goes_and_what_it_said_of_others_stays(
    pupil: Pupil, green_abbey: Base
) -> None:
    collected(green_abbey)
    erase(ask(pupil), **WHY, by=None)
    assert [row.key for row in HeldBackRow.objects.all()] == ["another"]
    assert [row.who["Forename"] for row in SuspendedResult.objects.all()] == ["Sorrel"]
    assert not RawMark.objects.exists()
    assert not NotYetHeld.objects.exists()
    assert CollectionRun.objects.get().source_key == ""


def test_reasons_of_decisions_on_this_person_alone_go(pupil: Pupil, officer: User) -> None:
    sister = Pupil.objects.get(forename="Sorrel")
    for one in (pupil, sister):
        place = Place(one, None, BASIC_DETAILS, "MiddleNames")
        change_value(place, "Ada", f"{one.forename} said so.", seen=seen_as(None), by=officer)
    erase(ask(pupil), **WHY, by=None)
    assert sorted(Decision.objects.values_list("reason", flat=True)) == ["", "Sorrel said so."]


def test_other_requests_about_the_record_end_with_it(pupil: Pupil) -> None:
    access = ask(pupil, Kind.ACCESS)
    asked = erase(ask(pupil), **WHY, by=None)
    access.refresh_from_db()
    assert (access.state, access.asked_by, access.outcome) == ("done", "", f"The record was erased by {asked.ref}.")


def test_a_restricted_pupil_is_not_erased_since_nobody_would_know_any_more(pupil: Pupil) -> None:
    restrict(pupil, "The father must not know.", None, seen=0, by=None)
    asked = ask(pupil)
    with pytest.raises(CannotErase, match="Lift the restriction first"):
        erase(asked, **WHY, by=None)
    assert foresee(pupil).faults
    assert Pupil.objects.filter(pk=pupil.pk).exists()


def test_a_request_for_something_else_or_a_closed_one_erases_nothing(pupil: Pupil) -> None:
    with pytest.raises(CannotErase):
        erase(ask(pupil, Kind.ACCESS), **WHY, by=None)
    asked = ask(pupil)
    DataRequest.objects.filter(pk=asked.pk).update(state=State.REFUSED)
    with pytest.raises(Closed):
        erase(asked, **WHY, by=None)
    with pytest.raises(ValueError, match="no ground"):
        erase(asked, rule="17(1)(z)", reason="x", by=None)
    assert Pupil.objects.filter(pk=pupil.pk).exists()


def test_what_goes_and_stays_is_told_beforehand_and_that_the_school_tells_of_the_person_still(pupil: Pupil) -> None:
    what = foresee(pupil)
    assert {"Times at schools", "Officers’ notes"} <= {one.words for one in what.goes}
    assert "Green Abbey Primary School told of this person last as there today." in what.warnings[0]
    assert what.faults == []
