"""Tables of the documentation, as their readers see them."""

import re
from collections.abc import Iterator


def first_cells(text: str, head: str) -> set[str]:
    """What stands as code in the first column of all tables whose first column is called this."""
    return {code for cell in _cells_under(text, head) for code in re.findall(r"`([^`]+)`", cell)}


def part(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank."""
    _, _, rest = text.partition(f"\n## {heading}\n")
    return rest.partition("\n## ")[0]


def _cells_under(text: str, head: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[1] == head:
            inside = True
        elif inside:
            yield cells[1]
