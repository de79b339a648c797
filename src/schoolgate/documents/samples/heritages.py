"""The heritages a school's families come from, with their names, ethnicities, languages and countries of birth."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from schoolgate.documents.samples.dice import slots


@dataclass(frozen=True, slots=True)
class Heritage:
    """What to draw a family's items from; codes and countries are laid out by their weight (``dice.slots``)."""

    name: str
    ethnicities: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]


@cache
def heritages() -> tuple[Heritage, ...]:
    """Return every heritage, as often as it is common."""
    tables = tomllib.loads((files(__package__) / "heritages.toml").read_text(encoding="utf-8"))

    def names(table: dict[str, Any], kinds: Iterable[str], borrow: str) -> tuple[str, ...]:
        kind = next((kind for kind in kinds if kind in table), None)
        if kind:
            return tuple(table[kind])
        return tuple(name for other in table[borrow] for name in names(tables[other], kinds, borrow))

    made = {
        Heritage(
            name=name,
            ethnicities=slots(table["ethnicities"], 100),
            languages=slots(table["languages"], 100),
            countries=slots(table["countries"], 100),
            girls=names(table, ["girls"], "forenames_of"),
            boys=names(table, ["boys"], "forenames_of"),
            women=names(table, ["women", "girls"], "forenames_of"),
            men=names(table, ["men", "boys"], "forenames_of"),
            surnames=names(table, ["surnames"], "surnames_of"),
        ): table["weight"]
        for name, table in tables.items()
    }
    return slots(made)
