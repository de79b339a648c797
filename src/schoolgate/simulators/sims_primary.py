"""A stand-in for SIMS Primary's partner API, "SIMS 8 V3" and "DeX OData" (reference mis-apis.md, sections 2 and 4).

Nothing of it is the vendor's: it answers as public pages say, and where they are silent as its switches say.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from schoolgate.simulators.answering import Answer, Request
from schoolgate.simulators.odata import BadQuery, Options, Row, fits, read_moment, read_options, selected
from schoolgate.simulators.population import Population
from schoolgate.simulators.sims_primary_clients import (
    DATA_SCOPES,
    Client,
    Grant,
    TokenService,
    client_of,
    subscription_key,
)
from schoolgate.simulators.sims_primary_sets import SETS, EntitySet, Reading, days_of, groups, rows_of, tables_of
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches
from schoolgate.simulators.simulator import Simulator
from schoolgate.wire.mis.connector import Group

MOST_DAYS = 90
"""The span of marks that one call may ask for (reference 2.10)."""
_NEXT = "@odata.nextLink"
_SERVICES = frozenset({"learner", "attendance", "staff", "agency"})
_ROUTE = re.compile(
    r"(?P<product>/ssli01|/dex)?/(?P<service>[A-Za-z]+)(?P<odata>/odata)?/(?P<version>[vV]3)"
    r"/(?P<set>[A-Za-z]+)(?P<key>\([^()]*\))?(?:/(?P<tail>[A-Za-z.]+)(?:\((?P<argument>[^()]*)\))?)?"
)
_GUID_KEY = re.compile(r"\(([0-9a-fA-F-]{36})\)")
_GROUP_KEY = re.compile(r"\(ExternalID=([0-9a-fA-F-]{36}),GroupType=SIMS\.GroupTypeEnum'(YearGroup|PrimaryClass)'\)")
_READINGS_KEPT = 32
_NO_KEY = "missing subscription key. Make sure to include subscription key when making requests to an API."
_WRONG_KEY = "invalid subscription key. Make sure to provide a valid key for an active subscription."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question for data, once it is known who asks."""

    request: Request
    school: Population
    entity: EntitySet
    key: str
    tail: str
    argument: str


class SimsPrimary(Simulator[SimsPrimarySwitches]):
    """Several schools of SIMS Primary, all collected by one supplier with one subscription key."""

    rows = "value"

    def __init__(
        self,
        schools: Sequence[Population],
        switches: SimsPrimarySwitches | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now` is the clock (UTC) of tokens and of the pace."""
        super().__init__(schools, switches or SimsPrimarySwitches(), now=now)
        self.clients: dict[str, Client] = {one.organisation_id: one for one in map(client_of, schools)}
        self.tokens = TokenService(self.clients.values())
        self.key = subscription_key(schools[0].seed if schools else 0)
        self._readings: dict[Any, list[Row]] = {}

    def settings(self, root: str) -> list[dict[str, str]]:
        """The settings of each school, and the two addresses that are the same for all."""
        return [
            {
                "la": client.school.la,
                "school": client.school.school,
                "name": client.school.name,
                "base_url": f"{root}/ssli01/",
                "token_url": f"{root}/connect/token",
                "client_id": client.client_id,
                "secret": client.secret,
                "subscription_key": self.key,
                "organisation_id": client.organisation_id,
            }
            for client in self.clients.values()
        ]

    def answer(self, request: Request) -> tuple[Answer, str]:
        """Answer a call; all but the token service stand behind the gateway."""
        if request.path == "/connect/token":
            return self.tokens.answer(request, self.switches, self.revoked, self.now()), ""
        checks = [self._key_refused, self._token_refused]
        if not self.switches.key_checked_first:
            checks.reverse()
        refused = next((answer for check in checks if (answer := check(request)) is not None), None)
        if refused is not None:
            return refused, ""
        grant = self.tokens.grant(request.headers.get("authorization", ""), self.now())
        assert grant is not None
        if not self._may_ask(grant):
            return _data_error(403, "The application has no access to this organisation."), grant.owner
        return self._data(request, self.clients[grant.organisation_id].school), grant.organisation_id

    def same_page(self, request: Request) -> Mapping[str, Any]:
        """A next link to the same rows: by another address, lest one who looks out for circles stops there."""
        others = tuple((name, text) for name, text in request.query if name != "$skip")
        return {_NEXT: _address(request, (*others, ("$skip", f"0{dict(request.query).get('$skip', '')}")))}

    def mutate(self, request: Request) -> None:
        """Change a row of the set that is asked for, at the school whose token it is."""
        route = _ROUTE.fullmatch(request.path)
        entity = SETS.get((route["service"].lower(), route["set"])) if route else None
        grant = self.tokens.grant(request.headers.get("authorization", ""), self.now())
        if grant is not None and entity is not None and entity.group is not None:
            self.clients[grant.owner].school.touch(entity.group)

    def _key_refused(self, request: Request) -> Answer | None:
        """The gateway's part: the key, then the pace, then whether there is such a service at all."""
        key = request.headers.get("ocp-apim-subscription-key", "")
        if key != self.key:
            return _gateway(401, f"Access denied due to {_WRONG_KEY if key else _NO_KEY}")
        wait = self.limit.seconds_to_wait(key, self.now(), self.switches.calls_per_second)
        if wait:
            headers = {"Retry-After": str(wait)} if self.switches.retry_after else {}
            return _gateway(429, f"Rate limit is exceeded. Try again in {wait} seconds.", headers)
        route = _ROUTE.fullmatch(request.path)
        return None if route and route["service"].lower() in _SERVICES else _gateway(404, "Resource not found")

    def _token_refused(self, request: Request) -> Answer | None:
        """INFERRED: a body without a numeric `statusCode`, by which the two kinds of 401 are told apart."""
        if self.tokens.grant(request.headers.get("authorization", ""), self.now()) is not None:
            return None
        says = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return Answer(401, {"message": "Authorization has been denied for this request."}, says)

    def _may_ask(self, grant: Grant) -> bool:
        return (
            grant.scope in DATA_SCOPES
            and grant.organisation_id == grant.owner
            and grant.organisation_id not in self.revoked
        )

    def _data(self, request: Request, school: Population) -> Answer:
        route = _ROUTE.fullmatch(request.path)
        assert route is not None
        entity = SETS.get((route["service"].lower(), route["set"]))
        if entity is None:
            return _data_error(404, "There is no such set.")
        if request.method != "GET":
            return Answer(405, None, {"Allow": "GET"})
        asked = _Asked(request, school, entity, route["key"] or "", route["tail"] or "", route["argument"] or "")
        try:
            if asked.key:
                return self._by_key(asked)
            if asked.tail not in {"", "SIMS.Changes"}:
                return _data_error(404, "There is no such resource.")
            return self._collection(asked)
        except BadQuery as error:
            return _data_error(400, str(error))

    def _by_key(self, asked: _Asked) -> Answer:
        """One row; of a group its members too (reference 2.5)."""
        entity, school = asked.entity, asked.school
        if entity.name == "LearnerGroups":
            found = _GROUP_KEY.fullmatch(asked.key)
            if found is None:
                raise BadQuery("The key of a group is its ExternalID and its GroupType.")
            if asked.tail:
                return self._members(asked, found[2], found[1].lower())
            wanted = found[1].lower()
            rows = [row for row in groups(school) if row["GroupType"] == found[2]]
        else:
            found = _GUID_KEY.fullmatch(asked.key)
            if found is None or asked.tail:
                raise BadQuery("The key of a row is its ExternalID.")
            wanted = found[1].lower()
            rows = [row for table in self._tables(entity, Reading(school, self.switches)) for row in table]
        row = next((row for row in rows if row["ExternalID"] == wanted), None)
        if row is None:
            return _data_error(404, "There is no such row.")
        return Answer(200, {"@odata.context": f"{_context(asked)}/$entity", **row})

    def _members(self, asked: _Asked, kind: str, group: str) -> Answer:
        entity = SETS.get(("learner", asked.tail))
        if asked.tail not in {"LearnerIdentifiers", "LearnerPersonals"} or entity is None:
            return _data_error(404, "There is no such resource.")
        identifiers = rows_of(SETS["learner", "LearnerIdentifiers"], Reading(asked.school, self.switches))
        members = {row["ExternalID"] for row in identifiers if row[f"Current{kind}"]["ExternalID"] == group}
        rows = [row for row in rows_of(entity, Reading(asked.school, self.switches)) if row["ExternalID"] in members]
        return self._page(asked, self._options(asked.request, entity), [rows])

    def _collection(self, asked: _Asked) -> Answer:
        entity, options = asked.entity, self._options(asked.request, asked.entity)
        since = self._since(asked) if asked.tail else None
        reading = Reading(asked.school, self.switches, since, options.terms)
        if entity.group is Group.ATTENDANCE and since is None:
            self._look_at_days(reading)
        return self._page(asked, options, [table for table in self._tables(entity, reading) if table])

    def _look_at_days(self, reading: Reading) -> None:
        """Refuse a question for marks of more days, or of days longer ago, than are told."""
        days = days_of(reading.terms)
        if self.switches.span_check == "reject" and (days is None or days[1] - days[0] > timedelta(days=MOST_DAYS)):
            raise BadQuery(f"Attendance can be read for at most {MOST_DAYS} days in one request.")
        if days is not None and days[1] < reading.marks_from:
            raise BadQuery("Attendance of these days is not told any more.")

    def _page(self, asked: _Asked, options: Options, tables: list[list[Row]]) -> Answer:
        """A page of rows; of a faulty union each table is cut by itself (reference 2.7)."""
        size = self.switches.page_size
        if not (len(tables) > 1 and self.switches.lookup_bug):
            tables = [[row for table in tables for row in table]]
        end = None if options.top is None else options.skip + options.top
        rows = [row for table in tables for row in table[options.skip : end]]
        content: dict[str, Any] = {
            "@odata.context": _context(asked),
            "value": [selected(row, options.select) for row in rows[:size]],
        }
        if len(rows) > size:
            left = () if options.top is None else (("$top", str(options.top - size)),)
            after = (*options.plain, *left, ("$skip", str(options.skip + size)))
            content[_NEXT] = _address(asked.request, after)
        return Answer(200, content, {"OData-Version": "4.0"})

    def _tables(self, entity: EntitySet, reading: Reading) -> list[list[Row]]:
        """The rows asked for, as one table or those of a union; read once for all pages, until something happens."""
        if entity.is_lookup:
            tables = tables_of(entity, reading.school).values()
            return [[row for row in table if fits(row, reading.terms)] for table in tables]
        school = reading.school
        about = (school.la, school.school, school.version, entity.name, reading.since, reading.terms, self.switches)
        if about not in self._readings:
            while len(self._readings) >= _READINGS_KEPT:
                del self._readings[next(iter(self._readings))]
            self._readings[about] = [row for row in rows_of(entity, reading) if fits(row, reading.terms)]
        return [self._readings[about]]

    def _options(self, request: Request, entity: EntitySet) -> Options:
        return read_options(
            request.query, entity.fields, ranges=self.switches.range_operators, select=self.switches.select_option
        )

    def _since(self, asked: _Asked) -> datetime:
        """The start point of the change function, whose literal form is INFERRED."""
        only_marks = self.switches.changes_of == "attendance" and asked.entity.service != "Attendance"
        if asked.entity.is_lookup or asked.entity.name == "LearnerGroups" or only_marks:
            raise BadQuery("The set has no function SIMS.Changes.")
        name, _, literal = asked.argument.partition("=")
        if name.strip() != "startDate":
            raise BadQuery("SIMS.Changes needs the argument startDate.")
        since = read_moment(literal.strip())
        too_long = asked.school.lived - since.date() > timedelta(days=MOST_DAYS)
        if asked.entity.group is Group.ATTENDANCE and too_long and self.switches.changes_span_check == "reject":
            raise BadQuery(f"Changes of attendance can be read for at most {MOST_DAYS} days.")
        return since


def _context(asked: _Asked) -> str:
    before, slash, _ = asked.request.path.partition(f"/{asked.entity.name}")
    return f"{asked.request.root}{before}{slash[:1]}$metadata#{asked.entity.name}"


def _address(request: Request, query: Sequence[tuple[str, str]]) -> str:
    """An absolute address of the same resource with another query."""
    return f"{request.root}{request.path}" + (f"?{urlencode(query, safe='$/:,()')}" if query else "")


def _gateway(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """What the gateway says by itself: with the status as a number in the body."""
    return Answer(status, {"statusCode": status, "message": message}, headers or {})


def _data_error(status: int, message: str) -> Answer:
    """INFERRED: an OData error."""
    return Answer(status, {"error": {"code": str(status), "message": message}})
