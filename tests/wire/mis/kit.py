"""What every connector must bear, held against its vendor's simulator (reference mis-apis.md, section 8).

A connector's test module makes a `Cloud` of it and lets its class of tests inherit from `ConnectorKit`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from schoolgate.simulators.faults import Fault
from schoolgate.simulators.population import Population
from schoolgate.simulators.serving import serving
from schoolgate.simulators.simulator import Simulator
from schoolgate.wire.mis.connector import (
    BadRow,
    Call,
    Complete,
    Connector,
    Filters,
    Group,
    Mark,
    MisError,
    Row,
    Token,
    Told,
    Tools,
    Trouble,
)
from schoolgate.wire.mis.pace import PaceInMemory

BEGINS = date(2026, 10, 19)
TODAY = date(2026, 11, 13)
"""Between them the clocks go back, and lies a week without school."""
EVERYBODY = Filters(leavers=True)
FIRST_CURSOR = datetime(2026, 10, 1, tzinfo=UTC)


class Clock:
    """Time that passes only by being waited for."""

    def __init__(self) -> None:
        self.moment = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=18)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


class TokenBox:
    """Tokens, whoever's clock says that they have ended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, Token] = {}

    def get(self, key: str) -> Token | None:
        token = self._tokens.get(key)
        return token if token is not None and token.ends_at > self._clock.now() else None

    def put(self, key: str, token: Token) -> None:
        self._tokens[key] = token

    def drop(self, key: str) -> None:
        self._tokens.pop(key, None)


class Cloud(ABC):
    """A vendor's simulator that is served, and what its connector works with."""

    connector_class: type[Connector]

    def __init__(self, open_until: ExitStack, *schools: Population) -> None:
        self.clock = Clock()
        self.schools = schools
        self.simulator = self.make(schools, self.clock.now)
        self.simulator.live_until(TODAY)
        self.url = open_until.enter_context(serving(self.simulator))
        self.http = open_until.enter_context(httpx.Client(trust_env=False))
        self.calls: list[Call] = []
        self.pace = PaceInMemory(self.clock.seconds, self.clock.sleep)
        self.tokens = TokenBox(self.clock)

    @abstractmethod
    def make(self, schools: Iterable[Population], now: Callable[[], datetime]) -> Simulator[Any]:
        """The simulator, without a limit of calls."""

    @abstractmethod
    def connector(self, school: int = 0, skew: timedelta = timedelta(0), /, **options: str) -> Connector:
        """A new connector for one of the schools, whose clock goes ahead by `skew`."""

    def tools(self, skew: timedelta) -> Tools:
        return Tools(
            self.http, lambda: self.clock.now() + skew, self.clock.sleep, self.pace, self.tokens, self.calls.append
        )


@dataclass
class All:
    """A stream, read."""

    rows: dict[str, Row] = field(default_factory=dict)
    marks: dict[tuple[str, date, str], Mark] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    complete: Complete | None = None


def read(stream: Iterable[Told], into: All | None = None) -> All:
    """Read a stream to its end, the last of what comes twice standing; what was read until an error is in `into`."""
    found = into if into is not None else All()
    for told in stream:
        assert found.complete is None, "something came after the end"
        if isinstance(told, Complete):
            found.complete = told
            continue
        found.rows |= {row.key: row for row in told.rows}
        found.marks |= {(mark.key, mark.day, mark.session): mark for mark in told.marks}
        found.bad += told.bad
    return found


def school(number: str = "2001", *, pupils: int = 9, seed: int = 5) -> Population:
    return Population("820", number, seed=seed, pupils=pupils, begins=BEGINS)


def marks_of(population: Population) -> dict[tuple[str, date, str], str]:
    """The codes of the truth; a session without a mark has an empty one."""
    return {key: mark.code for key, mark in population.marks.items()}


def codes_of(found: All) -> dict[tuple[str, date, str], str]:
    return {key: mark.code for key, mark in found.marks.items()}


class ConnectorKit:
    """Tests; a subclass gives `open_cloud`."""

    @abstractmethod
    def open_cloud(self, open_until: ExitStack, *schools: Population) -> Cloud:
        """The cloud with these schools."""

    @pytest.fixture
    def open_until(self) -> Iterator[ExitStack]:
        with ExitStack() as stack:
            yield stack

    @pytest.fixture
    def cloud(self, open_until: ExitStack) -> Cloud:
        return self.open_cloud(open_until, school())

    def groups(self, cloud: Cloud) -> list[Group]:
        return [group for group in cloud.connector_class.capabilities.groups if group is not Group.ATTENDANCE]

    def test_all_on_roll_are_told_and_nobody_else(self, cloud: Cloud) -> None:
        found = read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert found.rows.keys() == {pupil.guid for pupil in cloud.schools[0].current}
        assert found.complete is not None

    def test_leavers_are_told_when_they_are_asked_for(self, cloud: Cloud) -> None:
        found = read(cloud.connector().snapshot(Group.PUPIL, EVERYBODY))
        assert found.rows.keys() >= {one.guid for one in cloud.schools[0].pupils.values() if one.state == "leaver"}

    @pytest.mark.parametrize("rows_more", [-1, 0, 1, 100])
    def test_pages_of_any_size_give_the_same(self, cloud: Cloud, rows_more: int) -> None:
        everybody = len(cloud.schools[0].pupils)
        expected = {group: read(cloud.connector().snapshot(group, EVERYBODY)).rows for group in self.groups(cloud)}
        cloud.simulator.set(page_size=str(everybody + rows_more))
        assert {group: read(cloud.connector().snapshot(group, EVERYBODY)).rows for group in self.groups(cloud)} == (
            expected
        )

    def test_a_school_with_one_pupil_is_read_by_pages_of_one_row(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=1))
        cloud.simulator.set(page_size="1")
        found = read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert found.rows.keys() == {pupil.guid for pupil in cloud.schools[0].current}

    def test_a_school_without_pupils_is_complete_and_empty(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, Population("820", "2001", seed=5, pupils=0, begins=TODAY))
        found = read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert (found.rows, found.complete is not None) == ({}, True)

    def test_a_row_is_read_again_from_its_own_form(self, cloud: Cloud) -> None:
        connector = cloud.connector()
        for group in self.groups(cloud):
            for row in read(connector.snapshot(group, EVERYBODY)).rows.values():
                assert connector.read(group, row.raw) == row

    def test_a_row_that_comes_twice_counts_once(self, cloud: Cloud) -> None:
        expected = read(cloud.connector().snapshot(Group.CONTACT, Filters())).rows
        cloud.simulator.faults.add(Fault("duplicate-row", times=20))
        assert read(cloud.connector().snapshot(Group.CONTACT, Filters())).rows == expected

    def test_a_change_during_paging_loses_nobody(self, cloud: Cloud) -> None:
        cloud.simulator.set(page_size="3")
        cloud.simulator.faults.add(Fault("mutation", after=2, times=3))
        found = read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert found.rows.keys() >= {pupil.guid for pupil in cloud.schools[0].current}

    def test_changes_since_the_cursor_hold_who_was_changed_whole(self, cloud: Cloud) -> None:
        connector = cloud.connector()
        cursor = connector.cursor_at(datetime(2026, 11, 9, tzinfo=UTC))
        for group in self.groups(cloud):
            changed = read(connector.changes(group, cursor, Filters()))
            whole = read(cloud.connector().snapshot(group, EVERYBODY)).rows
            since = datetime(2026, 11, 9, tzinfo=UTC)
            truly = {one.guid for one in cloud.schools[0].current if one.changed[group] >= since}
            assert changed.rows.keys() >= truly & whole.keys(), group
            assert all(row.record == whole[key].record for key, row in changed.rows.items() if key in whole), group
            assert changed.complete is not None

    def test_who_has_left_since_the_cursor_is_told_of(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=60))
        left = {one.guid for one in cloud.schools[0].pupils.values() if one.gone_at and one.gone_at >= BEGINS}
        assert left, "nobody left"
        found = read(cloud.connector().changes(Group.ENROLMENT, cloud.connector().cursor_at(FIRST_CURSOR), Filters()))
        assert found.rows.keys() >= left

    def test_the_next_cursor_is_not_after_the_run_began(self, cloud: Cloud) -> None:
        connector = cloud.connector()
        began = cloud.clock.now()
        for told in connector.snapshot(Group.PUPIL, Filters()):
            cloud.clock.sleep(60)
            if isinstance(told, Complete):
                assert told.cursor <= connector.cursor_at(began)

    def test_every_mark_is_told_on_its_day_across_the_change_of_the_clocks(self, cloud: Cloud) -> None:
        found = read(cloud.connector().attendance_between(BEGINS, TODAY, Filters()))
        assert codes_of(found) == marks_of(cloud.schools[0])
        assert found.complete is not None

    def test_marks_changed_since_the_cursor_are_told(self, cloud: Cloud) -> None:
        connector = cloud.connector()
        since = datetime(2026, 11, 10, tzinfo=UTC)
        found = read(connector.attendance(connector.cursor_at(since), Filters()))
        truth = cloud.schools[0].marks
        changed = {key: mark.code for key, mark in truth.items() if mark.changed >= since}
        assert codes_of(found).items() >= changed.items()
        assert found.complete is not None

    def test_a_code_that_nobody_knows_is_passed_on_as_it_is(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school(pupils=40))
        assert "Q07" in set(marks_of(cloud.schools[0]).values()), "nobody had such a mark"
        assert "Q07" in set(codes_of(read(cloud.connector().attendance_between(BEGINS, TODAY, Filters()))).values())

    def test_a_mark_is_read_again_from_its_own_form(self, cloud: Cloud) -> None:
        connector = cloud.connector()
        for mark in read(connector.attendance_between(TODAY, TODAY, Filters())).marks.values():
            assert connector.read(Group.ATTENDANCE, (mark.raw,)) == mark

    def test_a_service_that_fails_a_while_is_asked_again(self, cloud: Cloud) -> None:
        cloud.simulator.set(page_size="3")
        cloud.simulator.faults.add(Fault("503", after=2, times=3))
        found = read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert found.rows.keys() == {pupil.guid for pupil in cloud.schools[0].current}
        assert sum(call.status == 503 for call in cloud.calls) == 3
        assert sum(seconds >= 1 for seconds in cloud.clock.slept) == 3

    def test_a_connection_that_is_cut_in_page_three_gives_no_cursor(self, cloud: Cloud) -> None:
        cloud.simulator.set(page_size="2")
        cloud.simulator.faults.add(Fault("cut", after=2, times=100))
        found = All()
        with pytest.raises(MisError) as raised:
            read(cloud.connector().snapshot(Group.CONTACT, Filters()), found)
        assert (raised.value.trouble, raised.value.passes) == (Trouble.NETWORK, True)
        assert found.complete is None

    def test_one_cut_is_asked_for_again(self, cloud: Cloud) -> None:
        cloud.simulator.set(page_size="2")
        cloud.simulator.faults.add(Fault("cut", after=2))
        assert read(cloud.connector().snapshot(Group.CONTACT, Filters())).complete is not None

    @pytest.mark.parametrize("kind", ["truncated-json", "broken-midway"])
    def test_an_answer_that_cannot_be_read_is_asked_for_once_more(self, cloud: Cloud, kind: str) -> None:
        cloud.simulator.faults.add(Fault(kind, after=1))
        assert read(cloud.connector().snapshot(Group.CONTACT, Filters())).complete is not None
        cloud.simulator.faults.add(Fault(kind, times=100))
        with pytest.raises(MisError) as raised:
            read(cloud.connector().snapshot(Group.CONTACT, Filters()))
        assert raised.value.trouble is Trouble.DATA

    def test_a_next_link_in_a_circle_ends_the_group(self, cloud: Cloud) -> None:
        cloud.simulator.faults.add(Fault("empty-page", times=100))
        with pytest.raises(MisError) as raised:
            read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert raised.value.trouble is Trouble.DATA

    def test_a_storm_of_429_shared_by_two_schools_passes(self, open_until: ExitStack) -> None:
        cloud = self.open_cloud(open_until, school("2001"), school("2002"))
        cloud.simulator.set(calls_per_second="5", page_size="2")
        one, two = (cloud.connector(number, calls_per_second="1000") for number in (0, 1))
        streams = [one.snapshot(Group.CONTACT, Filters()), two.snapshot(Group.CONTACT, Filters())]
        found = [All(), All()]
        while any(every.complete is None for every in found):
            for stream, into in zip(streams, found, strict=True):
                if into.complete is None:
                    read([next(stream)], into)
        assert any(call.status == 429 for call in cloud.calls)
        assert [every.rows.keys() for every in found] == [
            {pupil.guid for pupil in population.current} for population in cloud.schools
        ]

    def test_a_vendor_without_end_of_429_is_left_alone(self, cloud: Cloud) -> None:
        cloud.simulator.set(calls_per_second="0.000001")
        with pytest.raises(MisError) as raised:
            read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert (raised.value.trouble, raised.value.passes) == (Trouble.BUSY, True)

    def test_a_school_that_took_its_consent_back_is_told_apart(self, cloud: Cloud) -> None:
        cloud.simulator.consent[self.name_at_vendor(cloud)] = "revoked"
        with pytest.raises(MisError) as raised:
            read(cloud.connector().snapshot(Group.PUPIL, Filters()))
        assert (raised.value.trouble, raised.value.ends) == (Trouble.CONSENT, "connection")
        assert cloud.connector().check().trouble is Trouble.CONSENT

    @abstractmethod
    def name_at_vendor(self, cloud: Cloud) -> str:
        """What the vendor calls the first school."""

    @pytest.mark.parametrize("minutes", [-5, 5])
    def test_a_clock_that_is_minutes_wrong_does_no_harm(self, cloud: Cloud, minutes: int) -> None:
        connector = cloud.connector(0, timedelta(minutes=minutes))
        assert connector.check().trouble is None
        assert read(connector.snapshot(Group.PUPIL, Filters())).complete is not None

    def test_right_settings_are_found_right(self, cloud: Cloud) -> None:
        assert cloud.connector().check().trouble is None

    def test_a_service_that_cannot_be_reached_is_the_networks(self, cloud: Cloud, free_port: int) -> None:
        cloud.url = f"http://127.0.0.1:{free_port}"
        check = cloud.connector().check()
        assert check.trouble is Trouble.NETWORK
        assert cloud.clock.slept == [], "a person waits for the answer"

    def test_no_note_of_a_call_tells_a_secret_or_a_pupil(self, cloud: Cloud) -> None:
        connector = cloud.connector()
        read(connector.snapshot(Group.PUPIL, Filters()))
        told = " ".join(f"{call.what} {call.said}" for call in cloud.calls)
        secrets = [connector.values[one.name] for one in connector.settings if one.secret]
        names = [pupil.record["Surname"] for pupil in cloud.schools[0].current]
        assert not [one for one in (*secrets, *names) if one in told]
        assert not [secret for secret in secrets if secret in connector.pace_key]
