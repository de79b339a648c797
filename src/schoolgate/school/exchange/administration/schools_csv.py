"""Many schools at once, from a CSV list: each line is one row, and one bad line never stops the others."""

import re
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.csv_lists import BROKEN, CsvColumn, CsvLine, CsvRefused, read_csv
from schoolgate.school.exchange.administration.schools import SchoolRefused, save_school
from schoolgate.school.exchange.models import Destination, School

COLUMNS = (
    CsvColumn("School Name", ("name", "school")),
    CsvColumn("LA No.", ("la", "la number", "source la")),
    CsvColumn("School No.", ("school number", "establishment number", "estab")),
    CsvColumn("DfE No.", ("dfe number", "dfes", "laestab", "base")),
    CsvColumn("Dest. LA No.", ("destination la", "destination", "dest la", "to")),
    CsvColumn("User Name", ("user", "account", "login")),
    CsvColumn("Password"),
)

PORTION = 100
"""Lines that are written together: a flush of the disk for each would take longer than all the rest."""

What = Literal["added", "changed", "as it was", "wrong"]


@dataclass(frozen=True)
class LineResult:
    """What became of one line: its number in the file, the school it names, and why it could not be taken."""

    line: int
    school: str
    what: What
    why: str = ""


@dataclass(frozen=True)
class ListResult:
    """What became of a whole list; `unknown` are the headings that mean nothing here."""

    lines: tuple[LineResult, ...]
    unknown: tuple[str, ...]

    @property
    def added(self) -> int:
        return self._count("added")

    @property
    def changed(self) -> int:
        return self._count("changed")

    @property
    def as_they_were(self) -> int:
        return self._count("as it was")

    def _count(self, what: What) -> int:
        return sum(line.what == what for line in self.lines)

    @property
    def wrong(self) -> list[LineResult]:
        return [line for line in self.lines if line.what == "wrong"]


def take_schools(content: bytes, *, by: User | None, request: HttpRequest | None = None) -> ListResult:
    """Add the schools of a CSV list and change those that are here; an empty password leaves the one that is set.

    The same list again changes nothing. Raises CsvRefused when the file as a whole cannot be used.
    """
    read = read_csv(content, COLUMNS)
    if not read.known & {"School No.", "DfE No."}:
        raise CsvRefused(
            "The first line must name the columns: School Name, LA No. and School No. (or DfE No. for both), and what "
            "else you know."
        )
    only_la = Destination.objects.values_list("la", flat=True)[:2]
    usual = only_la[0] if len(only_la) == 1 else ""
    taken: list[LineResult] = []
    seen: dict[tuple[str, ...], int] = {}
    for start in range(0, len(read.lines), PORTION):
        with transaction.atomic():
            portion = read.lines[start : start + PORTION]
            taken += [_take_once(line, seen, usual, by, request) for line in portion]
    return ListResult(tuple(taken), read.unknown)


def _take_once(
    line: CsvLine, seen: dict[tuple[str, ...], int], usual: str, by: User | None, request: HttpRequest | None
) -> LineResult:
    """A second line of a school and destination would quietly undo the first: it is not taken."""
    of_school = (*_numbers(line), line["Dest. LA No."] or usual)
    first = seen.setdefault(of_school, line.number)
    if first != line.number and all(of_school):
        why = f"Line {first} is of the same school and destination. Leave one of them."
        return LineResult(line.number, line["School Name"] or " ".join(of_school), "wrong", why)
    return _take(line, usual, by, request)


def _take(line: CsvLine, usual: str, by: User | None, request: HttpRequest | None) -> LineResult:
    if line.broken:
        return LineResult(line.number, "", "wrong", BROKEN)
    la, number = _numbers(line)
    destination = line["Dest. LA No."] or usual
    named = line["School Name"] or f"{la} {number}".strip()
    if not destination:
        return LineResult(line.number, named, "wrong", "The destination LA's number is missing.")
    school = School.objects.filter(la=la, number=number, destination_la=destination).first()
    before = None if school is None else (school.name, school.user, str(school.password))
    school = school or School(la=la, number=number, destination_la=destination)
    school.name = line["School Name"] or school.name
    if line["User Name"]:
        school.user = line["User Name"]
        school.password = line["Password"] or school.password
    elif line["Password"]:
        return LineResult(line.number, named, "wrong", "There is a password without a user name.")
    if before == (school.name, school.user, str(school.password)):
        return LineResult(line.number, named, "as it was")
    try:
        save_school(school, by=by, request=request)
    except SchoolRefused as error:
        return LineResult(line.number, named, "wrong", str(error))
    return LineResult(line.number, named, "added" if before is None else "changed")


def _numbers(line: CsvLine) -> tuple[str, str]:
    """LA and school number, from two columns or from one of seven digits (8204321, 820/4321)."""
    whole = re.fullmatch(r"([0-9]{3})[ /-]?([0-9]{4})", line["DfE No."] or line["School No."])
    if whole and (line["DfE No."] or not line["LA No."]):
        return whole[1], whole[2]
    return line["LA No."], line["School No."]
