"""What an authority made of a file, in an office's words: by the outcome that the exchange tells."""

from collections.abc import Mapping
from typing import Any

from schoolgate.documents.students.wording import item_for

COUNTED = {
    "added": "added",
    "changed": "changed",
    "in_conflict": "waiting for the council to decide",
    "same": "the same",
    "unmatched": "not recognised",
    "twice": "twice in the file",
}
"""What became of the pupils of an imported file, in the order in which it is told."""
IN_BETWEEN = {"processing": "is being imported", "waiting": "waits at the LA"}
"""What an LA says of a file that it has and has not dealt with, where that is more than nothing."""
OF_WHOLE_FILE = frozenset({"not-imported-by-the-la", "content-gone"})
"""Codes by which the LA says why it took nothing of a file, where nothing is wrong in one place of it."""


def counts_in_words(outcome: Mapping[str, Any], kind: str = "student") -> str:
    """210 pupils: 3 added, 14 changed, 193 the same; 5 values not taken. Empty before the LA has told.

    `kind` is that of the file, as the exchange has it.
    """
    counts = outcome.get("counts")
    if not isinstance(counts, dict):
        return ""
    numbers = {name: number for name, number in counts.items() if isinstance(number, int)}
    pupils = numbers.pop("pupils", 0)
    left_out = numbers.pop("left_out", 0)
    # Not every database keeps the order in which they came; what a later version counts comes last.
    names = sorted(numbers, key=lambda name: [*COUNTED, name].index(name))
    told = ", ".join(f"{numbers[name]:,} {COUNTED.get(name, name.replace('_', ' '))}" for name in names)
    text = _people(pupils, kind) + (f": {told}" if told else "") if pupils or told else ""
    return f"{text}; {so_many(left_out, 'value')} not taken" if left_out else text


def coming_words(outcome: Mapping[str, Any]) -> str:
    """How far an LA is with a file that it has not dealt with yet, in a few words."""
    return IN_BETWEEN.get(str(outcome.get("state")), "import comes next")


def so_many(number: int, what: str) -> str:
    """1 pupil, 1,200 pupils."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _people(number: int, kind: str) -> str:
    if kind == "personnel":
        return "1 member of staff" if number == 1 else f"{number:,} members of staff"
    return so_many(number, "pupil")


def group_words(name: str) -> str:
    """A data group as an office reads it: `sen-needs` is "SEN needs"."""
    words = name.replace("-", " ")
    return words.replace("sen ", "SEN ", 1) if words.startswith("sen ") else words.capitalize()


def rejected_because(outcome: Mapping[str, Any]) -> str:
    """Why the LA did not accept a file, as far as it said so."""
    problems = outcome.get("problems")
    if not problems:
        return "Ask the LA why."
    if problems[0].get("code") in OF_WHOLE_FILE:
        return str(problems[0].get("message") or "Ask the LA why.")
    return f"It found {so_many(len(problems), 'problem')}, and imported nothing of it."


def not_yet(outcome: Mapping[str, Any]) -> str:
    """Why an LA that has the file has not imported it."""
    if outcome.get("state") == "processing":
        return "The LA is importing it now."
    waiting = outcome.get("waiting")
    if outcome.get("state") == "waiting" and isinstance(waiting, Mapping):
        return f"Somebody at the LA must look at it first. {waiting.get('message', '')} Nothing for you to do.".strip()
    return "The LA has not imported it yet."


def problems_told(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The problems of a file that was refused whole, each with the item in an office's words."""
    problems = [problem for problem in outcome.get("problems", ()) if isinstance(problem, dict)]
    return [{**problem, "item": problem.get("item") or _last_step(problem.get("path"))} for problem in problems]


def _last_step(path: object) -> str:
    steps = [step.partition("[")[0] for step in path.split("/") if step] if isinstance(path, str) else []
    return item_for(steps).words if steps else ""
