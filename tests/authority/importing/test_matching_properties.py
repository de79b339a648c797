"""What holds whoever the pupils are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.authority.importing.matching_strategies import (
    full_keys,
    held_pupils,
    keys,
    settings_of_matching,
    texts_of_a_pupil,
)

from schoolgate.authority.importing.matching.keys import MatchKeys, match_keys
from schoolgate.authority.importing.matching.nearness import near_misses
from schoolgate.authority.importing.matching.rules import (
    Held,
    Inactive,
    Match,
    MatchSettings,
    NoMatch,
    Several,
    match,
)

TODAY = date(2026, 11, 25)

UNRELATED = match_keys(
    family="Whitcombe", given="Ottilie", born="2009-08-07", sex="F", upn="N823432118001", guids=["nobody-else"]
)


@given(keys, held_pupils(), settings_of_matching, st.randoms(use_true_random=False))
def test_the_order_of_candidates_never_matters(
    incoming: MatchKeys, held: list[Held], settings: MatchSettings, random: Any
) -> None:
    shuffled = random.sample(held, len(held))
    assert match(incoming, shuffled, settings, TODAY) == match(incoming, held, settings, TODAY)
    assert near_misses(incoming, shuffled) == near_misses(incoming, held)


@given(full_keys, settings_of_matching)
def test_a_pupil_matches_itself(one: MatchKeys, settings: MatchSettings) -> None:
    result = match(one, [Held(7, one)], settings, TODAY)
    assert isinstance(result, Match)
    assert result.pupil == 7


@given(full_keys, settings_of_matching)
def test_a_pupil_held_twice_is_never_guessed(one: MatchKeys, settings: MatchSettings) -> None:
    assert match(one, [Held(7, one), Held(8, one)], settings, TODAY) == Several((7, 8))


@given(keys, held_pupils(), settings_of_matching)
def test_somebody_unrelated_never_changes_the_answer(
    incoming: MatchKeys, held: list[Held], settings: MatchSettings
) -> None:
    with_another = [*held, Held(99, UNRELATED)]
    assert match(incoming, with_another, settings, TODAY) == match(incoming, held, settings, TODAY)
    assert near_misses(incoming, with_another) == near_misses(incoming, held)


@given(keys, held_pupils(), settings_of_matching)
def test_whoever_is_matched_agrees_in_a_number_or_in_all_four(
    incoming: MatchKeys, held: list[Held], settings: MatchSettings
) -> None:
    result = match(incoming, held, settings, TODAY)
    if not isinstance(result, Match | Inactive):
        return
    (found,) = [one.keys for one in held if one.pupil == result.pupil]
    numbers = set(incoming.upns) & set(found.upns) | incoming.guids & found.guids
    all_four = (
        incoming.born == found.born is not None
        and incoming.sex == found.sex != ""
        and set(incoming.families) & set(found.families)
        and set(incoming.givens) & set(found.givens)
    )
    assert numbers or all_four


@given(keys, held_pupils(), settings_of_matching)
def test_a_match_is_active_and_an_inactive_one_is_not(
    incoming: MatchKeys, held: list[Held], settings: MatchSettings
) -> None:
    active = {one.pupil: one.active for one in held}
    match match(incoming, held, settings, TODAY):
        case Match(pupil):
            assert active[pupil]
        case Inactive(pupil):
            assert not active[pupil]
            assert not settings.only_active
        case Several(pupils):
            assert len(set(pupils)) == len(pupils) >= 2


@given(keys, held_pupils(), settings_of_matching)
def test_without_active_pupils_nobody_is_found_where_only_they_are_looked_for(
    incoming: MatchKeys, held: list[Held], settings: MatchSettings
) -> None:
    gone = [replace(one, active=False) for one in held]
    assert isinstance(match(incoming, gone, replace(settings, only_active=True), TODAY), NoMatch)


@given(keys, keys, settings_of_matching)
def test_who_is_whom_does_not_depend_on_who_is_held(one: MatchKeys, other: MatchKeys, settings: MatchSettings) -> None:
    there, back = (match(incoming, [Held(7, held)], settings, TODAY) for incoming, held in ((one, other), (other, one)))
    assert isinstance(there, Match) == isinstance(back, Match)
    if isinstance(there, Match) and isinstance(back, Match):
        assert there.rule == back.rule


def respelt(texts: dict[str, Any], spelling: int) -> dict[str, Any]:
    """The same pupil as another system writes it."""
    ways: list[Callable[[str], str]] = [
        str.upper,
        str.lower,
        lambda name: name.replace("-", " ").replace("'", "’"),
        lambda name: name.replace(" ", "").replace("'", ""),
    ]

    def spell(name: str) -> str:
        return ways[spelling % len(ways)](name)

    names = {part: spell(texts[part]) for part in ("family", "given", "middle")}
    others = {part: [spell(name) for name in texts[part]] for part in ("other_families", "other_givens")}
    return {**texts, **names, **others, "guids": [f"{{{guid.upper()}}}" for guid in texts["guids"]]}


@given(texts_of_a_pupil, held_pupils(), settings_of_matching, st.integers(0, 3))
def test_harmless_spelling_never_changes_the_answer(
    texts: dict[str, Any], held: list[Held], settings: MatchSettings, spelling: int
) -> None:
    as_it_stands, otherwise = match_keys(**texts), match_keys(**respelt(texts, spelling))
    assert match(otherwise, held, settings, TODAY) == match(as_it_stands, held, settings, TODAY)


@given(texts_of_a_pupil, keys, settings_of_matching, st.integers(0, 3))
def test_harmless_spelling_of_the_held_one_never_changes_the_answer(
    texts: dict[str, Any], incoming: MatchKeys, settings: MatchSettings, spelling: int
) -> None:
    as_it_stands, otherwise = Held(7, match_keys(**texts)), Held(7, match_keys(**respelt(texts, spelling)))
    assert match(incoming, [otherwise], settings, TODAY) == match(incoming, [as_it_stands], settings, TODAY)


@given(full_keys, held_pupils(), settings_of_matching)
def test_one_who_agrees_in_everything_is_the_match_or_one_of_several(
    one: MatchKeys, held: list[Held], settings: MatchSettings
) -> None:
    # A former number is the one sign by which somebody else can be nearer than one's own copy.
    one = replace(one, former_upns=frozenset())
    result = match(one, [*held, Held(99, one)], settings, TODAY)
    assert 99 in result.pupils if isinstance(result, Several) else isinstance(result, Match) and result.pupil == 99
