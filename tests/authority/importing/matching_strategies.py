"""Made-up pupils for property tests, few enough of each name, day and number that they meet."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from schoolgate.authority.importing.matching.keys import MatchKeys, match_keys
from schoolgate.authority.importing.matching.rules import Held, MatchSettings

FAMILIES = ["Hartley", "Núñez", "O'Brien", "Smith-Jones", "Müller", ""]
GIVENS = ["Amy", "Zoë", "Amy Beth", "Søren", "José", ""]
BORN = [date(2014, 3, 12), date(2014, 12, 3), None]
UPNS = ["R820432124001", "F820432124002", "D820432123017", "C82043212400A", "R82043212400B", ""]
GUIDS = ["one", "two", "three"]

texts_of_a_pupil: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "family": st.sampled_from(FAMILIES),
        "given": st.sampled_from(GIVENS),
        "born": st.sampled_from(BORN),
        "sex": st.sampled_from(["M", "F", ""]),
        "upn": st.sampled_from(UPNS),
        "guids": st.lists(st.sampled_from(GUIDS), max_size=1),
        "middle": st.sampled_from(["", "", "Beth"]),
        "former_upns": st.lists(st.sampled_from(UPNS), max_size=1),
        "other_families": st.lists(st.sampled_from(FAMILIES), max_size=1),
        "other_givens": st.lists(st.sampled_from(GIVENS), max_size=1),
    }
)

keys: st.SearchStrategy[MatchKeys] = texts_of_a_pupil.map(lambda texts: match_keys(**texts))

full_keys = keys.filter(lambda one: bool(one.family and one.given and one.born and one.sex))
"""Those of whom all four are said."""

settings_of_matching = st.builds(
    MatchSettings,
    guid_match=st.booleans(),
    only_active=st.booleans(),
    oldest_unmatched=st.sampled_from([None, 5, 18]),
)


@st.composite
def held_pupils(draw: st.DrawFn, max_size: int = 6) -> list[Held]:
    """Held pupils, numbered from 1."""
    drawn = draw(st.lists(st.tuples(keys, st.booleans()), max_size=max_size))
    return [Held(number, one, active) for number, (one, active) in enumerate(drawn, start=1)]
