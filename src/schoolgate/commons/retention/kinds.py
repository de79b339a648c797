"""What is kept for a time and then goes. A room adds a kind by a subclass with `@keeps`, imported in its apps.ready."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar

from schoolgate.commons.preferences.registry import NumberPreference


@dataclass(frozen=True)
class Item:
    """One thing that was kept long enough: its key, a name without any child's, since when, its size in bytes.

    `held_back` says in words why it stays all the same; `address` is its page.
    """

    key: int
    name: str
    since: datetime
    size: int
    address: str = ""
    held_back: str = ""


class Kept(ABC):
    """One kind of things. `days` is the preference that people set (0: for ever), its default what is shipped."""

    name: ClassVar[str]
    words: ClassVar[str]
    stays: ClassVar[str]
    """What of each thing is kept for ever."""
    why: ClassVar[str]
    days: ClassVar[NumberPreference]

    @abstractmethod
    def over(self, before: datetime) -> Iterable[Item]:
        """Everything older than that which is still kept, those held back too. Cheap: no file is read."""

    @abstractmethod
    def remove(self, item: Item) -> str:
        """Let one thing go, for good; or say in words why it stays. Begun again after a crash it ends the work."""

    def end(self) -> None:  # noqa: B027  most kinds have nothing left to do
        """What there is to do after the last one."""


@dataclass(frozen=True)
class Cleared:
    """What a room clears away by itself after a fixed time, listed so that everything is told in one place."""

    words: str
    days: int
    why: str


KEPT: dict[str, Kept] = {}
CLEARED: list[Cleared] = []

K = TypeVar("K", bound=type[Kept])


def keeps(kind: K) -> K:
    """Make a kind known. Raises ValueError when its name is taken."""
    if kind.name in KEPT:
        raise ValueError(f"There are two kinds '{kind.name}' that are kept.")
    KEPT[kind.name] = kind()
    return kind


def clears(words: str, days: int, why: str) -> None:
    """List what a room clears away by itself."""
    CLEARED.append(Cleared(words, days, why))
