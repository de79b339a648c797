"""How files look in lists: states as an office reads them, with the colour of their family."""

from typing import Self

from django.utils.html import format_html

from schoolgate.commons.web.templatetags.web import state_colour
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.places import PERSONNEL, STUDENT
from schoolgate.wire.outcome_words import coming_words, counts_in_words

KIND_WORDS = {STUDENT: "Pupil file", PERSONNEL: "Personnel file"}


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
        return coming_words(transfer.outcome)
    return counts_in_words(transfer.outcome, transfer.kind)
