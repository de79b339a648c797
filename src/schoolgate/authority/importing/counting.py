"""What an import made of its pupils, in numbers that can be added up portion by portion."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_named, group_numbered

PUPILS = ("added", "changed", "same", "twice", "unmatched")
"""What becomes of a pupil of a document: each is counted once."""
GROUPS = ("added", "changed", "same", "left_out", "missing")
"""Of a group: pupils for whom it was new, changed, the same; values left out, and items a full file did not say."""


@dataclass(slots=True)
class Counts:
    """Numbers of pupils by what became of them, and of their groups."""

    pupils: Counter[str] = field(default_factory=Counter)
    groups: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.pupils + other.pupils, self.groups + other.groups)

    def add(self, group: DataGroup, what: str, number: int = 1) -> None:
        """Count something of a group, one of ``GROUPS``."""
        self.groups[group.number, what] += number

    def add_settled(self, tallies: Mapping[str, int]) -> None:
        """Count pupils who are met again as they were: how many there are of each tally (``tally_of``)."""
        for tally, number in tallies.items():
            self.pupils["same"] += number
            for part in filter(None, tally.split(";")):
                what, _, groups = part.partition("=")
                for one in groups.split(","):
                    group, _, times = one.partition("*")
                    self.groups[int(group), what] += number * int(times or 1)

    def as_json(self) -> dict[str, Any]:
        """The numbers by name, nothing that is 0; ``groups`` in the order of the registry."""
        groups: dict[str, dict[str, int]] = {}
        for number, what in sorted(self.groups, key=lambda key: (key[0], GROUPS.index(key[1]))):
            if count := self.groups[number, what]:
                groups.setdefault(group_numbered(number).name, {})[what] = count
        return {"pupils": {what: self.pupils[what] for what in PUPILS if self.pupils[what]}, "groups": groups}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` gave."""
        counts = cls(Counter(said.get("pupils", {})))
        for name, of_group in said.get("groups", {}).items():
            for what, count in of_group.items():
                counts.groups[group_named(name).number, what] = count
        return counts


def tally_of(same: Iterable[DataGroup], left_out: Iterable[DataGroup], missing: Iterable[DataGroup]) -> str:
    """What a pupil counts as when it is met again as it is: ``same=1,2,32;left_out=35*2``."""
    parts = []
    for what, groups in (("same", same), ("left_out", left_out), ("missing", missing)):
        times = Counter(group.number for group in groups)
        if times:
            each = ",".join(
                f"{number}*{count}" if count > 1 else f"{number}" for number, count in sorted(times.items())
            )
            parts.append(f"{what}={each}")
    return ";".join(parts)
