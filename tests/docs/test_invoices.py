"""The page on invoices has the rules and the differences as they are in the code."""

import re
from pathlib import Path

from schoolgate.school.purchasing.invoicing.differences import CODES
from schoolgate.school.purchasing.invoicing.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "invoices.md").read_text("utf-8")


def test_the_table_of_rules_is_that_of_the_code() -> None:
    assert _rows("## What waits") == [
        f"| `{rule.code}` | {rule.row} | {rule.demands} | {rule.basis} | {rule.next} |" for rule in RULES
    ]


def test_the_table_of_differences_is_that_of_the_code() -> None:
    assert _rows("## What differs") == [f"| `{code}` | {meaning} |" for code, meaning in CODES.items()]


def _rows(heading: str) -> list[str]:
    section = PAGE.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
    return [line for line in section.splitlines() if re.match(r"\| `[a-z-]+` \|", line)]
