"""The page on content orders has the rules as they are in the code."""

import re
from pathlib import Path

from schoolgate.school.purchasing.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "content-orders.md").read_text("utf-8")


def test_the_table_of_rules_is_that_of_the_code() -> None:
    documented = [line for line in PAGE.splitlines() if re.match(r"\| `[a-z-]+` \|", line)]
    assert documented == [
        f"| `{rule.code}` | {rule.row} | {rule.demands} | {rule.basis} | {rule.next} |" for rule in RULES
    ]
