"""Kinds of work. A room adds one by a subclass with `@register`, imported in its AppConfig.ready."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from schoolgate.commons.jobs.models import State
from schoolgate.commons.jobs.running import GivenBack, LeaseLost, RunningJob, StopWork

__all__ = [
    "KINDS",
    "GivenBack",
    "JobKind",
    "LeaseLost",
    "Permanent",
    "RunningJob",
    "StopWork",
    "TryLater",
    "register",
    "state_in_words",
    "words_of",
]

STATE_WORDS: dict[str, str] = {
    State.READY: "Queued",
    State.RUNNING: "Running",
    State.DONE: "Done",
    State.FAILED: "Failed",
    State.PARKED: "Parked",
    State.CANCELLED: "Cancelled",
}


class TryLater(Exception):
    """What went wrong may pass: try again, after `seconds` or (None) after a pause that doubles each time.

    `sentence` is for people; it quotes no value. When `max_attempts` are used up the job fails with it.
    """

    def __init__(self, seconds: float | None, sentence: str) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        self.sentence = sentence


class Permanent(Exception):
    """No repetition cures it: the job fails at once. `sentence` says what and what to do next; it quotes no value."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class JobKind(ABC):
    """One kind of work. One object does all jobs of its kind, on several threads at once: it keeps no state.

    The work must be idempotent. No engine promises exactly once across a kill: a worker that dies between the work
    and its record leaves a job that is done again from the start.
    """

    name: ClassVar[str]
    # What jobs of this kind are together, in the list's filter: "Sending files".
    label: ClassVar[str]
    max_attempts: ClassVar[int] = 5
    # The field's words for its states where they differ from STATE_WORDS (an import: Queued, Processing, ...).
    state_words: ClassVar[Mapping[str, str]] = {}
    # Work that nobody asked for. What of it went well is not listed unless asked for, and kept for `keep_days` only.
    routine: ClassVar[bool] = False
    keep_days: ClassVar[int | None] = None

    @abstractmethod
    def words(self, args: dict[str, Any]) -> str:
        """What the job is, as a title for people: "Sending files to 820". It names no child."""

    @abstractmethod
    def run(self, running: RunningJob) -> dict[str, Any] | None:
        """Do the work; what is returned (JSON) stays with the job as its result.

        May raise TryLater or Permanent. Any other exception is logged under a reference number and tried again.
        """


KINDS: dict[str, JobKind] = {}
K = TypeVar("K", bound=type[JobKind])


def register(kind: K) -> K:
    """Make a kind known. Raises ValueError when its name is taken."""
    if kind.name in KINDS:
        raise ValueError(f"There are two kinds of job '{kind.name}'.")
    KINDS[kind.name] = kind()
    return kind


def words_of(kind: str, args: dict[str, Any]) -> str:
    """The title of a job, also of one whose kind this version does not know."""
    known = KINDS.get(kind)
    return known.words(args) if known else kind


def state_in_words(kind: str, state: str) -> str:
    """A job's state in the words of its kind."""
    known = KINDS.get(kind)
    return (known.state_words if known else {}).get(state) or STATE_WORDS[state]
