"""The seam between an authority and the systems of its schools (reference mis-apis.md 8).

A connector declares what its vendor's API can do (`Capabilities`); who collects picks the plan. What a connector gives
are rows of one pupil and group, already in the words of a student file, each with the vendor's own form of it; a stream
of them ends with a mark, without which nothing may be concluded from what is missing. Clock, pace, tokens and the
HTTP client come in from outside (`Tools`), so that nothing here knows of databases.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import httpx

from schoolgate.documents.students.entries import Record

Raw: TypeAlias = dict[str, Any]
"""What the vendor's API said of one thing, as it said it."""


class Group(StrEnum):
    """What a school's system is asked for, one after another; each has a cursor of its own."""

    PUPIL = "pupil"
    ENROLMENT = "enrolment"
    ADDRESS = "address"
    CONTACT = "contact"
    SEN = "sen"
    ENTITLEMENT = "entitlement"
    EXCLUSION = "exclusion"
    ATTENDANCE = "attendance"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a second the vendor takes, and by whom they are shared."""

    per_second: float
    shared_by: Literal["supplier", "school"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an API can do (reference mis-apis.md 8)."""

    auth: Literal["client-credentials", "static-token", "basic", "header-pair", "school-token"]
    change_model: Literal["none", "since-date", "since-revision", "opaque-cursor"]
    change_upper_bound: bool
    change_granularity: Literal["row", "whole-group"]
    deletes: Literal["none", "in-feed", "separate-list", "status-flag"]
    freshness: Literal["live", "cached", "snapshot"]
    groups: frozenset[Group]
    rate: Rate
    attendance_window_days: int | None = None
    attendance_changes: bool = True
    """Whether marks changed since a cursor can be asked for; else they are read by days."""
    filters: frozenset[Literal["nc-year", "looked-after", "leavers"]] = frozenset()


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a school's connection, or of the vendor's service for all schools (`Connector.options`).

    `form` is a regular expression that the whole value must match; `hint` tells a person what it looks like. `doubt`
    says what is odd about a value that is taken all the same; empty for nothing.
    """

    name: str
    label: str
    secret: bool = False
    form: str = r"\S{1,500}"
    hint: str = ""
    default: str = ""
    doubt: Callable[[str], str] = field(default=lambda _: "")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pupils are asked for. Empty `nc_years`: all, those outside the years too (reference 9.2)."""

    nc_years: frozenset[str] = frozenset()
    looked_after: bool = False
    leavers: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of one pupil in one group: all of the group, so that sets are compared as sets.

    `key` is the vendor's for the pupil; `record` a part of a pupil's record as student files have it; `raw` all that
    it was read from, for `Connector.read`.
    """

    key: str
    group: Group
    record: Record
    raw: tuple[Raw, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One session of one pupil. `code` is the vendor's; empty is a session without a mark, which is not absence."""

    key: str
    day: date
    session: Literal["AM", "PM"]
    code: str
    comment: str = ""
    minutes_late: int | None = None
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """What could not be read: a stable `code`, a `sentence` that quotes no value, and the vendor's own form."""

    key: str
    group: Group
    code: str
    sentence: str
    raw: tuple[Raw, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of what was asked for: about a page of the API. Rows may come twice, the last one stands."""

    rows: tuple[Row, ...] = ()
    marks: tuple[Mark, ...] = ()
    bad: tuple[BadRow, ...] = ()
    gone: tuple[str, ...] = ()
    """Keys of pupils that the API says are deleted."""


@dataclass(frozen=True, slots=True)
class Complete:
    """The end of a stream: all was read. `cursor` is where the next changes begin, opaque to all but the connector."""

    cursor: str


Told: TypeAlias = Batch | Complete


@dataclass(frozen=True, slots=True)
class VendorCode:
    """An attendance code as a school's system has it, and the statutory one if it says so."""

    code: str
    description: str = ""
    statutory: str = ""


class Trouble(StrEnum):
    """What is wrong with a connection, so that a person knows whom to ask (SCREENS 5.3)."""

    CREDENTIAL = "credential"
    KEY = "key"
    CONSENT = "consent"
    SCOPE = "scope"
    NETWORK = "network"
    DATA = "data"
    BUSY = "busy"
    DOWN = "down"


class MisError(Exception):
    """A call, or what is made of its answer, failed for good: all repetitions that could help were made.

    `ends` says how far it reaches: this group only, or all that is asked of this school. `sentence` says what and what
    to do next, and quotes neither a secret nor a value. `passes`: later it may well succeed.
    """

    def __init__(
        self,
        trouble: Trouble,
        sentence: str,
        *,
        ends: Literal["group", "connection"],
        passes: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.sentence = sentence
        self.ends = ends
        self.passes = passes
        self.status = status


class BadValue(Exception):
    """`Connector.read` cannot make a row of this: `code` and `sentence` as in `BadRow`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Check:
    """What one real data call said of a connection. Without `trouble` it works."""

    sentence: str
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a vendor, for the log: no query, no secret, no value. `status` 0: there was no answer."""

    what: str
    status: int
    seconds: float
    attempt: int
    said: str = ""


class Pace(Protocol):
    """Keeps calls apart, whoever makes them: all threads, workers and machines share it."""

    def take(self, key: str, per_second: float) -> None:
        """Wait for the turn of one call."""

    def hold(self, key: str, seconds: float) -> None:
        """Let no call of this key go for so long: the vendor said so."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and when it ends (UTC)."""

    text: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"Token(ends_at={self.ends_at!r})"


class Tokens(Protocol):
    """Keeps tokens while they last, by a key that holds no secret."""

    def get(self, key: str) -> Token | None: ...

    def put(self, key: str, token: Token) -> None: ...

    def drop(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a connector works with. `sleep` waits so many seconds and may end the work by raising."""

    http: httpx.Client
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    pace: Pace
    tokens: Tokens
    note: Callable[[Call], None] = field(default=lambda _: None)


class Connector(ABC):
    """One vendor's API, for one school. `settings` are the school's, `options` the same for all schools of a site."""

    name: ClassVar[str]
    label: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]
    options: ClassVar[tuple[Setting, ...]]
    capabilities: ClassVar[Capabilities]

    def __init__(self, values: Mapping[str, str], options: Mapping[str, str], tools: Tools) -> None:
        """`values` has all of `settings`, `options` may leave some out, whose defaults hold then."""
        self.values = values
        self.option = {one.name: options.get(one.name) or one.default for one in self.options}
        self.tools = tools

    @property
    @abstractmethod
    def pace_key(self) -> str:
        """By what calls are counted together; no secret can be read from it."""

    @abstractmethod
    def check(self) -> Check:
        """Make one real data call, without patience: one try of each step. Raises nothing of the API's."""

    @abstractmethod
    def codes(self) -> Iterator[VendorCode]:
        """The attendance codes of the school. Raises MisError."""

    @abstractmethod
    def snapshot(self, group: Group, filters: Filters) -> Iterator[Told]:
        """All rows of a group (not attendance). Raises MisError, and then nothing is complete."""

    @abstractmethod
    def changes(self, group: Group, cursor: str, filters: Filters) -> Iterator[Told]:
        """The rows of all pupils of whom something of the group changed since; maybe more. Raises MisError."""

    @abstractmethod
    def attendance(self, cursor: str, filters: Filters) -> Iterator[Told]:
        """Marks that changed since. Raises MisError."""

    @abstractmethod
    def attendance_between(self, first: date, last: date, filters: Filters) -> Iterator[Told]:
        """Marks of these days, in windows as the API takes them. Raises MisError."""

    @abstractmethod
    def cursor_at(self, moment: datetime) -> str:
        """The cursor after which all is new that changed from this moment (UTC) on: for a first run."""

    @abstractmethod
    def read(self, group: Group, raw: tuple[Raw, ...]) -> Row | Mark:
        """Make of the vendor's form what `snapshot` or `attendance` gave for it. Raises BadValue."""
