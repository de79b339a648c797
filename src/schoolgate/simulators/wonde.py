"""A stand-in for Wonde's API (reference mis-apis.md 7.1).

Nothing of it is the vendor's: it answers as public pages say, and where they are silent as its switches say. Its other
region is `/other-region`: an address that takes the token, and has nothing of any school.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from schoolgate.documents.samples.dice import Dice
from schoolgate.simulators import wonde_rows as shapes
from schoolgate.simulators.answering import Answer, Request
from schoolgate.simulators.population import Population
from schoolgate.simulators.simulator import Simulator
from schoolgate.simulators.wonde_rows import Entry, Row, Telling
from schoolgate.simulators.wonde_switches import WondeSwitches
from schoolgate.wire.mis.connector import Group

STATES = ("approved", "pending", "audited", "offline", "revoked", "declined")
"""What schools can say of their data being read."""
OTHER_REGION = "/other-region"
_DEFAULT_PAGE = 50
_ROUTE = re.compile(r"/v1\.0/(?P<meta>meta/)?schools(?:/(?P<school>[^/]+)(?:/(?P<rest>.+?))?)?/?")
_PUPIL_PARTS = (
    "education_details",
    "extended_details",
    "contact_details",
    "contacts",
    "contacts.contact_details",
    "classes",
    "groups",
    "year",
)


@dataclass(frozen=True, slots=True)
class SchoolList:
    """One of a school's lists: its rows, by which permission they are read, and what can be included.

    `group` is what changes where a fault wants a change; `held` names the rows' parts that are keys alone, unless they
    are included.
    """

    permission: str
    entries: Callable[[Telling], Iterator[Entry]]
    includes: tuple[str, ...] = ()
    group: Group | None = None
    held: tuple[str, ...] = ()


def _students(name: str) -> SchoolList:
    return SchoolList(name, lambda telling: shapes.students(telling, name), _PUPIL_PARTS, Group.PUPIL)


def _marks(permission: str, *, leavers: bool) -> SchoolList:
    return SchoolList(
        permission,
        lambda telling: shapes.marks(telling, leavers=leavers),
        ("student", "attendance_code"),
        Group.ATTENDANCE,
        ("student", "attendance_code"),
    )


_DELETIONS = SchoolList("deletions", shapes.deletions)
LISTS = {
    "students": _students("students"),
    "students-leaver": _students("students-leaver"),
    "students-pre-admission": _students("students-pre-admission"),
    "contacts": SchoolList("contacts", shapes.contacts, ("contact_details", "students"), Group.CONTACT),
    "exclusions": SchoolList("exclusions", shapes.exclusions, ("student",), Group.EXCLUSION, ("student",)),
    "attendance/session": _marks("attendance", leavers=False),
    "attendance-leavers/session": _marks("attendance-leavers", leavers=True),
    "attendance-codes": SchoolList("attendance", shapes.attendance_codes),
    "deletions": _DELETIONS,
    "students/deleted": _DELETIONS,
}
"""The lists by their paths below a school."""
PERMISSIONS = tuple(
    dict.fromkeys(
        name
        for one in LISTS.values()
        for name in (one.permission, *(f"{one.permission}.{part}" for part in one.includes if one.group is Group.PUPIL))
    )
)
"""What a school can let be read or not. INFERRED are their names."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The entries of a list, and of when they are."""

    entries: list[Entry]
    at: datetime
    about: tuple[Any, ...]


class _Invalid(Exception):
    """A question whose field is not understood."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Wonde(Simulator[WondeSwitches]):
    """Several schools of one region, read by one supplier with one token."""

    rows = "data"

    def __init__(
        self,
        schools: Sequence[Population],
        switches: WondeSwitches | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now` is the clock (UTC) of the pace and of what the vendor keeps."""
        super().__init__(schools, switches or WondeSwitches(), now=now)
        self.by_key = {shapes.school_key(school): school for school in schools}
        dice = Dice(f"token {schools[0].seed if schools else 0}")
        self.token = f"{dice.getrandbits(160):040x}"
        """The supplier's, made up: always the same for the same seed."""
        self.deleted: dict[str, datetime] = {}
        self._kept: dict[tuple[str, str], _Kept] = {}

    def delete(self, guid: str, moment: datetime) -> None:
        """Let a pupil be one whom the school's system does not know any more, as if it had been a mistake."""
        self.deleted[guid] = moment

    def settings(self, root: str) -> list[dict[str, str]]:
        """The settings of each school, and the address that is the same for all."""
        return [
            {
                "la": school.la,
                "school": school.school,
                "name": school.name,
                "base_url": root,
                "token": self.token,
                "school_id": key,
            }
            for key, school in self.by_key.items()
        ]

    def answer(self, request: Request) -> tuple[Answer, str]:
        """Answer a call, and say which school it came to."""
        if not self._is_known(request.headers.get("authorization", "")):
            return _refused(401, "invalid_token", "The access token is invalid or has expired."), ""
        wait = self.limit.seconds_to_wait(self.token, self.now(), self.switches.calls_per_second)
        if wait:
            headers = {"Retry-After": str(wait)} if self.switches.retry_after else {}
            return _refused(429, "too_many_requests", f"Too many requests. Try again in {wait} seconds.", headers), ""
        route = _ROUTE.fullmatch(request.path.removeprefix(OTHER_REGION))
        if route is None:
            return _refused(404, "not_found", "There is no such address."), ""
        if request.method != "GET":
            return Answer(405, {"error": "method_not_allowed"}, {"Allow": "GET"}), ""
        try:
            return self._routed(request, route)
        except _Invalid as error:
            content = {"error": "validation_failed", "message": "The given data was invalid."}
            return Answer(422, {**content, "errors": {error.field: [str(error)]}}), route["school"] or ""

    def same_page(self, request: Request) -> Mapping[str, Any]:
        """A next address to the same rows, by another spelling of the page's number."""
        page = dict(request.query).get("page", "1")
        return {"meta": {"pagination": {"next": _address(request, page=f"0{page}"), "more": True}}}

    def mutate(self, request: Request) -> None:
        """Change something of the list that is asked for."""
        route = _ROUTE.fullmatch(request.path)
        school = self.by_key.get(route["school"] or "") if route else None
        group = LISTS[route["rest"]].group if route and route["rest"] in LISTS else None
        if school is not None and group is not None and self._is_known(request.headers.get("authorization", "")):
            school.touch(group)

    def _is_known(self, authorization: str) -> bool:
        """Whether the token stands there: as it is, or as a user's name without a password."""
        kind, _, text = authorization.partition(" ")
        if kind.lower() == "basic":
            try:
                return base64.b64decode(text, validate=True).decode() == f"{self.token}:"
            except (binascii.Error, UnicodeDecodeError):
                return False
        return kind.lower() == "bearer" and text.strip() == self.token

    def _routed(self, request: Request, route: re.Match[str]) -> tuple[Answer, str]:
        key, rest = route["school"] or "", route["rest"] or ""
        if not key or (key in STATES and not rest):
            return self._schools(request, key or "approved"), ""
        if request.path.startswith(OTHER_REGION):
            # Documented: no error, just nothing.
            return self._page(request, []) if rest else Answer(200, {"data": None}), ""
        if key not in self.by_key:
            return _refused(404, "not_found", "There is no such school."), ""
        if not self._may_be_read(key):
            status = int(self.switches.refused_school)
            return _refused(status, "no_access", "The school has not approved that its data be read."), key
        if route["meta"]:
            return self._permissions(rest), key
        if not rest:
            return Answer(200, {"data": shapes.school_row(self.by_key[key], _domain(request))}), key
        return self._data(request, key, rest), key

    def _may_be_read(self, key: str) -> bool:
        state = self.consent.get(key, "approved")
        return state == "approved" or (state == "offline" and self.switches.offline_answers == "data")

    def _schools(self, request: Request, state: str) -> Answer:
        if request.path.startswith(OTHER_REGION):
            return self._page(request, [])
        return self._page(
            request,
            [
                shapes.school_row(school, _domain(request))
                for key, school in self.by_key.items()
                if self.consent.get(key, "approved") == state
            ],
        )

    def _permissions(self, rest: str) -> Answer:
        if rest != "permissions":
            return _refused(404, "not_found", "There is no such address.")
        told = [{"permission": name, "approved": name not in self._denied} for name in PERMISSIONS]
        return Answer(200, {"data": told})

    @property
    def _denied(self) -> frozenset[str]:
        return frozenset(name.strip() for name in self.switches.denied.split(",") if name.strip())

    def _data(self, request: Request, key: str, rest: str) -> Answer:
        listed, wanted = LISTS.get(rest), ""
        if listed is None and rest.count("/") == 1:
            path, wanted = rest.split("/")
            listed = LISTS.get(path) if path.startswith("students") else None
        if listed is None or (rest == "students/deleted" and not self.switches.deleted_child_route):
            return _refused(404, "not_found", "There is no such address.")
        if listed.permission in self._denied:
            return _refused(403, "permission_denied", "The school has not approved this to be read.")
        included = self._includes(request, listed)
        denied = [name for name in included if f"{listed.permission}.{name}" in self._denied]
        if denied and self.switches.refused_include == "403":
            return _refused(403, "permission_denied", "The school has not approved a part to be read.")
        included = [name for name in included if name not in denied]
        entries = self._entries(key, rest if not wanted else rest.split("/", maxsplit=1)[0], listed)
        if wanted:
            found = next((entry for entry in entries if entry.key == wanted), None)
            if found is None:
                return _refused(404, "not_found", "There is no such pupil.")
            return Answer(200, {"data": _shown(found.make(), listed, included)})
        chosen = [entry for entry in entries if self._is_asked_for(request, entry, rest)]
        return self._page(request, chosen, lambda entry: _shown(entry.make(), listed, included))

    def _includes(self, request: Request, listed: SchoolList) -> list[str]:
        asked = _named(dict(request.query))
        if self.switches.unknown_include == "422" and (other := set(asked) - set(listed.includes)):
            raise _Invalid("include", f"The list cannot include {len(other)} of what was asked for.")
        return [name for name in asked if name in listed.includes]

    def _entries(self, key: str, path: str, listed: SchoolList) -> list[Entry]:
        """A list's entries in their order, read once until something happens; with a cache, until that is too old."""
        school = self.by_key[key]
        about = (school.version, self.switches, len(self.deleted))
        kept = self._kept.get((key, path))
        hours = self.switches.cache_hours
        fresh = kept is not None and (self.now() - kept.at).total_seconds() < 3600 * hours
        if kept is None or not (kept.about == about or (fresh and kept.about[1] == self.switches)):
            found = list(listed.entries(Telling(school, self.switches, self.deleted)))
            if hours:
                found = [_frozen(entry) for entry in found]
            by_change = self.switches.row_order == "updated"
            found.sort(key=lambda one: (one.updated if by_change else datetime.min.replace(tzinfo=UTC), one.key))
            kept = self._kept[key, path] = _Kept(found, self.now(), about)
        return kept.entries

    def _is_asked_for(self, request: Request, entry: Entry, path: str) -> bool:
        query = dict(request.query)
        if after := query.get("updated_after"):
            since = self._moment(after)
            if entry.updated < since or (entry.updated == since and not self.switches.updated_after_inclusive):
                return False
        if path == "deletions" and (kind := query.get("type")) and not entry.key.startswith(f"{kind} "):
            return False
        if entry.day is not None and self.switches.day_filter:
            first, last = (query.get(name) for name in ("date_from", "date_to"))
            return (not first or _day("date_from", first) <= entry.day) and (
                not last or entry.day <= _day("date_to", last)
            )
        return True

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # the switch says of which zone
        except ValueError:
            raise _Invalid(
                "updated_after", "The updated after does not match the format YYYY-MM-DD HH:MM:SS."
            ) from None
        return moment.replace(tzinfo=ZoneInfo(self.switches.updated_after_in))

    def _page(self, request: Request, found: Sequence[Any], make: Callable[[Any], Row] = lambda one: one) -> Answer:
        query = dict(request.query)
        number = _whole("page", query.get("page", "1"))
        size = min(_whole("per_page", query.get("per_page", str(_DEFAULT_PAGE))), max(self.switches.page_size, 1))
        more = number * size < len(found)
        pagination = {
            "next": self._next(request, number + 1) if more else None,
            "previous": self._next(request, number - 1) if number > 1 else None,
            "more": more,
            "per_page": size,
            "current_page": number,
        }
        return Answer(
            200,
            {
                "data": [make(one) for one in found[(number - 1) * size : number * size]],
                "meta": {
                    "pagination": pagination,
                    "includes": [one for one in query.get("include", "").split(",") if one],
                },
            },
        )

    def _next(self, request: Request, number: int) -> str:
        return _address(request, page=str(number), whole=self.switches.next_keeps_question)


def _shown(row: Row, listed: SchoolList, included: list[str]) -> Row:
    """A row with the parts that are included, and no others."""
    shown = {name: value for name, value in row.items() if name not in listed.includes or name in listed.held}
    for name in included:
        if "." not in name:
            shown[name] = {"data": {"id": row[name]}} if name in listed.held else row[name]
    if "contacts" in shown and "contacts.contact_details" not in included:
        people = [
            {name: value for name, value in one.items() if name != "contact_details"} for one in row["contacts"]["data"]
        ]
        shown["contacts"] = {"data": people}
    return shown


def _without(part: str, row: Row) -> Row:
    return {name: value for name, value in row.items() if name != part}


def _named(query: Mapping[str, str]) -> list[str]:
    return [name for name in query.get("include", "").split(",") if name]


def _frozen(entry: Entry) -> Entry:
    row = entry.make()
    return Entry(entry.updated, entry.key, lambda: row, entry.day)


def _domain(request: Request) -> str:
    return request.root.partition("//")[2]


def _address(request: Request, *, page: str, whole: bool = True) -> str:
    """An absolute address of another page of the same list."""
    others = [(name, text) for name, text in request.query if name != "page"] if whole else []
    return f"{request.root}{request.path}?{urlencode([*others, ('page', page)])}"


def _whole(field: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise _Invalid(field, f"The {field} must be a whole number of at least 1.")
    return int(text)


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Invalid(field, f"The {field} is not a valid date.") from None


def _refused(status: int, error: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """INFERRED: the body of a refusal."""
    return Answer(status, {"error": error, "message": message}, headers or {})
