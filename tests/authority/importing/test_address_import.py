"""An incoming address is taken only when it stands in the authority's list (reference 9.5)."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.authority.importing.address_lists import a_list, give
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil, pupils

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.addresses.listed import (
    NO_LIST,
    NOT_IN_LIST,
    SEVERAL_IN_LIST,
    TAKEN_WITHOUT_LIST,
    address_fault,
    address_rule,
)
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import DISCARDED, NOT_IMPORTED, Effect, Rules, refusal_digest
from schoolgate.authority.importing.models import Conflict, Import
from schoolgate.authority.records.groups.addresses import ADDRESSES
from schoolgate.authority.records.groups.contacts import CONTACTS
from schoolgate.authority.records.models import Pupil, PupilGroup, Refusal, Settled
from schoolgate.authority.records.restricting import restrict
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

HIGH_STREET = a_list("1,,14,,High Street,AB1 2CD", "2,,20,,High Street,AB1 2CD", "3,,20,,Mill Lane,AB1 2CD")


def at(house: str, street: str = "High Street") -> Record:
    return {"BS7666Address": {"PAON": house, "Street": street}, "PostCode": "AB1 2CD"}


def send(base: Base, *addresses: Record, rules: Rules | None = None, **changes: Any) -> Import:
    """A file with one pupil at the address, imported by the list in use."""
    ruling = replace(Ruling(demo=True), addresses=address_rule())
    ruling = replace(ruling, rules=rules) if rules else ruling
    said = {"Address": addresses[0]} if addresses else {}
    return bring_in(base, [a_pupil(**said, **changes)], ruling=ruling)


def held() -> str:
    """The house that is held; empty: no address is."""
    rows = [row for row in PupilGroup.objects.all() if row.group is ADDRESSES]
    return rows[0].payload["Address"]["BS7666Address"]["PAON"] if rows else ""


def refused() -> list[str]:
    return list(Refusal.objects.order_by("pk").values_list("code", flat=True))


def test_an_address_in_the_list_is_taken(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("14"))
    assert (held(), refused()) == ("14", [])


def test_one_that_is_not_is_left_out_with_its_code_and_the_pupil_goes_on(green_abbey: Base) -> None:
    give(HIGH_STREET)
    this = send(green_abbey, at("15"))
    assert (held(), refused()) == ("", [NOT_IN_LIST])
    assert Pupil.objects.get().surname == "Okafor"
    assert this.counts["groups"]["addresses"] == {"left_out": 1}
    assert Refusal.objects.get().value_text == '"15, High Street, AB1 2CD"'


def test_one_that_may_be_two_is_left_out_as_such(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("20", street="Nowhere"))
    assert (held(), refused()) == ("", [SEVERAL_IN_LIST])


def test_what_is_held_stays_when_the_new_one_is_not_found(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("14"))
    send(green_abbey, at("15"))
    assert (held(), refused()) == ("14", [NOT_IN_LIST])


def test_an_address_that_is_held_already_is_not_looked_up(green_abbey: Base) -> None:
    send(green_abbey, at("15"))
    give(HIGH_STREET)
    this = send(green_abbey, at("15"))
    assert (held(), refused()) == ("15", [])
    assert this.counts["groups"]["addresses"] == {"same": 1}


def test_the_same_file_again_leaves_one_refusal_and_a_newer_list_is_asked_anew(green_abbey: Base) -> None:
    give(HIGH_STREET)
    for _ in range(2):
        send(green_abbey, at("15"))
    assert refused() == [NOT_IN_LIST]
    give(a_list("1,,15,,High Street,AB1 2CD", "2,,14,,High Street,AB1 2CD"))
    send(green_abbey, at("15"))
    assert (held(), refused()) == ("15", [])


def test_a_list_that_lost_an_address_takes_nothing_away(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("14"))
    give(a_list("1,,16,,High Street,AB1 2CD", "2,,18,,High Street,AB1 2CD"))
    send(green_abbey, at("14"))
    assert (held(), refused()) == ("14", [])


def test_without_a_list_an_address_is_taken_as_it_is_sent_or_not_at_all(green_abbey: Base) -> None:
    TAKEN_WITHOUT_LIST.set(False, by=None)
    send(green_abbey, at("15"))
    assert (held(), refused()) == ("", [NO_LIST])
    TAKEN_WITHOUT_LIST.set(True, by=None)
    send(green_abbey, at("15"))
    assert (held(), refused()) == ("15", [])


def test_an_address_that_is_not_found_does_not_wait_for_a_person(green_abbey: Base) -> None:
    send(green_abbey, at("14"))
    asking = Rules(Effect.ALWAYS_CONFLICT)
    send(green_abbey, at("15"), rules=asking)
    assert Conflict.objects.open().count() == 1
    give(HIGH_STREET)
    send(green_abbey, at("15"), rules=asking)
    assert (Conflict.objects.open().count(), refused()) == (0, [NOT_IN_LIST])
    send(green_abbey, at("20"), rules=asking)
    assert (Conflict.objects.open().count(), refused()) == (1, [])


def test_what_the_rule_or_a_person_does_not_want_is_not_looked_up(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("15"), rules=Rules(Effect.DONT_IMPORT))
    assert NOT_IMPORTED in refused()
    assert NOT_IN_LIST not in refused()
    Refusal.objects.all().delete()
    digest = refusal_digest(ADDRESSES, "Address", at("15"))
    Refusal.objects.create(
        pupil=Pupil.objects.get(),
        base=green_abbey,
        group=ADDRESSES.number,
        item="Address",
        value_text="{}",
        value_digest=digest,
        code=DISCARDED,
    )
    Settled.objects.all().delete()
    send(green_abbey, at("15"))
    assert refused() == [DISCARDED]


def test_a_contact_may_live_anywhere(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("14"), Contacts=[{"Surname": "Okafor", "Forename": "Grace", "Address": at("99", "Far Road")}])
    (row,) = [row for row in PupilGroup.objects.all() if row.group is CONTACTS]
    assert row.payload["Contacts"][0]["Address"]["BS7666Address"]["PAON"] == "99"
    assert refused() == []


def test_the_address_of_a_restricted_pupil_waits_for_a_person_whatever_the_list_says(green_abbey: Base) -> None:
    give(HIGH_STREET)
    send(green_abbey, at("14"))
    restrict(Pupil.objects.get(), "a court order", None, seen=0, by=None)
    send(green_abbey, at("15"))
    assert [one.group for one in Conflict.objects.open()] == [ADDRESSES.number]
    assert refused() == []


def test_all_pupils_of_a_portion_are_looked_up_at_once(green_abbey: Base) -> None:
    give(HIGH_STREET)
    ruling = Ruling(demo=True, addresses=address_rule())
    with CaptureQueriesContext(connection) as queries:
        bring_in(green_abbey, pupils(20), ruling=ruling)
    assert len(refused()) > 10
    assert sum("listedaddress" in query["sql"] for query in queries.captured_queries) == 1


def test_a_person_who_accepts_one_is_told_the_same() -> None:
    assert address_fault(at("15")) == ""
    give(HIGH_STREET)
    assert [address_fault(at(house)) for house in ("14", "15")] == ["", NOT_IN_LIST]
    assert address_fault(at("20", street="")) == SEVERAL_IN_LIST


def test_a_list_that_takes_the_place_of_another_during_an_import_is_asked_instead(green_abbey: Base) -> None:
    give(HIGH_STREET)
    before = address_rule()
    give(a_list("1,,15,,High Street,AB1 2CD", "2,,14,,High Street,AB1 2CD"))
    assert before.faults([at("15"), at("20")]) == ["", NOT_IN_LIST]
