"""What time leaves in a pupil's record: schools, meals, needs, registers, suspensions, results."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.samples.dice import Dice, slots
from schoolgate.documents.samples.places import Phase, school_name
from schoolgate.documents.samples.school import School
from schoolgate.documents.samples.school_year import SchoolYear, opening, register, suspend, totals

_NEEDS = slots(
    {"SLCN": 24, "SEMH": 22, "MLD": 14, "SPLD": 14, "ASD": 14, "PD": 3, "HI": 2, "VI": 1, "OTH": 4, "NSA": 2}
)
_SEVERE_NEEDS = slots({"ASD": 36, "SLCN": 18, "SEMH": 16, "SLD": 12, "PMLD": 5, "PD": 6, "MLD": 5, "MSI": 1, "HI": 1})
_REASONS = {"DB": 40, "PP": 18, "VA": 15, "PA": 6, "VP": 4, "DM": 4, "DA": 4, "RA": 2, "BU": 1, "TH": 1, "SM": 1}
_REASONS_OF_SOME_YEARS = {"OT": 15, "OW": 2, "MT": 1, "LG": 1, "VR": 3, "CB": 4, "MP": 2}
_SUSPENDED_SESSIONS = slots({1: 8, 2: 34, 3: 12, 4: 18, 6: 12, 10: 14, 20: 2}, 100)
_REASON_COUNTS = (1, 1, 1, 1, 2, 2, 3)
_GRADES = slots({"EXS": 52, "GDS": 22, "WTS": 22, "PK4": 2, "HNM": 2}, 100)
_NO_TESTS = frozenset({2020, 2021})
"""The summers without national tests."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A pupil's way to and through this school. Years are academic ones, by the year they begin in."""

    year_group: int
    began: int
    """The year of the sample."""
    entry_year: int
    """In which this school was entered."""
    entered: date
    joined: int
    """The first day of this year's register."""
    regular: bool
    """Entered with the others of the year, at the start of the phase."""

    @property
    def first_school_year(self) -> int:
        """The year of Reception, or the entry of those who are not there yet."""
        return self.began - self.year_group if self.year_group > 0 else self.entry_year


def birth(began: int, year_group: int) -> int:
    """Return the ordinal of the first day on which a child of ``year_group`` can be born (0 is Reception)."""
    return date(began - 5 - year_group, 9, 1).toordinal()


def make_stay(dice: Dice, phase: Phase, year: SchoolYear, year_group: int, today: date) -> Stay:
    """Decide when a pupil came: most with their year, some later, a few in the middle of this academic year."""
    years_here = year_group - phase.years[0]
    share, way = dice.random(), dice.random()
    day = year.school_days[int(way * len(year.school_days))]
    if share >= 0.98 and day <= year.index(today):
        return Stay(year_group, year.began, year.began, year.first_day + timedelta(days=day), day, regular=False)
    late = 0.86 <= share < 0.98 and years_here > 0
    entry_year = year.began - (int(way * years_here) if late else years_here)
    return Stay(year_group, year.began, entry_year, opening(entry_year), 0, regular=not late)


def soon_after_entry(dice: Dice, stay: Stay) -> str:
    """Return a day in the first year here; for who came this year the day of entry, which is never to come."""
    days = dice.number(0, 280)
    return (stay.entered + timedelta(days=days if stay.entry_year < stay.began else 0)).isoformat()


def free_meals(dice: Dice, stay: Stay) -> dict[str, Any]:
    """Make a history of free meals, of which the last instance is mostly open."""
    instance = {"FSMstartDate": soon_after_entry(dice, stay), "UKcountry": "ENG"}
    if not dice.chance(0.12):
        return {"FSMinstance": [instance]}
    earlier = {
        "FSMstartDate": f"{stay.entry_year - 1}-09-04",
        "FSMendDate": f"{stay.entry_year}-07-20",
        "UKcountry": "ENG",
    }
    return {"FSMinstance": [earlier, instance]}


def special_needs(dice: Dice, stay: Stay, *, special_school: bool, boy: bool) -> dict[str, Any] | None:
    """Make the history of special educational needs: 18 in 100 have them, all at a special school."""
    share = 0.0 if special_school else dice.random() / (1.35 if boy else 0.65)
    if share > 0.18:
        return None
    has_plan = share < 0.046
    history = [{"StartDate": soon_after_entry(dice, stay), "SENprovision": "E" if has_plan else "K"}]
    if has_plan and stay.entry_year > stay.first_school_year and dice.chance(0.5):
        first = opening(stay.first_school_year).isoformat()
        history.insert(0, {"StartDate": first, "EndDate": history[0]["StartDate"], "SENprovision": "K"})
    kinds = _SEVERE_NEEDS if has_plan else _NEEDS
    needs = list(dict.fromkeys(dice.pick(kinds) for _ in range(dice.number(1, 2))))
    return {
        "SEN": history,
        "SENneeds": [{"SENtypeRank": str(rank), "SENtype": need} for rank, need in enumerate(needs, start=1)],
    }


def school_life(dice: Dice, school: School, stay: Stay) -> dict[str, Any]:
    """Make attendance, exclusions, results and schools, in the order of the file."""
    year, until = school.year, school.year.index(school.today)
    absent = 0.08 * dice.random() if dice.chance(0.88) else 0.12 + 0.14 * dice.random()
    marks = register(year, dice, attendance=1 - absent)
    exclusions = _exclusions(dice, school, stay, marks, until)
    life: dict[str, Any] = {}
    if years := _attendance(dice, school, stay, marks[stay.joined : max(until + 1, 0)]):
        life["Attendance"] = years
    if exclusions:
        life["Exclusions"] = exclusions
    if results := _results(dice, year.began, stay.year_group):
        life["StageAssessments"] = results
    life["SchoolHistory"] = _schools(dice, school, stay)
    return life


def _attendance(dice: Dice, school: School, stay: Stay, marks: list[str]) -> list[dict[str, Any]]:
    place = {"LEA": school.la, "Estab": school.number, "SchoolName": school.name}
    years: list[dict[str, Any]] = []
    if stay.entry_year < school.year.began:
        missed, unauthorised = dice.number(0, 34), dice.number(0, 9)
        years.append(
            {
                "Year": str(school.year.began - 1),
                **place,
                "SessionsPossible": "380",
                "SessionsAuthorised": str(missed),
                "SessionsAttended": str(380 - missed - unauthorised),
                "SessionsUnauthorised": str(unauthorised),
            }
        )
    if marks:
        text = "".join(marks)
        started = {"AttendanceStartDate": school.year.iso(stay.joined), "AttendanceMarks": text}
        years.append({"Year": str(school.year.began), **place, **totals(school.year, text), "AttendSessions": started})
    return years


def _exclusions(dice: Dice, school: School, stay: Stay, marks: list[str], until: int) -> list[dict[str, Any]]:
    """Suspend some, at most once a term, and write it into their registers; what is to come is left out."""
    if not dice.chance(0.055 if stay.year_group >= 7 else 0.008):
        return []
    year = school.year
    term = len(year.school_days) // 3
    made: list[dict[str, Any]] = []
    for number in range(3):
        start, sessions = number * term + dice.number(0, term - 12), dice.pick(_SUSPENDED_SESSIONS)
        afternoon = dice.chance(0.3)
        reasons = list(dict.fromkeys(dice.pick(_reasons(year.began)) for _ in range(dice.pick(_REASON_COUNTS))))
        first = year.school_days[start]
        if not stay.joined <= first <= until or (made and dice.chance(0.5)):
            continue
        last = suspend(year, marks, start, sessions, afternoon=afternoon)
        made.append(
            {
                "Category": "SUSP" if year.began >= 2020 else "FIXD",
                "Reasons": reasons[: school.reasons],
                "StartDate": year.iso(first),
                "EndDate": year.iso(last),
                "SchoolDays": f"{sessions / 2:.6f}",
                "StartTime": "PM" if afternoon else "AM",
            }
        )
    return made


@cache
def _reasons(began: int) -> tuple[str, ...]:
    known, weights = code_set("exclusion_reason"), _REASONS | _REASONS_OF_SOME_YEARS
    return slots({code: weight for code, weight in weights.items() if known.is_valid(code, began)})


def _results(dice: Dice, began: int, year_group: int) -> list[dict[str, Any]]:
    """Phonics of Year 1 and key stage 2 of Year 6, where there were tests that summer (reference 4.9)."""
    stages: list[dict[str, Any]] = []
    phonics, key_stage_2 = began - year_group + 2, began - year_group + 7
    if year_group > 1 and phonics not in _NO_TESTS:
        outcome = "Wa" if dice.chance(0.8) else "Wt"
        stages.append({"Stage": "KS1", "StageAssessment": [_result(phonics, "ENG", "TT", "NY", outcome)]})
    if year_group > 6 and key_stage_2 not in _NO_TESTS:
        scaled = max(80, min(120, round(104 + 24 * (dice.random() + dice.random() - 1))))
        results = [_result(key_stage_2, "MAT", "TT", "NB", str(scaled))]
        results += [_result(key_stage_2, subject, "TA", "NC", dice.pick(_GRADES)) for subject in ("ENG", "SCI")]
        stages.append({"Stage": "KS2", "StageAssessment": results})
    return stages


def _result(year: int, subject: str, method: str, qualifier: str, result: str) -> dict[str, str]:
    return {
        "Locale": "ENG",
        "Year": str(year),
        "Subject": subject,
        "Method": method,
        "ResultStatus": "R",
        "ResultQualifier": qualifier,
        "Result": result,
        "ResultDate": f"{year}-07-08",
    }


def _schools(dice: Dice, school: School, stay: Stay) -> list[dict[str, str]]:
    """The way through schools, oldest first."""
    schools: list[dict[str, str]] = []
    first_day = opening(stay.first_school_year)
    if stay.entered > first_day:
        number = str(2000 + (int(school.number) * 2 + dice.number(0, 1)) % 1900)
        schools.append(
            {
                "LEA": school.la,
                "Estab": number,
                "SchoolName": school_name(school.la, number),
                "EntryDate": first_day.isoformat(),
                "LeavingDate": school.year.iso(stay.joined - 1) if stay.joined else f"{stay.entry_year}-07-21",
                "LeavingReason": "PM" if stay.regular else "IM",
            }
        )
    here = {"LEA": school.la, "Estab": school.number, "SchoolName": school.name}
    schools.append({**here, "EntryDate": stay.entered.isoformat(), "LastSchool": "true"})
    return schools
