"""A register as a picture: a column for each week, a row for each day, morning and afternoon beside each other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

from schoolgate.authority.records.groups.attendance import one_a_session
from schoolgate.authority.records.models import Attendance
from schoolgate.documents.codes.code_sets import NO_MARK, Code, code_set

WEEK_WIDTH, DAY_HEIGHT, SESSION_WIDTH, SESSION_HEIGHT, TOP = 16, 14, 6, 12, 18
"""Pixels."""

_COLOURS = {
    "attending": "good",
    "approved activity": "busy",
    "authorised absence": "warning",
    "unauthorised absence": "bad",
}
KINDS = tuple(_COLOURS.items())
"""What sessions count as, with the colour of each in the picture; others are pale."""


@dataclass(frozen=True, slots=True)
class Field:
    """One session in the picture."""

    x: int
    y: int
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class MarkCount:
    """A mark, what it means, and at how many sessions it stands."""

    mark: str
    meaning: str
    kind: str
    sessions: int


@dataclass(frozen=True)
class Picture:
    """The marks of one register."""

    register: Attendance

    @cached_property
    def days(self) -> dict[date, str]:
        """Morning's and afternoon's mark of each day that has one."""
        first, marks = self.register.first_day, one_a_session(self.register.marks)
        if first is None:
            return {}
        days = {first + timedelta(days=place // 2): marks[place : place + 2] for place in range(0, len(marks), 2)}
        return {day: both for day, both in days.items() if both.strip(NO_MARK)}

    @cached_property
    def weekdays(self) -> list[int]:
        """Monday to Friday, and what of the weekend has a session."""
        meanings = marks_of(self.register.year)
        busy = {day.weekday() for day, both in self.days.items() if any(_kind(meanings, mark) for mark in both)}
        return sorted(busy | set(range(5)))

    @cached_property
    def weeks(self) -> list[date]:
        """The Mondays, from the first week to the last."""
        if not self.days:
            return []
        first = _monday(min(self.days))
        return [first + timedelta(weeks=place) for place in range((max(self.days) - first).days // 7 + 1)]

    @property
    def width(self) -> int:
        return len(self.weeks) * WEEK_WIDTH

    @property
    def height(self) -> int:
        return TOP + len(self.weekdays) * DAY_HEIGHT

    @property
    def fields(self) -> Iterator[Field]:
        """What is drawn."""
        meanings = marks_of(self.register.year)
        rows = {weekday: TOP + place * DAY_HEIGHT for place, weekday in enumerate(self.weekdays)}
        for day, both in self.days.items():
            if day.weekday() not in rows:
                continue
            left = (day - self.weeks[0]).days // 7 * WEEK_WIDTH
            for place, (half, mark) in enumerate(zip(("morning", "afternoon"), both, strict=True)):
                if mark != NO_MARK:
                    x, colour = left + place * (SESSION_WIDTH + 1), _COLOURS.get(_kind(meanings, mark), "track")
                    words = f"{day:%a} {day.day} {day:%b}, {half}: {_meaning(meanings, mark)}"
                    yield Field(x, rows[day.weekday()], colour, words)

    @property
    def months(self) -> Iterator[tuple[int, str]]:
        """Where each month begins, and its name where there is room for it."""
        first = {(monday.year, monday.month): place for place, monday in reversed(list(enumerate(self.weeks)))}
        begins = sorted(first.values())
        for place, following in zip(begins, [*begins[1:], len(self.weeks) + 1], strict=True):
            if following - place > 1:
                yield place * WEEK_WIDTH, f"{self.weeks[place]:%b}"

    @property
    def columns(self) -> list[str]:
        """The days' names, for the table behind the picture."""
        return [f"{date(2024, 1, 1 + weekday):%a}" for weekday in self.weekdays]

    @property
    def table(self) -> Iterator[tuple[date, list[str]]]:
        """Each week that has marks: its Monday, and the two marks of each day."""
        for monday in self.weeks:
            marks = [self.days.get(monday + timedelta(days=weekday), "") for weekday in self.weekdays]
            if any(marks):
                yield monday, marks

    @cached_property
    def counts(self) -> list[MarkCount]:
        """How often each mark stands, the most frequent first."""
        meanings = marks_of(self.register.year)
        found = Counter(mark for both in self.days.values() for mark in both if mark != NO_MARK)
        return [
            MarkCount(mark, _meaning(meanings, mark), meanings[mark].group if mark in meanings else "", number)
            for mark, number in found.most_common()
        ]


@cache
def marks_of(academic_year: int) -> Mapping[str, Code]:
    """What a mark means in a year. Codes of two characters stand there as their first (reference 4.8): the plain one
    gives its meaning where there is one."""
    codes = [code for code in code_set("attendance") if code.is_valid(academic_year)]
    return {code.code[0]: code for code in sorted(codes, key=lambda code: -len(code.code))}


def _kind(meanings: Mapping[str, Code], mark: str) -> str:
    group = meanings[mark].group if mark in meanings else ""
    return group if group in _COLOURS else ""


def _meaning(meanings: Mapping[str, Code], mark: str) -> str:
    return f"{meanings[mark].label} ({mark})" if mark in meanings else mark


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
