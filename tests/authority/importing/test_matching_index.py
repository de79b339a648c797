from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.authority.importing.held_pupils import HeldInMemory
from tests.authority.importing.matching_strategies import held_pupils, keys, settings_of_matching

from schoolgate.authority.importing.matching.index import candidates, names_and_births
from schoolgate.authority.importing.matching.keys import MatchKeys, match_keys
from schoolgate.authority.importing.matching.rules import Held, MatchSettings, match

TODAY = date(2026, 11, 25)


def pupil(number: int) -> MatchKeys:
    return match_keys(family=f"Family{number}", given="Amy", born="2014-03-12", sex="F", guids=[f"guid{number}"])


@for_all(st.lists(keys, max_size=8), held_pupils(max_size=10), settings_of_matching, st.integers(1, 4))
def test_the_found_candidates_give_the_answer_that_comparing_with_everybody_gives(
    incoming: list[MatchKeys], held: list[Held], settings: MatchSettings, at_once: int
) -> None:
    looked_up = list(candidates(incoming, HeldInMemory(held), at_once=at_once))
    assert [one for one, _ in looked_up] == incoming
    for one, found in looked_up:
        assert match(one, found, settings, TODAY) == match(one, held, settings, TODAY)


def test_a_pupil_found_in_several_ways_is_one_candidate() -> None:
    ((_, found),) = candidates([pupil(1)], HeldInMemory([Held(1, pupil(1)), Held(2, pupil(2))]))
    assert found == (Held(1, pupil(1)),)


def test_there_are_three_look_ups_at_most_for_each_five_hundred() -> None:
    held = HeldInMemory([])
    list(candidates([pupil(number) for number in range(1_200)], held))
    assert len(held.asked) <= 3 * 3
    assert max(held.asked) == 500


def test_nothing_is_looked_up_that_nobody_says() -> None:
    held = HeldInMemory([Held(1, pupil(1))])
    assert list(candidates([MatchKeys(), MatchKeys()], held)) == [(MatchKeys(), ())] * 2
    assert held.asked == []


def test_incoming_pupils_are_taken_no_earlier_than_they_are_looked_up() -> None:
    taken: list[int] = []

    def incoming() -> Iterator[MatchKeys]:
        for number in range(100):
            taken.append(number)
            yield pupil(number)

    answers = candidates(incoming(), HeldInMemory([]), at_once=10)
    next(answers)
    assert len(taken) == 10


def test_a_pupil_written_between_two_rounds_is_found_in_the_next() -> None:
    held = HeldInMemory([])
    answers = candidates([pupil(1), pupil(2), pupil(1)], held, at_once=2)
    next(answers)
    next(answers)
    held.held.append(Held(1, pupil(1)))
    assert next(answers) == (pupil(1), (Held(1, pupil(1)),))


@pytest.mark.parametrize(
    ("family", "given"), [("Müller", "Katherine"), ("Muller", "Kate"), ("Mueller", "Katherine"), ("MUELLER", "Kate")]
)
def test_a_pupil_is_findable_by_every_form_of_its_name(family: str, given: str) -> None:
    held = match_keys(family="Müller", given="Katherine", born="2014-03-12", other_givens=["Kate"])
    sent = match_keys(family=family, given=given, born="2014-03-12")
    assert names_and_births(sent) & names_and_births(held)


def test_a_digest_tells_no_name_and_fits_any_index() -> None:
    (digest,) = names_and_births(pupil(1))
    assert len(digest) == 32
    assert set(digest) <= set("0123456789abcdef")


def test_a_pupil_without_a_date_of_birth_is_not_findable_by_name() -> None:
    assert names_and_births(match_keys(family="Hartley", given="Amy")) == frozenset()
