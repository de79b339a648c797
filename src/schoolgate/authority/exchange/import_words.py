"""How an import looks to people."""

from collections.abc import Mapping
from typing import Any

from schoolgate.authority.importing.counting import PUPILS
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.commons.jobs.models import State
from schoolgate.commons.jobs.showing import ProgressText

STATE_WORDS: Mapping[ImportState, str] = {
    ImportState.QUEUED: "Queued",
    ImportState.PROCESSING: "Processing",
    ImportState.WAITING: "Waiting for you",
    ImportState.COMPLETED: "Completed",
    ImportState.FAILED: "Failed",
}

DECIDED: Mapping[str, str] = {
    "import agreed to": "let it be imported",
    "import turned down": "decided that it is not imported",
    "import started again": "started it again",
    "import deleted": "deleted it from the list",
    "import undone": "undid it",
}
"""What people did with an import, in words, by what the audit calls it."""


def state_words(this: Import) -> str:
    """The state in the field's words (reference 9.3)."""
    return STATE_WORDS[this.state]


def progress_words(this: Import) -> str:
    """How far it is: a bar while it runs; where it broke off; nothing of one that is whole or has yet to begin."""
    state = this.state
    if state is ImportState.PROCESSING and this.job is not None and this.job.state == State.RUNNING:
        return ProgressText(this.job)
    if state is ImportState.FAILED and this.pupils:
        return f"{this.done:,} of {this.pupils:,}"
    return ""


def number_of(this: Import, what: str) -> int | None:
    """How many pupils one of `PUPILS` counts; of `left_out` and `conflict` how many values. None before the end."""
    if not this.counts:
        return None
    if what in {"left_out", "conflict"}:
        return sum(int(of_group.get(what, 0)) for of_group in this.counts.get("groups", {}).values())
    number: int = this.counts.get("pupils", {}).get(what, 0)
    return number


def pupils_in_words(this: Import) -> str:
    """What became of the pupils: `2 added, 97 same`; empty before the end."""
    counted = this.counts.get("pupils", {})
    return ", ".join(f"{counted[what]:,} {what.replace('_', ' ')}" for what in PUPILS if what in counted)


def problem_words(problem: Mapping[str, Any]) -> str:
    """What is wrong, for a person; no value of the file is in it."""
    item, rule = problem.get("item", ""), problem.get("rule", "")
    if item and rule:
        return f"{item} is not as the schema wants it: {rule}."
    return f"{item or problem['code'].replace('-', ' ').capitalize()}{f': {rule}' if rule else ''}."
