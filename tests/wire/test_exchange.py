"""The exchange client against good answers."""

import gzip
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.wire.conftest import RawRequest, Serve, answer
from tests.wire.green_abbey import (
    CREDENTIALS,
    PLACE,
    PLAIN,
    SHA256,
    TOLD,
    after_sign_in,
    client_of,
    problem,
    send,
)

from schoolgate.wire import exchange
from schoolgate.wire.exchange_errors import (
    NotSchoolgate,
    Refused,
)
from schoolgate.wire.http import GiveUp


def test_a_file_is_delivered_as_one_gzip_stream_under_its_own_address(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: answer(201, TOLD)))
    delivery = send(client_of(server.address, http))
    sent = server.requests[-1]
    assert (sent.method, sent.path) == ("PUT", f"/exchange/v1/{PLACE}")
    assert gzip.decompress(sent.body) == PLAIN
    assert sent.headers["content-encoding"] == "gzip"
    assert sent.headers["content-length"] == str(len(sent.body))
    assert sent.headers["authorization"] == "Bearer T1"
    assert delivery == exchange.Delivery("a.b.c", {"state": "queued"}, known=False)


def test_a_200_says_that_the_file_was_known(serve: Serve, http: httpx.Client) -> None:
    assert send(client_of(serve(after_sign_in(lambda *_: answer(200, TOLD))).address, http)).known


def test_an_address_given_with_its_path_or_a_slash_is_the_same_address(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: answer(201, TOLD)))
    send(client_of(server.address + "/exchange/v1/", http))
    assert server.asked[-1] == f"PUT /exchange/v1/{PLACE}"


def test_a_name_is_quoted_in_the_address(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: answer(404, {"code": "unknown-file"})))
    assert client_of(server.address, http).find_file("student", "a b/../ü?.xml", SHA256) is None
    assert server.requests[-1].path.endswith("/a%20b%2F..%2F%C3%BC%3F.xml")


def test_one_sign_in_serves_many_calls(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: answer(201, TOLD)))
    client = client_of(server.address, http)
    send(client)
    send(client)
    assert [line for line in server.asked if line.startswith("POST")] == ["POST /exchange/v1/token"]


def test_a_token_that_died_is_renewed_once_and_the_body_sent_whole_again(serve: Serve, http: httpx.Client) -> None:
    tokens = iter(["T1", "T2"])

    def handle(request: RawRequest, _: socket.socket) -> bytes:
        if request.path.endswith("/token"):
            return answer(200, {"token": next(tokens)})
        good = request.headers["authorization"] == "Bearer T2"
        return answer(201, TOLD) if good else problem(401, "token-expired")

    server = serve(handle)
    assert send(client_of(server.address, http)).receipt == "a.b.c"
    assert gzip.decompress(server.requests[-1].body) == PLAIN


def test_a_second_401_in_a_row_is_given_up(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: problem(401, "token-expired")))
    with pytest.raises(Refused) as refused:
        send(client_of(server.address, http))
    assert refused.value.step == GiveUp()
    assert sum(line.startswith("PUT") for line in server.asked) == 2


def test_streams_that_share_a_client_sign_in_once(serve: Serve, http: httpx.Client) -> None:
    signing_in = threading.Event()

    def handle(request: RawRequest, _: socket.socket) -> bytes:
        if request.path.endswith("/token"):
            signing_in.wait(0.2)
            return answer(200, {"token": "T1"})
        return answer(201, TOLD)

    server = serve(handle)
    client = client_of(server.address, http)
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _: send(client), range(4)))) == 4
    assert sum(line.startswith("POST") for line in server.asked) == 1


def test_a_large_file_that_is_there_already_is_not_sent_again(
    serve: Serve, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "ASK_FIRST_ABOVE_BYTES", 5)
    server = serve(after_sign_in(lambda *_: answer(200, TOLD)))
    assert send(client_of(server.address, http)).known
    assert [line.split()[0] for line in server.asked] == ["POST", "HEAD", "GET"]


def test_a_large_file_that_is_not_there_is_sent(
    serve: Serve, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "ASK_FIRST_ABOVE_BYTES", 5)
    server = serve(after_sign_in(lambda asked, _: answer(404) if asked.method == "HEAD" else answer(201, TOLD)))
    assert not send(client_of(server.address, http)).known
    assert server.asked[-1].startswith("PUT")


def test_what_the_service_says_of_itself_is_read(serve: Serve, http: httpx.Client) -> None:
    said: dict[str, Any] = {
        "service": "schoolgate-exchange",
        "la": "820",
        "name": "Bedford",
        "clock": "2026-11-20T15:24:10Z",
        "limits": {"file_bytes": 1000},
        "something_new": True,
    }
    service = client_of(serve(lambda *_: answer(200, said)).address, http).service()
    assert service == exchange.Service("820", "Bedford", datetime(2026, 11, 20, 15, 24, 10, tzinfo=UTC), 1000)


def test_json_of_some_other_service_is_not_ours(serve: Serve, http: httpx.Client) -> None:
    with pytest.raises(NotSchoolgate):
        client_of(serve(lambda *_: answer(200, {"service": "weather"})).address, http).service()


def test_refused_values_are_asked_for_page_by_page(serve: Serve, http: httpx.Client) -> None:
    item = {"upn": "A820432124001", "item": "FormerUPN", "value": "X", "code": "bad-upn", "new": True, "later": 1}
    page = {"items": [item, 7], "next": "12", "more": True}
    server = serve(after_sign_in(lambda *_: answer(200, {"refusals": page})))
    found = client_of(server.address, http).refused("student", "8204321_CES_820LLLL_001.xml", "0" * 64, "11")
    assert server.asked[-1] == f"GET /exchange/v1/student/files/{'0' * 64}/8204321_CES_820LLLL_001.xml?after=11"
    (value,) = found.values
    assert (value.upn, value.item, value.value, value.code, value.new) == (
        "A820432124001",
        "FormerUPN",
        "X",
        "bad-upn",
        True,
    )
    assert (found.cursor, found.more) == ("12", True)


def test_a_service_that_tells_no_refused_values_has_none(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: answer(200, {})))
    found = client_of(server.address, http).refused("student", "8204321_CES_820LLLL_001.xml", "0" * 64)
    assert (found.values, found.more) == ((), False)


def test_outcomes_are_read_and_what_a_later_version_adds_is_passed_over(serve: Serve, http: httpx.Client) -> None:
    page = {"outcomes": [{"file": {"kind": "student"}, "outcome": {"state": "completed"}}, 5], "next": "9-9", "more": 1}
    server = serve(after_sign_in(lambda *_: answer(200, page)))
    found = client_of(server.address, http).outcomes("1-1")
    assert server.asked[-1] == "GET /exchange/v1/outcomes?after=1-1"
    assert [outcome.outcome for outcome in found.outcomes] == [{"state": "completed"}]
    assert (found.cursor, found.more) == ("9-9", True)


def test_no_repr_shows_the_password() -> None:
    assert CREDENTIALS.password not in repr(CREDENTIALS)


def test_a_body_wrongly_written_after_a_head_is_not_taken_for_the_next_answer(
    serve: Serve, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "ASK_FIRST_ABOVE_BYTES", 5)

    def handle(request: RawRequest, _: socket.socket) -> bytes:
        whole = answer(404, {"code": "unknown-file"}) if request.method == "HEAD" else answer(201, TOLD)
        return whole.replace(b"Connection: close\r\n", b"")

    server = serve(after_sign_in(handle))
    server.keep_open = True
    assert not send(client_of(server.address, http)).known
    assert server.requests[-2].headers["connection"] == "close"
