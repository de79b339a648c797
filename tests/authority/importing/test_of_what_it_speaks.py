"""A document that is about some items only: what it says of others tells who a pupil is, and its silence nothing."""

from typing import Any

from schoolgate.authority.importing.deciding import (
    IMPORT_EVERYTHING,
    Incoming,
    Invalid,
    Refused,
    decide,
    refusal_digest,
)
from schoolgate.authority.importing.waiting import added_to, entry_text, incoming_of_text
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.sen_history import SEN_HISTORY

HELD: dict[DataGroup, Payload] = {
    BASIC_DETAILS: {"Surname": "Okafor", "Forename": "Amina"},
    SEN_HISTORY: {"SEN": [{"SENprovision": "K", "StartDate": "2026-09-01"}]},
}
OF_SEN = frozenset({(SEN_HISTORY, "SEN")})


def test_only_what_it_is_about_is_left_for_a_pupil_that_was_found() -> None:
    said = Incoming(HELD, of=OF_SEN, invalid=(Invalid(BASIC_DETAILS, "DOB", "bad-date", "31 June"),))
    assert said.without_who_it_is() == Incoming({SEN_HISTORY: HELD[SEN_HISTORY]}, of=OF_SEN)
    assert Incoming(HELD).without_who_it_is() == Incoming(HELD)


def test_a_full_one_lacks_only_what_it_is_about() -> None:
    of_names = frozenset({(BASIC_DETAILS, "Surname"), (BASIC_DETAILS, "Forename")})
    names = Incoming({BASIC_DETAILS: {"Surname": "Okafor"}}, full=True, of=of_names)
    assert [(one.group, one.item) for one in decide(HELD, names, IMPORT_EVERYTHING).removals] == [
        (BASIC_DETAILS, "Forename")
    ]


def test_a_refusal_of_something_else_stands() -> None:
    digest = refusal_digest(BASIC_DETAILS, "Surname", "Price")
    refusal = Refused(BASIC_DETAILS, "Surname", digest, "discarded")
    full = Incoming({SEN_HISTORY: HELD[SEN_HISTORY]}, full=True, of=OF_SEN)
    assert decide(HELD, full, IMPORT_EVERYTHING, [refusal]).ended == ()
    assert decide(HELD, Incoming({}, full=True), IMPORT_EVERYTHING, [refusal]).ended == (refusal,)


def test_what_waits_is_kept_with_what_it_is_about() -> None:
    said = Incoming(HELD, full=True, of=OF_SEN)
    assert incoming_of_text(entry_text(said)) == said
    assert '"of"' not in entry_text(Incoming(HELD))


def test_who_waits_keeps_what_a_full_one_is_not_about() -> None:
    before = Incoming(HELD, full=True)
    now = Incoming({BASIC_DETAILS: HELD[BASIC_DETAILS]}, full=True, of=OF_SEN)
    joined: Any = added_to(before, now)
    assert joined.payloads == {BASIC_DETAILS: HELD[BASIC_DETAILS]}
    assert joined.of is None


def test_attendance_added_to_who_waits_says_nothing_of_the_rest() -> None:
    before = Incoming({BASIC_DETAILS: HELD[BASIC_DETAILS]})
    joined = added_to(before, Incoming(HELD, of=OF_SEN))
    assert joined == Incoming(HELD)
