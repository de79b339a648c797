"""The matching set (``matching_set``), considered by hand: every case, and a table of the families (``pytest -s``)."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

import pytest
from tests.authority.importing.held_pupils import HeldInMemory
from tests.authority.importing.matching_cases import TODAY, Case, cases

from schoolgate.authority.importing.matching.index import candidates
from schoolgate.authority.importing.matching.nearness import near_misses
from schoolgate.authority.importing.matching.rules import Rule, match

CASES = list(cases())
FAMILIES = {name: list(family) for name, family in groupby(CASES, key=lambda case: case.family)}

every_family = pytest.mark.parametrize("family", FAMILIES)


def answer(case: Case) -> str:
    return case.spoken(match(case.sent, case.held.values(), case.settings, TODAY))


@every_family
def test_a_pupil_is_found_as_a_careful_officer_would(family: str) -> None:
    wrong = [
        (case.title, said, f"not {case.parts['is']}: {case.parts['why']}")
        for case in FAMILIES[family]
        if (said := answer(case)) != case.parts["is"]
    ]
    assert wrong == []


@every_family
def test_near_misses_stand_in_the_order_an_officer_would_look_at_them(family: str) -> None:
    wrong = [
        (case.title, near, f"not {case.parts['near']}: {case.parts['why']}")
        for case in FAMILIES[family]
        if "near" in case.parts and (near := _near(case)) != case.parts["near"]
    ]
    assert wrong == []


def _near(case: Case) -> str:
    misses = near_misses(case.sent, case.held.values())
    return " ".join(case.name_of(miss.held.pupil) for miss in misses) or "nobody"


@every_family
def test_the_index_finds_whom_comparing_with_everybody_finds(family: str) -> None:
    for case in FAMILIES[family]:
        ((_, found),) = candidates([case.sent], HeldInMemory(case.held.values()))
        assert case.spoken(match(case.sent, found, case.settings, TODAY)) == case.parts["is"], case.title


def test_every_case_says_why_and_has_a_title_of_its_own() -> None:
    assert all(case.parts.keys() >= {"sent", "is", "why"} for case in CASES)
    twice = [title for title, count in Counter((case.family, case.title) for case in CASES).items() if count > 1]
    assert twice == []


def test_there_are_three_hundred_cases_and_no_two_alike() -> None:
    alike = Counter((str(case.held), case.parts["sent"], case.settings) for case in CASES)
    assert len(alike) >= 300
    assert [str(case) for case, count in alike.items() if count > 1] == []


def test_every_outcome_is_in_the_set() -> None:
    kinds = ("match", "none", "several", "inactive")
    table = {family: Counter(_kind(answer(case), kinds) for case in cases) for family, cases in FAMILIES.items()}
    print(f"\n{'family':18}" + "".join(f"{kind:>10}" for kind in (*kinds, "cases")))
    for family, row in [*table.items(), ("all", total := sum(table.values(), Counter()))]:
        print(f"{family:18}" + "".join(f"{row[kind]:10}" for kind in kinds) + f"{row.total():10}")
    assert all(total[kind] >= 5 for kind in kinds)
    assert {word for case in CASES for word in case.parts["is"].replace(",", "").split()} >= set(Rule)


def _kind(said: str, kinds: Iterable[str]) -> str:
    first = said.replace(",", "").split()[0]
    return first if first in kinds else "match"
