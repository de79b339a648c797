from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.mis.kit import Clock, TokenBox

from schoolgate.wire.mis.connector import BadValue, Group, Mark, Row, Tools
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary
from schoolgate.wire.mis.pace import PaceInMemory

KEY = "11111111-1111-4111-8111-111111111111"
OF_PUPIL = {"Learner": {"ExternalID": KEY}}
FIELDS = [
    "ExternalID",
    "Learner",
    "Attendee",
    "AttendanceCode",
    "AttendableEventStart",
    "MinutesLate",
    "LegalSurname",
    "DateOfBirth",
    "Ethnicity",
    "MembershipType",
    "EntryDate",
    "ExitDate",
    "School",
    "StartDate",
    "Telephone",
    "Contact",
    "Sequence",
    "Address",
    "Telephones",
    "Provision",
    "Needs",
    "Kind",
    "Category",
    "Reasons",
    "SessionsLost",
    "InCare",
    "Code",
    "Description",
    "Type",
]


def reading(moment: datetime = datetime(2026, 11, 13, 18, tzinfo=UTC)) -> SimsPrimary:
    clock = Clock()
    clock.moment = moment
    pace = PaceInMemory(clock.seconds, clock.sleep)
    tools = Tools(httpx.Client(trust_env=False), clock.now, clock.sleep, pace, TokenBox(clock))
    return SimsPrimary({one.name: "" for one in SimsPrimary.settings}, {}, tools)


CONNECTOR = reading()


def record(group: Group, *rows: dict[str, Any], connector: SimsPrimary = CONNECTOR) -> dict[str, Any]:
    row = connector.read(group, rows)
    assert isinstance(row, Row)
    return dict(row.record)


def stay(**said: Any) -> dict[str, Any]:
    return {**OF_PUPIL, "MembershipType": "C", "EntryDate": "2022-09-05T00:00:00Z", "ActualNCYear": "4", **said}


def test_who_has_left_is_no_current_pupil_from_that_day_on() -> None:
    row = stay(ExitDate="2026-11-20T00:00:00Z")
    before, after = (reading(datetime(2026, 11, day, 12, tzinfo=UTC)) for day in (19, 20))
    statuses = [record(Group.ENROLMENT, row, connector=one)["BasicDetails"]["EnrolStatus"] for one in (before, after)]
    assert statuses == ["C", "P"]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2018-07-01T00:00:00Z", "2018-07-01"),
        ("2018-06-30T23:00:00Z", "2018-07-01"),
        ("2018-01-31T00:00:00Z", "2018-01-31"),
        ("2018-07-01", "2018-07-01"),
        ("1 July 2018", "1 July 2018"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_date_is_the_same_day_whether_it_begins_here_or_in_greenwich(said: str, day: str) -> None:
    row = {"ExternalID": KEY, "LegalSurname": "Archer", "DateOfBirth": said}
    assert record(Group.PUPIL, row)["DOB"] == day


@pytest.mark.parametrize(
    ("start", "day", "session"),
    [
        ("2026-10-23T08:00:00Z", date(2026, 10, 23), "AM"),
        ("2026-10-23T11:30:00Z", date(2026, 10, 23), "PM"),
        ("2026-10-26T11:30:00Z", date(2026, 10, 26), "AM"),
        ("2026-10-26T13:00:00Z", date(2026, 10, 26), "PM"),
    ],
)
def test_a_session_is_told_by_the_clocks_of_london(start: str, day: date, session: str) -> None:
    mark = CONNECTOR.read(
        Group.ATTENDANCE,
        ({"Attendee": {"ExternalID": KEY}, "AttendanceCode": None, "AttendableEventStart": start},),
    )
    assert isinstance(mark, Mark)
    assert (mark.day, mark.session, mark.code) == (day, session, "")


def test_a_word_that_no_list_knows_is_passed_on_as_it_is() -> None:
    row = {"ExternalID": KEY, "LegalSurname": "Archer", "GenderCategory": "Unsaid", "Ethnicity": {"Description": "ZZZ"}}
    told = record(Group.PUPIL, row)
    assert (told["Sex"], told["BasicDetails"]["Ethnicity"]) == ("Unsaid", "ZZZ")


@pytest.mark.parametrize(("sessions", "days"), [(1, "0.5"), (6, "3.0"), (11, "5.5")])
def test_two_sessions_are_a_day(sessions: int, days: str) -> None:
    told = record(Group.EXCLUSION, {**OF_PUPIL, "Category": "SUSP", "SessionsLost": sessions})
    assert told["Exclusions"][0]["SchoolDays"] == days


@pytest.mark.parametrize(
    ("group", "row", "code"),
    [
        (Group.PUPIL, {"LegalSurname": "Archer"}, "no-key"),
        (Group.PUPIL, {"ExternalID": KEY}, "no-name"),
        (Group.CONTACT, {"Learner": KEY}, "no-key"),
        (Group.ATTENDANCE, {"AttendableEventStart": "2026-11-02T09:00:00Z"}, "no-key"),
        (Group.ATTENDANCE, {"Attendee": {"ExternalID": KEY}}, "no-session"),
    ],
)
def test_a_row_without_key_or_sense_is_bad(group: Group, row: dict[str, Any], code: str) -> None:
    with pytest.raises(BadValue) as raised:
        CONNECTOR.read(group, (row,))
    assert raised.value.code == code


def test_nothing_is_made_of_no_row() -> None:
    with pytest.raises(BadValue):
        CONNECTOR.read(Group.CONTACT, ())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([KEY, "2026-11-02T09:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=8,
)
ROWS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12)


@given(st.sampled_from(Group), st.lists(ROWS, max_size=3), st.booleans())
def test_whatever_a_row_holds_it_is_read_or_told_to_be_bad(group: Group, rows: list[Any], keyed: bool) -> None:
    if keyed:
        of_pupil = {"ExternalID": KEY, "Learner": {"ExternalID": KEY}, "Attendee": {"ExternalID": KEY}}
        rows = [{**row, **of_pupil} for row in rows]
    try:
        read = CONNECTOR.read(group, tuple(rows))
    except BadValue:
        return
    assert read.key
