"""Held pupils in memory, found as a database finds them: anew each time, and each look-up counted."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from schoolgate.authority.importing.matching.index import names_and_births
from schoolgate.authority.importing.matching.rules import Held


class HeldInMemory:
    """``index.HeldPupils`` over a list."""

    def __init__(self, held: Iterable[Held]) -> None:
        self.held = list(held)
        self.asked: list[int] = []
        """How many keys each look-up asked for."""

    def with_guid(self, guids: Collection[str]) -> list[Held]:
        return self._look_up(guids, lambda held: held.keys.guids)

    def with_upn(self, upns: Collection[str]) -> list[Held]:
        return self._look_up(upns, lambda held: list(held.keys.upns))

    def with_name_and_birth(self, digests: Collection[str]) -> list[Held]:
        return self._look_up(digests, lambda held: names_and_births(held.keys))

    def _look_up(self, wanted: Collection[str], known_by: Callable[[Held], Iterable[str]]) -> list[Held]:
        assert wanted
        self.asked.append(len(wanted))
        return [replace(held) for held in self.held if any(key in wanted for key in known_by(held))]
