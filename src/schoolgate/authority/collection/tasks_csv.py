"""Reading a list of scheduled tasks as it leaves the old product.

INFERRED: no export of the old product's tasks is known, so the columns are ours, named by its screens' words (reference
9.2); docs/reference/tasks-csv.md is their table. Nothing is guessed: what is not right is said with its line and its
column, and the other lines stand.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import TypeVar

from schoolgate.authority.bases.schools_csv import NO, YES, clean_cell, notes_of, school_numbers
from schoolgate.authority.collection.models import Data, Owner, Phase, Sources, TransferType
from schoolgate.authority.exchange.sending_back import SENT_OF_PUPILS
from schoolgate.commons.csv_lists import BROKEN, MEGABYTE, CsvColumn, CsvLine, CsvRefused, read_csv
from schoolgate.commons.schedules.rules import MINUTES_OF_A_DAY, WEEK, Monthly, Once, Rule, Weekly
from schoolgate.documents.codes.code_sets import code_set

T = TypeVar("T")

MOST_BYTES = 2 * MEGABYTE
MOST_LINES = 10_000
LONGEST_NAME = 100
LONGEST_FOLDER = 200

COLUMNS = (
    CsvColumn("Task Name", ("task", "name"), required=True),
    CsvColumn("LA No.", ("la", "la number", "lea", "lea no")),
    CsvColumn("School No.", ("school number", "estab", "estab no", "establishment number", "base no")),
    CsvColumn("DfE No.", ("dfe", "dfe number", "laestab")),
    CsvColumn("Owner"),
    CsvColumn("Transfer Type"),
    CsvColumn("Data Filter Details", ("data filter", "data"), required=True),
    CsvColumn("Phase", required=True),
    CsvColumn("When", ("schedule", "frequency"), required=True),
    CsvColumn("Days", ("weekdays", "days of the week")),
    CsvColumn("Day", ("day of the month",)),
    CsvColumn("Start Date"),
    CsvColumn("Start Time", required=True),
    CsvColumn("Repeat Minutes", ("again every", "repeat every")),
    CsvColumn("Until", ("repeat until",)),
    CsvColumn("Expiry Date", ("expires",)),
    CsvColumn("In Term Only", ("in term",)),
    CsvColumn("NC Years", ("nc year", "national curriculum years")),
    CsvColumn("Looked After", ("looked after children only",)),
    CsvColumn("Leavers"),
    CsvColumn("Groups to Send", ("data groups", "data groups to send")),
    CsvColumn("Folder", ("attainment folder",)),
    CsvColumn("Active"),
    CsvColumn("Locked"),
)

RHYTHMS = ONCE, WEEKLY, MONTHLY = "Once", "Weekly", "Monthly"
OWNERS = {"LA": Owner.LA, "School": Owner.SCHOOL}
TRANSFER_TYPES = {
    "Export from School": TransferType.EXPORT_FROM_SCHOOL,
    "Import to School": TransferType.IMPORT_TO_SCHOOL,
    "Two-way": TransferType.TWO_WAY,
    "Import to School (SIMS 7 only)": TransferType.IMPORT_TO_SCHOOL,
    "Two-way (SIMS 7 only)": TransferType.TWO_WAY,
}
ATTENDANCE_OF_APIS = "Attendance Changed Data (SIMS Primary)"
DATA = {
    "Snapshot Data": Data.SNAPSHOT,
    "Changed Data": Data.CHANGED,
    "Attendance Data": Data.ATTENDANCE,
    "Attainment Data": Data.ATTAINMENT,
    ATTENDANCE_OF_APIS: Data.ATTENDANCE,
}
PHASES = {"1": Phase.ONE, "2": Phase.TWO, "Phase 1": Phase.ONE, "Phase 2": Phase.TWO}
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_TIMES = ("%H:%M", "%H.%M", "%H:%M:%S")


@dataclass(frozen=True)
class TaskLine:
    """One task of the list, of one school. `number_in_file` counts from 1 as an editor does.

    `faults` empty: it can be used, and has a `rule`. `sources` is as in a `Wish`: told of attendance only.
    """

    number_in_file: int
    name: str = ""
    la: str = ""
    school: str = ""
    owner: str = Owner.LA
    transfer_type: str = TransferType.EXPORT_FROM_SCHOOL
    data: str = ""
    sources: str = ""
    phase: int = Phase.TWO
    rule: Rule | None = None
    in_term: bool = False
    nc_years: tuple[str, ...] = ()
    looked_after: bool = False
    leavers: bool = False
    sent_groups: tuple[str, ...] = ()
    folder: str = ""
    active: bool = True
    locked: bool = False
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class TasksFile:
    """What stands in a list, and notes on how it was read."""

    lines: tuple[TaskLine, ...]
    notes: tuple[str, ...] = ()


def read_tasks(content: bytes) -> TasksFile:
    """Read a list of tasks (see `read_csv`). Raises CsvRefused, also when a heading is missing that is needed."""
    read = read_csv(content, COLUMNS, largest_bytes=MOST_BYTES, most_lines=MOST_LINES)
    if not ("DfE No." in read.known or {"LA No.", "School No."} <= read.known):
        raise CsvRefused("There are no columns “LA No.” and “School No.”, or “DfE No.” for both. Add them.")
    return TasksFile(tuple(map(_read_line, read.lines)), notes_of(read))


def _read_line(line: CsvLine) -> TaskLine:
    if line.broken:
        return TaskLine(line.number, faults=(BROKEN,))
    cells = _Cells(line)
    la, school = school_numbers(cells["DfE No."], cells["LA No."], cells["School No."], cells.faults)
    name = cells["Task Name"]
    if not name:
        cells.faults.append("Task Name is missing. Give the task one.")
    elif len(name) > LONGEST_NAME:
        cells.faults.append(f"Task Name is longer than {LONGEST_NAME} characters. Shorten it.")
    phase = cells.one_of("Phase", PHASES)
    data = cells.one_of("Data Filter Details", DATA)
    sources = ""
    if data == Data.ATTENDANCE:
        sources = Sources.API if _plain(cells["Data Filter Details"]) == _plain(ATTENDANCE_OF_APIS) else Sources.FILES
        if sources == Sources.API and phase == Phase.ONE:
            cells.faults.append(f"Phase cannot be 1: {ATTENDANCE_OF_APIS} is of Phase 2. Correct one of the two.")
    return TaskLine(
        number_in_file=line.number,
        name=name,
        la=la,
        school=school,
        owner=cells.one_of("Owner", OWNERS, Owner.LA) or "",
        transfer_type=cells.one_of("Transfer Type", TRANSFER_TYPES, TransferType.EXPORT_FROM_SCHOOL) or "",
        data=data or "",
        sources=sources,
        phase=phase or Phase.TWO,
        rule=_rule(cells),
        in_term=cells.yes("In Term Only"),
        nc_years=cells.several("NC Years", _nc_year, "year", "Write each, as R 1 2"),
        looked_after=cells.yes("Looked After"),
        leavers=cells.yes("Leavers"),
        folder=_folder(cells, data),
        sent_groups=cells.several("Groups to Send", _sent_group, "data group to send", "Write names, as addresses"),
        active=cells.yes("Active", if_empty=True),
        locked=cells.yes("Locked"),
        faults=tuple(cells.faults),
    )


def _folder(cells: "_Cells", data: str | None) -> str:
    """Where files with attainment lie; whether it can be read is seen when the list is carried out, and by each run."""
    text = cells["Folder"]
    if text and data not in {None, Data.ATTAINMENT}:
        cells.fault("Folder", "is for Attainment Data only. Empty it, or correct the data filter")
    elif len(text) > LONGEST_FOLDER:
        cells.fault("Folder", f"is longer than {LONGEST_FOLDER} characters. Shorten it")
    return text


def _rule(cells: "_Cells") -> Rule | None:
    """When it is due; None where that cannot be told."""
    before = len(cells.faults)
    rhythm = cells.one_of("When", {text: text for text in RHYTHMS})
    at, first, last = cells.time("Start Time", needed=True), cells.day("Start Date"), cells.day("Expiry Date")
    every, until = cells.number("Repeat Minutes", 1, MINUTES_OF_A_DAY - 1), cells.time("Until")
    days = frozenset(cells.several("Days", _weekday, "day of the week", "Write each, as Mon Thu"))
    day = cells.number("Day", 1, 31)
    if until and not every:
        cells.fault("Repeat Minutes", "is missing, and Until needs it. Fill it in, or empty Until")
    elif until and at and until < at:
        cells.fault("Until", "is before Start Time. Correct one of the two")
    if rhythm == ONCE and not first:
        cells.fault("Start Date", "is missing: a task that runs once needs its day")
    if rhythm == WEEKLY and not days:
        cells.fault("Days", "is missing: a weekly task needs its days, as Mon Thu")
    if rhythm == MONTHLY and not day:
        cells.fault("Day", "is missing: a monthly task needs its day of the month, 1 to 31")
    if rhythm != ONCE and first and last and last < first:
        cells.fault("Expiry Date", "is before Start Date. Correct one of the two")
    if len(cells.faults) > before or at is None:
        return None
    if rhythm == ONCE and first:
        return Once(at, first, every_minutes=every, until=until)
    if rhythm == MONTHLY and day:
        return Monthly(at, day, first=first, last=last, every_minutes=every, until=until)
    return Weekly(at, days, first=first, last=last, every_minutes=every, until=until)


class _Cells:
    """The cells of a line, read as what their columns hold; what cannot be is put into `faults`, a sentence each."""

    def __init__(self, line: CsvLine) -> None:
        self._line = line
        self.faults: list[str] = []

    def __getitem__(self, column: str) -> str:
        return clean_cell(self._line[column])

    def fault(self, column: str, what: str) -> None:
        self.faults.append(f"{column} {what}.")

    def not_read(self, column: str, what: str) -> None:
        self.fault(column, f"“{self[column][:20]}” {what}")

    def one_of(self, column: str, known: Mapping[str, T], if_empty: T | None = None) -> T | None:
        text = self[column]
        found = {_plain(name): value for name, value in known.items()}.get(_plain(text)) if text else if_empty
        if found is None:
            names = ", ".join(known)
            if text:
                self.not_read(column, f"is none of: {names}. Write one of them")
            else:
                self.fault(column, f"is missing. Write one of: {names}")
        return found

    def yes(self, column: str, *, if_empty: bool = False) -> bool:
        text = self[column].casefold()
        if text and text not in YES | NO:
            self.not_read(column, "is neither yes nor no. Write one of them, or leave it empty")
        return text in YES if text else if_empty

    def number(self, column: str, least: int, most: int) -> int | None:
        text = self[column].removesuffix(".0")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most):
            self.not_read(column, f"is no number from {least} to {most}. Correct it")
            return None
        return int(text)

    def day(self, column: str) -> date | None:
        text = self[column]
        found = _parsed(text, _DATES)
        if text and found is None:
            self.not_read(column, "is no day. Write it as 2026-11-19 or 19/11/2026")
        return found.date() if found else None

    def time(self, column: str, *, needed: bool = False) -> time | None:
        text = self[column]
        found = _parsed(text, _TIMES)
        if needed and not text:
            self.fault(column, "is missing. Write hours and minutes, as 18:30")
        elif text and (found is None or found.second):
            self.not_read(column, "is no time. Write hours and minutes, as 18:30")
            return None
        return found.time() if found else None

    def several(self, column: str, read: Callable[[str], T | None], what: str, advice: str) -> tuple[T, ...]:
        """What stands in a cell with several, each read by itself, in their order and each once."""
        found: list[T] = []
        for word in _words(self[column]):
            one = read(word)
            if one is None:
                self.fault(column, f"names no {what} by “{word[:20]}”. {advice}")
                return ()
            if one not in found:
                found.append(one)
        return tuple(found)


def _parsed(text: str, forms: Sequence[str]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  a day and a time on the clock
        except ValueError:
            continue
    return None


def _words(text: str) -> list[str]:
    """The parts of a cell that holds several: blanks, commas, semicolons and strokes stand between."""
    return [word for word in re.split(r"[\s,;/|+]+", text) if word and word.casefold() not in {"and", "year", "years"}]


def _weekday(word: str) -> int | None:
    said = word.casefold().rstrip(".")
    found = [number for number, day in enumerate(WEEK) if day.startswith(said)]
    return found[0] if len(said) > 1 and len(found) == 1 else None


def _sent_group(word: str) -> str | None:
    return next((group.name for group in SENT_OF_PUPILS if _plain(group.name) == _plain(word)), None)


def _nc_year(word: str) -> str | None:
    return _nc_years().get(word.casefold())


@cache
def _nc_years() -> Mapping[str, str]:
    years = [year for year in code_set("nc_year") if not year.historic]
    spelt = ((year.code, (year.code, f"Y{year.code}", f"Year{year.code}", year.label)) for year in years)
    return {spelling.casefold(): code for code, spellings in spelt for spelling in spellings}


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())
