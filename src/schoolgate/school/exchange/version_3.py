"""Settings from version 3 of the old program (handbook 04, "Migrating Settings from B2B Open v3.0").

Where version 3 keeps its settings was never published, so no program but its maker's can read them there. A person
types them into a file of our own (docs/reference/settings-from-version-3.md), and this is the one module that reads it:
at the first start that finds it in the home folder, or by command. The file is never changed. What is set here already
stays as it is, so that reading it again does no harm; a file with a problem is refused whole.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from django.db import transaction

from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal.writing import write
from schoolgate.commons.preferences.registry import TextPreference
from schoolgate.commons.schedules.rules import WEEK, Weekly
from schoolgate.documents.la_numbers import la_name
from schoolgate.school.exchange import schedule_in_words as words
from schoolgate.school.exchange.administration.destinations import DestinationRefused, save_destination
from schoolgate.school.exchange.administration.folders_of_version_3 import require_usable_pair
from schoolgate.school.exchange.administration.line import Line, LineRefused, line_as_it_is, line_spoken, save_line
from schoolgate.school.exchange.administration.schools import SchoolRefused, save_school
from schoolgate.school.exchange.folders import FolderRefused, root_folder
from schoolgate.school.exchange.models import Destination, School
from schoolgate.school.exchange.scheduling import set_when_to_send, when_to_send

FILE_NAME = "from-version-3.toml"
TAKEN, REFUSED = "taken", "refused"
OUTCOME = TextPreference(
    "settings-from-version-3", default="", meaning="what became of the settings from version 3: taken or refused"
)
LOGS = "The logs of version 3: they stay where it keeps them."

KEYS = {
    "proxy": ("use", "name", "user", "password"),
    "schedule": ("days", "at"),
    "la": ("number", "url", "user", "password", "files_not_exported", "files_exported"),
    "school": ("name", "la", "number", "sends_to", "user", "password"),
}
"""Each table of the file with its keys; `[[la]]` and `[[school]]` may stand in it several times."""

_MANY = ("la", "school")
_HEADING = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_-]+)\s*\]{1,2}")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_AT_LINE = re.compile(r"\s*\(at line ([0-9]+), column [0-9]+\)")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line of the file: a sentence that quotes no value."""

    line: int
    sentence: str


class SettingsRefused(Exception):
    """A file that cannot be taken; nothing of it was."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(f"Line {one.line}: {one.sentence}" for one in problems))
        self.problems = problems


@dataclass
class CarriedOver:
    """What became of each setting, in sentences: taken; kept, for it is set here already; left behind."""

    taken: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def import_settings(content: bytes) -> CarriedOver:
    """Set what the file says and is not set here yet, all or nothing. Raises SettingsRefused."""
    tables, unknown = _read(content)
    result, problems = CarriedOver(left=[*unknown, LOGS]), list[Problem]()
    with transaction.atomic():
        for table in tables:
            problems += _problems_of(table, result)
        if problems:
            raise SettingsRefused(sorted(problems, key=lambda one: one.line))
        OUTCOME.set(TAKEN, by=None)
        told = [*result.taken, *result.kept, *(f"Not carried over: {left}" for left in result.left)]
        message = "The settings of version 3 were read. What was not carried over stands in the details."
        write("INFO", message, details="\n".join(told))
        record("settings of version 3 read", by=None, details="\n".join(result.taken))
    return result


def import_at_start(home: Path) -> CarriedOver | None:
    """Read the file in the home folder, if it is there and was not taken yet; None where there was nothing to do.

    A file that cannot be taken keeps the site from nothing: the journal and the first page tell, and the next start
    tries again.
    """
    file = home / FILE_NAME
    if OUTCOME.get() == TAKEN or not file.exists():
        return None
    try:
        return import_settings(file.read_bytes())
    except OSError as error:
        told = f"{file} cannot be read: {error.strerror}."
    except SettingsRefused as error:
        told = "\n".join(f"{file}:{one.line}: {one.sentence}" for one in error.problems)
    with transaction.atomic():
        OUTCOME.set(REFUSED, by=None)
        message = f"The settings of version 3 in {FILE_NAME} could not be taken, none of them."
        write("ERROR", message, details=f"{told}\nCorrect the file and start this program again.")
    return None


class _Wrong(Exception):
    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True)
class _Table:
    """A table of the file, with the lines that it and its keys stand on."""

    name: str
    values: dict[str, Any]
    line: int
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def wrong(self, key: str, sentence: str) -> _Wrong:
        return _Wrong(self.line_of(key), sentence)

    def text(self, key: str) -> str:
        """A text; a number that was written without quotes is what it looks like. Raises _Wrong."""
        value = self.values.get(key, "")
        if isinstance(value, str | int) and not isinstance(value, bool):
            if "\0" in str(value):
                raise self.wrong(key, f"{key} has a character in it that nobody can type. Write it in single quotes.")
            return str(value)
        raise self.wrong(key, f"{key} is a text: write it in single quotes.")

    def needed(self, key: str) -> str:
        """A text that is not empty. Raises _Wrong."""
        text = self.text(key).strip()
        if not text:
            raise self.wrong(key, f"{key} is missing.")
        return text


def _read(content: bytes) -> tuple[list[_Table], list[str]]:
    """The tables in the order in which they are taken, and what means nothing here. Raises SettingsRefused."""
    try:
        text = content.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError:
        raise SettingsRefused([Problem(1, "This is no UTF-8 text. Save the file as UTF-8.")]) from None
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        told = f"{_AT_LINE.sub('', str(error))}. Write texts in single quotes, folders too: 'C:\\B2B'."
        raise SettingsRefused([Problem(line, told)]) from None
    except (ValueError, RecursionError):
        # Numbers of thousands of digits, lists in lists without end: nobody typed these.
        raise SettingsRefused(
            [Problem(1, "This is no file of settings. Write it as the documentation shows.")]
        ) from None
    places, tables, unknown = _places(text), list[_Table](), list[str]()
    for name, keys in KEYS.items():
        given = document.pop(name, [])
        for number, values in enumerate(given if isinstance(given, list) else [given]):
            line, lines = places.get((name, number), (1, {}))
            if not isinstance(values, dict) or (name in _MANY) != isinstance(given, list):
                raise SettingsRefused([Problem(line, f"This begins with {_heading(name)} on a line of its own.")])
            table = _Table(name, values, line, lines)
            unknown += [_means_nothing(table.line_of(key), key) for key in values if key not in keys]
            tables.append(table)
    return tables, [*(_means_nothing(places.get((name, 0), (1, {}))[0], name) for name in document), *unknown]


def _places(text: str) -> dict[tuple[str, int], tuple[int, dict[str, int]]]:
    """Where each table, by its name and number, and each of its keys stands."""
    places: dict[tuple[str, int], tuple[int, dict[str, int]]] = {}
    keys: dict[str, int] = {}
    for line, written in enumerate(text.splitlines(), 1):
        if heading := _HEADING.match(written):
            keys = {}
            places[heading[1], sum(name == heading[1] for name, _ in places)] = line, keys
        elif key := _KEY.match(written):
            keys[key[1]] = line
            if not places:
                places[key[1], 0] = line, {}
    return places


def _heading(name: str) -> str:
    return f"[[{name}]]" if name in _MANY else f"[{name}]"


def _means_nothing(line: int, name: str) -> str:
    return f"Line {line}: {name} means nothing here."


def _problems_of(table: _Table, result: CarriedOver) -> list[Problem]:
    """Take one table by itself; what is wrong with it, if anything is."""
    try:
        with transaction.atomic():
            _TAKE[table.name](table, result)
    except _Wrong as error:
        return [Problem(error.line, str(error))]
    except LineRefused as error:
        lines = {key: table.line_of(key.removeprefix("proxy_")) for key in error.problems}
        return [Problem(lines[key], sentence) for key, sentence in error.problems.items()]
    except (DestinationRefused, SchoolRefused, FolderRefused) as error:
        return [Problem(table.line, str(error))]
    return []


def _take_proxy(table: _Table, result: CarriedOver) -> None:
    line = line_as_it_is()
    if line.use_proxy or line.proxy_name:
        result.kept.append("A proxy is set here already; it stays as it is.")
        return
    use = table.values.get("use", True)
    if not isinstance(use, bool):
        raise table.wrong("use", "use is true or false, without quotes.")
    save_line(
        Line(use, table.text("name"), table.text("user"), table.text("password"), line.tls_minimum),
        by=None,
    )
    result.taken.append(f"{line_spoken()}.")


def _take_schedule(table: _Table, result: CarriedOver) -> None:
    if when_to_send().since is not None:
        result.kept.append("When to send is set here already; it stays as it is.")
        return
    rule = Weekly(_time_of(table), frozenset(_days_of(table)))
    set_when_to_send(rule, by=None)
    result.taken.append(f"When to send: {words.rule_spoken(rule)}.")


def _time_of(table: _Table) -> time:
    given = table.values.get("at")
    with suppress(ValueError):
        at = given if isinstance(given, time) else time.fromisoformat(str(given).zfill(5))
        if (at.second, at.microsecond, at.tzinfo) == (0, 0, None):
            return at
    raise table.wrong("at", "at is hours and minutes, for example '18:30'.")


def _days_of(table: _Table) -> Iterator[int]:
    days = table.values.get("days")
    if not isinstance(days, list):
        raise table.wrong("days", "days is a list, for example ['monday', 'thursday']; [] for none.")
    for day in days:
        if not isinstance(day, str) or day.lower() not in WEEK:
            raise table.wrong("days", f"{day} is not a day. Days: {', '.join(WEEK)}.")
        yield WEEK.index(day.lower())


def _take_la(table: _Table, result: CarriedOver) -> None:
    la, root = table.needed("number"), root_folder()
    known = Destination.objects.filter(la=la).first()
    if known is not None:
        result.kept.append(f"{known} has an entry here already; it stays as it is.")
        return
    entry = Destination(la=la, name=la_name(la), address=table.needed("url"))
    entry.user, entry.password = table.text("user"), table.text("password")
    pair = table.text("files_not_exported"), table.text("files_exported")
    if root is None:
        entry.not_exported, entry.exported = pair
        require_usable_pair(entry)
    elif any(pair):
        result.left.append(f"The folders of {entry}: the root folder {root} is set, and wins.")
    save_destination(entry, by=None)
    where = f", with its files in {entry.not_exported}" if entry.not_exported else ""
    result.taken.append(f"{entry}{where}.")


def _take_school(table: _Table, result: CarriedOver) -> None:
    la, number = table.needed("la"), table.needed("number")
    to = table.text("sends_to") or la
    known = School.objects.filter(la=la, number=number, destination_la=to).first()
    if known is not None:
        result.kept.append(f"{known} has a row to LA {to} here already; it stays as it is.")
        return
    school = School(la=la, number=number, destination_la=to, name=table.needed("name"))
    school.user, school.password = table.text("user"), table.text("password")
    save_school(school, by=None)
    result.taken.append(f"{school}, which sends to LA {to}.")


_TAKE: dict[str, Callable[[_Table, CarriedOver], None]] = {
    "proxy": _take_proxy,
    "schedule": _take_schedule,
    "la": _take_la,
    "school": _take_school,
}
