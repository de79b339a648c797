"""A scheduled task in a sentence: "Every Thursday 18:30 in term, changed data, 41 schools" (SCREENS 5.3)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import Data, ScheduledTask, Sources, TransferType
from schoolgate.commons.schedules.rules import Monthly, Once, Rule, Weekly, instant_of, reading

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORKING_DAYS = frozenset(range(5))
A_YEAR_AND_A_BIT = timedelta(days=400)

DATA_WORDS = {
    Data.SNAPSHOT: "a snapshot",
    Data.CHANGED: "changed data",
    Data.ATTENDANCE: "attendance",
    Data.ATTAINMENT: "attainment",
}


def when(rule: Rule, *, in_term: bool = False, all_dates: bool = False) -> str:
    """Every Thursday 18:30 in term. That it began in the past is said with `all_dates` only."""
    told = f"{_days(rule)} {rule.at:%H:%M}"
    if rule.every_minutes:
        told += f", again every {_minutes(rule.every_minutes)}"
        told += f" until {rule.until:%H:%M}" if rule.until else ""
    if in_term:
        told += " in term"
    if rule.first and not isinstance(rule, Once) and (all_dates or rule.first > timezone.localdate()):
        told += f" from {_day(rule.first)}"
    if rule.last:
        told += f"{', and' if rule.until else ''} until {_day(rule.last)}"
    return told


BACK = "what was changed here goes back to the school"


def sentence(
    rule: Rule,
    data: str,
    schools: int | None,
    *,
    in_term: bool = False,
    filters: str = "",
    transfer_type: str = TransferType.EXPORT_FROM_SCHOOL,
) -> str:
    """When, what, and of how many schools; None leaves these out, for a school that is told of itself."""
    what = {
        TransferType.EXPORT_FROM_SCHOOL: DATA_WORDS[Data(data)],
        TransferType.IMPORT_TO_SCHOOL: BACK,
        TransferType.TWO_WAY: f"{DATA_WORDS[Data(data)]}, {BACK}",
    }[TransferType(transfer_type)]
    whose = (
        "no school yet" if schools == 0 else "1 school" if schools == 1 else f"{schools:,} schools" if schools else ""
    )
    return ", ".join(filter(None, [when(rule, in_term=in_term), what, filters, whose]))


def starts_at_migration(schools: int) -> str:
    """What is said of the schools in a task that it waits for, since they are on SIMS 7 still; empty for none."""
    if not schools:
        return ""
    return f"It starts at migration for {'1 school' if schools == 1 else f'{schools:,} schools'} still on SIMS 7."


def sources_words(task: ScheduledTask, base: Base | None = None) -> str:
    """How the schools of a task, or this one, are collected by it; the cloud stands for an API."""
    if task.sources == Sources.FILES:
        return "Files"
    return "☁ starts at migration" if base is not None and not base.is_collected else "☁ API"


def data_words(task: ScheduledTask, systems: Collection[str] = ()) -> str:
    """Data Filter Details; of SIMS Primary there is changed attendance only (seed). `systems` are its schools'."""
    if not task.takes:
        return "Changed here, to school"
    if task.data != Data.ATTENDANCE or task.sources != Sources.API:
        return Data(task.data).label
    return f"Attendance Changed Data{' (SIMS Primary)' if 'sims-primary' in systems else ''}"


def filters_in_words(task: ScheduledTask) -> str:
    """Which pupils, where not all; empty for all."""
    years = [f"year {year}" if year.isdigit() else year for year in task.nc_years]
    told = [
        "looked after children only" if task.looked_after else "",
        f"only {' and '.join(years)}" if years else "",
        "with leavers" if task.leavers else "",
    ]
    return ", ".join(filter(None, told))


def clock_notes(rule: Rule, today: date) -> list[str]:
    """What happens on the next nights on which the clocks change, where the time does not exist then or comes twice."""
    notes: dict[str, str] = {}
    for day in rule.days_from(today):
        if day - today > A_YEAR_AND_A_BIT:
            break
        how_often = reading(day, rule.at)
        on = f"On {day:%A} {day.day} {day:%B %Y}"
        if how_often == "never":
            begins = timezone.localtime(instant_of(day, rule.at))
            text = f"{on} the clocks go forward and there is no {rule.at:%H:%M}: that run begins at {begins:%H:%M}."
            notes.setdefault(how_often, text)
        elif how_often == "twice":
            text = f"{on} the clocks go back and {rule.at:%H:%M} comes twice: that run begins the first time."
            notes.setdefault(how_often, text)
    return list(notes.values())


def moment(at: datetime) -> str:
    """Thu 26 Nov 18:30; with the year when it is another one."""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime().year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def _days(rule: Rule) -> str:
    match rule:
        case Once(on=day):
            return f"Once, {_day(day)}"
        case Weekly(days=days) if days == frozenset(range(7)):
            return "Every day"
        case Weekly(days=days) if days == _WORKING_DAYS:
            return "Every day Monday to Friday"
        case Weekly(days=days):
            return f"Every {' and '.join(_DAYS[day] for day in sorted(days))}" if days else "Never"
        case Monthly(day=day):
            return f"Every month on the {_ordinal(day)},"
    return "By a rule of a newer version"


def _ordinal(day: int) -> str:
    """31st; a month that is shorter has its last day instead."""
    ending = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _minutes(number: int) -> str:
    hours, rest = divmod(number, 60)
    if rest or not hours:
        return f"{number} minutes"
    return "hour" if hours == 1 else f"{hours} hours"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
