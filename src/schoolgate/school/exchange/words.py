"""How files look in lists: states as an office reads them, with the colour of their family."""

from collections.abc import Mapping
from typing import Any, Self

from django.utils.html import format_html

from schoolgate.commons.web.templatetags.web import state_colour
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import State, Transfer

KIND_WORDS = {"student": "Pupil file"}
IN_BETWEEN = {"processing": "is being imported", "waiting": "waits at the LA"}
"""What an LA says of a file that it has and has not dealt with, where that is more than nothing."""
COUNTED = {
    "added": "added",
    "changed": "changed",
    "in_conflict": "waiting for the council to decide",
    "same": "the same",
    "unmatched": "not recognised",
    "twice": "twice in the file",
}
"""What became of the pupils of an imported file, in the order in which it is told."""


class StateWords(str):
    """A transfer's state in words: plain in a download, a coloured tag on a page."""

    __slots__ = ("state",)

    def __new__(cls, transfer: Transfer) -> Self:
        made = super().__new__(cls, transfer.state_words)
        made.state = transfer.state  # type: ignore[attr-defined]  # mypy does not see slots of a str
        return made

    def __html__(self) -> str:
        colour = state_colour(self.state)  # type: ignore[attr-defined]
        return format_html('<strong class="tag tag-{}">{}</strong>', colour, str.__str__(self))


def outcome_words(transfer: Transfer) -> str:
    """What came of it so far, or what comes next, in a few words."""
    if transfer.state == State.READY:
        return "is sent next" if transfer.asked_at else "waits for the next export"
    if transfer.state == State.RETRYING:
        return f"next try {telling.in_london(transfer.next_try_at)}"
    if transfer.state == State.NEEDS_ATTENTION:
        return transfer.sentence
    if transfer.state == State.DELIVERED:
        return IN_BETWEEN.get(str(transfer.outcome.get("state")), "import comes next")
    return counts_in_words(transfer.outcome)


def counts_in_words(outcome: Mapping[str, Any]) -> str:
    """210 pupils: 3 added, 14 changed, 193 the same; 5 values not taken. Empty before the LA has told."""
    counts = outcome.get("counts")
    if not isinstance(counts, dict):
        return ""
    numbers = {name: number for name, number in counts.items() if isinstance(number, int)}
    pupils = numbers.pop("pupils", 0)
    left_out = numbers.pop("left_out", 0)
    # Not every database keeps the order in which they came; what a later version counts comes last.
    names = sorted(numbers, key=lambda name: [*COUNTED, name].index(name))
    told = ", ".join(f"{numbers[name]:,} {COUNTED.get(name, name.replace('_', ' '))}" for name in names)
    text = so_many(pupils, "pupil") + (f": {told}" if told else "") if pupils or told else ""
    return f"{text}; {so_many(left_out, 'value')} not taken" if left_out else text


def so_many(number: int, what: str) -> str:
    """1 pupil, 1,200 pupils."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def group_words(name: str) -> str:
    """A data group as an office reads it: `sen-needs` is "SEN needs"."""
    words = name.replace("-", " ")
    return words.replace("sen ", "SEN ", 1) if words.startswith("sen ") else words.capitalize()
