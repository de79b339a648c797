"""What the simulator of Wonde does by reference mis-apis.md 7.1, and what its switches do; all by real HTTP."""

import re
import ssl
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.simulators.conftest import BEGINS, LIVED, Clock

from schoolgate.simulators.faults import Fault
from schoolgate.simulators.population import Population
from schoolgate.simulators.serving import serving
from schoolgate.simulators.sims_primary import SimsPrimary
from schoolgate.simulators.wonde import OTHER_REGION, Wonde
from schoolgate.simulators.wonde_switches import WondeSwitches
from schoolgate.wire.mis.connector import Group

_NO_TLS = ssl.create_default_context()
ALL_PARTS = "education_details,extended_details,contact_details,contacts,contacts.contact_details,classes,groups,year"


class Caller:
    """Who reads: a real HTTP client with the settings of one school."""

    def __init__(self, root: str, simulator: Wonde, school: int = 0) -> None:
        self.simulator = simulator
        self.settings = simulator.settings(root)[school]
        self.key = self.settings["school_id"]
        self.http = httpx.Client(base_url=f"{root}/", trust_env=False, verify=_NO_TLS)
        self.http.headers["Authorization"] = f"Bearer {self.settings['token']}"

    def get(self, path: str, **query: str) -> httpx.Response:
        """Ask for one of the school's lists, or for another address that begins with a slash."""
        address = path if path.startswith(("/", "http")) else f"/v1.0/schools/{self.key}/{path}"
        return self.http.get(address, params=query or None)

    def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Follow the next addresses to their end."""
        rows: list[dict[str, Any]] = []
        while path:
            said = self.get(path, **query).raise_for_status().json()
            rows += said["data"]
            pagination = said["meta"]["pagination"]
            assert bool(pagination["next"]) is pagination["more"]
            path, query = pagination["next"] or "", {}
        return rows

    def ids(self, path: str, **query: str) -> set[str]:
        return {row["id"] for row in self.rows(path, **query)}


@pytest.fixture
def simulator(_lived: SimsPrimary, clock: Clock) -> Wonde:
    """Two small schools after six weeks, of which tests only read."""
    return Wonde(_lived.schools, WondeSwitches(calls_per_second=0), now=clock)


@pytest.fixture
def root(simulator: Wonde) -> Iterator[str]:
    with serving(simulator) as url:
        yield url


@pytest.fixture
def caller(root: str, simulator: Wonde) -> Caller:
    return Caller(root, simulator)


@pytest.fixture
def living(clock: Clock) -> Iterator[Caller]:
    """A school of its own, in which a test may let things happen."""
    simulator = Wonde(
        [Population("820", "2003", seed=9, pupils=9, begins=BEGINS)], WondeSwitches(calls_per_second=0), now=clock
    )
    simulator.live_until(date(2026, 9, 11))
    with serving(simulator) as url:
        yield Caller(url, simulator)


def in_state(caller: Caller, state: str) -> set[str]:
    return {pupil.guid for pupil in caller.simulator.schools[0].pupils.values() if pupil.state == state}


def after(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


# Who may ask, and for which school.


def test_the_token_is_taken_as_a_bearers_and_as_a_users_name_without_a_password(caller: Caller) -> None:
    token = caller.settings["token"]
    assert caller.get("students").status_code == 200
    del caller.http.headers["Authorization"]
    answers = [caller.http.get(f"/v1.0/schools/{caller.key}/students", auth=(token, text)) for text in ("", "guessed")]
    assert [answer.status_code for answer in (*answers, caller.get("students"))] == [200, 401, 401]


def test_one_token_reads_all_schools_each_with_its_own_pupils(simulator: Wonde, root: str) -> None:
    callers = [Caller(root, simulator, school) for school in (0, 1)]
    assert callers[0].settings["token"] == callers[1].settings["token"]
    for caller, school in zip(callers, simulator.schools, strict=True):
        assert caller.ids("students") == {pupil.guid for pupil in school.current}


def test_a_school_stands_in_the_list_of_its_consent_and_can_be_read_when_it_approved(
    simulator: Wonde, root: str
) -> None:
    caller, other = Caller(root, simulator), Caller(root, simulator, 1)
    assert caller.ids("/v1.0/schools") == {caller.key, other.key}
    for state in ("pending", "declined", "revoked", "audited"):
        simulator.consent[caller.key] = state
        assert caller.ids(f"/v1.0/schools/{state}") == {caller.key}
        assert caller.ids("/v1.0/schools") == {other.key}
        assert caller.get("students").status_code == 403
        assert caller.get(f"/v1.0/meta/schools/{caller.key}/permissions").status_code == 403
        assert other.get("students").status_code == 200
    simulator.set(refused_school="404")
    assert caller.get("students").status_code == 404


def test_a_school_that_is_offline_is_told_of_as_it_was_unless_switched(simulator: Wonde, caller: Caller) -> None:
    simulator.consent[caller.key] = "offline"
    assert caller.get("students").status_code == 200
    simulator.set(offline_answers="403")
    assert caller.get("students").status_code == 403


def test_another_region_gives_no_data_rather_than_an_error(caller: Caller) -> None:
    here = f"/v1.0/schools/{caller.key}/students"
    assert caller.rows(here)
    assert caller.rows(OTHER_REGION + here) == caller.rows(f"{OTHER_REGION}/v1.0/schools") == []
    assert caller.rows(f"{OTHER_REGION}/v1.0/meta/schools/{caller.key}/permissions") == []


def test_a_list_that_the_school_does_not_let_be_read_is_refused(simulator: Wonde, caller: Caller) -> None:
    simulator.set(denied="exclusions, students.contact_details")
    told = caller.get(f"/v1.0/meta/schools/{caller.key}/permissions").json()["data"]
    refused = {one["permission"] for one in told if not one["approved"]}
    assert refused == {"exclusions", "students.contact_details"}
    assert caller.get("exclusions").status_code == 403
    answer = caller.get("students", include="contact_details,year")
    assert answer.status_code == 200
    assert [("contact_details" in row, "year" in row) for row in answer.json()["data"][:1]] == [(False, True)]
    simulator.set(refused_include="403")
    assert caller.get("students", include="contact_details").status_code == 403


# Lists, and what is included.


def test_a_pupil_is_in_one_of_three_lists(caller: Caller) -> None:
    told = [caller.ids(name) for name in ("students", "students-leaver", "students-pre-admission")]
    assert told == [in_state(caller, state) for state in ("current", "leaver", "future")]
    assert all(told)


def test_parts_are_nested_below_data_and_only_when_they_are_asked_for(caller: Caller) -> None:
    plain, full = (caller.rows("students", **query)[0] for query in ({}, {"include": ALL_PARTS}))
    parts = full.keys() - plain.keys()
    assert parts == set(ALL_PARTS.split(",")) - {"contacts.contact_details"}
    assert all(full[name].keys() == {"data"} for name in parts)
    assert full["contacts"]["data"][0]["contact_details"]["data"]["addresses"]["home"]["postcode"]
    without = caller.rows("students", include="contacts")[0]
    assert "contact_details" not in without["contacts"]["data"][0]


def test_dates_are_objects_in_the_zone_they_name(simulator: Wonde, caller: Caller) -> None:
    born = {row["id"]: row["date_of_birth"] for row in caller.rows("students")}
    assert {one["timezone"] for one in born.values()} == {"Europe/London"}
    assert {guid: one["date"][:10] for guid, one in born.items()} == {
        pupil.guid: pupil.record["DOB"] for pupil in simulator.schools[0].current
    }
    simulator.set(dates_in="UTC")
    in_utc = {row["id"]: row["date_of_birth"]["date"] for row in caller.rows("students")}
    assert {text[11:19] for text in in_utc.values()} == {"00:00:00", "23:00:00"}


def test_codes_can_be_told_in_words(simulator: Wonde, caller: Caller) -> None:
    simulator.set(coded_as="words")
    row = caller.rows("students", include="contacts,education_details")[0]
    assert row["education_details"]["data"]["enrolment_status"] == "Current, only school"
    assert row["contacts"]["data"][0]["relationship"]["data"]["relationship"] in {"Mother", "Father"}


def test_a_mark_refers_to_pupil_and_code_by_their_keys_unless_they_are_included(caller: Caller) -> None:
    codes = {row["id"]: row["code"] for row in caller.rows("attendance-codes")}
    told = {row["id"]: row for row in caller.rows("attendance/session")}
    truth = caller.simulator.schools[0].marks
    for row in told.values():
        code = truth[row["student"], date.fromisoformat(row["date"]["date"][:10]), row["session"]].code
        assert codes.get(row["attendance_code"], "") == code
    included = caller.get("attendance/session", include="student,attendance_code", per_page="5").json()["data"]
    assert [row["student"]["data"]["id"] for row in included] == [told[row["id"]]["student"] for row in included]


def test_marks_of_leavers_stand_in_a_list_of_their_own(caller: Caller) -> None:
    here, gone = (
        {row["student"] for row in caller.rows(name)} for name in ("attendance/session", "attendance-leavers/session")
    )
    assert gone == {guid for guid, _, _ in caller.simulator.schools[0].marks} & in_state(caller, "leaver")
    assert gone
    assert not here & gone


def test_a_session_without_a_mark_is_told_as_the_switch_says(simulator: Wonde, caller: Caller) -> None:
    def told() -> list[Any]:
        codes = {row["id"]: row["code"] for row in caller.rows("attendance-codes")}
        return [codes.get(row["attendance_code"]) for row in caller.rows("attendance/session")]

    with_null = told()
    assert None in with_null
    simulator.set(empty_sessions="dash")
    assert ["-" if code is None else code for code in with_null] == told()
    simulator.set(empty_sessions="none")
    assert len(told()) == len([code for code in with_null if code])


def test_marks_are_told_of_the_days_that_are_asked_for_or_of_all(simulator: Wonde, caller: Caller) -> None:
    week = {"date_from": "2026-10-05", "date_to": "2026-10-06"}
    days = {row["date"]["date"][:10] for row in caller.rows("attendance/session", **week)}
    assert days == {"2026-10-05", "2026-10-06"}
    simulator.set(day_filter="off")
    assert caller.rows("attendance/session", **week) == caller.rows("attendance/session")


# Pages and changes.


def test_pages_have_the_rows_asked_for_up_to_the_most_and_keep_the_question(simulator: Wonde, caller: Caller) -> None:
    simulator.set(page_size="5")
    first = caller.get("students", per_page="3", include="year").json()
    assert len(first["data"]) == 3
    assert re.search(r"include=year.*page=2", first["meta"]["pagination"]["next"])
    assert len(caller.get("students", per_page="100").json()["data"]) == 5
    assert caller.ids("students", per_page="3") == in_state(caller, "current")
    simulator.set(next_keeps_question="off")
    assert "include" not in caller.get("students", include="year").json()["meta"]["pagination"]["next"]


@pytest.mark.parametrize(
    ("field", "text"),
    [("page", "0"), ("per_page", "many"), ("updated_after", "2026-10-01"), ("include", "photo"), ("date_from", "soon")],
)
def test_a_field_that_is_not_understood_is_named_in_a_422(caller: Caller, field: str, text: str) -> None:
    answer = caller.get("attendance/session", **{field: text})
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == {field}


def test_who_changed_after_a_moment_is_told_and_the_zone_is_a_switch(living: Caller) -> None:
    school = living.simulator.schools[0]
    living.simulator.live_until(date(2026, 9, 14))
    school.touch(Group.ADDRESS)
    pupil = max(school.current, key=lambda one: one.changed[Group.ADDRESS])
    moment = pupil.changed[Group.ADDRESS]
    assert living.ids("students", updated_after=after(moment - timedelta(seconds=1))) == {pupil.guid}
    assert living.ids("students", updated_after=after(moment)) == set()
    living.simulator.set(updated_after_inclusive="on")
    assert living.ids("students", updated_after=after(moment)) == {pupil.guid}
    living.simulator.set(updated_after_in="Europe/London")
    assert living.ids("students", updated_after=after(moment + timedelta(hours=1))) == {pupil.guid}
    living.simulator.set(details_move_pupils="off")
    assert living.ids("students", updated_after=after(moment)) == set()


def test_what_the_vendor_keeps_is_told_until_it_looks_again(living: Caller, clock: Clock) -> None:
    living.simulator.set(cache_hours="2")
    before = living.rows("students", include=ALL_PARTS)
    living.simulator.live_until(date(2026, 9, 18))
    assert living.rows("students", include=ALL_PARTS) == before
    clock.move(2 * 3600)
    assert living.rows("students", include=ALL_PARTS) != before


def test_who_is_deleted_stands_in_the_deletions_and_in_no_other_list(living: Caller) -> None:
    guid = living.simulator.schools[0].current[0].guid
    moment = datetime(2026, 9, 11, 12, tzinfo=UTC)
    living.simulator.delete(guid, moment)
    assert guid not in living.ids("students")
    assert guid not in {row["student"] for row in living.rows("attendance/session")}
    gone = living.rows("deletions", type="student", updated_after=after(moment - timedelta(days=1)))
    assert [(row["id"], row["type"]) for row in gone] == [(guid, "student")]
    assert living.get("students/deleted").status_code == 404
    living.simulator.set(deleted_child_route="on")
    assert living.ids("students/deleted") >= {guid}


def test_an_exclusion_that_was_withdrawn_is_among_the_deletions_without_its_pupil(living: Caller) -> None:
    school = living.simulator.schools[0]
    school.touch(Group.EXCLUSION)
    known = living.ids("exclusions")
    pupil = next(one for one in school.current if one.record.get("Exclusions"))
    before = deepcopy(pupil.record)
    del pupil.record["Exclusions"]
    pupil.change(Group.EXCLUSION, school.moment(school.dice("withdrawn")), before)
    school.version += 1
    gone = living.rows("deletions", type="exclusion")
    assert {row["id"] for row in gone} == known - living.ids("exclusions")
    assert all("student" not in row for row in gone)


def test_rows_can_stand_by_their_change(simulator: Wonde, caller: Caller) -> None:
    simulator.set(row_order="updated")
    moments = [row["updated_at"]["date"] for row in caller.rows("attendance/session")]
    assert moments == sorted(moments)


# Pace, faults, what is remembered.


def test_the_pace_is_the_tokens_whichever_school_is_asked(simulator: Wonde, root: str, clock: Clock) -> None:
    simulator.set(calls_per_second="2")
    callers = [Caller(root, simulator, school) for school in (0, 1, 0)]
    answers = [caller.get("students") for caller in callers]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    clock.move(1)
    assert callers[0].get("students").status_code == 200


def test_a_page_without_rows_leads_on_to_the_same_rows(simulator: Wonde, caller: Caller) -> None:
    whole = caller.ids("students", per_page="4")
    simulator.faults.add(Fault("empty-page", after=1))
    assert caller.ids("students", per_page="4") == whole


def test_calls_are_remembered_by_school_without_the_token(simulator: Wonde, caller: Caller) -> None:
    caller.get("students", updated_after=after(datetime.combine(LIVED, datetime.min.time())))
    call = simulator.calls[-1]
    assert (call.school, call.status) == (caller.key, 200)
    assert caller.settings["token"] not in str(call.as_json())
