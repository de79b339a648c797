"""When something is due: rules of wall time in Europe/London and the instants they mean (DESIGN 6). No Django here.

People set days and a time on the clock. Between them and the instants in UTC that are compared stands the change of the
clocks: a time that does not exist is due at the first instant after the gap, one that comes twice at the first.
"""

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days as they stand on record, in the order of `date.weekday()`."""

MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True)
class Rule(ABC):
    """The days on which something is due, and at which time of the clock: whole minutes. Raises ValueError else.

    Any rule may have limits (reference 9.2): no day before `first` or after `last`, its expiry; days within one of
    `terms` alone, pairs of a first and a last day, both in them. With `every_minutes` it is due again and again on each
    of its days, by the clock on the wall, from `at` to `until` or to the end of the day; a night on which the clocks
    change makes no two of one instant.
    """

    at: time
    first: date | None = field(default=None, kw_only=True)
    last: date | None = field(default=None, kw_only=True)
    every_minutes: int | None = field(default=None, kw_only=True)
    until: time | None = field(default=None, kw_only=True)
    terms: tuple[tuple[date, date], ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for at in filter(None, (self.at, self.until)):
            if at.second or at.microsecond or at.tzinfo is not None:
                raise ValueError("A schedule's time is hours and minutes.")
        if self.every_minutes is not None and not 1 <= self.every_minutes < MINUTES_OF_A_DAY:
            raise ValueError("A repeat comes after at least a minute and less than a day.")
        if self.until is not None and (self.every_minutes is None or self.until < self.at):
            raise ValueError("What is repeated until a time begins before it, and says how often.")
        if any(begins > ends for begins, ends in self.terms or ()):
            raise ValueError("A term ends on the day it begins, or later.")

    @abstractmethod
    def _days(self, first: date) -> Iterator[date]:
        """The days it is due on, from this one on, the earliest first, as if it had no limits."""

    @abstractmethod
    def _form(self) -> dict[str, Any]:
        """What this form of rule has on record beside its time and its limits."""

    def days_from(self, first: date) -> Iterator[date]:
        """The days it is due on, from this one on, the earliest first."""
        for begins, ends in self._spans():
            if ends < first:
                continue
            for day in self._days(max(begins, first)):
                if day > ends:
                    break
                yield day

    def _spans(self) -> Iterator[tuple[date, date]]:
        """First and last days of the spans its limits leave, in order. No day is in two."""
        reached, last = self.first or date.min, self.last or date.max
        for begins, ends in sorted(self.terms) if self.terms is not None else [(date.min, date.max)]:
            span = max(begins, reached), min(ends, last)
            if span[0] <= span[1]:
                yield span
                if span[1] == date.max:
                    return
                reached = span[1] + timedelta(days=1)

    def _times(self) -> list[time]:
        """The times of the clock on one of its days, the earliest first."""
        begins = _minute_of_day(self.at)
        if self.every_minutes is None:
            return [self.at]
        ends = MINUTES_OF_A_DAY - 1 if self.until is None else _minute_of_day(self.until)
        return [time(*divmod(minute, 60)) for minute in range(begins, ends + 1, self.every_minutes)]

    def on_record(self) -> dict[str, Any]:
        """The rule as JSON, for `rule_of`: its form, and those limits that it has."""
        limits = {
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "every_minutes": self.every_minutes,
            "until": self.until and f"{self.until:%H:%M}",
            "terms": self.terms
            if self.terms is None
            else [[begins.isoformat(), ends.isoformat()] for begins, ends in self.terms],
        }
        has = {name: limit for name, limit in limits.items() if limit is not None}
        return {"at": f"{self.at:%H:%M}", **self._form(), **has}

    def dues_after(self, moment: datetime) -> Iterator[datetime]:
        """The instants in UTC at which it is due, strictly after this moment, the earliest first."""
        times = self._times()
        for day in self.days_from(moment.astimezone(LONDON).date()):
            for at in times:
                due = instant_of(day, at)
                # Several times of a clock that is put forward are one instant.
                if due > moment:
                    yield due
                    moment = due

    def next_after(self, moment: datetime) -> datetime | None:
        """The next instant strictly after this moment; None when it is never due again."""
        return next(self.dues_after(moment), None)


@dataclass(frozen=True)
class Once(Rule):
    """On one day."""

    on: date

    def _days(self, first: date) -> Iterator[date]:
        if self.on >= first:
            yield self.on

    def _form(self) -> dict[str, Any]:
        return {"form": "once", "on": self.on.isoformat()}


@dataclass(frozen=True)
class Weekly(Rule):
    """On some days of every week, numbered as by `date.weekday()`; without any it is never due."""

    days: frozenset[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.days <= set(range(len(WEEK))):
            raise ValueError("A week has the days 0 (Monday) to 6 (Sunday).")

    def _days(self, first: date) -> Iterator[date]:
        while self.days:
            if first.weekday() in self.days:
                yield first
            first += timedelta(days=1)

    def _form(self) -> dict[str, Any]:
        return {"form": "weekly", "days": [WEEK[day] for day in sorted(self.days)]}


@dataclass(frozen=True)
class Monthly(Rule):
    """On one day of every month, 1 to 31; in a month that is shorter, on its last day."""

    day: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.day <= 31:
            raise ValueError("A month has the days 1 to 31.")

    def _days(self, first: date) -> Iterator[date]:
        year, month = first.year, first.month
        while True:
            due = date(year, month, min(self.day, monthrange(year, month)[1]))
            if due >= first:
                yield due
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def _form(self) -> dict[str, Any]:
        return {"form": "monthly", "day": self.day}


def rule_of(recorded: dict[str, Any]) -> Rule:
    """The rule that `on_record` gave. Raises ValueError for a form that this version does not know."""
    at, limits = time.fromisoformat(recorded["at"]), _limits_of(recorded)
    match recorded["form"]:
        case "once":
            return Once(at, date.fromisoformat(recorded["on"]), **limits)
        case "weekly":
            return Weekly(at, frozenset(WEEK.index(day) for day in recorded["days"]), **limits)
        case "monthly":
            return Monthly(at, recorded["day"], **limits)
    raise ValueError("This schedule was set by a newer version of Schoolgate.")


def _limits_of(recorded: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Callable[[Any], Any]] = {
        "first": date.fromisoformat,
        "last": date.fromisoformat,
        "every_minutes": int,
        "until": time.fromisoformat,
        "terms": lambda terms: tuple((date.fromisoformat(begins), date.fromisoformat(ends)) for begins, ends in terms),
    }
    return {name: value(recorded[name]) for name, value in read.items() if name in recorded}


def _minute_of_day(at: time) -> int:
    return at.hour * 60 + at.minute


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
