from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.samples.dice import Dice, slots

weights = st.dictionaries(st.text(max_size=3), st.integers(1, 50), min_size=1, max_size=20)


@given(st.integers(), st.integers(-50, 50), st.integers(0, 50))
def test_a_number_lies_within_its_bounds(seed: int, low: int, span: int) -> None:
    assert low <= Dice(seed).number(low, low + span) <= low + span


def test_both_bounds_are_reached() -> None:
    dice = Dice(1)
    assert {dice.number(3, 5) for _ in range(100)} == {3, 4, 5}


@given(weights)
def test_choices_are_laid_out_by_their_weights(table: dict[str, int]) -> None:
    laid = Counter(slots(table, 1_000))
    total = sum(table.values())
    assert all(abs(laid[choice] - weight / total * 1_000) <= 1 for choice, weight in table.items())


@given(weights, st.integers(1, 500))
def test_there_are_as_many_slots_as_asked_for(table: dict[str, int], count: int) -> None:
    assert len(slots(table, count)) == count


@given(st.integers())
def test_a_guid_has_the_form_of_a_random_uuid(seed: int) -> None:
    guid = Dice(seed).guid()
    assert (str(UUID(guid)), UUID(guid).version) == (guid, 4)


def test_the_same_seed_throws_the_same() -> None:
    assert Dice(7).guid() == Dice(7).guid() != Dice(8).guid()
