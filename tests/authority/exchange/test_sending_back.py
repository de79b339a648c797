"""What is sent back to a school: what was changed here, once, and nothing that is the school's own word."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from tests.authority.exchange.imports_shown import TUESDAY, school
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import outbox, sending_back
from schoolgate.authority.exchange.models import OutboxEntry, SentValue, ToldOf
from schoolgate.authority.exchange.models.outbox_entry import EntryState
from schoolgate.authority.exchange.sending_back import Sent, Whose, groups_to_send, send_back
from schoolgate.authority.exchange.store import offered_files
from schoolgate.authority.importing.base_rules import always_import_set, use, use_for_new_bases
from schoolgate.authority.importing.by_hand.changing import Place, change_value, held_at, seen_as
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.merging.merging import merge
from schoolgate.authority.importing.merging.plan import plan
from schoolgate.authority.importing.models import RuleSet
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.authority.records.restricting import restrict
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.reader import StudentFile

pytestmark = pytest.mark.django_db
Change = Callable[..., None]


@pytest.fixture
def by_hand(la: str, green_abbey: Base, officer: User) -> Change:
    """Green Abbey's pupils are held, and an officer changes a value of one of them."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    bring_in(green_abbey, school())

    def change(who: str, item: str, value: Any, group: str = "basic-details") -> None:
        pupil = Pupil.people.get(forename=who)
        of = group_named(group)
        enrolment = Enrolment.objects.filter(pupil=pupil).first() if of.of == "enrolment" else None
        place = Place(pupil, enrolment, of, item)
        change_value(place, value, "told by phone", seen=seen_as(held_at(place)), by=officer)

    return change


def send(base: Base, *groups: str, **whose: Any) -> Sent:
    subject = whose.get("subject", "pupil")
    return send_back(base, groups_to_send(groups, subject), Whose(**whose), made_for="Back to school")


def told(sent: Sent) -> list[Record]:
    """What a file says of each, which its schema takes."""
    assert sent.entry is not None
    file = StudentFile(io.BytesIO(offered_files().open(sent.entry.sha256).read()))
    records = [entry.record for entry in file.entries()]
    assert list(file.problems) == []
    assert file.header is not None
    assert (file.header.source_school, file.header.destination_school) == ("LLLL", sent.entry.base.number)
    return records


def test_nothing_changed_is_nothing_sent(green_abbey: Base, by_hand: Change) -> None:
    sent = send(green_abbey)
    assert sent == Sent()
    assert sent.in_words() == "Nothing was changed here that the school has not been sent."
    assert not OutboxEntry.objects.exists()


def test_what_a_person_changed_is_sent_with_who_it_is_and_nothing_else(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    sent = send(green_abbey)
    (record,) = told(sent)
    assert record == {
        "UPN": "F820432124002",
        "Surname": "Okafor",
        "Forename": "Ada",
        "DOB": "2013-03-01",
        "Sex": "F",
        "BasicDetails": {"MiddleNames": "Rose"},
    }
    assert sent.in_words() == "In the outbox for the school: 1 value of 1 pupil, in 820LLLL_CES_8204321_001.xml."


def test_it_is_sent_once(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    assert send(green_abbey).values == 1
    assert send(green_abbey) == Sent()


def test_a_later_change_is_sent_by_itself(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    send(green_abbey)
    by_hand("Kai", "Sex", "F")
    again = send(green_abbey)
    assert [record["Forename"] for record in told(again)] == ["Kai"]
    assert again.entry is not None
    assert again.entry.name == "820LLLL_CES_8204321_002.xml"


def test_the_same_value_given_back_later_is_sent_again(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    send(green_abbey)
    by_hand("Ada", "MiddleNames", "Lily")
    by_hand("Ada", "MiddleNames", "Rose")
    assert send(green_abbey).values == 1
    assert SentValue.objects.count() == 1


def test_what_the_school_changed_itself_is_not_sent_back(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    ada = {**school()[1], "BasicDetails": {"MiddleNames": "Grace"}}
    bring_in(green_abbey, [ada], full=False, created=TUESDAY)
    assert Pupil.objects.get(forename="Ada").middle_names == "Grace"
    assert send(green_abbey) == Sent()


def test_only_the_chosen_groups_are_sent(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    by_hand("Ada", "FormerUPN", "N823432118001", "identifiers")
    chosen = send(green_abbey, "identifiers")
    (record,) = told(chosen)
    assert record["BasicDetails"] == {"FormerUPN": "N823432118001"}
    assert chosen.entry is not None
    assert chosen.entry.group == "identifiers"
    assert send(green_abbey, "basic-details").values == 1


def test_a_schools_own_account_is_never_sent(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "NCyearActual", "8", "enrolment")
    assert send(green_abbey) == Sent()
    for group in ("attendance", "attainment", "enrolment", "contracts"):
        with pytest.raises(KeyError):
            groups_to_send([group])


def test_a_value_that_was_removed_here_is_not_told(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    by_hand("Ada", "MiddleNames", None)
    assert send(green_abbey) == Sent()


def test_nothing_of_a_restricted_pupil_is_sent(green_abbey: Base, by_hand: Change, administrator: User) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    by_hand("Kai", "MiddleNames", "Lee")
    restrict(Pupil.objects.get(forename="Ada"), "Moved in secret", until=None, seen=0, by=administrator)
    assert [record["Forename"] for record in told(send(green_abbey))] == ["Kai"]


def test_a_file_in_which_somebody_is_restricted_since_is_withdrawn_and_the_rest_is_sent(
    green_abbey: Base, by_hand: Change, administrator: User
) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    by_hand("Kai", "MiddleNames", "Lee")
    first = send(green_abbey).entry
    assert first is not None
    restrict(Pupil.objects.get(forename="Ada"), "Moved in secret", until=None, seen=0, by=administrator)
    first.refresh_from_db()
    assert first.state == EntryState.CANCELLED
    assert [record["Forename"] for record in told(send(green_abbey))] == ["Kai"]


def test_a_file_whose_values_were_all_sent_anew_since_still_tells_of_whom_it_tells(
    green_abbey: Base, by_hand: Change, administrator: User
) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    first = send(green_abbey).entry
    by_hand("Ada", "MiddleNames", "Lily")
    second = send(green_abbey).entry
    assert first is not None
    assert second is not None
    restrict(Pupil.objects.get(forename="Ada"), "Moved in secret", until=None, seen=0, by=administrator)
    assert {entry.state for entry in OutboxEntry.objects.all()} == {EntryState.CANCELLED}
    assert outbox.holds_restricted(first)


def test_no_file_waits_any_more_that_tells_of_one_who_was_merged_since(green_abbey: Base, by_hand: Change) -> None:
    gone = Pupil.objects.get(forename="Ada")
    for name in ("Rose", "Lily"):
        by_hand("Ada", "MiddleNames", name)
        send(green_abbey)
    bring_in(green_abbey, [a_pupil(UPN="Q820432124010", Forename="Adah")], full=False, created=TUESDAY)
    keep = Pupil.objects.get(forename="Adah")
    merge(keep.pk, gone.pk, seen=plan(keep, gone).seen, by=None)
    assert {entry.state for entry in OutboxEntry.objects.all()} == {EntryState.CANCELLED}
    assert ToldOf.objects.filter(pupil=keep).count() == 2


def test_a_file_of_one_who_was_merged_since_is_withdrawn_and_what_was_sent_before_stays_sent(
    green_abbey: Base, by_hand: Change
) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    before = send(green_abbey).entry
    assert before is not None
    outbox.collected(green_abbey.account, before.pk)
    by_hand("Ada", "PreferredSurname", "Bell")
    waiting = send(green_abbey).entry
    assert waiting is not None
    gone = Pupil.objects.get(forename="Ada")
    bring_in(green_abbey, [a_pupil(UPN="Q820432124010", Forename="Adah")], full=False, created=TUESDAY)
    keep = Pupil.objects.get(forename="Adah")
    merge(keep.pk, gone.pk, seen=plan(keep, gone).seen, by=None)
    waiting.refresh_from_db()
    assert waiting.state == EntryState.CANCELLED
    assert [value.item for value in SentValue.objects.filter(pupil=keep)] == ["MiddleNames"]


def test_who_is_restricted_while_the_file_is_made_does_not_leave_the_house(
    green_abbey: Base, by_hand: Change, administrator: User, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    entry = send(green_abbey).entry
    assert entry is not None
    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.authority.records.rooms_above._on_restriction", [])
        restrict(Pupil.objects.get(forename="Ada"), "Moved in secret", until=None, seen=0, by=administrator)
    assert program.get(f"outbox/{entry.pk}/file").json()["code"] == "unknown-entry"
    entry.refresh_from_db()
    assert entry.state == EntryState.CANCELLED


def test_who_has_left_is_told_of_only_where_leavers_are_wanted(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    Enrolment.objects.filter(pupil__forename="Ada").update(status="P")
    assert send(green_abbey) == Sent()
    assert send(green_abbey, leavers=True).values == 1


def test_only_the_wanted_years_are_told_of(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    assert send(green_abbey, nc_years=["8"]) == Sent()
    assert send(green_abbey, nc_years=["9"]).values == 1


def test_only_looked_after_children_are_told_of_where_they_are_wanted(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    assert send(green_abbey, looked_after=True) == Sent()
    by_hand("Ada", "LookedAfter", {"InCare": "1"}, "looked-after")
    assert send(green_abbey, looked_after=True).values == 2


def test_many_pupils_are_looked_at_in_portions(
    green_abbey: Base, by_hand: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_back, "AT_ONCE", 2)
    for who in ("Daniel", "Ada", "Zoë", "Kai", "Lea"):
        by_hand(who, "MiddleNames", "Lee")
    assert send(green_abbey).people == 5


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        (Effect.ALWAYS_IMPORT, 0),
        (Effect.ALWAYS_CONFLICT, 0),
        (Effect.DONT_IMPORT, 1),
        (Effect.IMPORT_IF_EMPTY, 1),
    ],
)
def test_another_schools_word_is_sent_where_the_rule_lets_what_is_held_here_lead(
    green_abbey: Base, oak_lane: Base, by_hand: Change, effect: Effect, values: int
) -> None:
    ada = {**school()[1], "BasicDetails": {"MiddleNames": "Rose", "EnrolStatus": "M"}}
    bring_in(oak_lane, [ada], full=False, created=TUESDAY)
    assert Pupil.objects.get(forename="Ada").middle_names == "Rose"
    rule_set = RuleSet.objects.create(name="Leads", effects=RuleSet().take(Rules(effect)).effects)
    use(rule_set, [green_abbey], by=None)
    assert send(green_abbey).values == values


def test_what_was_sent_to_one_school_is_still_sent_to_another(
    green_abbey: Base, oak_lane: Base, by_hand: Change
) -> None:
    bring_in(oak_lane, [school()[1]], full=False, created=TUESDAY)
    by_hand("Ada", "MiddleNames", "Rose")
    assert (send(green_abbey).values, send(oak_lane).values) == (1, 1)


def test_a_withdrawn_file_is_not_made_up_for(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    entry = send(green_abbey).entry
    assert entry is not None
    outbox.withdraw_file(entry, by=None)
    assert send(green_abbey) == Sent()


def test_names_of_files_begin_anew_after_999(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    send(green_abbey)
    OutboxEntry.objects.update(name="820LLLL_CES_8204321_999.xml")
    by_hand("Kai", "MiddleNames", "Lee")
    entry = send(green_abbey).entry
    assert entry is not None
    assert entry.name == "820LLLL_CES_8204321_001.xml"


def test_what_a_person_changed_of_a_schools_staff_is_sent_in_a_personnel_file(
    green_abbey: Base, by_hand: Change
) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    by_hand("Miriam", "QTS", "true" if MIRIAM["StaffDetails"].get("QTS") != "true" else "false", "staff-details")
    sent = send(green_abbey, subject=STAFF)
    (record,) = told(sent)
    assert record["StaffDetails"]["TeacherNumber"] == MIRIAM["StaffDetails"]["TeacherNumber"]
    assert record["StaffDetails"]["GUID"] == MIRIAM["StaffDetails"]["GUID"]
    assert sent.entry is not None
    assert (sent.entry.document, sent.entry.name) == ("personnel", "820LLLL_PER_8204321_001.xml")
    assert send(green_abbey) == Sent()


def test_who_has_no_upn_is_left_out_until_there_is_one(green_abbey: Base, by_hand: Change) -> None:
    by_hand("Ada", "MiddleNames", "Rose")
    by_hand("Ada", "UPN", None, "identifiers")
    assert send(green_abbey).in_words() == (
        "Nothing was changed here that the school has not been sent. Left out: 1 pupil, of whom a UPN, a name, a date "
        "of birth or a sex is not held."
    )
    by_hand("Ada", "UPN", "F820432124002", "identifiers")
    assert send(green_abbey).values == 2
