"""What holds whatever is held, sent, ruled and refused."""

from dataclasses import replace
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from tests.authority.importing.decided import cases, payloads, rules

from schoolgate.authority.importing.deciding import (
    BY_A_PERSON,
    DISCARDED,
    IMPORT_EVERYTHING,
    Effect,
    Incoming,
    Refused,
    Rules,
    decide,
    held_after,
    refused_after,
)
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import GROUPS

Case: TypeAlias = tuple[dict[DataGroup, Payload] | None, Incoming, tuple[Refused, ...]]


@given(cases(), rules)
def test_deciding_the_same_twice_decides_nothing(case: Case, ruled: Rules) -> None:
    held, incoming, refused = case
    first = decide(held, incoming, ruled, refused)
    held_now = held_after(held, first)
    second = decide(held_now, incoming, ruled, refused_after(refused, first))
    assert second.writes == ()
    assert second.ended == ()
    assert all(one.stands for one in second.left_out)
    assert second.conflicts == first.conflicts
    assert held_after(held_now, second) == held_now


@given(cases(), rules, st.randoms(use_true_random=False))
def test_the_order_of_groups_items_and_refusals_never_matters(case: Case, ruled: Rules, random: Any) -> None:
    held, incoming, refused = case

    def shuffled(payload: dict[Any, Any]) -> dict[Any, Any]:
        return dict(random.sample(list(payload.items()), len(payload)))

    there = {group: shuffled(payload) for group, payload in shuffled(dict(incoming.payloads)).items()}
    here = None if held is None else {group: shuffled(payload) for group, payload in shuffled(held).items()}
    other = replace(incoming, payloads=there, invalid=tuple(random.sample(incoming.invalid, len(incoming.invalid))))
    assert decide(here, other, ruled, random.sample(refused, len(refused))) == decide(held, incoming, ruled, refused)


@given(payloads(), payloads())
def test_where_everything_is_imported_all_that_was_said_is_held(
    held: dict[DataGroup, Payload], coming: dict[DataGroup, Payload]
) -> None:
    decisions = decide(held, Incoming(coming), IMPORT_EVERYTHING)
    after = held_after(held, decisions)
    assert all(group.differing(after[group], payload) == () for group, payload in coming.items())
    assert (decisions.conflicts, decisions.left_out, decisions.removals) == ((), (), ())


@given(payloads())
def test_a_new_pupil_is_held_as_it_was_sent(coming: dict[DataGroup, Payload]) -> None:
    decisions = decide(None, Incoming(coming), IMPORT_EVERYTHING)
    assert held_after(None, decisions) == coming
    assert all(write.is_new for write in decisions.writes)


@given(cases(), rules)
def test_what_was_not_said_stays_as_it_is(case: Case, ruled: Rules) -> None:
    held, incoming, refused = case
    after = held_after(held, decide(held, incoming, ruled, refused))
    for group, payload in (held or {}).items():
        for item, value in payload.items():
            if item not in incoming.payloads.get(group, {}):
                assert after[group][item] == value


@given(cases(), rules)
def test_a_full_document_only_adds_candidates_for_removal_and_ends_refusals(case: Case, ruled: Rules) -> None:
    held, incoming, refused = case
    full = decide(held, replace(incoming, full=True), ruled, refused)
    partial = decide(held, replace(incoming, full=False), ruled, refused)
    assert partial.removals == ()
    assert set(partial.ended) <= set(full.ended)
    assert replace(full, removals=(), ended=()) == replace(partial, ended=())


@given(cases(), rules)
def test_every_differing_item_is_written_or_in_conflict_or_left_out_and_never_two_of_them(
    case: Case, ruled: Rules
) -> None:
    held, incoming, refused = case
    decisions = decide(held, incoming, ruled, refused)
    invalid = {(one.group, one.item) for one in incoming.invalid}
    decided = [(write.group, item) for write in decisions.writes for item in write.taken]
    decided += [(one.group, one.item) for one in decisions.conflicts]
    decided += [(one.group, one.item) for one in decisions.left_out if (one.group, one.item) not in invalid]
    differing = [
        (group, item)
        for group, payload in incoming.payloads.items()
        for item in group.differing((held or {}).get(group), payload)
    ]
    assert sorted(decided, key=str) == sorted(differing, key=str)


@given(cases(), rules)
def test_what_a_person_refused_is_never_written_and_never_asked_again(case: Case, ruled: Rules) -> None:
    held, incoming, refused = case
    decisions = decide(held, incoming, ruled, refused)
    asked = {(one.group, one.item): one.incoming for one in decisions.conflicts}
    asked |= {(write.group, item): write.payload[item] for write in decisions.writes for item in write.taken}
    by_people = {(one.group, one.item, one.digest) for one in refused if one.code in BY_A_PERSON}
    left_out = {(one.group, one.item, one.digest) for one in decisions.left_out}
    for group, item, digest in by_people & left_out:
        assert (group, item) not in asked, digest


@given(cases())
def test_nothing_is_written_to_a_known_pupil_under_always_conflict_but_what_is_always_imported(case: Case) -> None:
    held, incoming, refused = case
    decisions = decide(held or {}, incoming, Rules(Effect.ALWAYS_CONFLICT), refused)
    assert {write.group.name for write in decisions.writes} <= {"attendance", "school-history"}


@given(cases(), rules)
def test_a_new_pupils_groups_come_out_whole_as_they_would_item_by_item(case: Case, ruled: Rules) -> None:
    _, incoming, _ = case
    # A refusal of something that is not said changes nothing, and has every item looked at.
    of_nothing = Refused(GROUPS[0], "no such item", bytes(16), DISCARDED)
    item_by_item = decide(None, incoming, ruled, [of_nothing])
    assert decide(None, incoming, ruled) == replace(item_by_item, ended=())
