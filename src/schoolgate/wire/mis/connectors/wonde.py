"""Wonde, which gathers the systems of many vendors (reference mis-apis.md 7.1).

What is inferred of its rows stands in `wonde_rows`, of its service in `options` and where it says so here.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

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
from schoolgate.wire.mis.wonde_rows import (
    CODE,
    LEFT,
    LONDON,
    OF_PUPILS,
    SCHOOL,
    SHAPES,
    code_key,
    code_of,
    deleted_pupil,
    is_looked_after,
    key_of,
    left_on,
    mark_of,
    pupil_of,
    pupils_of_contact,
    year_group,
)
from schoolgate.wire.mis.wonde_service import Query, WondeService

_STUDENTS = ("students", "students-leaver")
_MARKS = ("attendance/session", "attendance-leavers/session")
_TOLD_LATE = timedelta(days=28)
"""So late a school may enter that a pupil has left."""


class Wonde(Connector):
    """The connector of Wonde: the pupils' lists, exclusions and marks; no special needs and meals (`wonde_rows`)."""

    name = "wonde"
    label = "Wonde"
    settings = (
        Setting("token", "Token", secret=True, hint="One for all schools; Wonde gives it to the supplier."),
        Setting("school_id", "School ID", form="[A-Za-z0-9-]{1,40}", hint="As A1234567890."),
    )
    options = (
        Setting(
            "base_url",
            "Address of the region",
            form=r"https?://\S+[^/\s]",
            hint="As https://api.example.org, without / at its end.",
            default="https://api.wonde.com",
        ),
        # INFERRED: the vendor's limit is not known.
        Setting(
            "calls_per_second",
            "Calls a second",
            form=r"(?![0.]+$)[0-9]{1,3}(\.[0-9]{1,3})?",
            hint="More than 0.",
            default="3",
        ),
        Setting("per_page", "Rows of a page", form="[1-9][0-9]{0,3}", default="200"),
        Setting("overlap_days", "Days that changes are asked for again", form="[0-9]{1,2}", default="1"),
        Setting("attendance_overlap_days", "Days that marks are asked for again", form="[0-9]{1,2}", default="3"),
        # INFERRED: a pupil's `updated_at` moves with what is included; if not, all is read and compared.
        Setting("details_move_pupils", "A change of details is one of the pupil", form="yes|no", default="yes"),
        # INFERRED: names of the days' parameters. Marks of other days are passed over, so that none does no harm.
        Setting("first_day", "Parameter of the first day of marks", form="[a-z_]+", default="date_from"),
        Setting("last_day", "Parameter of the last day of marks", form="[a-z_]+", default="date_to"),
        Setting(
            "deletions",
            "List of deleted pupils",
            form="deletions|students/deleted|none",
            hint="deletions, students/deleted or none.",
            default="deletions",
        ),
    )
    capabilities = Capabilities(
        auth="static-token",
        change_model="since-date",
        change_upper_bound=False,
        change_granularity="row",
        deletes="separate-list",
        freshness="cached",
        groups=frozenset({*SHAPES, Group.ATTENDANCE}),
        rate=Rate(3.0, "supplier"),
        filters=frozenset({"nc-year", "looked-after", "leavers"}),
    )

    def __init__(self, values: Mapping[str, str], options: Mapping[str, str], tools: Tools) -> None:
        super().__init__(values, options, tools)
        self._service = self._make_service(patience=True)
        self._rolls: dict[tuple[Filters, str], frozenset[str]] = {}
        self._codes: dict[str, str] | None = None

    @property
    def pace_key(self) -> str:
        """The token's digest: the calls of all schools of one supplier are taken to count together."""
        return f"{self.name} {hashlib.sha256(self.values['token'].encode()).hexdigest()[:32]}"

    def check(self) -> Check:
        return self._make_service(patience=False).check()

    def codes(self) -> Iterator[VendorCode]:
        yield from map(code_of, self._service.rows("attendance-codes"))

    def snapshot(self, group: Group, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        self._service.allowed()
        if group is Group.EXCLUSION:
            yield from self._exclusions(self._roll(filters))
        else:
            yield from self._pupils(group, filters)
        yield Complete(self.cursor_at(began))

    def changes(self, group: Group, cursor: str, filters: Filters) -> Iterator[Told]:
        """Wonde tells changed rows; of each pupil who is touched the whole group is given."""
        began = self.tools.now()
        self._service.allowed()
        since = datetime.fromisoformat(cursor) - timedelta(days=int(self.option["overlap_days"]))
        if group is Group.EXCLUSION:
            touched = {key for row in self._service.rows("exclusions", _since(since)) if (key := _key(pupil_of, row))}
            if touched:
                yield from self._exclusions(self._roll(filters, since) & touched)
        else:
            yield from self._changed_pupils(group, since, filters)
        if group is Group.PUPIL:
            yield Batch(gone=tuple(self._deleted(since)))
        yield Complete(self.cursor_at(began))

    def attendance(self, cursor: str, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        self._service.allowed()
        since = datetime.fromisoformat(cursor) - timedelta(days=int(self.option["attendance_overlap_days"]))
        yield from self._marks(_since(since), filters, date.min, date.max)
        yield Complete(self.cursor_at(began))

    def attendance_between(self, first: date, last: date, filters: Filters) -> Iterator[Told]:
        began = self.tools.now()
        self._service.allowed()
        days = {self.option["first_day"]: first.isoformat(), self.option["last_day"]: last.isoformat()}
        yield from self._marks(days, filters, first, last)
        yield Complete(self.cursor_at(began))

    def cursor_at(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat()

    def read(self, group: Group, raw: tuple[Raw, ...]) -> Row | Mark:
        if not raw:
            raise BadValue("no-row", "There is nothing to read.")
        if group is Group.ATTENDANCE:
            return mark_of(raw[0])
        key = pupil_of(raw[0]) if group is Group.EXCLUSION else key_of(raw[0])
        return Row(key, group, SHAPES[group](raw), raw)

    def _changed_pupils(self, group: Group, since: datetime, filters: Filters) -> Iterator[Batch]:
        moves = self.option["details_move_pupils"] == "yes"
        told: set[str] = set()
        for batch in self._pupils(group, filters, since, only_changed=moves):
            told.update(row.key for row in batch.rows)
            yield batch
        if group is Group.CONTACT and moves:
            # A contact has a change of its own, whoever's it is.
            rows = self._service.rows("contacts", {**_since(since), "include": "students"})
            left = {key for row in rows for key in pupils_of_contact(row)} - told
            if left:
                yield from _only(left, self._pupils(group, filters, since, only_changed=False))

    def _pupils(
        self, group: Group, filters: Filters, since: datetime | None = None, *, only_changed: bool = False
    ) -> Iterator[Batch]:
        """A group that stands with the pupils; of leavers without the filter those who left since.

        Those who are here are read first: whoever leaves meanwhile comes twice, the second time as a leaver.
        """
        query = _since(since) if since and only_changed else {}
        for page in self._students(OF_PUPILS[group].includes, filters, since, query):
            rows: list[Row] = []
            bad: list[BadRow] = []
            beside = {SCHOOL: self._service.school} if group is Group.ENROLMENT else {}
            for raw in page:
                self._take(group, ({**raw, **beside},), rows, bad)
            yield Batch(rows=tuple(rows), bad=tuple(bad))

    def _students(
        self, includes: Iterable[str], filters: Filters, since: datetime | None, query: Query
    ) -> Iterator[list[Raw]]:
        """Pages of pupils who are asked for; leavers are marked as such."""
        looked_after = ("extended_details",) if filters.looked_after else ()
        included = tuple(dict.fromkeys((*includes, "education_details", *looked_after)))
        gone_since = (since.astimezone(LONDON).date() - _TOLD_LATE).isoformat() if since else "9999"
        for name in _STUDENTS:
            is_leaver = name == "students-leaver"
            if is_leaver and not filters.leavers and since is None:
                continue
            for page in self._service.pages(name, {**query, "include": ",".join(included)}, included):
                yield [
                    {**row, LEFT: True} if is_leaver else row
                    for row in page
                    if (not is_leaver or filters.leavers or left_on(row) >= gone_since)
                    and (not filters.nc_years or year_group(row) in filters.nc_years)
                    and (not filters.looked_after or is_looked_after(row))
                ]

    def _roll(self, filters: Filters, since: datetime | None = None) -> frozenset[str]:
        """The keys of the pupils who are asked for, as `_pupils` has them; asked once a run."""
        wanted = filters, str(since)
        if wanted not in self._rolls:
            pages = self._students((), filters, since, {})
            self._rolls[wanted] = frozenset(key for page in pages for row in page if (key := _key(key_of, row)))
        return self._rolls[wanted]

    def _exclusions(self, wanted: frozenset[str]) -> Iterator[Batch]:
        """All exclusions of these pupils: Wonde lists them one by one."""
        by_pupil: dict[str, list[Raw]] = {}
        rows: list[Row] = []
        bad: list[BadRow] = []
        for raw in self._service.rows("exclusions"):
            try:
                by_pupil.setdefault(pupil_of(raw), []).append(raw)
            except BadValue as error:
                bad.append(BadRow("", Group.EXCLUSION, error.code, error.sentence, (raw,)))
        for key, own in by_pupil.items():
            if key in wanted:
                # One that stands on two pages is one.
                self._take(Group.EXCLUSION, tuple({str(raw.get("id")): raw for raw in own}.values()), rows, bad)
        yield Batch(rows=tuple(rows), bad=tuple(bad))

    def _marks(self, query: Query, filters: Filters, first: date, last: date) -> Iterator[Batch]:
        """Marks of those who are here and of leavers, whose marks before they left may have changed too."""
        codes = self._known_codes()
        wanted = self._roll(filters) if filters.nc_years or filters.looked_after else None
        for name in _MARKS:
            for page in self._service.pages(name, query):
                marks: list[Mark] = []
                bad: list[BadRow] = []
                for told in page:
                    # A code that the list does not have is told by its key: nobody's meaning is guessed.
                    raw = {**told, CODE: codes.get(code_key(told), code_key(told))}
                    try:
                        mark = mark_of(raw)
                    except BadValue as error:
                        bad.append(BadRow("", Group.ATTENDANCE, error.code, error.sentence, (raw,)))
                        continue
                    if first <= mark.day <= last and (wanted is None or mark.key in wanted):
                        marks.append(mark)
                yield Batch(marks=tuple(marks), bad=tuple(bad))

    def _take(self, group: Group, raw: tuple[Raw, ...], rows: list[Row], bad: list[BadRow]) -> None:
        try:
            row = self.read(group, raw)
        except BadValue as error:
            key = _key(pupil_of if group is Group.EXCLUSION else key_of, raw[0])
            bad.append(BadRow(key, group, error.code, error.sentence, raw))
        else:
            assert isinstance(row, Row)
            rows.append(row)

    def _deleted(self, since: datetime) -> list[str]:
        """Whom the school's system does not know any more. Who may not read the list learns it by snapshots."""
        path = self.option["deletions"]
        if path == "none":
            return []
        query = _since(since) | ({"type": "student"} if path == "deletions" else {})
        try:
            return [key for row in self._service.rows(path, query) if (key := deleted_pupil(row))]
        except MisError as error:
            if error.trouble is Trouble.SCOPE:
                return []
            raise

    def _known_codes(self) -> dict[str, str]:
        if self._codes is None:
            self._codes = {str(row.get("id")): code_of(row).code for row in self._service.rows("attendance-codes")}
        return self._codes

    def _make_service(self, *, patience: bool) -> WondeService:
        return WondeService(
            self.tools,
            base_url=self.option["base_url"],
            school_id=self.values["school_id"],
            token=self.values["token"],
            per_page=self.option["per_page"],
            per_second=float(self.option["calls_per_second"]),
            pace_key=self.pace_key,
            patience=patience,
        )


def _since(moment: datetime) -> dict[str, str]:
    """INFERRED: it is read as UTC; were it London's time, an hour more would be told, not less."""
    return {"updated_after": moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")}


def _only(keys: set[str], batches: Iterable[Batch]) -> Iterator[Batch]:
    for batch in batches:
        yield Batch(rows=tuple(row for row in batch.rows if row.key in keys))


def _key(read: Callable[[Raw], str], row: Raw) -> str:
    try:
        return read(row)
    except BadValue:
        return ""


CONNECTOR = Wonde
