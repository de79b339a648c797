"""What an authority's answers hold, as the exchange client hands it on. What a later version adds is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from schoolgate.wire.exchange_errors import NotSchoolgate
from schoolgate.wire.http import Again


@dataclass(frozen=True)
class Credentials:
    """What an authority gave a school to sign in with."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Service:
    """What the authority says of itself to anybody.

    `clock` is its time, `largest_file` in bytes of plain XML, `versions` those of the exchange API that it speaks,
    `version` that of its program. `web_clock` is the time by which the answer was dated: often another computer's.
    """

    la: str
    name: str
    clock: datetime | None = None
    largest_file: int | None = None
    versions: tuple[str, ...] = ()
    version: str = ""
    maintenance_until: datetime | None = None
    web_clock: datetime | None = None


@dataclass(frozen=True)
class AccountBase:
    """A school that an account sends for. `licensed` is false where the authority holds no licence for it."""

    la: str
    school: str
    name: str = ""
    licensed: bool = True

    @property
    def base(self) -> str:
        """The school as seven digits."""
        return self.la + self.school


@dataclass(frozen=True)
class Account:
    """Which schools this account sends for, and whom to ask at the authority."""

    bases: tuple[AccountBase, ...]
    contact: str
    la: str = ""
    name: str = ""


@dataclass(frozen=True)
class Joined:
    """What a connection code was good for: a user name and password, and what `whoami` would say of them."""

    credentials: Credentials
    password_expires: datetime | None
    account: Account


@dataclass(frozen=True)
class PasswordChanged:
    """When the new password runs out, and until when the old one still works if the new one is never used."""

    password_expires: datetime | None
    old_password_until: datetime | None


@dataclass(frozen=True)
class Delivery:
    """A file that arrived: its receipt (a compact JWS), what became of it, and whether it was known before."""

    receipt: str
    outcome: Mapping[str, Any]
    known: bool


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file that arrived earlier."""

    kind: str
    name: str
    sha256: str
    outcome: Mapping[str, Any]


@dataclass(frozen=True)
class OutcomePage:
    """Outcomes, oldest first; `cursor` is what to ask after next time, `more` whether the next page is there now."""

    outcomes: tuple[FileOutcome, ...]
    cursor: str
    more: bool


@dataclass(frozen=True)
class OutboxEntry:
    """Something that waits at the authority for a school.

    `kind` "request": it asks for a file with `data`, and `name` is the school's. `kind` "file": it is one, of the kind
    `document` and the data `group`; `name` is the file's, `sha256` and `size` are of its plain bytes.
    """

    number: int
    kind: str
    fetched: bool
    la: str
    school: str
    name: str
    made: datetime | None
    data: str
    task: str
    document: str = ""
    group: str = ""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class OutboxPage:
    """What waits for the account's schools, by age; `cursor` is what to ask after next, `more` whether to ask."""

    entries: tuple[OutboxEntry, ...]
    cursor: str
    more: bool


@dataclass(frozen=True)
class RefusedValue:
    """A value of the school's that the authority does not take.

    `value` is as the school sent it (a text, or JSON), `since` when it was first refused, `new` whether the file that
    was asked about was the first to say it.
    """

    upn: str
    group: str
    item: str
    value: Any
    code: str
    since: datetime | None
    new: bool


@dataclass(frozen=True)
class RefusedPage:
    """Values that are not taken; `cursor` is what to ask after next, `more` whether the next page is there now."""

    values: tuple[RefusedValue, ...]
    cursor: str
    more: bool


def read_service(said: Mapping[str, Any], date: str) -> Service:
    """`GET /exchange/v1/`; `date` is the text of its Date header."""
    limits, versions = said.get("limits"), said.get("versions")
    return Service(
        la=_text(said.get("la")),
        name=_text(said.get("name")),
        clock=read_time(said.get("clock")),
        largest_file=_whole_number(limits.get("file_bytes") if isinstance(limits, dict) else None),
        versions=tuple(str(version)[:20] for version in versions) if isinstance(versions, list) else (),
        version=_text(said.get("version")),
        maintenance_until=read_time(said.get("maintenance_until")),
        web_clock=_http_date(date),
    )


def read_account(said: Mapping[str, Any]) -> Account:
    """`whoami`, and the same part of `join`."""
    bases, authority = said.get("bases"), said.get("authority")
    listed = [base for base in bases if isinstance(base, dict)] if isinstance(bases, list) else []
    told: dict[str, Any] = authority if isinstance(authority, dict) else {}
    return Account(
        bases=tuple(
            AccountBase(
                la=_text(base.get("la")),
                school=_text(base.get("school")),
                name=_text(base.get("name")),
                # A service from before licences names none.
                licensed="licence" not in base or bool(base["licence"]),
            )
            for base in listed
        ),
        contact=_text(told.get("contact")),
        la=_text(told.get("la")),
        name=_text(told.get("name")),
    )


def read_joined(said: Mapping[str, Any]) -> Joined:
    """`join`. Raises NotSchoolgate without a user name and password."""
    user, password = said.get("user"), said.get("password")
    if not (isinstance(user, str) and user and isinstance(password, str) and password):
        raise NotSchoolgate(Again(), "JSON, but no user name and password")
    return Joined(Credentials(user, password), read_time(said.get("password_expires")), read_account(said))


def read_delivery(said: Mapping[str, Any], *, known: bool) -> Delivery:
    """An answer to PUT or GET of a file. Raises NotSchoolgate without a receipt."""
    receipt, outcome = said.get("receipt"), said.get("outcome")
    if not isinstance(receipt, str):
        raise NotSchoolgate(Again(), "JSON, but no receipt")
    return Delivery(receipt, outcome if isinstance(outcome, dict) else {}, known)


def read_outcomes(said: Mapping[str, Any], after: str) -> OutcomePage:
    """A page of outcomes. Raises NotSchoolgate without a list."""
    listed = said.get("outcomes")
    if not isinstance(listed, list):
        raise NotSchoolgate(Again(), "JSON, but no outcomes")
    return OutcomePage(
        outcomes=tuple(outcome for entry in listed if (outcome := _outcome(entry)) is not None),
        cursor=str(said.get("next") or after),
        more=bool(said.get("more")),
    )


def read_outbox(said: Mapping[str, Any], after: str) -> OutboxPage:
    """A page of the outbox. Raises NotSchoolgate without a list."""
    listed = said.get("entries")
    if not isinstance(listed, list):
        raise NotSchoolgate(Again(), "JSON, but no entries")
    return OutboxPage(
        entries=tuple(
            OutboxEntry(
                number=number,
                kind=_text(entry.get("kind")),
                fetched=entry.get("state") != "made",
                la=_text(entry.get("la")),
                school=_text(entry.get("school")),
                name=_text(entry.get("name")),
                made=read_time(entry.get("made")),
                data=_text(entry.get("data")),
                task=_text(entry.get("task")),
                document=_text(entry.get("document")),
                group=_text(entry.get("group")),
                sha256=_text(entry.get("sha256")),
                size=_whole_number(entry.get("size")) or 0,
            )
            for entry in listed
            if isinstance(entry, dict) and (number := _whole_number(entry.get("id"))) is not None
        ),
        cursor=str(said.get("next") or after),
        more=bool(said.get("more")),
    )


def read_refused(said: Mapping[str, Any], after: str) -> RefusedPage:
    """The refusals in an answer to GET of a file; none from a service that does not tell them."""
    told = said.get("refusals")
    page: dict[str, Any] = told if isinstance(told, dict) else {}
    items = page.get("items")
    return RefusedPage(
        values=tuple(
            RefusedValue(
                upn=_text(item.get("upn")),
                group=_text(item.get("group")),
                item=_text(item.get("item")),
                value=item.get("value"),
                code=_text(item.get("code")),
                since=read_time(item.get("since")),
                new=item.get("new") is True,
            )
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, dict)
        ),
        cursor=str(page.get("next") or after),
        more=page.get("more") is True,
    )


def read_time(said: object) -> datetime | None:
    """An RFC 3339 time; None for anything else."""
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _outcome(entry: object) -> FileOutcome | None:
    """One entry of the list; what a later version may add in another shape is passed over."""
    file = entry.get("file") if isinstance(entry, dict) else None
    outcome = entry.get("outcome") if isinstance(entry, dict) else None
    if not isinstance(file, dict) or not isinstance(outcome, dict):
        return None
    return FileOutcome(
        kind=str(file.get("kind", "")),
        name=str(file.get("name", "")),
        sha256=str(file.get("sha256", "")),
        outcome=outcome,
    )


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""


def _whole_number(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
