"""A verdict in lines for people and as JSON for programs: what ``schoolgate check`` prints."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from schoolgate.documents.problems import count_text, problem_line
from schoolgate.documents.students.check import Verdict

_OF_THE_SCHEMA = {"xsd", "version-unknown"}


def verdict_lines(verdict: Verdict, file: str) -> Iterator[str]:
    """``FILE:LINE:COLUMN: path: message`` for each problem, then one line that sums up."""
    for problem in verdict.problems:
        yield problem_line(problem, file)
    found = count_text(verdict.refusals, "refusal", "refusals")
    if verdict.warnings:
        found += f", {count_text(verdict.warnings, 'warning', 'warnings')}"
    more = verdict.refusals + verdict.warnings - len(verdict.problems)
    if more > 0:
        found += f" ({len(verdict.problems):,} shown)"
    form = f"{verdict.kind} {verdict.version}".strip() or "no document known here"
    answer = "accepted" if verdict.accepted else "refused"
    yield f"{file}: {answer}: {form}, {_people(verdict)}, {found}"
    if verdict.newest_schema and any(problem.code in _OF_THE_SCHEMA for problem in verdict.problems):
        yield f"{file}: {verdict.newest_schema}"


def _people(verdict: Verdict) -> str:
    of_staff = verdict.kind == "PER"
    return count_text(verdict.pupils, *(("member of staff", "members of staff") if of_staff else ("pupil", "pupils")))


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values, every field under its own name, ``accepted`` first; times as ISO 8601."""
    report = {"accepted": verdict.accepted, **asdict(verdict)}
    if verdict.header:
        report["header"]["created"] = verdict.header.created.isoformat()
    return report
