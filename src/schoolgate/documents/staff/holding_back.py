"""Why a checked personnel file is not sent, in the words of the office that must do something about it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schoolgate.documents.problems import DocumentError, quoted
from schoolgate.documents.staff.names import LA_ITSELF, PersonnelFileName, is_right, parse_personnel_name
from schoolgate.documents.students.check import Verdict
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.holding_back import (
    Reason,
    against_name_and_content,
    against_the_whole,
    better_name,
)
from schoolgate.documents.students.naming import LAST_SERIAL

_LONGEST_QUOTED = 80


def reason_against_personnel(
    verdict: Verdict, name: str, suggested: str, *, school_name: str, la: str, school: str
) -> Reason | None:
    """Why a checked file may not be sent for this school under this name; None when it may.

    ``suggested`` is a better name, if there is one. The school's name and numbers are as its row says them: they must
    be the header's (handbook 06), and that they are comes before what the name and the header disagree about.
    """
    if (reason := against_the_whole(verdict)) is not None:
        return reason
    if suggested:
        return better_name(suggested, "personnel")
    try:
        parse_personnel_name(name)
    except DocumentError as error:
        return Reason("name-pattern", error.message, error.remedy)
    if verdict.header is not None:
        differences = list(_differences(verdict.header, school_name, la, school))
        if differences:
            return Reason(
                "row-differs",
                f"{' '.join(differences)} It was not sent.",
                "Put it right under Personnel, or in the export settings of your system, then export again.",
            )
    return against_name_and_content(verdict)


def suggest_personnel_name(name: str, header: Header | None, used: Iterable[str]) -> str:
    """What the file of a school should be called, with the next serial after those ``used``.

    Empty when its name is right, nobody can tell, or no serial is left.
    """
    if is_right(name) or header is None or header.kind != "PER" or header.destination_school != LA_ITSELF:
        return ""
    parts = PersonnelFileName(header.source_la, header.source_school, header.destination_la, LA_ITSELF)
    return next_personnel_name(parts, used) if is_right(str(parts)) else ""


def next_personnel_name(like: PersonnelFileName, used: Iterable[str]) -> str:
    """The name with the serial after the highest of those ``used``; empty when no serial is left."""
    serial = max((parse_personnel_name(one).serial or 0 for one in used), default=0) + 1
    return str(replace(like, serial=serial)) if serial <= LAST_SERIAL else ""


def _differences(header: Header, school_name: str, la: str, school: str) -> Iterator[str]:
    """Each with both values. Of names, blanks and capitals do not count."""
    if _plain(header.school_name) != _plain(school_name):
        yield f"The School Name is {_short(school_name)} here, but {_short(header.school_name)} inside the file."
    for what, here, inside in (
        ("LA No.", la, header.source_la),
        ("School No.", school, header.source_school),
        ("LA No. that it goes to", la, header.destination_la),
    ):
        if here != inside:
            yield f"The {what} is {here} here, but {inside} inside the file."


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _short(name: str) -> str:
    return quoted(name if len(name) <= _LONGEST_QUOTED else f"{name[: _LONGEST_QUOTED - 1]}…")
