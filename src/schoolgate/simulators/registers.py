"""Registers of a made-up school: two sessions a day, marks that are missing, corrected, late, or in no one's list."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias
from zoneinfo import ZoneInfo

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.samples.dice import Dice, slots

if TYPE_CHECKING:
    from schoolgate.simulators.population import Population, SimPupil

Session: TypeAlias = Literal["AM", "PM"]
MarkKey: TypeAlias = tuple[str, date, Session]
"""A pupil's GUID, a day, a session."""

SESSIONS: tuple[Session, Session] = ("AM", "PM")
STARTS = {"AM": time(8, 50), "PM": time(13, 5)}
ENDS = {"AM": time(12, 0), "PM": time(15, 15)}
_TAKEN = {"AM": time(9, 12), "PM": time(13, 24)}
_PRESENT = {"AM": "/", "PM": "\\"}
_LONDON = ZoneInfo("Europe/London")
_ABSENCES = slots(
    {"I": 44, "N": 20, "M": 12, "I02": 5, "C": 5, "G": 5, "O": 4, "R": 2, "X01": 2, "B03": 2, "V": 3, "Q07": 2}
)
_REASONS_FOUND = slots({"I": 55, "I02": 10, "M": 18, "O": 12, "G": 5}, 100)
_SPELLS = slots({1: 60, 2: 22, 3: 10, 5: 8}, 100)
_RARE = {1: "X01", 3: "Q07", 6: "B03"}
"""On which of ten school days somebody has which of the school's own codes: however small the school, all are met."""
_DAYS_TO_CORRECT = 5


@dataclass(frozen=True, slots=True)
class SimMark:
    """One session of one pupil. `code` is the school's own; empty is a session for which nobody made a mark (yet)."""

    code: str
    changed: datetime
    """UTC."""
    minutes_late: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SimCode:
    """An attendance code of the school's; `statutory` is empty where nobody said what it counts as."""

    code: str
    description: str
    statutory: str


OWN_CODES = (
    SimCode("X01", "Not of compulsory age, part time", "X"),
    SimCode("I02", "Illness, note seen", "I"),
    SimCode("B03", "Off site at the partner school", "B"),
    SimCode("Q07", "Forest school", ""),
)
"""Three characters, as SIMS 8 has them without a sub-code; the last has no meaning outside the school."""


def codes(academic_year: int) -> tuple[SimCode, ...]:
    """What the school can mark in a year: the statutory codes and its own."""
    lines = [line for line in code_set("attendance") if line.is_valid(academic_year)]
    return (*(SimCode(line.code, line.label, line.code) for line in lines), *OWN_CODES)


def take(school: "Population", dice: Dice) -> None:
    """Mark everybody on roll on the day being lived. Now and then a whole year group's register is forgotten."""
    day, pupils = school.lived, school.current
    taken = {session: utc(day, _TAKEN[session]) for session in SESSIONS}
    present = {session: SimMark(_PRESENT[session], taken[session]) for session in SESSIONS}
    forgotten = dice.pick(pupils).year_group if pupils and school.days % 6 == 5 else ""
    rare = _RARE.get(school.days % 10)
    if pupils and rare:
        school.planned[dice.pick(pupils).guid, day, "AM"] = rare
    for pupil in pupils:
        usual = dice.chance(0.93)
        if not usual:
            _plan(school, pupil, dice)
        for session in SESSIONS:
            key = (pupil.guid, day, session)
            code = school.planned.pop(key, "")
            if session == "PM" and pupil.year_group == forgotten:
                school.mark(key, SimMark("", taken[session]))
            elif code:
                school.mark(key, _mark(code, taken[session], dice))
            elif not usual and dice.chance(0.1):
                school.mark(key, SimMark("", taken[session]))
            else:
                school.mark(key, present[session])


def correct(school: "Population", dice: Dice) -> None:
    """Fill in some marks of the days before that are missing, and replace what had no reason yet."""
    for days in range(1, _DAYS_TO_CORRECT + 1):
        day = school.lived - timedelta(days=days)
        for pupil in school.current:
            for session in SESSIONS:
                mark = school.marks.get((pupil.guid, day, session))
                if mark is None or mark.code not in {"", "N"} or not dice.chance(0.3):
                    continue
                found = dice.pick(_REASONS_FOUND) if mark.code else _PRESENT[session]
                comment = "Reason given by telephone" if mark.code and dice.chance(0.3) else ""
                moment = school.moment(dice, 10, 15)
                school.mark((pupil.guid, day, session), replace(mark, code=found, comment=comment, changed=moment))


def correct_one(school: "Population", dice: Dice, moment: datetime) -> None:
    """Replace one mark of the last days by another."""
    newest = [key for key in school.marks if key[1] > school.lived - timedelta(days=_DAYS_TO_CORRECT)]
    if newest:
        key = dice.pick(newest)
        code = "M" if school.marks[key].code == "I" else "I"
        school.mark(key, SimMark(code, moment, comment="Corrected"))


def suspend(school: "Population", pupil: "SimPupil", first: date, afternoon: bool, sessions: int) -> date:
    """Plan the marks of a suspension from the school day `first` on; give its last day."""
    days = [first, *islice(school.school_days(first), sessions)]
    places = [(day, session) for day in days for session in SESSIONS][afternoon : afternoon + sessions]
    school.planned |= {(pupil.guid, day, session): "E" for day, session in places}
    return places[-1][0]


def _plan(school: "Population", pupil: "SimPupil", dice: Dice) -> None:
    """Make up why a pupil is not simply present today, and for how long."""
    today = school.lived
    share = dice.random()
    if share < 0.25:
        session = dice.pick(SESSIONS)
        school.planned.setdefault((pupil.guid, today, session), "L" if share < 0.2 else "U")
    elif share < 0.35:
        school.planned.setdefault((pupil.guid, today, dice.pick(SESSIONS)), "M")
    else:
        code = dice.pick(_ABSENCES)
        days = [today, *islice(school.school_days(today), dice.pick(_SPELLS) - 1)]
        for day in days:
            for session in SESSIONS:
                school.planned.setdefault((pupil.guid, day, session), code)


def _mark(code: str, taken: datetime, dice: Dice) -> SimMark:
    if code not in {"L", "U"}:
        return SimMark(code, taken)
    late = dice.number(2, 20) if code == "L" else dice.number(35, 90)
    return SimMark(code, taken + timedelta(minutes=late), late)


def utc(day: date, wall: time) -> datetime:
    """The moment of a wall time in London."""
    return datetime.combine(day, wall, _LONDON).astimezone(UTC)
