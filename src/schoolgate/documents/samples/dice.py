"""The seeded source of all choices in a sample."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice(random.Random):
    """Throws that depend on the seed alone; quick, since a sample takes some hundred for each pupil."""

    def chance(self, share: float) -> bool:
        """Be true in ``share`` of all throws."""
        return self.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """Take one, each as likely as another."""
        return choices[int(self.random() * len(choices))]

    def number(self, low: int, high: int) -> int:
        """Take a whole number from ``low`` to ``high``, both included."""
        return low + int(self.random() * (high - low + 1))

    def guid(self) -> str:
        """Make an identifier in the form of a random UUID."""
        text = f"{self.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def slots(weights: Mapping[T, float], count: int = 1_000) -> tuple[T, ...]:
    """Lay out choices so that ``pick`` takes each as often as its weight says, to one in ``count``."""
    total = sum(weights.values())
    laid: list[T] = []
    reached = 0.0
    for choice, weight in weights.items():
        reached += weight
        laid += [choice] * (round(reached / total * count) - len(laid))
    return tuple(laid)
