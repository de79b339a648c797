"""A school year in England: which days are school days, and the marks of a register (reference 4.8 and 6.3)."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.samples.dice import Dice, slots

CLOSED = "##"
PRESENT = "/\\"
SUSPENDED = "E"

_ABSENCES_TO_2023 = {"I": 50, "M": 14, "O": 12, "G": 7, "H": 2, "C": 6, "N": 6, "R": 2, "V": 6, "T": 1, "J": 1, "U": 6}
_ABSENCES_FROM_2024 = {
    "I": 50,
    "M": 14,
    "O": 12,
    "G": 8,
    "C": 7,
    "N": 6,
    "R": 2,
    "V": 6,
    "T": 1,
    "J": 1,
    "U": 6,
    "K": 1,
}
_HALF_DAYS_ONLY = frozenset("MUV")
_DAYS_AWAY = slots({1: 58, 2: 20, 3: 10, 4: 5, 5: 5, 10: 2}, 100)


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """An academic year's register, from 1 September to 31 July."""

    began: int
    first_day: date
    days: tuple[str, ...]
    """Two characters for each calendar day, as if present on every school day."""
    school_days: tuple[int, ...]
    """Which of ``days`` are school days."""
    absences: tuple[str, ...]
    """The codes of missed sessions, laid out by how common they are."""
    meanings: dict[int, str]
    """For ``str.translate``, what a mark counts as: ``a`` attended, ``l`` with leave, ``u`` without, ``-`` nothing."""

    def index(self, day: date) -> int:
        """Return where ``day`` stands in ``days``: below 0 before the year, the last one's after it."""
        return min((day - self.first_day).days, len(self.days) - 1)

    def iso(self, index: int) -> str:
        """Return the date of ``days[index]`` as a file has it."""
        return (self.first_day + timedelta(days=index)).isoformat()


@cache
def school_year(began: int) -> SchoolYear:
    """Return the academic year that began in ``began``."""
    first = date(began, 9, 1)
    closed = _closed_days(began)
    calendar = [first + timedelta(days=index) for index in range((date(began + 1, 8, 1) - first).days)]
    days = tuple(CLOSED if day.weekday() > 4 or day in closed else PRESENT for day in calendar)
    return SchoolYear(
        began=began,
        first_day=first,
        days=days,
        school_days=tuple(index for index, marks in enumerate(days) if marks == PRESENT),
        absences=slots(_ABSENCES_TO_2023 if began < 2024 else _ABSENCES_FROM_2024, 100),
        meanings=_meanings(began),
    )


def opening(began: int) -> date:
    """Return the first school day of an academic year."""
    year = school_year(began)
    return year.first_day + timedelta(days=year.school_days[0])


def register(year: SchoolYear, dice: Dice, *, attendance: float) -> list[str]:
    """Fill in a pupil's marks for the whole year; ``attendance`` is about the share of sessions attended.

    It does not depend on today: a file of next week has the same marks for the days of this one.
    """
    marks = list(year.days)
    days = year.school_days
    to_miss = (1 - attendance) * len(days)
    while to_miss > dice.random():
        start, away, code = dice.number(0, len(days) - 1), dice.pick(_DAYS_AWAY), dice.pick(year.absences)
        if away == 1 or code in _HALF_DAYS_ONLY:
            day = days[start]
            marks[day] = code + marks[day][1] if dice.chance(0.5) else marks[day][0] + code
            to_miss -= 0.5
        else:
            for day in days[start : start + away]:
                marks[day] = code + code
            to_miss -= away
    for _ in range(dice.number(0, 8)):
        day = dice.pick(days)
        if marks[day] == PRESENT:
            marks[day] = "L\\"
    return marks


def suspend(year: SchoolYear, marks: list[str], start: int, sessions: int, *, afternoon: bool) -> int:
    """Mark ``sessions`` as suspended from the school day with number ``start`` on; return the last day's index."""
    sessions += afternoon
    whole_days, half_day = divmod(sessions, 2)
    days = year.school_days[start : start + whole_days + half_day]
    for day in days:
        marks[day] = SUSPENDED * 2
    if afternoon:
        marks[days[0]] = PRESENT[0] + SUSPENDED
    if half_day:
        marks[days[-1]] = marks[days[-1]][0] + PRESENT[1]
    return days[-1]


def totals(year: SchoolYear, marks: str) -> dict[str, str]:
    """Count a string of marks into the four totals of ``YearData``, in their order."""
    meanings = marks.translate(year.meanings)
    attended, authorised, unauthorised = meanings.count("a"), meanings.count("l"), meanings.count("u")
    return {
        "SessionsPossible": str(attended + authorised + unauthorised),
        "SessionsAuthorised": str(authorised),
        "SessionsAttended": str(attended),
        "SessionsUnauthorised": str(unauthorised),
    }


def _closed_days(began: int) -> frozenset[date]:
    """Holidays in outline: half terms, two weeks at Christmas and in spring, a bank holiday, training days."""

    def days(first: date, count: int) -> list[date]:
        return [first + timedelta(days=day) for day in range(count)]

    return frozenset(
        days(date(began, 9, 1), 2)
        + days(_monday(date(began, 10, 22)), 7)
        + days(_monday(date(began, 12, 19)), 14)
        + days(_monday(date(began + 1, 2, 12)), 7)
        + days(_monday(date(began + 1, 4, 1)), 14)
        + days(_monday(date(began + 1, 5, 1)), 1)
        + days(_monday(date(began + 1, 5, 25)), 7)
        + days(date(began + 1, 7, 22), 10)
    )


def _monday(day: date) -> date:
    """The first Monday that isn't before ``day``."""
    return day + timedelta(days=-day.weekday() % 7)


def _meanings(began: int) -> dict[int, str]:
    letters = {"attending": "a", "approved activity": "a", "authorised absence": "l", "unauthorised absence": "u"}
    codes = [code for code in code_set("attendance") if code.is_valid(began)]
    return {ord(code.code[0]): letters.get(code.group, "-") for code in codes}
