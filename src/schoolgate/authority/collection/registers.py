"""Marks of single sessions, laid on the calendar: the registers of one pupil, as a student file has them."""

from datetime import date, timedelta
from typing import Literal

from schoolgate.authority.records.groups.attendance import totals
from schoolgate.documents.codes.code_sets import NO_MARK, academic_year_of
from schoolgate.documents.students.entries import Record

_SESSIONS = ("AM", "PM")
_LONGEST_YEAR = 366


class Registers:
    """The marks of one pupil at one school: two characters a day in a row of bytes for each academic year."""

    def __init__(self) -> None:
        self._years: dict[int, bytearray] = {}

    def put(self, day: date, session: Literal["AM", "PM"], mark: str) -> None:
        """Enter a mark, one character; of a session that comes twice the last one stands."""
        year = academic_year_of(day.year, day.month)
        marks = self._years.setdefault(year, bytearray(NO_MARK.encode() * (2 * _LONGEST_YEAR)))
        marks[2 * (day - _first_day(year)).days + _SESSIONS.index(session)] = ord(mark)

    def year_data(self, la: str, school: str) -> list[Record]:
        """One register a year from the first marked day to the last, with totals; days between may have no marks."""
        return [self._register(year, marks, la, school) for year, marks in sorted(self._years.items())]

    def _register(self, year: int, marks: bytearray, la: str, school: str) -> Record:
        text = marks.decode("ascii")
        marked = [place // 2 for place, mark in enumerate(text) if mark != NO_MARK]
        first, last = marked[0], marked[-1]
        register: Record = {
            "Year": str(year),
            "LEA": la,
            "Estab": school,
            "AttendSessions": {
                "AttendanceStartDate": (_first_day(year) + timedelta(days=first)).isoformat(),
                "AttendanceMarks": text[2 * first : 2 * last + 2],
            },
        }
        return {**register, **totals(register)}


def _first_day(year: int) -> date:
    return date(year, 8, 1)
