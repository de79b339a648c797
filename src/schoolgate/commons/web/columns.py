"""The columns of a table: what each shows, and by what its rows are sorted and filtered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schoolgate.commons.web.sources import follow

_Shown = Literal[
    "text", "long", "number", "money", "date", "time", "second", "size", "state", "code", "details", "lock"
]
Kind = _Shown | Literal["button", "tick"]


@dataclass(frozen=True)
class Column:
    """One column.

    `name` is the attribute shown, sorted and filtered by; over a relation as Django writes it (`base__name`).
    `kind` says how a cell looks: `number`, `money` (a Decimal) and `size` (bytes) to the right, `date` as
    "14 Feb 2013", `time` in London time to the minute and `second` to the second, `state` as a tag, `long` for text
    that may have words without end, such as paths, and breaks them, `code` for numbers and digests that are read letter
    by letter, `details` folded away, `lock` after a padlock, `button` as one that posts to the `link`, `tick` as a box
    of the form `<table's name>-chosen` that sends the row's key as `chosen` (downloads leave both out). `value`
    computes a cell that is no attribute (give `sort=""` then, or the path to sort by). A filter is offered for
    `choices` (pairs of value and text), `exact` (typed in full) or `dates` (from and to, days in London). `narrow` is
    how rows are narrowed to a choice that is no plain value of theirs: it gets the query or list, and the choice.
    """

    name: str
    heading: str
    kind: Kind = "text"
    search: bool = False
    choices: Sequence[tuple[str, str]] = ()
    exact: bool = False
    dates: bool = False
    sort: str | None = None
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str] | None = None
    narrow: Callable[[Any, str], Any] | None = None

    @property
    def sort_path(self) -> str:
        return self.name if self.sort is None else self.sort

    def value_of(self, row: Any) -> Any:
        return self.value(row) if self.value else follow(row, self.name)


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any
    address: str


@dataclass(frozen=True)
class Heading:
    """A column's heading with the address that sorts by it; `sorted` is ascending, descending or empty."""

    column: Column
    address: str
    sorted: str


@dataclass(frozen=True)
class Filter:
    """A filter as the form above the table shows it, with what was typed: a value, or a first and a last day."""

    column: Column
    value: str = ""
    first: str = ""
    last: str = ""

    @property
    def days(self) -> tuple[date | None, date | None]:
        return _day(self.first), _day(self.last)

    @property
    def wrong(self) -> str:
        """What is wrong with what was typed; such a day narrows nothing."""
        read = zip((self.first, self.last), self.days, strict=True)
        return "A date is written 2026-11-19." if any(text and day is None for text, day in read) else ""

    @property
    def in_use(self) -> bool:
        return bool(self.value or self.first or self.last)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
