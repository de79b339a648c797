"""One file's way as a line of steps: found, checked, sent, received, imported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.school.exchange.words import outcome_words
from schoolgate.wire.outcome_words import not_yet, rejected_because


@dataclass(frozen=True)
class StoryStep:
    """`look` is how far the step is: done, under way now, gone wrong, or ahead (empty)."""

    title: str
    text: str
    look: Literal["done", "now", "wrong", ""]
    at: datetime | None = None


def story_of(transfer: Transfer, contact: str = "", *, hindered: bool = False) -> list[StoryStep]:
    """The five steps, each with what there is to tell of it; `contact` is whom to ask at the LA.

    `hindered`: something that the page tells of stands in the way of sending it.
    """
    return [
        StoryStep("Found", "", "done", transfer.found_at),
        StoryStep("Checked", _checked(transfer), "done"),
        _sent(transfer, contact, hindered),
        _received(transfer),
        _imported(transfer, contact),
    ]


def _checked(transfer: Transfer) -> str:
    if not transfer.warnings:
        return f"{transfer.people}, no problems"
    warnings = "1 thing" if transfer.warnings == 1 else f"{transfer.warnings:,} things"
    return f"{transfer.people}, {warnings} the LA may ask about"


def _sent(transfer: Transfer, contact: str, hindered: bool) -> StoryStep:
    if transfer.state in ARRIVED:
        return StoryStep("Sent", _tries(transfer), "done")
    if transfer.state == State.SENDING:
        return StoryStep("Sent", "It is on its way now.", "now")
    if transfer.state == State.RETRYING:
        again = f"It is sent again at {telling.in_london(transfer.next_try_at)}; that can do no harm."
        return StoryStep("Sent", f"{transfer.sentence} {again}", "now")
    if transfer.state == State.NEEDS_ATTENTION:
        return StoryStep("Sent", f"{transfer.sentence} {naming_whom(transfer.remedy, contact)}", "wrong")
    if transfer.state == State.CANCELLED:
        return StoryStep("Sent", "Cancelled: it is not sent.", "wrong")
    if hindered:
        return StoryStep("Sent", "It cannot be sent now, and waits.", "now")
    return StoryStep("Sent", "It is sent next." if transfer.asked_at else "It waits for the next export.", "now")


def _received(transfer: Transfer) -> StoryStep:
    if transfer.state not in ARRIVED:
        return StoryStep("Received", "", "")
    return StoryStep("Received", f"receipt {transfer.receipt_ref}", "done", transfer.received_at)


def _imported(transfer: Transfer, contact: str) -> StoryStep:
    if transfer.state == State.IMPORTED:
        return StoryStep("Imported", outcome_words(transfer), "done")
    if transfer.state == State.REJECTED:
        why = f"The LA did not accept the file. {rejected_because(transfer.outcome)}"
        return StoryStep("Imported", naming_whom(why, contact), "wrong")
    if transfer.state == State.DELIVERED:
        return StoryStep("Imported", naming_whom(not_yet(transfer.outcome), contact), "now")
    return StoryStep("Imported", "", "")


def _tries(transfer: Transfer) -> str:
    return "at the first try" if transfer.attempts == 1 else f"at the {_ordinal(transfer.attempts)} try"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in {11, 12, 13} else "th"
    return f"{number}{ending}"
