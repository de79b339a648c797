from typing import Any

import pytest

from schoolgate.authority.importing.deciding import (
    DISCARDED,
    IMPORT_EVERYTHING,
    NOT_IMPORTED,
    UNDONE,
    Conflict,
    Effect,
    Incoming,
    Invalid,
    Refused,
    Removal,
    Rules,
    decide,
    held_after,
    refusal_digest,
    refused_after,
)
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.contacts import CONTACTS
from schoolgate.authority.records.groups.ethnicity import ETHNICITY
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.school_history import SCHOOL_HISTORY
from schoolgate.authority.records.groups.telephones import TELEPHONES

HELD = {BASIC_DETAILS: {"Surname": "O'Brien", "Forename": "Daniel", "DOB": "2013-02-14"}}
CONFLICT, IF_EMPTY = Rules(Effect.ALWAYS_CONFLICT), Rules(Effect.IMPORT_IF_EMPTY)
DONT = Rules(Effect.DONT_IMPORT)


def sent(full: bool = False, invalid: tuple[Invalid, ...] = (), **items: Any) -> Incoming:
    return Incoming({BASIC_DETAILS: items} if items else {}, full=full, invalid=invalid)


def refused(item: str, value: Any, code: str = DISCARDED) -> Refused:
    return Refused(BASIC_DETAILS, item, refusal_digest(BASIC_DETAILS, item, value), code)


class TestRules:
    def test_always_import_replaces_the_held_value_and_keeps_the_rest(self) -> None:
        (write,) = decide(HELD, sent(Surname="Reid"), IMPORT_EVERYTHING).writes
        assert write.payload == {"Surname": "Reid", "Forename": "Daniel", "DOB": "2013-02-14"}
        assert write.taken == {"Surname": Effect.ALWAYS_IMPORT}
        assert not write.is_new

    def test_always_conflict_keeps_the_held_value_and_tells_both(self) -> None:
        decisions = decide(HELD, sent(Surname="Reid"), CONFLICT)
        assert decisions.conflicts == (Conflict(BASIC_DETAILS, "Surname", "O'Brien", "Reid"),)
        assert decisions.writes == ()

    def test_always_conflict_is_a_conflict_with_nothing_too(self) -> None:
        decisions = decide(HELD, sent(Sex="M"), CONFLICT)
        assert decisions.conflicts == (Conflict(BASIC_DETAILS, "Sex", None, "M"),)

    def test_import_if_empty_fills_what_is_empty_and_is_a_conflict_otherwise(self) -> None:
        decisions = decide(HELD, sent(Sex="M", Surname="Reid"), IF_EMPTY)
        assert [write.taken for write in decisions.writes] == [{"Sex": Effect.IMPORT_IF_EMPTY}]
        assert [one.item for one in decisions.conflicts] == ["Surname"]

    def test_dont_import_leaves_out_by_a_code(self) -> None:
        decisions = decide(HELD, sent(Surname="Reid"), DONT)
        assert [(one.item, one.code, one.stands) for one in decisions.left_out] == [("Surname", NOT_IMPORTED, False)]
        assert (decisions.writes, decisions.conflicts) == ((), ())

    @pytest.mark.parametrize("ruled", [IMPORT_EVERYTHING, CONFLICT, IF_EMPTY, DONT])
    def test_equal_values_are_dropped_without_trace_whatever_the_rule(self, ruled: Rules) -> None:
        decisions = decide(HELD, sent(Surname="O’BRIEN", DOB="2013-02-14"), ruled)
        assert decisions.same == (BASIC_DETAILS,)
        assert (decisions.writes, decisions.conflicts, decisions.left_out) == ((), (), ())

    def test_an_item_s_rule_goes_before_its_group_s_and_that_before_the_rest(self) -> None:
        ruled = Rules(
            Effect.DONT_IMPORT,
            {"basic-details": Effect.ALWAYS_CONFLICT},
            {("basic-details", "DOB"): Effect.ALWAYS_IMPORT},
        )
        assert ruled.effect(BASIC_DETAILS, "DOB") is Effect.ALWAYS_IMPORT
        assert ruled.effect(BASIC_DETAILS, "Surname") is Effect.ALWAYS_CONFLICT
        assert ruled.effect(ETHNICITY, "Ethnicity") is Effect.DONT_IMPORT

    @pytest.mark.parametrize("group", [ATTENDANCE, SCHOOL_HISTORY])
    def test_attendance_and_school_history_are_always_imported(self, group: Any) -> None:
        ruled = Rules(Effect.DONT_IMPORT, {group.name: Effect.ALWAYS_CONFLICT})
        assert ruled.effect(group, group.items[0].name) is Effect.ALWAYS_IMPORT

    @pytest.mark.parametrize("ruled", [CONFLICT, IF_EMPTY])
    def test_a_new_pupil_has_nothing_to_be_in_conflict_with(self, ruled: Rules) -> None:
        decisions = decide(None, sent(Surname="Reid"), ruled)
        assert held_after(None, decisions) == {BASIC_DETAILS: {"Surname": "Reid"}}
        assert decisions.conflicts == ()

    def test_of_a_new_pupil_only_who_it_is_is_taken_where_nothing_is_to_be_imported(self) -> None:
        decisions = decide(None, sent(Surname="Reid", MiddleNames="Uche"), DONT)
        assert [(write.group, write.payload) for write in decisions.writes] == [(BASIC_DETAILS, {"Surname": "Reid"})]
        assert [(one.item, one.code) for one in decisions.left_out] == [("MiddleNames", NOT_IMPORTED)]


class TestAbsence:
    def test_in_a_partial_document_it_means_nothing(self) -> None:
        decisions = decide(HELD, sent(Surname="O'Brien"), IMPORT_EVERYTHING)
        assert decisions.removals == ()

    def test_in_a_full_one_it_makes_a_candidate_for_removal_and_removes_nothing(self) -> None:
        decisions = decide(HELD, sent(full=True, Surname="O'Brien", Forename="Daniel"), IMPORT_EVERYTHING)
        assert decisions.removals == (Removal(BASIC_DETAILS, "DOB"),)
        assert held_after(HELD, decisions) == HELD

    def test_a_whole_group_may_be_absent(self) -> None:
        held = {TELEPHONES: {"Email": "dan@example.org"}}
        decisions = decide(held, sent(full=True, Surname="Reid"), IMPORT_EVERYTHING)
        assert decisions.removals == (Removal(TELEPHONES, "Email"),)

    def test_what_was_said_wrongly_is_not_absent(self) -> None:
        held = {IDENTIFIERS: {"UPN": "R820432124001"}}
        wrong = Invalid(IDENTIFIERS, "UPN", "bad-upn", "A820432124001")
        assert decide(held, Incoming({}, full=True, invalid=(wrong,)), IMPORT_EVERYTHING).removals == ()

    def test_what_is_not_imported_is_not_asked_to_be_removed(self) -> None:
        assert decide(HELD, sent(full=True), DONT).removals == ()


class TestRefusals:
    def test_what_is_not_valid_is_refused_by_its_code_and_what_is_held_stays(self) -> None:
        held = {ETHNICITY: {"Ethnicity": "WBRI"}}
        wrong = Invalid(ETHNICITY, "Ethnicity", "code-not-of-year", "WXYZ")
        coming = Incoming({ETHNICITY: {"CountryofBirth": "GBR"}}, invalid=(wrong,))
        decisions = decide(held, coming, IMPORT_EVERYTHING)
        assert [(one.item, one.value, one.code) for one in decisions.left_out] == [
            ("Ethnicity", "WXYZ", "code-not-of-year")
        ]
        assert held_after(held, decisions) == {ETHNICITY: {"Ethnicity": "WBRI", "CountryofBirth": "GBR"}}

    def test_the_same_wrong_value_again_is_no_news(self) -> None:
        wrong = sent(invalid=(Invalid(BASIC_DETAILS, "DOB", "birth-in-future", "2031-01-01"),))
        first = decide(HELD, wrong, IMPORT_EVERYTHING)
        second = decide(HELD, wrong, IMPORT_EVERYTHING, tuple(refused_after((), first)))
        assert [one.stands for one in (*first.left_out, *second.left_out)] == [False, True]

    def test_another_wrong_value_ends_the_one_before(self) -> None:
        before = decide(
            HELD, sent(invalid=(Invalid(BASIC_DETAILS, "DOB", "birth-in-future", "2031-01-01"),)), IMPORT_EVERYTHING
        )
        standing = tuple(refused_after((), before))
        now = sent(invalid=(Invalid(BASIC_DETAILS, "DOB", "birth-in-future", "2031-01-02"),))
        decisions = decide(HELD, now, IMPORT_EVERYTHING, standing)
        assert decisions.ended == standing
        assert [one.stands for one in decisions.left_out] == [False]

    @pytest.mark.parametrize("code", [DISCARDED, UNDONE])
    def test_what_a_person_refused_stays_refused_under_every_rule(self, code: str) -> None:
        standing = refused("Surname", "Reid", code)
        for ruled in (IMPORT_EVERYTHING, CONFLICT, IF_EMPTY, DONT):
            decisions = decide(HELD, sent(Surname="Reid"), ruled, [standing])
            assert [(one.code, one.stands) for one in decisions.left_out] == [(code, True)]
            assert (decisions.writes, decisions.conflicts, decisions.ended) == ((), (), ())

    def test_a_harmless_spelling_of_what_a_person_refused_is_refused_too(self) -> None:
        decisions = decide(HELD, sent(Surname="REID"), IMPORT_EVERYTHING, [refused("Surname", "Reid")])
        assert decisions.writes == ()

    def test_another_value_than_the_refused_one_is_taken_and_ends_the_refusal(self) -> None:
        standing = refused("Surname", "Reid")
        decisions = decide(HELD, sent(Surname="Marsh"), IMPORT_EVERYTHING, [standing])
        assert [write.payload["Surname"] for write in decisions.writes] == ["Marsh"]
        assert decisions.ended == (standing,)

    def test_a_refusal_ends_when_the_source_has_the_held_value(self) -> None:
        standing = refused("Surname", "Reid")
        assert decide(HELD, sent(Surname="O'Brien"), CONFLICT, [standing]).ended == (standing,)

    def test_a_refusal_stands_while_a_partial_document_says_nothing_of_it(self) -> None:
        assert decide(HELD, sent(Forename="Daniel"), CONFLICT, [refused("Surname", "Reid")]).ended == ()

    def test_a_refusal_ends_when_a_full_document_says_nothing_of_it(self) -> None:
        standing = refused("Surname", "Reid")
        assert decide(HELD, sent(full=True, Forename="Daniel"), CONFLICT, [standing]).ended == (standing,)

    def test_what_a_rule_refused_is_taken_once_the_rule_lets_it_in(self) -> None:
        standing = refused("Surname", "Reid", NOT_IMPORTED)
        decisions = decide(HELD, sent(Surname="Reid"), IMPORT_EVERYTHING, [standing])
        assert [write.payload["Surname"] for write in decisions.writes] == ["Reid"]
        assert decisions.ended == (standing,)

    def test_a_refusal_of_one_item_is_none_of_another_with_the_same_value(self) -> None:
        decisions = decide(HELD, sent(Forename="Reid"), IMPORT_EVERYTHING, [refused("Surname", "Reid")])
        assert [write.taken for write in decisions.writes] == [{"Forename": Effect.ALWAYS_IMPORT}]


def test_groups_come_in_the_order_of_their_numbers() -> None:
    coming = Incoming({ETHNICITY: {"Ethnicity": "WBRI"}, IDENTIFIERS: {"UCI": "523450241001M"}})
    assert [write.group for write in decide({}, coming, IMPORT_EVERYTHING).writes] == [IDENTIFIERS, ETHNICITY]


def test_a_group_with_something_left_out_is_not_counted_as_the_same() -> None:
    wrong = Invalid(BASIC_DETAILS, "DOB", "birth-in-future", "2031-01-01")
    assert decide(HELD, sent(Surname="O'Brien", invalid=(wrong,)), IMPORT_EVERYTHING).same == ()


def test_nothing_said_decides_nothing() -> None:
    decisions = decide(HELD, sent(), IMPORT_EVERYTHING)
    assert held_after(HELD, decisions) == HELD
    assert (decisions.writes, decisions.left_out, decisions.removals, decisions.same) == ((), (), (), ())


class TestPartsOfLists:
    def test_a_refused_member_stays_out_beside_one_that_is_new(self) -> None:
        mother, father, aunt = ({"Surname": "Okafor", "Forename": name} for name in ("Grace", "Emeka", "Ada"))
        digest = refusal_digest(CONTACTS, "Contacts", [father])
        refused = [Refused(CONTACTS, "Contacts", digest, UNDONE)]
        held = {CONTACTS: {"Contacts": [mother]}}
        incoming = Incoming({CONTACTS: {"Contacts": [mother, father, aunt]}}, full=True)
        decisions = decide(held, incoming, IMPORT_EVERYTHING, refused)
        assert [write.payload["Contacts"] for write in decisions.writes] == [[mother, aunt]]
        assert [(one.value, one.stands) for one in decisions.left_out] == [([father], True)]
        assert decisions.ended == ()

    def test_a_refused_member_that_a_whole_document_says_no_more_ends_its_refusal(self) -> None:
        digest = refusal_digest(CONTACTS, "Contacts", [{"Surname": "Okafor", "Forename": "Emeka"}])
        refused = [Refused(CONTACTS, "Contacts", digest, UNDONE)]
        said = {CONTACTS: {"Contacts": [{"Surname": "Okafor", "Forename": "Ada"}]}}
        assert decide(None, Incoming(said, full=True), IMPORT_EVERYTHING, refused).ended == tuple(refused)
        assert decide(None, Incoming(said), IMPORT_EVERYTHING, refused).ended == ()
