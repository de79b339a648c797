from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.authority.importing.matching_strategies import held_pupils, keys

from schoolgate.authority.importing.matching.agreement import Item
from schoolgate.authority.importing.matching.keys import MatchKeys, match_keys
from schoolgate.authority.importing.matching.nearness import (
    NearMiss,
    is_other_way_round,
    is_slip,
    may_be_any,
    near_miss,
    near_misses,
)
from schoolgate.authority.importing.matching.rules import Held

AMY = match_keys(family="Hartley", given="Amy", born="2014-03-12", sex="F", upn="R820432124001")


def slips_of(text: str, letters: str = "ab") -> set[str]:
    """Every text that is one slip away, made one by one."""
    cuts = [(text[:place], text[place:]) for place in range(len(text) + 1)]
    without = {left + right[1:] for left, right in cuts if right}
    other = {left + letter + right[1:] for left, right in cuts if right for letter in letters}
    more = {left + letter + right for left, right in cuts for letter in letters}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    return (without | other | more | swapped) - {text}


@for_all(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_a_slip_is_a_sign_left_out_put_in_replaced_or_swapped_with_its_neighbour(one: str, other: str) -> None:
    assert is_slip(one, other) == (other in slips_of(one))
    assert is_slip(one, other) == is_slip(other, one)


@for_all(st.dates(), st.dates())
def test_day_and_month_the_other_way_round_are_so_from_both_sides(one: date, other: date) -> None:
    assert is_other_way_round(one, other) == is_other_way_round(other, one)


def test_a_day_that_is_also_its_month_is_not_the_other_way_round() -> None:
    assert not is_other_way_round(date(2014, 3, 3), date(2014, 3, 3))


def test_day_and_month_the_other_way_round_are_of_one_year() -> None:
    assert is_other_way_round(date(2014, 3, 4), date(2014, 4, 3))
    assert not is_other_way_round(date(2014, 3, 4), date(2015, 4, 3))


@pytest.mark.parametrize(("short", "is_close"), [("Ann", True), ("Bel", False), ("An", False), ("Belle", True)])
def test_a_name_of_three_letters_at_the_beginning_or_end_of_another_is_close(short: str, is_close: bool) -> None:
    held = match_keys(family="Hartley", given="Annabelle", born="2014-03-12")
    (miss,) = near_misses(match_keys(family="Hartley", given=short, born="2014-03-12"), [Held(1, held)])
    assert (Item.GIVEN in miss.close) is is_close


def test_one_name_in_both_fields_is_not_swapped() -> None:
    one = match_keys(family="Thomas", given="Thomas", born="2014-03-12")
    (miss,) = near_misses(one, [Held(1, one)])
    assert not miss.swapped_names


def test_agreeing_close_and_differing_items_stand_apart() -> None:
    sent = match_keys(family="Hartly", given="Amy", born="2014-12-03", sex="M", upn="R820432124001")
    (miss,) = near_misses(sent, [Held(1, AMY)])
    assert miss.agreeing == (Item.UPN, Item.GIVEN)
    assert miss.close == (Item.BORN, Item.FAMILY)
    assert miss.differing == (Item.SEX,)


def test_swapped_names_are_said_and_close() -> None:
    sent = match_keys(family="Amy", given="Hartley", born="2014-03-12", sex="F")
    (miss,) = near_misses(sent, [Held(1, AMY)])
    assert miss.swapped_names
    assert miss.close == (Item.FAMILY, Item.GIVEN)


def test_a_wrong_upn_a_slip_from_the_held_one_is_close() -> None:
    sent = match_keys(family="Hartley", upn="R820432124007")
    (miss,) = near_misses(sent, [Held(1, AMY)])
    assert miss.close == (Item.UPN,)


@pytest.mark.parametrize(
    "sent",
    [
        match_keys(family="Hartley", given="Bo", born="2001-01-01", sex="F"),
        match_keys(born="2014-03-12", sex="F"),
        match_keys(upn="R820432124001", sex="F"),
        MatchKeys(),
    ],
)
def test_one_sign_is_not_enough_whatever_the_sex(sent: MatchKeys) -> None:
    assert near_misses(sent, [Held(1, AMY)]) == []


def test_more_agreeing_items_go_before_more_close_ones() -> None:
    agreeing = match_keys(family="Hartley", given="Zara", born="2014-03-12", sex="F")
    close = match_keys(family="Hartlei", given="Any", born="2014-12-03", sex="F")
    sent = match_keys(family="Hartley", given="Amy", born="2014-03-12", sex="F")
    misses = near_misses(sent, [Held(1, close), Held(2, agreeing)])
    assert [miss.held.pupil for miss in misses] == [2, 1]


def test_no_more_than_the_limit_are_given() -> None:
    assert len(near_misses(AMY, [Held(number, AMY) for number in range(1, 30)], limit=4)) == 4


@for_all(keys, held_pupils())
def test_whoever_might_be_somebody_is_found_as_by_comparing_all_there_is(sent: MatchKeys, held: list[Held]) -> None:
    def might_be(miss: NearMiss) -> bool:
        signs = {*miss.agreeing, *miss.close}
        return len(signs - {Item.SEX}) >= 2 or bool(signs & {Item.GUID, Item.UPN})

    assert may_be_any(sent, held) is any(might_be(near_miss(sent, one)) for one in held)


@for_all(*[st.text("abc", max_size=4)] * 4, st.dates(date(2009, 1, 1), date(2012, 12, 31)), st.integers(0, 500))
def test_so_it_is_whatever_names_and_days_are_a_slip_apart(
    given: str, other: str, family: str, another: str, born: date, later: int
) -> None:
    sent = match_keys(family=family, given=given, born=born)
    held = Held(1, match_keys(family=another, given=other, born=born + timedelta(days=later)))
    signs = {*near_miss(sent, held).agreeing, *near_miss(sent, held).close}
    assert may_be_any(sent, [held]) is (len(signs) >= 2)
