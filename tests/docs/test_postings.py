"""What the documentation says of exports and reports is what the code does."""

import re
from pathlib import Path

from schoolgate.school.purchasing.invoicing.posting import COLUMNS
from schoolgate.school.purchasing.reporting import REPORTS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_columns_of_an_export_are_those_of_the_code() -> None:
    text = (DOCS / "reference" / "postings.md").read_text("utf-8")
    assert tuple(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)) == COLUMNS


def test_every_report_is_explained_on_its_page_and_among_the_commands() -> None:
    page = (DOCS / "school-office" / "reports.md").read_text("utf-8")
    assert re.findall(r"^\| ([^|`]+) \| (?:what|which|how)", page, re.MULTILINE) == [
        one.title for one in REPORTS.values()
    ]
    commands = (DOCS / "reference" / "commands.md").read_text("utf-8")
    assert [name for name in REPORTS if f"`{name}`" not in commands] == []
