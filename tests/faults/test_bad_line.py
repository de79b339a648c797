"""The line to the LA fails in every way a line can: it is told, tried again, and each file arrives once."""

import socket
from datetime import datetime
from typing import Any

import pytest
from tests.faults.bad_line import (
    BadLine,
    Harm,
    answer_cut,
    answer_lost,
    answer_slow,
    answers,
    bad_line,
    body_cut,
    body_harmed,
    body_slow,
)
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.table import note
from tests.wire.conftest import RawRequest

PAGE = "<!doctype html><title>Sign in to the guest network</title>"

# What the try's row says of it afterwards.
FAILS: dict[str, tuple[Harm, str]] = {
    "answer lost": (answer_lost, "unreachable-reset"),
    "answer cut": (answer_cut, "unreachable-reset"),
    "body cut": (body_cut, "cut-short"),
    "body harmed": (body_harmed, "gzip-malformed"),
    "429": (answers(429, Retry_After="7200"), "busy"),
    "500": (answers(500), "busy"),
    "502": (answers(502, PAGE, media="text/html"), "busy"),
    "503": (answers(503), "busy"),
    "200 with HTML": (answers(200, PAGE, media="text/html"), "not-schoolgate"),
}
SLOW: dict[str, Harm] = {"answer slow": answer_slow, "body slow": body_slow}
on_sqlite = pytest.mark.parametrize("exchange", ["sqlite"], indirect=True)


def last_try(exchange: Exchange, name: str) -> dict[str, Any]:
    """The row of a file's last try, with what follows it."""
    columns = ("a.result", "a.code", "t.state", "t.next_try_at", "a.ended_at")
    (row,) = exchange.school.database.rows(
        f"SELECT {', '.join(columns)} FROM school_exchange_attempt a JOIN school_exchange_transfer t"
        f" ON a.transfer_id = t.id AND a.number = t.attempts WHERE t.name = '{name}'"
    )
    return dict(zip(("result", "code", "state", "next_try_at", "ended_at"), row, strict=True))


@on_sqlite
@pytest.mark.parametrize("what", FAILS)
def test_a_file_whose_sending_fails_is_told_and_sent_again(
    exchange: Exchange, what: str, request: pytest.FixtureRequest
) -> None:
    harm, code = FAILS[what]
    name = exchange.drop().name
    with bad_line(exchange.authority.url, harm) as line:
        exchange.call(line.server.address)
        failed_code = exchange.export()
        failed = last_try(exchange, name)
        last_code = exchange.export()
    exchange.call(exchange.authority.url)
    complaints = ask(exchange)

    note(request, what, database=exchange.database, killed=0, complaints=complaints)
    assert (failed_code, failed["result"], failed["state"]) == (1, "failed", "retrying")
    assert failed["code"] == code
    assert line.calls("PUT") == 2, "tried again in the same run, or not at all"
    assert last_code == 0
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def test_a_lost_answer_is_followed_by_the_same_receipt_and_no_second_row(exchange: Exchange) -> None:
    name = exchange.drop().name
    answers: list[bytes] = []

    def lose(line: BadLine, request: RawRequest, connection: socket.socket) -> None:
        answers.append(line.carry(request))

    def keep(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
        lose(line, request, connection)
        return answers[-1]

    with bad_line(exchange.authority.url, lose, keep) as line:
        exchange.call(line.server.address)
        exchange.export()
        exchange.export()
    exchange.call(exchange.authority.url)

    first, second = (answer.partition(b"\r\n\r\n") for answer in answers)
    assert (first[0].split()[1], second[0].split()[1]) == (b"201", b"200")
    assert first[2] == second[2]
    rows = exchange.authority.database.rows(
        f"SELECT COUNT(*) FROM authority_exchange_receivedfile WHERE name = '{name}'"
    )
    assert rows == [(1,)]


@on_sqlite
def test_the_wait_that_a_429_asks_for_is_kept(exchange: Exchange) -> None:
    name = exchange.drop().name
    with bad_line(exchange.authority.url, FAILS["429"][0]) as line:
        exchange.call(line.server.address)
        exchange.export()
    exchange.call(exchange.authority.url)
    told = last_try(exchange, name)
    exchange.export()

    waits = datetime.fromisoformat(told["next_try_at"]) - datetime.fromisoformat(told["ended_at"])
    assert 7199 <= waits.total_seconds() <= 7200 * 1.11


@on_sqlite
@pytest.mark.parametrize("what", SLOW)
def test_a_slow_line_only_takes_longer(exchange: Exchange, what: str, request: pytest.FixtureRequest) -> None:
    name = exchange.drop().name
    with bad_line(exchange.authority.url, SLOW[what]) as line:
        exchange.call(line.server.address)
        code = exchange.export()
    exchange.call(exchange.authority.url)
    complaints = ask(exchange)

    note(request, what, database=exchange.database, killed=0, complaints=complaints)
    assert (code, last_try(exchange, name)["result"], line.calls("PUT")) == (0, "delivered", 1)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


@on_sqlite
def test_an_la_that_fails_three_times_in_a_row_is_left_alone_for_a_while(exchange: Exchange) -> None:
    for school in SCHOOLS:
        exchange.drop(school)
        exchange.drop(school)
    with bad_line(exchange.authority.url, *[answers(503)] * 8) as line:
        exchange.call(line.server.address)
        exchange.export()
    exchange.call(exchange.authority.url)
    last_code = exchange.export()
    complaints = ask(exchange)

    # Four streams may have been under way when the third failed.
    assert 3 <= line.calls("PUT") <= 6
    assert last_code == 0
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def test_a_token_that_ends_in_mid_run_is_replaced_and_no_file_is_told_of(
    exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    for number in range(12):
        exchange.drop(SCHOOLS[number % len(SCHOOLS)])

    def end_tokens(line: BadLine, request: RawRequest, _: socket.socket) -> bytes:
        exchange.authority.database.write("DELETE FROM authority_exchange_token")
        return line.carry(request)

    with bad_line(exchange.authority.url, *[carried, carried, carried, carried, end_tokens]) as line:
        exchange.call(line.server.address)
        code = exchange.export()
    exchange.call(exchange.authority.url)
    complaints = ask(exchange)

    note(request, "token ends", database=exchange.database, killed=0, complaints=complaints)
    assert code == 0
    assert line.calls("POST", "/token") >= 2
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
    failed = exchange.school.database.rows(
        "SELECT t.name FROM school_exchange_attempt a JOIN school_exchange_transfer t ON a.transfer_id = t.id"
        " WHERE a.result = 'failed' AND a.code = 'token-expired'"
    )
    assert failed == []


def carried(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
    """No harm."""
    return line.carry(request)
