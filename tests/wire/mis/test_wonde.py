from collections.abc import Callable, Iterable
from contextlib import ExitStack
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.mis.kit import BEGINS, EVERYBODY, TODAY, Cloud, ConnectorKit, codes_of, marks_of, read, school

from schoolgate.documents.students.entries import Record
from schoolgate.simulators.population import Population, SimPupil
from schoolgate.simulators.simulator import Simulator
from schoolgate.simulators.wonde import OTHER_REGION
from schoolgate.simulators.wonde import Wonde as Simulated
from schoolgate.simulators.wonde_switches import WondeSwitches
from schoolgate.wire.mis.connector import BadValue, Batch, Connector, Filters, Group, MisError, Trouble
from schoolgate.wire.mis.connectors.wonde import Wonde
from schoolgate.wire.mis.wonde_rows import SHAPES, mark_of


class WondeCloud(Cloud):
    connector_class = Wonde
    simulator: Simulated

    def make(self, schools: Iterable[Population], now: Callable[[], datetime]) -> Simulator[Any]:
        return Simulated(list(schools), WondeSwitches(calls_per_second=0), now=now)

    def connector(self, school: int = 0, skew: timedelta = timedelta(0), /, **options: str) -> Connector:
        said = self.simulator.settings(self.url)[school]
        values = {one.name: options.pop(one.name, said[one.name]) for one in Wonde.settings}
        return Wonde(values, {"calls_per_second": "1000", "base_url": said["base_url"], **options}, self.tools(skew))


def told_by_wonde(pupil: SimPupil) -> dict[Group, Record]:
    """The truth of a pupil without what Wonde has no place for: the stay before, a home's number and first day."""
    record = deepcopy(pupil.record)
    details = record["BasicDetails"]
    of_enrolment = {name: details.pop(name) for name in ("EnrolStatus", "NCyearActual")}
    names = ("UPN", "UniqueLearnerNumber", "Surname", "Forename", "DOB", "Sex", "BasicDetails", "LookedAfter")
    for place in (record["Address"], *(contact["Address"] for contact in record["Contacts"])):
        place.pop("AddressStartDate", None)
        place["BS7666Address"].pop("UniquePropertyReferenceNumber", None)
    for contact in record["Contacts"]:
        contact["Phones"].sort(key=lambda phone: str(phone["PhoneNo"]))
    told: dict[Group, Record] = {
        Group.PUPIL: {name: record[name] for name in names if name in record}
        | {"SuppInfo": {"SuppID": "Wonde", "GUID": pupil.guid}},
        Group.ENROLMENT: {"BasicDetails": of_enrolment, "SchoolHistory": record["SchoolHistory"][-1:]},
        Group.ADDRESS: {name: record[name] for name in ("Address", "Phones", "Email") if name in record},
        Group.CONTACT: {"Contacts": sorted(record["Contacts"], key=lambda one: int(one["Order"]))},
    }
    if record.get("Exclusions"):
        told[Group.EXCLUSION] = {"Exclusions": record["Exclusions"]}
    return told


def failure_of(stream: Iterable[Any]) -> MisError:
    with pytest.raises(MisError) as raised:
        list(stream)
    return raised.value


class TestWonde(ConnectorKit):
    def open_cloud(self, open_until: ExitStack, *schools: Population) -> WondeCloud:
        return WondeCloud(open_until, *schools)

    def name_at_vendor(self, cloud: Cloud) -> str:
        return cloud.simulator.settings(cloud.url)[0]["school_id"]

    @pytest.mark.parametrize(
        "switches", [{}, {"coded_as": "words", "dates_in": "UTC"}, {"next_keeps_question": "off", "page_size": "4"}]
    )
    def test_all_that_is_told_of_everybody_is_the_truth(self, open_until: ExitStack, switches: dict[str, str]) -> None:
        cloud = self.open_cloud(open_until, school(pupils=25))
        cloud.simulator.set(**switches)
        known = [pupil for pupil in cloud.schools[0].pupils.values() if pupil.state != "future"]
        assert any(pupil.record.get("Exclusions") for pupil in known), "nobody was suspended"
        for group in self.groups(cloud):
            truth = {one.guid: parts[group] for one in known if group in (parts := told_by_wonde(one))}
            rows = read(cloud.connector().snapshot(group, EVERYBODY)).rows
            assert {key: row.record for key, row in rows.items()} == truth, group

    @pytest.mark.parametrize(
        ("wrong", "trouble", "words"),
        [
            ({"token": "another"}, Trouble.CREDENTIAL, "token is rejected"),
            ({"school_id": "A0000000001"}, Trouble.CONSENT, "does not know this School ID"),
        ],
    )
    def test_each_wrong_setting_is_named_by_the_test(
        self, cloud: Cloud, wrong: dict[str, str], trouble: Trouble, words: str
    ) -> None:
        check = cloud.connector(**wrong).check()
        assert check.trouble is trouble
        assert words in check.sentence

    def test_a_wrong_region_is_told_by_the_test_and_does_not_pass_for_nothing_new(self, cloud: Cloud) -> None:
        elsewhere = {"base_url": cloud.url + OTHER_REGION}
        check = cloud.connector(**elsewhere).check()
        assert check.trouble is Trouble.DATA
        assert "another region" in check.sentence
        connector = cloud.connector(**elsewhere)
        cursor = connector.cursor_at(datetime(2026, 11, 9, tzinfo=UTC))
        for stream in (connector.changes(Group.PUPIL, cursor, Filters()), connector.attendance(cursor, Filters())):
            error = failure_of(stream)
            assert (error.trouble, error.ends, error.sentence) == (Trouble.DATA, "connection", check.sentence)

    @pytest.mark.parametrize(
        ("state", "trouble", "words"),
        [
            ("pending", Trouble.CONSENT, "has not answered yet"),
            ("declined", Trouble.CONSENT, "declined"),
            ("revoked", Trouble.CONSENT, "taken back"),
            ("audited", Trouble.CONSENT, "looks into"),
            ("offline", Trouble.DOWN, "lost its connection"),
        ],
    )
    def test_each_state_of_consent_is_told_apart(self, cloud: Cloud, state: str, trouble: Trouble, words: str) -> None:
        cloud.simulator.set(offline_answers="403")
        cloud.simulator.consent[self.name_at_vendor(cloud)] = state
        check = cloud.connector().check()
        assert check.trouble is trouble
        assert words in check.sentence

    def test_a_school_that_lets_no_pupils_be_read_or_has_none_yet_is_told_by_the_test(
        self, open_until: ExitStack
    ) -> None:
        cloud = self.open_cloud(open_until, Population("820", "2001", seed=5, pupils=0, begins=TODAY))
        assert cloud.connector().check().trouble is Trouble.DATA
        cloud.simulator.set(denied="students,students.education_details,students.extended_details")
        assert cloud.connector().check().trouble is Trouble.SCOPE

    @pytest.mark.parametrize("refused", ["left-out", "403"])
    @pytest.mark.parametrize(
        ("denied", "group"),
        [
            ("students.contact_details", Group.ADDRESS),
            ("students.contacts", Group.CONTACT),
            ("exclusions", Group.EXCLUSION),
        ],
    )
    def test_a_group_that_may_not_be_read_ends_with_its_own_sentence_and_others_go_on(
        self, cloud: Cloud, denied: str, group: Group, refused: str
    ) -> None:
        cloud.simulator.set(denied=denied, refused_include=refused)
        connector = cloud.connector()
        error = failure_of(connector.snapshot(group, Filters()))
        assert (error.trouble, error.ends) == (Trouble.SCOPE, "group")
        assert denied.rpartition(".")[2] in error.sentence
        assert read(connector.snapshot(Group.PUPIL, Filters())).complete is not None

    @pytest.mark.parametrize("moves", ["yes", "no"])
    def test_a_change_of_a_contact_or_a_home_is_told_whether_it_is_one_of_the_pupil_or_not(
        self, cloud: Cloud, moves: str
    ) -> None:
        cloud.simulator.set(details_move_pupils="on" if moves == "yes" else "off")
        population = cloud.schools[0]
        for group in (Group.CONTACT, Group.ADDRESS):
            population.touch(group)
            touched = {one.guid for one in population.current if one.changed[group].hour >= 18}
            connector = cloud.connector(details_move_pupils=moves, overlap_days="0")
            cursor = connector.cursor_at(datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=18))
            rows = read(connector.changes(group, cursor, Filters())).rows
            assert rows.keys() >= touched
            assert touched

    def test_a_contacts_own_change_is_found_where_it_is_none_of_the_pupil(self, cloud: Cloud) -> None:
        cloud.simulator.set(details_move_pupils="off")
        population = cloud.schools[0]
        pupil = population.current[0]
        before = deepcopy(pupil.record)
        pupil.record["Contacts"][0]["Email"] = "new@example.org"
        pupil.change(Group.CONTACT, cloud.clock.now(), before)
        population.version += 1
        connector = cloud.connector(overlap_days="0")
        rows = read(
            connector.changes(Group.CONTACT, connector.cursor_at(cloud.clock.now() - timedelta(hours=1)), Filters())
        )
        assert rows.rows[pupil.guid].record == told_by_wonde(pupil)[Group.CONTACT]

    def test_who_was_touched_in_one_exclusion_is_told_of_with_all(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=25))
        population = cloud.schools[0]
        pupil = next(one for one in population.current if one.record.get("Exclusions"))
        before = deepcopy(pupil.record)
        pupil.record["Exclusions"].insert(
            0, {**before["Exclusions"][0], "StartDate": "2026-09-07", "EndDate": "2026-09-08"}
        )
        pupil.change(Group.EXCLUSION, cloud.clock.now(), before)
        population.version += 1
        connector = cloud.connector(overlap_days="0")
        changed = read(connector.changes(Group.EXCLUSION, connector.cursor_at(cloud.clock.now()), Filters()))
        assert changed.rows == {}
        since = connector.cursor_at(cloud.clock.now() - timedelta(hours=1))
        changed = read(connector.changes(Group.EXCLUSION, since, Filters()))
        assert changed.rows[pupil.guid].record == {"Exclusions": pupil.record["Exclusions"]}

    def test_a_leaver_who_is_entered_late_is_told_of(self, cloud: Cloud) -> None:
        leaver = next(one for one in cloud.schools[0].pupils.values() if one.state == "leaver")
        stay = leaver.record["SchoolHistory"][-1]
        leaver.changed[Group.ENROLMENT] = cloud.clock.now()
        connector = cloud.connector()
        cursor = connector.cursor_at(cloud.clock.now())
        for days, told in ((20, True), (60, False)):
            stay["LeavingDate"] = (TODAY - timedelta(days=days)).isoformat()
            cloud.schools[0].version += 1
            rows = read(connector.changes(Group.ENROLMENT, cursor, Filters())).rows
            assert (leaver.guid in rows) is told
        assert leaver.guid in read(connector.changes(Group.ENROLMENT, cursor, EVERYBODY)).rows

    @pytest.mark.parametrize("deletions", ["deletions", "students/deleted"])
    def test_who_is_deleted_is_told_of_with_the_changes(self, cloud: Cloud, deletions: str) -> None:
        cloud.simulator.set(deleted_child_route="on")
        guid = cloud.schools[0].current[0].guid
        cloud.simulator.delete(guid, cloud.clock.now())  # type: ignore[attr-defined]  # it is Wonde's
        connector = cloud.connector(deletions=deletions)
        stream = connector.changes(Group.PUPIL, connector.cursor_at(cloud.clock.now()), Filters())
        assert {key for told in stream if isinstance(told, Batch) for key in told.gone} == {guid}

    def test_who_may_not_read_the_deletions_reads_the_changes_all_the_same(self, cloud: Cloud) -> None:
        cloud.simulator.set(denied="deletions")
        connector = cloud.connector()
        stream = connector.changes(Group.PUPIL, connector.cursor_at(cloud.clock.now()), Filters())
        assert read(stream).complete is not None

    def test_a_change_that_the_vendor_learns_of_late_comes_with_the_next_run(self, cloud: Cloud) -> None:
        cloud.simulator.set(cache_hours="20")
        connector = cloud.connector()
        before = read(connector.snapshot(Group.ADDRESS, Filters()))
        population = cloud.schools[0]
        population.touch(Group.ADDRESS)
        pupil = max(population.current, key=lambda one: one.changed[Group.ADDRESS])
        cloud.clock.moment = pupil.changed[Group.ADDRESS] + timedelta(hours=1)
        first = read(connector.changes(Group.ADDRESS, before.complete.cursor, Filters()))  # type: ignore[union-attr]
        cloud.clock.moment += timedelta(hours=20)
        second = read(connector.changes(Group.ADDRESS, first.complete.cursor, Filters()))  # type: ignore[union-attr]
        assert second.rows[pupil.guid].record == told_by_wonde(pupil)[Group.ADDRESS]
        assert first.rows.get(pupil.guid) != second.rows[pupil.guid]

    def test_only_the_days_asked_for_are_given_where_the_service_gives_all(self, cloud: Cloud) -> None:
        cloud.simulator.set(day_filter="off", dates_in="UTC")
        first, last = date(2026, 10, 22), date(2026, 11, 3)
        found = read(cloud.connector().attendance_between(first, last, Filters()))
        assert codes_of(found) == {
            key: code for key, code in marks_of(cloud.schools[0]).items() if first <= key[1] <= last
        }

    @pytest.mark.parametrize("told_as", ["dash", "none"])
    def test_no_mark_is_never_a_code(self, cloud: Cloud, told_as: str) -> None:
        cloud.simulator.set(empty_sessions=told_as)
        truth = marks_of(cloud.schools[0])
        assert "" in truth.values(), "no mark was missing"
        found = codes_of(read(cloud.connector().attendance_between(BEGINS, TODAY, Filters())))
        assert found == (truth if told_as == "dash" else {key: code for key, code in truth.items() if code})

    def test_only_the_pupils_who_are_asked_for_are_told(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=150))
        current = cloud.schools[0].current
        year = min(pupil.year_group for pupil in current)
        of_year = {pupil.guid for pupil in current if pupil.year_group == year}
        in_care = {pupil.guid for pupil in current if pupil.record.get("LookedAfter")}
        assert in_care, "nobody is looked after"
        connector = cloud.connector()
        assert read(connector.snapshot(Group.ADDRESS, Filters(frozenset({year})))).rows.keys() == of_year
        assert read(connector.snapshot(Group.CONTACT, Filters(looked_after=True))).rows.keys() == in_care
        marks = read(connector.attendance_between(TODAY, TODAY, Filters(frozenset({year})))).marks
        assert {key for key, _, _ in marks} == of_year

    def test_the_schools_codes_are_told_with_what_they_count_as_where_that_is_said(self, cloud: Cloud) -> None:
        assert {one.code: one.statutory for one in cloud.connector().codes()}["X01"] == ""
        cloud.simulator.set(statutory_codes="on")
        assert {one.code: one.statutory for one in cloud.connector().codes()}["X01"] == "X"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text(max_size=12) | st.just("2026-13-45"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("data", "id", "date", "timezone", "home", "code")), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = (
    *("id", "student", "surname", "gender", "date_of_birth", "date", "session", "attendance_code", "minutes_late"),
    *("education_details", "extended_details", "contact_details", "contacts", "relationship", "_school", "_code"),
    *("type", "reasons", "sessions", "start_date", "start_session"),
)
ROWS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=12)


def trouble_of(reading: Callable[[], Any]) -> str:
    try:
        reading()
    except BadValue as error:
        return error.code
    return ""


@given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from(sorted(SHAPES)))
def test_of_any_rows_a_record_is_made_or_it_is_said_why_not(rows: list[dict[str, Any]], group: Group) -> None:
    named = [{**row, "id": "A1"} for row in rows]
    assert trouble_of(lambda: SHAPES[group](named)) in {"", "no-name", "no-day"}


@given(ROWS)
def test_of_any_row_a_mark_is_made_or_it_is_said_why_not(row: dict[str, Any]) -> None:
    assert trouble_of(lambda: mark_of(row)) in {"", "no-key", "no-session"}


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ({"date": "2026-07-02 00:00:00.000000", "timezone_type": 3, "timezone": "Europe/London"}, "2026-07-02"),
        ({"date": "2026-07-01 23:00:00.000000", "timezone_type": 3, "timezone": "UTC"}, "2026-07-02"),
        ({"date": "2026-07-01 23:00:00.000000", "timezone_type": 1, "timezone": "+00:00"}, "2026-07-02"),
        ({"date": "2026-07-02 00:00:00.000000", "timezone_type": 2, "timezone": "BST"}, "2026-07-02"),
        ({"date": "2026-12-02 00:00:00.000000", "timezone_type": 1, "timezone": "+00:00"}, "2026-12-02"),
    ],
)
def test_a_day_is_londons_whatever_zone_it_is_told_in(said: dict[str, Any], day: str) -> None:
    mark = mark_of({"student": "A1", "session": "am", "date": said})
    assert mark.day.isoformat() == day
