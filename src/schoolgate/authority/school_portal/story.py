"""A received file's way, as its school reads it: received, checked, imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.models.received_file import BY_PORTAL
from schoolgate.authority.importing.models import ImportState
from schoolgate.wire.outcome_words import OF_WHOLE_FILE, coming_words, counts_in_words, not_yet, rejected_because


@dataclass(frozen=True)
class StoryStep:
    """`look` is how far the step is: done, under way now, gone wrong, or ahead (empty)."""

    title: str
    text: str
    look: Literal["done", "now", "wrong", ""]
    at: datetime | None = None


def story_of(file: ReceivedFile, outcome: Mapping[str, Any]) -> list[StoryStep]:
    """The steps, each with what there is to tell of it."""
    state = outcome["state"]
    imported_at = file.its_import.completed_at if file.its_import else None
    received = StoryStep("Received", f"{sent_by(file)}, receipt {file.ref}", "done", file.received_at)
    if state == ImportState.COMPLETED:
        done = StoryStep("Imported", counts_in_words(outcome, file.kind), "done", imported_at)
        return [received, StoryStep("Checked", "Its form is right.", "done"), done]
    if state == ImportState.FAILED:
        why = f"The LA did not accept the file. {rejected_because(outcome)}"
        if any(problem["code"] not in OF_WHOLE_FILE for problem in outcome["problems"]):
            return [received, StoryStep("Checked", why, "wrong"), StoryStep("Imported", "", "")]
        return [received, StoryStep("Checked", "", "done"), StoryStep("Imported", why, "wrong")]
    if state == ImportState.WAITING:
        return [received, StoryStep("Checked", "", "done"), StoryStep("Imported", not_yet(outcome), "now")]
    return [received, StoryStep("Checked", not_yet(outcome), "now"), StoryStep("Imported", "", "")]


def sent_by(file: ReceivedFile) -> str:
    """By which way it came, and who uploaded it."""
    return f"uploaded by {file.account}" if file.via == BY_PORTAL else "sent by your program"


def outcome_words(outcome: Mapping[str, Any], kind: str) -> str:
    """What became of a file of this kind, in a few words."""
    if outcome["state"] == ImportState.COMPLETED:
        return counts_in_words(outcome, kind)
    if outcome["state"] == ImportState.FAILED:
        return f"Not accepted. {rejected_because(outcome)}"
    return coming_words(outcome)
