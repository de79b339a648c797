"""What a school is told of its values that were not taken: what it sent, a code, and nothing that only the LA holds."""

from typing import Any

import pytest
from tests.authority.exchange.imports_shown import Send
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.feedback import fed_back, numbers_as_sent, value_as_sent
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.by_hand.changing import Place, change_value, seen_as
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.contacts import CONTACTS
from schoolgate.authority.records.models import Change, Pupil, Refusal, Restriction
from schoolgate.authority.records.restricting import lift, restrict
from schoolgate.authority.records.subjects import PUPIL
from schoolgate.commons.accounts.models import User

pytestmark = pytest.mark.django_db

WRONG: dict[str, Any] = {"NCyearActual": "9", "FormerUPN": "A820432124999"}


def told(base: Base) -> list[tuple[str, str]]:
    return [(refusal.item, refusal.code) for refusal in fed_back(base, PUPIL)]


def sent_upn(base: Base) -> str:
    return numbers_as_sent(base, [Pupil.objects.get().pk]).get(Pupil.objects.get().pk, "")


def test_what_failed_validation_and_what_a_person_discarded_is_told(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(BasicDetails=WRONG)])
    assert told(green_abbey) == [("FormerUPN", "bad-upn")]
    Refusal.objects.update(code="discarded")
    assert told(green_abbey) == [("FormerUPN", "discarded")]


def test_what_a_rule_does_not_import_is_not_told(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(BasicDetails=WRONG)])
    Refusal.objects.update(code="not-imported")
    assert told(green_abbey) == []


@pytest.mark.parametrize("code", ["undone", "changed-by-hand"])
def test_of_what_stood_here_and_may_be_joined_with_held_parts_no_value_is_told(code: str) -> None:
    joined = Refusal(group=CONTACTS.number, item="Contacts", value_text='[{"Surname":"Bell"}]', code=code)
    assert value_as_sent(joined) is None
    assert value_as_sent(Refusal(group=1, item="UPN", value_text='"A820432124999"', code=code)) == "A820432124999"


def test_what_only_another_school_said_is_not_told_until_this_one_says_it(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    bring_in(oak_lane, [a_pupil(Surname="Bell")])
    bring_in(green_abbey, [a_pupil(Surname="Bell", BasicDetails={"NCyearActual": "9", "EnrolStatus": "P"})])
    place = Place(Pupil.objects.get(), None, BASIC_DETAILS, "Surname")
    change_value(place, "Okafor", "Birth certificate", seen=seen_as("Bell"), by=None)
    assert (told(green_abbey), told(oak_lane)) == ([("Surname", "changed-by-hand")], [])
    bring_in(oak_lane, [a_pupil(Surname="Bell")], full=False)
    assert told(oak_lane) == [("Surname", "changed-by-hand")]


def test_a_group_that_the_rule_set_does_not_feed_back_is_not_told(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(BasicDetails=WRONG)])
    rule_set = base_rules(green_abbey).rule_set
    rule_set.not_fed_back = ["identifiers"]
    rule_set.save()
    assert told(green_abbey) == []


def test_a_school_asks_again_what_to_correct_once_a_pupil_is_restricted_and_once_it_is_not(send: Send) -> None:
    send([a_pupil(BasicDetails=WRONG)])
    pupil = Pupil.objects.get()
    changed = [ReceivedFile.objects.get().outcome_changed_at]
    restrict(pupil, "Court order", None, seen=0, by=None)
    changed.append(ReceivedFile.objects.get().outcome_changed_at)
    lift(pupil, "Order ended", seen=1, by=None)
    changed.append(ReceivedFile.objects.get().outcome_changed_at)
    assert len(set(changed)) == 3


def test_nothing_of_a_restricted_pupil_is_told(green_abbey: Base, officer: User) -> None:
    bring_in(green_abbey, [a_pupil(BasicDetails=WRONG)])
    Restriction.objects.create(pupil=Pupil.objects.get(), why="Refuge", by=officer)
    assert told(green_abbey) == []


def test_a_upn_is_told_to_the_base_that_sent_it(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    assert sent_upn(green_abbey) == a_pupil()["UPN"]


def test_a_base_that_found_the_pupil_without_its_upn_is_not_told_it(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil()])
    Change.objects.filter(base=oak_lane).update(rule="guid/always-import")
    assert sent_upn(oak_lane) == ""


def test_a_base_that_found_the_pupil_by_its_upn_is_told_it(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil()])
    assert sent_upn(oak_lane) == a_pupil()["UPN"]


def test_the_schools_own_upn_is_told_where_the_authority_holds_another(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()
    Refusal.objects.create(
        pupil=pupil,
        base=green_abbey,
        group=1,
        item="UPN",
        value_text='"A820432124999"',
        value_digest=b"",
        code="bad-upn",
    )
    assert sent_upn(green_abbey) == "A820432124999"
