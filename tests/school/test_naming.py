"""Names that are nearly right, and what they should be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.school.exchange.naming import is_right, suggest_name

RIGHT = "8204321_CES_820LLLL_037.xml"


@pytest.mark.parametrize(
    "name",
    [
        "8204321_CES_820LLLL_037 (1).xml",
        "8204321_CES_820LLLL_037(2).xml",
        "Copy of 8204321_CES_820LLLL_037.xml",
        "8204321_CES_820LLLL_037 - Copy.xml",
        "8204321_CES_820LLLL_037-OFFICE-PC.xml",
        "8204321_CES_820LLLL_037 (Ms Price's conflicted copy 2026-11-20).xml",
        "8204321_CES_820LLLL_037.xml.txt",
        "8204321_CES_820LLLL_037.xml.xml",
        "8204321_ces_820llll_37 (1).XML",
    ],
)
def test_what_browsers_and_synchronisers_add_is_seen_through(name: str) -> None:
    assert suggest_name(name, None) == RIGHT


@pytest.mark.parametrize("name", [RIGHT, "8204321_ces_820llll_1.XML", "8204321_CES_820LLLL.xml"])
def test_a_right_name_needs_no_other(name: str) -> None:
    assert suggest_name(name, None) == ""


@pytest.mark.parametrize(
    "name",
    [
        "pupils.xml",
        "8204321_CTF_8204322_001.xml",
        "98204321_CES_820LLLL_037.xml",
        "8204321_CES_820LLLL_037 8204322_CES_820LLLL_037.xml",
    ],
)
def test_where_nobody_can_tell_nothing_is_suggested(name: str) -> None:
    assert suggest_name(name, None) == ""


@given(st.text(max_size=60), st.text(max_size=20))
def test_a_suggestion_is_always_a_right_name(before: str, after: str) -> None:
    suggested = suggest_name(f"{before}8204321_CES_820LLLL_037{after}", None)
    assert suggested == "" or is_right(suggested)
