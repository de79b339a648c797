"""SIMS Primary, "SIMS 8 V3" and "DeX OData": token service, subscription key, OData sets, `SIMS.Changes`.

Reference mis-apis.md, sections 2 and 3. What is inferred of its rows stands in `sims_primary_rows`, of its service in
`sims_primary_service`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.calling import Caller, next_page
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
    Token,
    Told,
    Tools,
    Trouble,
    VendorCode,
)
from schoolgate.wire.mis.sims_primary_rows import (
    CODE,
    LEARNER_SETS,
    LONDON,
    mark_of,
    pupil_key,
    stay_began,
    stay_ended,
    year_group,
)
from schoolgate.wire.mis.sims_primary_service import (
    OPTIONS,
    SETTINGS,
    changes_since,
    data_refusal,
    digest,
    literal,
    token_refusal,
)

_AT_ONCE = 500
_FEW = 40
"""So many pupils are read one by one; more are read with the whole set."""
_RENEW_BEFORE = timedelta(seconds=60)
_A_DAY = 86_400
_LONGEST_SPAN = timedelta(days=89)


class SimsPrimary(Connector):
    """The connector of SIMS Primary."""

    name = "sims-primary"
    label = "SIMS Primary"
    settings = SETTINGS
    options = OPTIONS
    capabilities = Capabilities(
        auth="client-credentials",
        change_model="since-date",
        change_upper_bound=False,
        change_granularity="whole-group",
        deletes="none",
        freshness="live",
        groups=frozenset(Group),
        rate=Rate(4.0, "supplier"),
        attendance_window_days=90,
        filters=frozenset({"nc-year", "looked-after", "leavers"}),
    )

    def __init__(self, values: Mapping[str, str], options: Mapping[str, str], tools: Tools) -> None:
        super().__init__(values, options, tools)
        self._token_key = digest(
            *(values[one.name] for one in self.settings[:2]), self.option["scope"], self.organisation
        )
        self._caller = self._make_caller(patience=True)
        self._rolls: dict[Filters, frozenset[str]] = {}
        self._moves: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    @property
    def organisation(self) -> str:
        return self.values["organisation_id"].lower()

    @property
    def pace_key(self) -> str:
        """The subscription key's digest: the calls of all schools of one supplier count together (reference 2.10)."""
        return f"{self.name} {digest(self.values['subscription_key'])}"

    def check(self) -> Check:
        patient = self._caller
        self._caller = self._make_caller(patience=False)
        self.tools.tokens.drop(self._token_key)
        try:
            rows = self._get(self._address("Learner", "LearnerIdentifiers"), "LearnerIdentifiers", {"$top": "1"})[
                "value"
            ]
        except MisError as error:
            return Check(error.sentence, error.trouble)
        finally:
            self._caller = patient
        if not rows:
            return Check(
                "The settings are right, but the school's system tells of no pupil. "
                "Ask the school whether the Organisation ID is its own.",
                Trouble.DATA,
            )
        return Check("The settings work: the school's system answers and tells of pupils.")

    def codes(self) -> Iterator[VendorCode]:
        """By type of lookup, each to its end: a union of tables has a wrong next link (reference 2.7)."""
        own, statutory = self._lookups("AttendanceCode"), self._lookups("StatutoryAttendanceCode")
        counts_as = {str(row.get("ExternalID")): str(row.get("Code") or "") for row in statutory}
        for row in own:
            reference = row.get("StatutoryAttendanceCode")
            told = counts_as.get(str(reference.get("ExternalID")), "") if isinstance(reference, dict) else ""
            yield VendorCode(str(row.get("Code") or ""), str(row.get("Description") or ""), told)

    def snapshot(self, group: Group, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        wanted = self._roll(filters)
        rows = self._pages("Learner", LEARNER_SETS[group].name)
        yield from self._told(group, rows, lambda key: key in wanted)
        yield Complete(self.cursor_at(began))

    def changes(self, group: Group, cursor: str, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        since = _moment(cursor) - timedelta(days=int(self.option["overlap_days"]))
        wanted = self._roll(filters)
        entered, left = self._moved(since)
        changed = list(self._pages("Learner", f"{LEARNER_SETS[group].name}/{changes_since(since)}"))
        touched = {key for row in changed if (key := _key_or_none(row, group))}
        # Of who came all is news, though nothing of it may have changed since.
        again = entered & wanted - touched
        if self.option["whole_groups"] == "no":
            again |= (entered & wanted) | (touched & (wanted | left))
        rows = [row for row in changed if _key_or_none(row, group) not in again]
        rows += self._rows_of(group, again)
        yield from self._told(group, rows, lambda key: key in wanted or key in left)
        yield Complete(self.cursor_at(began))

    def attendance(self, cursor: str, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        since = _moment(cursor) - timedelta(days=int(self.option["attendance_overlap_days"]))
        if since < began - _LONGEST_SPAN:
            # More than a call may span: by days what lies before, then what was changed of late.
            first, last = since.astimezone(LONDON).date(), began.astimezone(LONDON).date()
            yield from (told for told in self.attendance_between(first, last, filters) if isinstance(told, Batch))
            since = began - _LONGEST_SPAN
        yield from self._marks(f"AttendanceRecords/{changes_since(since)}", None, filters)
        yield Complete(self.cursor_at(began))

    def attendance_between(self, first: date, last: date, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        length = timedelta(days=int(self.option["window_days"]) - 1)
        while first <= last:
            until = min(first + length, last)
            start = datetime.combine(first, time(), LONDON)
            end = datetime.combine(until + timedelta(days=1), time(), LONDON) - timedelta(seconds=1)
            span = f"AttendableEventStart ge {literal(start)} and AttendableEventStart le {literal(end)}"
            yield from self._marks("AttendanceRecords", {"$filter": span}, filters)
            first = until + timedelta(days=1)
        yield Complete(self.cursor_at(began))

    def cursor_at(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat()

    def read(self, group: Group, raw: tuple[Raw, ...]) -> Row | Mark:
        if not raw:
            raise BadValue("no-row", "There is nothing to read.")
        if group is Group.ATTENDANCE:
            return mark_of(raw[0])
        return Row(pupil_key(raw[0], group), group, self._record(group, raw), raw)

    def _record(self, group: Group, raw: tuple[Raw, ...]) -> Record:
        return LEARNER_SETS[group].shape(raw, self.tools.now().astimezone(LONDON).date())

    def _told(self, group: Group, rows: Iterable[Raw], is_wanted: Callable[[str], bool]) -> Iterator[Batch]:
        """The rows put together by pupil: those of one may stand on several pages, and come twice."""
        by_pupil: dict[str, dict[str, Raw]] = {}
        bad: list[BadRow] = []
        gone: list[str] = []
        for row in rows:
            try:
                key = pupil_key(row, group)
            except BadValue as error:
                bad.append(BadRow("", group, error.code, error.sentence, (row,)))
                continue
            if "@removed" in row:
                gone += [key] if group is Group.PUPIL else []
            elif is_wanted(key):
                by_pupil.setdefault(key, {})[str(row.get("ExternalID"))] = row
        read: list[Row] = []
        for key, own in by_pupil.items():
            raw = tuple(own.values())
            try:
                read.append(Row(key, group, self._record(group, raw), raw))
            except BadValue as error:
                bad.append(BadRow(key, group, error.code, error.sentence, raw))
        for start in range(0, len(read), _AT_ONCE):
            yield Batch(rows=tuple(read[start : start + _AT_ONCE]))
        if bad or gone:
            yield Batch(bad=tuple(bad), gone=tuple(gone))

    def _marks(self, resource: str, query: Mapping[str, str] | None, filters: Filters) -> Iterator[Batch]:
        codes = {str(row.get("ExternalID")): row.get("Code") for row in self._lookups("AttendanceCode")}
        wanted = self._roll(filters) if filters.nc_years or filters.looked_after else None
        for page in self._each_page("Attendance", resource, query):
            marks: list[Mark] = []
            bad: list[BadRow] = []
            for row in page:
                try:
                    mark = mark_of(_with_code(row, codes))
                except BadValue as error:
                    bad.append(BadRow("", Group.ATTENDANCE, error.code, error.sentence, (row,)))
                    continue
                if wanted is None or mark.key in wanted:
                    marks.append(mark)
            yield Batch(marks=tuple(marks), bad=tuple(bad))

    def _roll(self, filters: Filters) -> frozenset[str]:
        """The keys of the pupils that are asked for; asked once a run."""
        if filters not in self._rolls:
            states = ["Current", "Leaver"] if filters.leavers else ["Current"]
            rows = [row for state in states for row in self._pages("Learner", "LearnerIdentifiers", _in_state(state))]
            keys = {
                key
                for row in rows
                if (key := _key_or_none(row, Group.PUPIL))
                and (not filters.nc_years or year_group(row) in filters.nc_years)
            }
            if filters.looked_after:
                personals = self._pages("Learner", LEARNER_SETS[Group.PUPIL].name)
                keys &= {_key_or_none(row, Group.PUPIL) for row in personals if row.get("InCare") is True}
            self._rolls[filters] = frozenset(keys)
        return self._rolls[filters]

    def _moved(self, since: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """Who entered the school since a moment, and who left it; asked once a run."""
        said = literal(since)
        if said not in self._moves:
            day = since.astimezone(LONDON).date().isoformat()
            rows = [
                (key, row)
                for row in self._pages("Learner", f"{LEARNER_SETS[Group.ENROLMENT].name}/{changes_since(since)}")
                if (key := _key_or_none(row, Group.ENROLMENT))
            ]
            entered = frozenset(key for key, row in rows if stay_began(row) >= day)
            self._moves[said] = entered, frozenset(key for key, row in rows if stay_ended(row) >= day)
        return self._moves[said]

    def _rows_of(self, group: Group, keys: Iterable[str]) -> list[Raw]:
        """All rows of some pupils."""
        wanted = frozenset(keys)
        if not wanted:
            return []
        name, term = LEARNER_SETS[group].name, "ExternalID" if group is Group.PUPIL else "Learner/ExternalID"
        if len(wanted) > _FEW:
            return [row for row in self._pages("Learner", name) if _key_or_none(row, group) in wanted]
        filters = ({"$filter": f"{term} eq {key}"} for key in sorted(wanted))
        return [row for one in filters for row in self._pages("Learner", name, one)]

    def _lookups(self, kind: str) -> list[Raw]:
        return list(self._pages("Attendance", "AttendanceLookups", {"$filter": f"LookupType eq '{kind}'"}))

    def _pages(self, service: str, resource: str, query: Mapping[str, str] | None = None) -> Iterator[Raw]:
        for page in self._each_page(service, resource, query):
            yield from page

    def _each_page(self, service: str, resource: str, query: Mapping[str, str] | None) -> Iterator[list[Raw]]:
        """Follow the next links to the end. Raises MisError for one that leads elsewhere or in a circle."""
        what = resource.partition("/")[0] + (" changes" if "/" in resource else "")
        address = self._address(service, resource)
        seen = {address}
        while True:
            said = self._get(address, what, query)
            yield [row for row in said["value"] if isinstance(row, dict)]
            following = said.get("@odata.nextLink")
            if not following:
                return
            address, query = next_page(following, address, seen, what), None

    def _get(self, address: str, what: str, query: Mapping[str, str] | None) -> Raw:
        said = self._caller.get_json(address, what=what, params=query)
        if not isinstance(said, dict) or not isinstance(said.get("value"), list):
            raise MisError(Trouble.DATA, f"The answer for {what} is no list of rows.", ends="group")
        return said

    def _address(self, service: str, resource: str) -> str:
        return self.option["data_url"] + self.option["path"].replace("{service}", service).replace("{set}", resource)

    def _make_caller(self, *, patience: bool) -> Caller:
        return Caller(
            self.tools,
            pace_key=self.pace_key,
            per_second=float(self.option["calls_per_second"]),
            refusal=data_refusal,
            headers=self._headers,
            forget_token=lambda: self.tools.tokens.drop(self._token_key),
            patience=patience,
        )

    def _headers(self) -> Mapping[str, str]:
        token = self.tools.tokens.get(self._token_key) or self._new_token()
        return {"Authorization": f"Bearer {token.text}", "Ocp-Apim-Subscription-Key": self.values["subscription_key"]}

    def _new_token(self) -> Token:
        """Reference 2.2. How long a token lasts is counted from before it was asked for, by this machine's clock."""
        asked = self.tools.now()
        form = {
            "grant_type": "client_credentials",
            "client_id": self.values["client_id"],
            "client_secret": self.values["secret"],
            "scope": self.option["scope"],
            "acr_values": f"orgselected:{self.organisation}",
        }
        said = self._caller.post_form(self.option["token_url"], form, what="a token", refusal=token_refusal)
        text = said.get("access_token") if isinstance(said, dict) else None
        if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text.strip():
            raise MisError(
                Trouble.DATA, "The token service's answer has no token in it.", ends="connection", passes=True
            )
        lasts = said.get("expires_in")
        span = timedelta(seconds=min(lasts, _A_DAY) if isinstance(lasts, int) and lasts > 0 else 3600)
        token = Token(text, asked + max(span - _RENEW_BEFORE, span / 2))
        self.tools.tokens.put(self._token_key, token)
        return token


def _with_code(row: Raw, codes: Mapping[str, Any]) -> Raw:
    """A mark with its code beside the reference; one that no list has is told by its key, so that nobody guesses it."""
    reference = row.get("AttendanceCode")
    if not isinstance(reference, dict):
        return row
    key = str(reference.get("ExternalID"))
    return {**row, "AttendanceCode": {**reference, CODE: codes.get(key) or f"?{key[:8]}"}}


def _in_state(state: str) -> Mapping[str, str]:
    return {"$filter": f"OnRollState eq '{state}'"}


def _key_or_none(row: Raw, group: Group) -> str | None:
    try:
        return pupil_key(row, group)
    except BadValue:
        return None


def _moment(cursor: str) -> datetime:
    return datetime.fromisoformat(cursor)


CONNECTOR = SimsPrimary
