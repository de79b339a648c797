"""The table of the fault walk: a row from each test that kills, printed when all have run."""

from collections.abc import Mapping, Sized

import pytest

PROPERTY = "fault walk"
"""The property of a test's report that is its row; properties come back from the processes of pytest-xdist too."""

COLUMNS = {
    "database": 8,
    "killed at, or what happened": 32,
    "killed": 6,
    "lost": 4,
    "twice": 5,
    "stuck": 5,
    "untold": 6,
}


def note(
    request: pytest.FixtureRequest, where: str, *, database: str, killed: int, complaints: Mapping[str, Sized]
) -> None:
    """A row of the table: where, how many processes were killed, the number of complaints to each question."""
    cells = {"database": database, "killed at, or what happened": where, "killed": killed}
    request.node.user_properties.append((PROPERTY, cells | {name: len(found) for name, found in complaints.items()}))


def print_table(reporter: pytest.TerminalReporter) -> None:
    """Print the rows of all tests that noted one, in the order of the walk on each database."""
    reports = [report for kind in reporter.stats.values() for report in kind if getattr(report, "when", "") == "call"]
    rows = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    if not rows:
        return
    reporter.section("fault walk")
    reporter.write_line(_line({column: column for column in COLUMNS}))
    for row in sorted(rows, key=lambda row: str(row["database"]), reverse=True):
        reporter.write_line(_line(row))


def _line(cells: Mapping[str, object]) -> str:
    return "  ".join(
        str(cells[name]).rjust(width) if width < 8 else str(cells[name]).ljust(width) for name, width in COLUMNS.items()
    )
