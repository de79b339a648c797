"""Calls are written a moment later, many at once, with all that is counted of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from schoolgate.supplier.models import Buyer, Call, OperationUse, RuleBroken
from schoolgate.supplier.service import log
from schoolgate.supplier.service.log import GATHERED, LONGEST_PAUSE_SECONDS, OK, CallLog, Line, next_pause
from schoolgate.supplier.service.writing import write_lines

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
INDEX = Line(at=NOON, request_id="A1", outcome=OK, user="greenabbey", operation="FetchIndex", version="1.1")
FAULT = replace(INDEX, operation="FetchDoc", outcome="DocumentNotExistException", doc_id="B-1")


def by(buyer: Buyer) -> Line:
    return replace(INDEX, user=buyer.account.username, buyer=buyer.pk, supplier=buyer.supplier_id, is_news=True)


def later(line: Line, seconds: int) -> Line:
    return replace(line, at=NOON + timedelta(seconds=seconds))


def test_a_call_belongs_to_the_buyer_whose_user_name_it_came_with(green_abbey: Buyer) -> None:
    write_lines([replace(INDEX, address="203.0.113.7", client="made up/1.0", broken=("action-missing",))])
    call = Call.objects.get()
    assert (call.buyer, call.supplier, call.address) == (green_abbey, green_abbey.supplier, "203.0.113.7")
    assert (call.client, call.broken, call.outcome) == ("made up/1.0", ["action-missing"], OK)


def test_a_call_by_nobody_known_belongs_to_nobody(db: None) -> None:
    write_lines([replace(INDEX, user="stranger", address="not an address"), replace(INDEX, user="")])
    assert {(call.buyer, call.supplier, call.address) for call in Call.objects.all()} == {(None, None, None)}


def test_what_is_too_long_is_cut(green_abbey: Buyer) -> None:
    long = "x" * 900
    write_lines([replace(FAULT, user=long, operation=long, sentence=long, doc_id=long, client=long)])
    call = Call.objects.get()
    told = (call.user, call.operation, call.sentence, call.doc_id, call.client)
    assert [len(text) for text in told] == [150, 100, 500, 100, 200]


def test_each_operation_of_a_buyer_is_counted_up(green_abbey: Buyer) -> None:
    write_lines([INDEX, FAULT, later(INDEX, 1)])
    write_lines([later(INDEX, 2), later(replace(INDEX, operation="FetchDoc"), 3)])
    uses = {use.operation: use for use in OperationUse.objects.filter(buyer=green_abbey)}
    assert (uses["FetchIndex"].calls, uses["FetchIndex"].faults, uses["FetchIndex"].last_fault_at) == (3, 0, None)
    assert (uses["FetchDoc"].calls, uses["FetchDoc"].faults) == (2, 1)
    assert (uses["FetchDoc"].last_outcome, uses["FetchDoc"].last_fault_at) == (OK, NOON)
    assert uses["FetchDoc"].last_at == NOON + timedelta(seconds=3)


def test_an_operation_that_the_contract_does_not_know_is_not_counted(green_abbey: Buyer) -> None:
    write_lines([replace(INDEX, operation="Guess17", outcome="Client")])
    assert not OperationUse.objects.exists()


def test_each_broken_rule_of_a_buyer_is_counted_up(green_abbey: Buyer) -> None:
    broken = replace(INDEX, broken=("action-missing", "surplus"))
    write_lines([broken, later(broken, 1)])
    write_lines([later(replace(INDEX, broken=("surplus",)), 2)])
    rows = {row.rule: row for row in RuleBroken.objects.filter(buyer=green_abbey)}
    assert {rule: row.times for rule, row in rows.items()} == {"action-missing": 2, "surplus": 3}
    assert (rows["surplus"].first_at, rows["surplus"].last_at) == (NOON, NOON + timedelta(seconds=2))


def test_only_who_proved_to_be_a_buyer_has_called(green_abbey: Buyer) -> None:
    write_lines([INDEX])
    green_abbey.refresh_from_db()
    assert green_abbey.last_call_at is None
    write_lines([later(by(green_abbey), 5)])
    green_abbey.refresh_from_db()
    assert green_abbey.last_call_at == NOON + timedelta(seconds=5)


def test_a_last_call_of_a_moment_ago_is_not_written_again(green_abbey: Buyer) -> None:
    write_lines([later(by(green_abbey), 5)])
    write_lines([later(replace(by(green_abbey), is_news=False), 90)])
    write_lines([later(by(green_abbey), 30)])
    green_abbey.refresh_from_db()
    assert green_abbey.last_call_at == NOON + timedelta(seconds=5)


def test_many_calls_are_written_by_as_many_queries_as_few(green_abbey: Buyer, oakhanger: Buyer) -> None:
    few = [replace(by(green_abbey), broken=("surplus",))]
    many = [
        later(replace(by(buyer), operation=operation, broken=("surplus",)), seconds)
        for buyer in (green_abbey, oakhanger)
        for operation in ("FetchIndex", "FetchDoc", "SendOrder")
        for seconds in range(4)
    ]
    with CaptureQueriesContext(connection) as first:
        write_lines(few)
    with CaptureQueriesContext(connection) as second:
        write_lines(many)
    assert len(second) <= len(first) + 1


class TestCallLog:
    def test_what_was_added_is_written_in_its_order(self) -> None:
        written: list[Line] = []
        calls = CallLog(written.extend, alone=False)
        lines = [later(INDEX, seconds) for seconds in range(5)]
        for line in lines:
            calls.add(line)
        assert written == []
        calls.flush()
        calls.flush()
        assert written == lines

    def test_what_a_busy_database_does_not_take_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log, "MOST_WAITING", 3)
        written: list[Line] = []
        busy = [True]

        def write(lines: list[Line]) -> None:
            if busy:
                raise OperationalError("database is locked")
            written.extend(lines)

        calls = CallLog(write, alone=False)  # type: ignore[arg-type]  # a list is a sequence
        for seconds in range(5):
            calls.add(later(INDEX, seconds))
        calls.flush()
        busy.clear()
        calls.flush()
        assert written == [later(INDEX, seconds) for seconds in (2, 3, 4)]

    def test_a_line_that_cannot_be_written_is_the_only_one_that_is_lost(self) -> None:
        written: list[Line] = []

        def write(lines: Sequence[Line]) -> None:
            if any(line.operation == "FetchDoc" for line in lines):
                raise ValueError("not to be written")
            written.extend(lines)

        calls = CallLog(write, alone=False)
        for line in (later(INDEX, 1), FAULT, later(INDEX, 2)):
            calls.add(line)
        assert calls.flush() == 3
        assert written == [later(INDEX, 1), later(INDEX, 2)]

    def test_a_database_that_takes_none_is_told_of_once_a_portion(self, caplog: pytest.LogCaptureFixture) -> None:
        def write(lines: Sequence[Line]) -> None:
            raise DatabaseError("database disk image is malformed")

        calls = CallLog(write, alone=False)
        for seconds in range(5):
            calls.add(later(INDEX, seconds))
        calls.flush()
        assert [record.getMessage() for record in caplog.records] == ["The log of calls lost 5 of 5."]

    def test_what_a_busy_database_took_one_by_one_is_not_written_again(self) -> None:
        written: list[Line] = []
        busy = [True]

        def write(lines: Sequence[Line]) -> None:
            if FAULT in lines:
                raise ValueError("not to be written")
            if busy and later(INDEX, 2) in lines:
                raise OperationalError("database is locked")
            written.extend(lines)

        calls = CallLog(write, alone=False)
        for line in (later(INDEX, 1), FAULT, later(INDEX, 2)):
            calls.add(line)
        calls.flush()
        busy.clear()
        calls.flush()
        assert written == [later(INDEX, 1), later(INDEX, 2)]


class TestNextPause:
    def test_with_few_calls_it_is_the_longest(self) -> None:
        assert next_pause(LONGEST_PAUSE_SECONDS, 0) == next_pause(LONGEST_PAUSE_SECONDS, 3) == LONGEST_PAUSE_SECONDS

    @pytest.mark.parametrize("calls_a_second", [400, 2_000, 10_000])
    @pytest.mark.parametrize("to_write", [0, 0.005, 0.5])
    def test_with_many_it_is_as_long_as_a_portion_takes_to_gather(self, calls_a_second: int, to_write: float) -> None:
        pause = LONGEST_PAUSE_SECONDS
        for _ in range(2_000):
            pause = next_pause(pause + to_write, round((pause + to_write) * calls_a_second))
        assert calls_a_second * pause == pytest.approx(GATHERED, rel=0.05)

    def test_it_grows_again_when_they_end(self) -> None:
        pause = next_pause(LONGEST_PAUSE_SECONDS, 100_000)
        for _ in range(20):
            pause = next_pause(pause, 0)
        assert pause == LONGEST_PAUSE_SECONDS
