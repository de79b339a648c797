"""What an import made of its pupils, in numbers that can be added up portion by portion."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self, TypeAlias

from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_named, group_numbered

PUPILS = ("added", "changed", "in_conflict", "same", "twice", "unmatched")
"""What becomes of a pupil of a document: each is counted once; one in conflict is one of whom nothing was written."""
GROUPS = ("added", "changed", "same", "conflict", "yielded", "left_out", "missing")
"""Of a group: pupils for whom it was new, changed, the same; values that wait for a person; pupils for whom it was left
to the school of the main registration; values left out, and items a full file did not say."""


Fates: TypeAlias = dict[str, list[int]]
"""Numbers of pupils by what became of them and of their groups (``fate_of``): the counts, and who is behind them."""


@dataclass(slots=True)
class Counts:
    """Numbers of pupils by what became of them, and of their groups."""

    pupils: Counter[str] = field(default_factory=Counter)
    groups: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.pupils + other.pupils, self.groups + other.groups)

    @classmethod
    def of(cls, fates: Mapping[str, list[int]]) -> Self:
        """Count the pupils of each fate."""
        counts = cls()
        for fate, pupils in fates.items():
            what, groups = read_fate(fate)
            counts.pupils[what] += len(pupils)
            for place, times in groups.items():
                counts.groups[place] += len(pupils) * times
        return counts

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


def tally_of(
    same: Iterable[DataGroup],
    left_out: Iterable[DataGroup],
    missing: Iterable[DataGroup],
    *,
    added: Iterable[DataGroup] = (),
    changed: Iterable[DataGroup] = (),
    conflicts: Iterable[DataGroup] = (),
    yielded: Iterable[DataGroup] = (),
) -> str:
    """What became of a pupil's groups, by their numbers: ``same=1,2,32;left_out=35*2``."""
    parts = []
    for what, groups in zip(GROUPS, (added, changed, same, conflicts, yielded, left_out, missing), strict=True):
        if numbers := tuple(sorted(group.number for group in groups)):
            parts.append(f"{what}={_how_often(numbers)}")
    return ";".join(parts)


@lru_cache(4096)
def _how_often(numbers: tuple[int, ...]) -> str:
    """Most pupils of a document have the same groups as others."""
    times = Counter(numbers)
    return ",".join(f"{number}*{count}" if count > 1 else f"{number}" for number, count in times.items())


def fate_of(what: str, tally: str) -> str:
    """What became of a pupil, one of ``PUPILS``, and of its groups (``tally_of``): ``changed;changed=2;same=1,3``."""
    return f"{what};{tally}" if tally else what


def settled_fate_of(tally: str) -> str:
    """What becomes of a pupil whose entry is settled: it stays the same, and what waited of it waits on."""
    waits = any(part.startswith("conflict=") for part in tally.split(";"))
    return fate_of("in_conflict" if waits else "same", tally)


def read_fate(fate: str) -> tuple[str, dict[tuple[int, str], int]]:
    """What ``fate_of`` was given: of the pupil, and how often of each group (its number) and what."""
    what, *parts = fate.split(";")
    return what, dict(_read_parts(parts))


def _read_parts(parts: Iterable[str]) -> Iterator[tuple[tuple[int, str], int]]:
    for part in parts:
        what, _, groups = part.partition("=")
        for one in groups.split(","):
            group, _, times = one.partition("*")
            yield (int(group), what), int(times or 1)
