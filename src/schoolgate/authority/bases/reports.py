"""*Reports*: answers that other people ask for. Each room adds its own, where its rows live:

    @report
    class FilesReceived(Report): ...

They leave the house in files, so nothing of restricted pupils is in them, whoever asks.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from schoolgate.authority.bases.models import Base
from schoolgate.commons.web.sources import start_of_day
from schoolgate.commons.web.tables import Column, NotYet

Rows = QuerySet[Any] | Sequence[Any]
RowsT = TypeVar("RowsT", bound=QuerySet[Any])


@dataclass(frozen=True)
class Scope:
    """What a report is asked about: one school or all, from a first to a last day in London, and a number of days."""

    base: Base | None = None
    first: date | None = None
    last: date | None = None
    days: int | None = None

    def of(self, rows: RowsT, when: str, *, base: str = "base") -> RowsT:
        """Those of the school, and whose moment `when` lies within the days."""
        if self.base is not None:
            rows = rows.filter(**{base: self.base})
        if self.first is not None:
            rows = rows.filter(**{f"{when}__gte": start_of_day(self.first)})
        if self.last is not None:
            rows = rows.filter(**{f"{when}__lt": start_of_day(self.last + timedelta(days=1))})
        return rows

    @property
    def in_words(self) -> str:
        """For the audit; nothing for everything."""
        parts = [
            str(self.base) if self.base else "",
            f"from {self.first}" if self.first else "",
            f"to {self.last}" if self.last else "",
            f"{self.days} days" if self.days else "",
        ]
        return ", ".join(filter(None, parts))


class Report(ABC):
    """One report. `question` is what it answers, in a sentence; `asks_dates`, `asks_days`: what beside the school may
    be asked; `about_pupils`: restricted ones are left out, and it says so; `names_children`: each look at it stands in
    the audit.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    empty: ClassVar[NotYet]
    asks_dates: ClassVar[bool] = True
    asks_days: ClassVar[bool] = False
    about_pupils: ClassVar[bool] = False
    names_children: ClassVar[bool] = False

    @abstractmethod
    def columns(self) -> list[Column]:
        """What is told of each row."""

    @abstractmethod
    def rows(self, scope: Scope) -> Rows:
        """The rows, in the order that the question suggests."""

    def picture(self, scope: Scope) -> SafeString:
        """A picture of the whole, with its table; empty when there is none."""
        return SafeString("")

    @property
    def usual_days(self) -> int | None:
        """The number of days when none is asked for, where it `asks_days`."""
        return None


REPORTS: dict[str, Report] = {}
R = TypeVar("R", bound=type[Report])


def report(kind: R) -> R:
    """Make a report known. Raises ValueError when its name is taken."""
    if kind.name in REPORTS:
        raise ValueError(f"There are two reports '{kind.name}'.")
    REPORTS[kind.name] = kind()
    return kind


def school_columns(path: str = "") -> list[Column]:
    """A row's school by name and by its seven digits; `path` leads to the base ("base__")."""

    def base_of(row: Any) -> Base:
        base: Base = row.base if path else row
        return base

    return [
        Column(f"{path}name", "School", value=lambda row: base_of(row).name),
        Column(f"{path}number", "DfE no.", kind="code", value=lambda row: base_of(row).dfe_number),
    ]
