"""Names that are nearly right, and what they should be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.students.files import a_header

from schoolgate.documents.students.naming import is_right, next_name, suggest_name

RIGHT = "8204321_CES_820LLLL_037.xml"


def none(*school: str) -> list[str]:
    return []


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
    assert suggest_name(name, None, none) == RIGHT


@pytest.mark.parametrize("name", [RIGHT, "8204321_ces_820llll_1.XML", "8204321_CES_820LLLL.xml"])
def test_a_right_name_needs_no_other(name: str) -> None:
    assert suggest_name(name, None, none) == ""


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
    assert suggest_name(name, None, none) == ""


@given(st.text(max_size=60), st.text(max_size=20))
def test_a_suggestion_is_always_a_right_name(before: str, after: str) -> None:
    suggested = suggest_name(f"{before}8204321_CES_820LLLL_037{after}", None, none)
    assert suggested == "" or is_right(suggested)


def test_the_header_gives_the_name_with_the_next_serial() -> None:
    def used(*school: str) -> list[str]:
        assert school == ("820", "4321", "820")
        return [RIGHT, "8204321_CES_820LLLL_006.xml"]

    assert suggest_name("pupils.xml", a_header(), used) == "8204321_CES_820LLLL_038.xml"


def test_after_the_last_serial_nobody_can_tell() -> None:
    assert next_name("820", "4321", "820", ["8204321_CES_820LLLL_999.xml"]) == ""
