"""When something is due: rules of wall time in Europe/London and the instants they mean (DESIGN 6). No Django here.

People set days and a time on the clock. Between them and the instants in UTC that are compared stands the change of the
clocks: a time that does not exist is due at the first instant after the gap, one that comes twice at the first.
"""

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days as they stand on record, in the order of `date.weekday()`."""


@dataclass(frozen=True)
class Rule(ABC):
    """The days on which something is due, and at which time of the clock: whole minutes. Raises ValueError else."""

    at: time

    def __post_init__(self) -> None:
        if self.at.second or self.at.microsecond or self.at.tzinfo is not None:
            raise ValueError("A schedule's time is hours and minutes.")

    @abstractmethod
    def days_from(self, first: date) -> Iterator[date]:
        """The days it is due on, from this one on, the earliest first."""

    @abstractmethod
    def on_record(self) -> dict[str, Any]:
        """The rule as JSON, for `rule_of`."""

    def dues_after(self, moment: datetime) -> Iterator[datetime]:
        """The instants in UTC at which it is due, strictly after this moment, the earliest first."""
        for day in self.days_from(moment.astimezone(LONDON).date()):
            due = instant_of(day, self.at)
            if due > moment:
                yield due

    def next_after(self, moment: datetime) -> datetime | None:
        """The next instant strictly after this moment; None when it is never due again."""
        return next(self.dues_after(moment), None)


@dataclass(frozen=True)
class Once(Rule):
    """On one day."""

    on: date

    def days_from(self, first: date) -> Iterator[date]:
        if self.on >= first:
            yield self.on

    def on_record(self) -> dict[str, Any]:
        return {"form": "once", "at": f"{self.at:%H:%M}", "on": self.on.isoformat()}


@dataclass(frozen=True)
class Weekly(Rule):
    """On some days of every week, numbered as by `date.weekday()`; without any it is never due."""

    days: frozenset[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.days <= set(range(len(WEEK))):
            raise ValueError("A week has the days 0 (Monday) to 6 (Sunday).")

    def days_from(self, first: date) -> Iterator[date]:
        while self.days:
            if first.weekday() in self.days:
                yield first
            first += timedelta(days=1)

    def on_record(self) -> dict[str, Any]:
        return {"form": "weekly", "at": f"{self.at:%H:%M}", "days": [WEEK[day] for day in sorted(self.days)]}


@dataclass(frozen=True)
class Monthly(Rule):
    """On one day of every month, 1 to 31; in a month that is shorter, on its last day."""

    day: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.day <= 31:
            raise ValueError("A month has the days 1 to 31.")

    def days_from(self, first: date) -> Iterator[date]:
        year, month = first.year, first.month
        while True:
            due = date(year, month, min(self.day, monthrange(year, month)[1]))
            if due >= first:
                yield due
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def on_record(self) -> dict[str, Any]:
        return {"form": "monthly", "at": f"{self.at:%H:%M}", "day": self.day}


def rule_of(recorded: dict[str, Any]) -> Rule:
    """The rule that `on_record` gave. Raises ValueError for a form that this version does not know."""
    at = time.fromisoformat(recorded["at"])
    match recorded["form"]:
        case "once":
            return Once(at, date.fromisoformat(recorded["on"]))
        case "weekly":
            return Weekly(at, frozenset(WEEK.index(day) for day in recorded["days"]))
        case "monthly":
            return Monthly(at, recorded["day"])
    raise ValueError("This schedule was set by a newer version of Schoolgate.")


def instant_of(day: date, at: time) -> datetime:
    """The first instant of this day, in UTC, at which the clocks of London show this time or a later one."""
    wall = datetime.combine(day, at)
    # The earlier reading of a time that comes twice; of one that does not exist, an instant before the gap.
    instant = min(wall.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    while instant.astimezone(LONDON).replace(tzinfo=None) < wall:
        instant += timedelta(minutes=1)
    return instant


def reading(day: date, at: time) -> Literal["once", "never", "twice"]:
    """How often the clocks of London show this time on this day."""
    first, second = (datetime.combine(day, at).replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    return "once" if first == second else "never" if first < second else "twice"
