"""The page of data groups says what the code does."""

from pathlib import Path

import pytest

from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import GROUPS

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "data-groups.md"


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_group_stands_in_the_documentation_as_it_is(group: DataGroup) -> None:
    items = ", ".join(item.label for item in group.items)
    assert f"| {group.number} | {group.label} | {group.of} | {items} |" in PAGE.read_text("utf-8")
