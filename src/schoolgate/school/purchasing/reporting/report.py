"""*Reports*: answers that other people ask for, of a financial year. Each is a class in a file of its own:

@report
class Commitments(Report): ...
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.utils.safestring import SafeString

from schoolgate.commons.web.tables import Column
from schoolgate.school.purchasing.models import FinancialYear, Supplier

Rows = Sequence[Any]


@dataclass(frozen=True)
class Scope:
    """What a report is asked about: a year, and if wanted one supplier, or one cost centre by its code."""

    year: FinancialYear
    supplier: Supplier | None = None
    cost_centre: str = ""

    def narrowed(self, *, year: str = "year", supplier: str = "", cost_centre: str = "") -> dict[str, Any]:
        """What rows are filtered by, where these are the paths to each."""
        wanted: dict[str, Any] = {year: self.year}
        if supplier and self.supplier is not None:
            wanted[supplier] = self.supplier
        if cost_centre and self.cost_centre:
            wanted[f"{cost_centre}__code"] = self.cost_centre
        return wanted


class Report(ABC):
    """One report. `question` is what it answers; `of_supplier`, `of_cost_centre`: whether it may be asked of one."""

    name: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    of_supplier: ClassVar[bool] = False
    of_cost_centre: ClassVar[bool] = False

    @abstractmethod
    def columns(self, scope: Scope) -> list[Column]:
        """What is told of each row."""

    @abstractmethod
    def rows(self, scope: Scope) -> Rows:
        """The rows, in the order that the question suggests."""

    @abstractmethod
    def answer(self, scope: Scope, rows: Any) -> str:
        """The answer to the question in one sentence."""

    def picture(self, scope: Scope, rows: Any) -> SafeString:
        """A picture of the whole; empty where none helps."""
        return SafeString("")


REPORTS: dict[str, Report] = {}
R = TypeVar("R", bound=type[Report])


def report(kind: R) -> R:
    """Make a report known. Raises ValueError when its name is taken."""
    if kind.name in REPORTS:
        raise ValueError(f"There are two reports '{kind.name}'.")
    REPORTS[kind.name] = kind()
    return kind


def number_of(count: int, noun: tuple[str, str]) -> str:
    """3 orders, 1 order, no orders."""
    return f"{count:,} {noun[count != 1]}" if count else f"no {noun[1]}"
