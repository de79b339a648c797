"""A school whose system is a few lists, and the connector that asks it: for the engine's own tests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils import timezone

from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.connector import (
    BadRow,
    BadValue,
    Batch,
    Capabilities,
    Check,
    Complete,
    Connector,
    Filters,
    Group,
    Mark,
    MisError,
    Rate,
    Raw,
    Row,
    Setting,
    Told,
    Tools,
    Trouble,
    VendorCode,
)

AMINA = "11111111-1111-4111-8111-111111111111"
BEN = "22222222-2222-4222-8222-222222222222"
CARA = "33333333-3333-4333-8333-333333333333"

OF_PUPILS = frozenset(Group) - {Group.ATTENDANCE}


def who(key: str, forename: str, *, upn: str = "", **more: str) -> Record:
    """The record of a pupil's own row."""
    said = {"UPN": upn, "Surname": "Okafor", "Forename": forename, "DOB": "2018-03-04", "Sex": "F", **more}
    return {**{name: text for name, text in said.items() if text}, "SuppInfo": {"GUID": key}}


CAPABILITIES = Capabilities(
    auth="static-token",
    change_model="since-date",
    change_upper_bound=False,
    change_granularity="whole-group",
    deletes="none",
    freshness="live",
    groups=frozenset(Group),
    rate=Rate(1000, "school"),
    attendance_window_days=90,
)


@dataclass
class School:
    """What a school's system says. Each row's `changed` is when it changed last; `troubles` are raised by group."""

    rows: dict[tuple[str, Group], tuple[Record, datetime]] = field(default_factory=dict)
    marks: dict[tuple[str, date, Literal["AM", "PM"]], tuple[str, datetime]] = field(default_factory=dict)
    attendance_codes: list[VendorCode] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    troubles: dict[Group, list[BaseException]] = field(default_factory=dict)
    leavers: set[str] = field(default_factory=set)
    """The keys of who has left: a snapshot tells of them only when it is asked to, changes always do."""
    refuses: Callable[[date, date], bool] = lambda _first, _last: False
    """Which questions for the marks of days it refuses."""
    asked: list[tuple[str, Group]] = field(default_factory=list)
    cursors: list[datetime] = field(default_factory=list)
    """From when on changes were asked for."""
    capabilities: Capabilities = CAPABILITIES

    def say(self, key: str, group: Group, record: Record) -> None:
        self.rows[key, group] = (record, timezone.now())

    def enrol(self, key: str, forename: str, **more: str) -> None:
        """A pupil of Year 4 who is on the roll."""
        self.say(key, Group.PUPIL, who(key, forename, **more))
        self.say(key, Group.ENROLMENT, {"BasicDetails": {"EnrolStatus": "C", "NCyearActual": "4"}})

    def leave_no_trace(self, key: str) -> None:
        for place in [place for place in self.rows if place[0] == key]:
            del self.rows[place]

    def mark(self, key: str, day: date, session: Literal["AM", "PM"], code: str) -> None:
        self.marks[key, day, session] = (code, timezone.now())


SCHOOLS: dict[str, School] = {}
"""By the key with which they are asked."""


class Listed(Connector):
    """Asks a `School`. Its cursor is the time from which on things are new, an hour of overlap included."""

    name = "listed"
    label = "Listed"
    settings = (Setting("key", "Key", secret=True),)
    options = ()

    def __init__(self, values: Mapping[str, str], options: Mapping[str, str], tools: Tools) -> None:
        super().__init__(values, options, tools)
        self.school = SCHOOLS[values["key"]]
        self.capabilities = self.school.capabilities  # type: ignore[misc]

    @property
    def pace_key(self) -> str:
        return "listed"

    def check(self) -> Check:
        try:
            self._ask("check", Group.PUPIL)
        except MisError as error:
            return Check(error.sentence, error.trouble)
        return Check("It works.")

    def codes(self) -> Iterator[VendorCode]:
        self._ask("codes", Group.ATTENDANCE)
        return iter(self.school.attendance_codes)

    def snapshot(self, group: Group, filters: Filters) -> Iterator[Told]:
        hidden = set() if filters.leavers else self.school.leavers
        return (told for told in self._rows("snapshot", group, None) if not _is_of(told, hidden))

    def changes(self, group: Group, cursor: str, filters: Filters) -> Iterator[Told]:
        return self._rows("changes", group, self._since(cursor))

    def attendance(self, cursor: str, filters: Filters) -> Iterator[Told]:
        since = self._since(cursor)
        return self._marks("changes", lambda _, changed: changed >= since)

    def attendance_between(self, first: date, last: date, filters: Filters) -> Iterator[Told]:
        if self.school.refuses(first, last):
            raise MisError(Trouble.DATA, "The service answers 400 for this question.", ends="group", status=400)
        return self._marks("days", lambda day, _: first <= day <= last)

    def cursor_at(self, moment: datetime) -> str:
        return moment.isoformat()

    def read(self, group: Group, raw: tuple[Raw, ...]) -> Row | Mark:
        (only,) = raw
        if "fault" in only:
            raise BadValue("listed-fault", "It is of no use.")
        if group is Group.ATTENDANCE:
            return Mark(only["key"], date.fromisoformat(only["day"]), only["session"], only["code"], raw=only)
        return Row(only["key"], group, only["record"], raw)

    def _since(self, cursor: str) -> datetime:
        since = datetime.fromisoformat(cursor)
        self.school.cursors.append(since)
        return since - timedelta(hours=1)

    def _rows(self, how: str, group: Group, since: datetime | None) -> Iterator[Told]:
        begun = self.tools.now()
        for (key, of), (record, changed) in list(self.school.rows.items()):
            if of is group and (since is None or changed >= since):
                yield Batch(rows=(Row(key, group, record, ({"key": key, "record": record},)),))
        bad = tuple(one for one in self.school.bad if one.group is group)
        if bad:
            yield Batch(bad=bad)
        self._ask(how, group)
        yield Complete(begun.isoformat())

    def _marks(self, how: str, wanted: Any) -> Iterator[Told]:
        begun = self.tools.now()
        marks = [
            Mark(key, day, session, code, raw=_raw(key, day, session, code))
            for (key, day, session), (code, changed) in self.school.marks.items()
            if wanted(day, changed)
        ]
        yield Batch(marks=tuple(marks))
        self._ask(how, Group.ATTENDANCE)
        yield Complete(begun.isoformat())

    def _ask(self, how: str, group: Group) -> None:
        """A call; the troubles of its group come one after another, then it works."""
        self.tools.pace.take(self.pace_key, self.capabilities.rate.per_second)
        self.school.asked.append((how, group))
        if left := self.school.troubles.get(group):
            raise left.pop(0)


def _is_of(told: Told, keys: set[str]) -> bool:
    return isinstance(told, Batch) and any(row.key in keys for row in told.rows)


def _raw(key: str, day: date, session: str, code: str) -> Raw:
    return {"key": key, "day": day.isoformat(), "session": session, "code": code}
