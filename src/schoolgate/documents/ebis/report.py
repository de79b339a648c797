"""What was checked of an order, invoice or index: in lines for people, as JSON for programs (``schoolgate check``)."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from schoolgate.documents.ebis.checking import Checked
from schoolgate.documents.problems import count_text, problem_line


def checked_lines(checked: Checked, file: str) -> Iterator[str]:
    """``FILE:LINE:COLUMN: path: message`` for each problem, then one line that sums up."""
    refusals, notes = checked.refusals(), checked.notes()
    for problem in (*refusals, *notes):
        yield problem_line(problem, file)
    what = f"{checked.kind} {checked.version}".strip() or "no document known here"
    count = count_text(checked.lines, *(("entry", "entries") if checked.kind == "fetch-index" else ("line", "lines")))
    found = count_text(len(refusals), "refusal", "refusals")
    if notes:
        found += f", {count_text(len(notes), 'warning', 'warnings')}"
    yield f"{file}: {'refused' if refusals else 'accepted'}: {what}, {count}, {found}"


def checked_as_json(checked: Checked) -> dict[str, Any]:
    """The same as plain values; ``checksum`` is null where a document has none and none can be reckoned."""
    refusals, notes = checked.refusals(), checked.notes()
    checksum = checked.checksum
    return {
        "accepted": not refusals,
        "kind": checked.kind,
        "version": checked.version,
        "lines": checked.lines,
        "checksum": None
        if checksum.stated is None and checksum.reckoned is None
        else {"stated": checksum.stated, "reckoned": checksum.reckoned, "matches": checksum.matches},
        "problems": [asdict(problem) for problem in (*refusals, *notes)],
        "refusals": len(refusals),
        "warnings": len(notes),
    }
