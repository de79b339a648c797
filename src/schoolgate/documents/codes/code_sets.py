"""The DfE's lists of codes, by year (reference 6: the Common Basic Data Set of August 2018 and of May 2026).

A file is refused only for a code that no year knows (``is_known``); one that is not of the file's year is a value
problem that the LA decides (``is_valid``, issue 1).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

EDITION = "2026-05.2"
"""The DfE's edition these lists follow, and our count of changes to them since. A digest that stands for "checked by
these lists" has it as part of its key; a test holds it to the data's bytes."""

Source = Literal["public", "unchecked", "inferred"]

NO_MARK = "-"
"""Stands in a string of attendance marks where no mark was made (reference 4.8)."""


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a set."""

    code: str
    label: str
    first_year: int | None
    """The first academic year it can be used in, by the year in which that begins; None is not known."""
    last_year: int | None
    source: Source
    historic: bool
    """Out of use, though legal in histories; no year is known for it."""
    group: str
    """What it counts as: the main code of an ethnicity, the category of an attendance code; else empty."""
    group_source: Source

    def is_valid(self, academic_year: int) -> bool:
        """Say if it can be used in ``academic_year`` (2026 is 2026/27)."""
        return (self.first_year or 0) <= academic_year <= (self.last_year or academic_year)


@dataclass(frozen=True)
class CodeSet:
    """A list of codes, every year's together."""

    name: str
    lines: dict[str, Code]

    def __iter__(self) -> Iterator[Code]:
        """Walk the codes in the order of the list."""
        return iter(self.lines.values())

    def label(self, code: str) -> str:
        """Return what ``code`` means, or the code itself when no year knows it."""
        line = self.lines.get(code)
        return line.label if line else code

    def is_known(self, code: str) -> bool:
        """Say if any year knows ``code``."""
        return code in self.lines

    def is_valid(self, code: str, academic_year: int) -> bool:
        """Say if ``code`` can be used in ``academic_year`` (2026 is 2026/27)."""
        line = self.lines.get(code)
        return line is not None and line.is_valid(academic_year)

    def codes(self, academic_year: int | None = None) -> tuple[str, ...]:
        """Return the codes of ``academic_year``, or of every year, in the order of the list."""
        return tuple(line.code for line in self if academic_year is None or line.is_valid(academic_year))

    def group(self, code: str) -> str:
        """Return what ``code`` counts as (``Code.group``); empty when it is not known."""
        line = self.lines.get(code)
        return line.group if line else ""


@cache
def code_set_names() -> tuple[str, ...]:
    """Return the names of all sets."""
    folder = files(__package__)
    return tuple(sorted(file.name.removesuffix(".csv") for file in folder.iterdir() if file.name.endswith(".csv")))


@cache
def code_set(name: str) -> CodeSet:
    """Return the set called ``name``, one of ``code_set_names()``; raises KeyError for another."""
    if name not in code_set_names():
        raise KeyError(name)
    lines = (files(__package__) / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return CodeSet(name, {row["code"]: _code(row) for row in csv.DictReader(lines)})


@cache
def attendance_marks(academic_year: int | None = None) -> frozenset[str]:
    """Return the characters that can stand in a string of attendance marks of ``academic_year``, or of any.

    The codes of two characters in use since August 2024 stand there as their first (inferred, reference 4.8).
    """
    return frozenset(code[0] for code in code_set("attendance").codes(academic_year)) | {NO_MARK}


def academic_year_of(year: int, month: int) -> int:
    """Return the academic year of a month, by the year it begins in; it changes over on 1 August (reference 4.2)."""
    return year if month >= 8 else year - 1


def _code(row: dict[str, str]) -> Code:
    source = cast("Source", row["source"])
    return Code(
        code=row["code"],
        label=row["label"],
        first_year=int(row["first_year"]) if row["first_year"] else None,
        last_year=int(row["last_year"]) if row["last_year"] else None,
        source=source,
        historic=row.get("historic") == "yes",
        group=row.get("group", ""),
        group_source=cast("Source", row.get("group_source", source)),
    )
