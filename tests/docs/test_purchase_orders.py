"""What the documentation says of purchase orders is what the code does."""

import re
from pathlib import Path

from schoolgate.school.purchasing import today
from schoolgate.school.purchasing.models import OrderState
from schoolgate.school.purchasing.models.order import STEPS

DOCS = Path(__file__).parents[2] / "docs"


def section(page: str, heading: str) -> str:
    """The text below a heading of the second level."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return found.group(1)


def test_the_steps_of_an_order_are_those_of_the_code() -> None:
    text = section("reference/states.md", "A purchase order (at a school)")
    rows = re.findall(r"^\| ([a-z ]+) \| ([^|]+) \| `([a-z-]+)` \|", text, re.MULTILINE)
    told = {step: (frozenset(re.findall(r"`([a-z-]+)`", before)), after) for step, before, after in rows}
    assert told == {step: (frozenset(map(str, before)), str(after)) for step, (before, after) in STEPS.items()}


def test_every_state_of_an_order_is_explained() -> None:
    text = section("reference/states.md", "A purchase order (at a school)")
    assert [state for state in OrderState.values if f"`{state}`" not in text] == []


def test_every_line_of_the_first_page_is_explained() -> None:
    text = section("school-office/sending-orders.md", "The first page")
    told = set(re.findall(r"^\| `([a-z ]+)` \|", text, re.MULTILINE))
    assert today.__file__ is not None
    source = Path(today.__file__).read_text("utf-8")
    assert told == set(re.findall(r"(?:ToDo|_of_orders)\(\s*\"([a-z ]+)\"", source))
