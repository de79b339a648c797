"""Registers, one a year and school (reference 4.8): totals, and two marks for each calendar day from a first one on.

A school may also tell of registers of a school before it. They stay with the enrolment of the school that tells, so
that nobody's own marks are written over.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, NAME, NUMBER, TEXT, Events, Fields, Value
from schoolgate.documents.codes.code_sets import NO_MARK, code_set
from schoolgate.documents.students.entries import Record

MOST_DAYS = 499
"""The days that a string of marks can hold: 999 characters."""

MOST_SESSIONS = 999
"""What a total can say (reference 4.8)."""

_NO_MARKS = NO_MARK * 2
_TOTALS = {
    "attending": "SessionsAttended",
    "approved activity": "SessionsAttended",
    "authorised absence": "SessionsAuthorised",
    "unauthorised absence": "SessionsUnauthorised",
}


def _days(marked: Record) -> dict[date, str]:
    """The two marks of each day; without the days that have none. Empty for what cannot be laid on a calendar."""
    try:
        first = date.fromisoformat(marked["AttendanceStartDate"])
        marks = marked["AttendanceMarks"]
        days = {first + timedelta(days=place): marks[2 * place : 2 * place + 2] for place in range(len(marks) // 2)}
    except (KeyError, ValueError, OverflowError):
        return {}
    return {day: both for day, both in days.items() if both != _NO_MARKS}


def _marked(days: dict[date, str]) -> Record:
    first, last = min(days), max(days)
    calendar = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return {
        "AttendanceStartDate": first.isoformat(),
        "AttendanceMarks": "".join(days.get(day, _NO_MARKS) for day in calendar),
    }


def _over(held: str, incoming: str) -> str:
    """Two marks over two others: no mark takes none away."""
    return "".join(ours if theirs == NO_MARK else theirs for ours, theirs in zip(held, incoming, strict=True))


@dataclass(frozen=True, slots=True)
class Marks(Fields):
    """Marks from a day on. Incoming ones are laid over the held ones; where no mark is said the held one stays."""

    def normal(self, value: Value) -> Value:
        """Days without marks at the beginning and end do not count, nor do marks that no calendar takes."""
        days = _days(value)
        return _marked(days) if days else {}

    def join(self, held: Value, incoming: Value) -> Value:
        ours, theirs = _days(held), _days(incoming)
        if not theirs:
            return held
        if not ours:
            return incoming
        for day, marks in theirs.items():
            ours[day] = _over(ours.get(day, _NO_MARKS), marks)
        if (max(ours) - min(ours)).days >= MOST_DAYS:
            return incoming
        return Fields.join(self, held, _marked(ours))

    def lacks(self, held: Value, incoming: Value) -> bool:
        theirs = _days(incoming)
        return any(_over(marks, theirs.get(day, _NO_MARKS)) != theirs.get(day) for day, marks in _days(held).items())


@dataclass(frozen=True, slots=True)
class Register(Fields):
    """One year's register at a school."""

    def fill(self, held: Record, incoming: Record) -> Record:
        """Totals that count no more than the incoming marks become the totals of all marks."""
        joined = Fields.fill(self, held, incoming)
        counted = totals(incoming)
        if "AttendSessions" in held and counted and all(incoming.get(name) == text for name, text in counted.items()):
            joined |= totals(joined)
        return joined


def days_apart(one: Record, other: Record) -> list[date]:
    """The days for which two registers have other marks for the same session; no mark contradicts none."""
    ours, theirs = (_days(register.get("AttendSessions", {})) for register in (one, other))
    return [
        day
        for day in sorted(ours.keys() & theirs.keys())
        if _over(ours[day], theirs[day]) != _over(theirs[day], ours[day])
    ]


def totals(register: Record) -> Record:
    """Count a register's marks into its four totals, as the document names them; empty when it has no marks."""
    year, marks = register.get("Year", ""), register.get("AttendSessions", {}).get("AttendanceMarks", "")
    if not marks or not year.isdecimal():
        return {}
    counts = dict.fromkeys(("SessionsPossible", *_TOTALS.values()), 0)
    meanings = _meanings(int(year))
    for mark in set(marks) & meanings.keys():
        counts[meanings[mark]] += marks.count(mark)
        counts["SessionsPossible"] += marks.count(mark)
    return {name: str(count) for name, count in counts.items()}


@cache
def _meanings(academic_year: int) -> dict[str, str]:
    """Which total a mark counts into. Codes of two characters stand there as their first (reference 4.8)."""
    codes = (code for code in code_set("attendance") if code.is_valid(academic_year) and code.group in _TOTALS)
    return {code.code[0]: _TOTALS[code.group] for code in codes}


def can_be_held(register: Record) -> bool:
    """Whether a register says of which year and school it is, and its totals and first day are such.

    In our own schemas (reference 4.8) it always does; in one that an operator added it may not.
    """
    year, la, school = (register.get(name, "") for name in ("Year", "LEA", "Estab"))
    counts = [register[name] for name in ("SessionsPossible", *_TOTALS.values()) if name in register]
    first_day = register.get("AttendSessions", {}).get("AttendanceStartDate")
    try:
        date.fromisoformat(first_day or "2000-01-01")
    except ValueError:
        return False
    return (year.isdecimal(), len(year), len(la), len(school)) == (True, 4, 3, 4) and all(
        count.isdecimal() and int(count) <= MOST_SESSIONS for count in counts
    )


def two_a_session(marks: str) -> str:
    """Marks as a document has them, one character a session, in the two that each takes when held."""
    return f"{' '.join(marks)} " if marks else ""


def one_a_session(held: str) -> str:
    """Marks as held, two characters a session, in the one that a document has room for."""
    return held[::2]


ATTENDANCE = DataGroup(
    number=33,
    name="attendance",
    label="Attendance",
    of="enrolment",
    items=(
        Item(
            "Attendance",
            Events(
                Register(
                    {
                        "Year": TEXT,
                        "LEA": TEXT,
                        "Estab": TEXT,
                        "URN": TEXT,
                        "SchoolName": NAME,
                        "SessionsPossible": NUMBER,
                        "SessionsAttended": NUMBER,
                        "SessionsAuthorised": NUMBER,
                        "SessionsUnauthorised": NUMBER,
                        "AttendSessions": Marks({"AttendanceStartDate": DATE, "AttendanceMarks": TEXT}),
                    }
                ),
                keys=(("Year", "LEA", "Estab"),),
            ),
        ),
    ),
)
