"""The exchange client against every bad answer, given by raw sockets."""

import io
import socket
import struct
import threading
import time
from contextlib import suppress

import httpx
import pytest
from tests.ports import free_port
from tests.wire.conftest import RawRequest, Serve, answer
from tests.wire.green_abbey import NAME, PLAIN, SHA256, TOLD, after_sign_in, client_of, error_from, problem

from schoolgate.wire import exchange_calls
from schoolgate.wire.exchange_errors import (
    AddressNotAllowed,
    Busy,
    ExchangeError,
    Locked,
    NotForYou,
    NotSchoolgate,
    PasswordExpired,
    ProxyWantsPassword,
    Refused,
    TooOld,
    Unreachable,
    WrongCredentials,
)
from schoolgate.wire.exchange_sentences import REFUSALS, UNREACHABLE
from schoolgate.wire.http import Again, GiveUp, StopRun, make_client
from schoolgate.wire.proxies import Proxy


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (problem(401, "wrong-credentials"), WrongCredentials),
        (problem(401, "password-expired"), PasswordExpired),
        (problem(426, "client-too-old"), TooOld),
        (answer(407, "<html>", media="text/html"), ProxyWantsPassword),
    ],
)
def test_a_sign_in_that_fails_stops_the_run(
    raw: bytes, kind: type[ExchangeError], serve: Serve, http: httpx.Client
) -> None:
    with pytest.raises(kind) as raised:
        client_of(serve(lambda *_: raw).address, http).token()
    assert raised.value.step == StopRun()


def test_a_lock_says_how_long_it_lasts(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: problem(429, "locked", Retry_After="900"))
    with pytest.raises(Locked) as locked:
        client_of(server.address, http).token()
    assert locked.value.step == StopRun(900)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 507])
def test_a_busy_authority_is_asked_again_when_it_says(status: int, serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: problem(status, "busy", Retry_After="90"), serve, http)
    assert isinstance(error, Busy)
    assert error.step == Again(90)


def test_a_bare_502_of_a_proxy_in_between_is_asked_again(serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: answer(502, "<h1>Bad gateway</h1>", media="text/html"), serve, http)
    assert error.step == Again()
    assert (error.code, error.details) == ("busy", "HTTP 502")


@pytest.mark.parametrize("code", ["not-your-base", "no-licence", "no-out-of-county-licence", "not-this-authority"])
def test_a_403_names_what_is_missing(code: str, serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: problem(403, code), serve, http)
    assert isinstance(error, NotForYou)
    assert (error.code, error.sentence, error.step) == (code, REFUSALS[code][0], GiveUp())


def test_a_refusal_of_a_later_version_is_told_in_its_own_words(serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: problem(422, "something-new"), serve, http)
    assert (error.code, error.sentence, error.step) == ("something-new", "Said by the LA.", GiveUp())


@pytest.mark.parametrize("code", ["digest-mismatch", "cut-short", "gzip-malformed"])
def test_a_body_that_was_harmed_on_the_way_is_sent_again(code: str, serve: Serve, http: httpx.Client) -> None:
    assert error_from(lambda *_: problem(400, code), serve, http).step == Again()


@pytest.mark.parametrize(
    "raw",
    [
        answer(200, "<html>Please sign in to the internet</html>", media="text/html"),
        answer(200, "[]"),
        answer(200, "{not json"),
        answer(200, {"hello": "world"}),
        answer(201, {**TOLD, "file": {"sha256": "0" * 64, "size": len(PLAIN)}}),
        answer(302, "", media="text/html", Location="https://filter.example/"),
        answer(200, TOLD, Content_Encoding="gzip"),
    ],
)
def test_an_answer_that_is_not_ours_is_no_delivery(raw: bytes, serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: raw, serve, http)
    assert isinstance(error, NotSchoolgate)
    assert error.step == Again()


def test_another_web_sites_404_is_not_an_unknown_file(serve: Serve, http: httpx.Client) -> None:
    server = serve(after_sign_in(lambda *_: answer(404, "<html>", media="text/html")))
    with pytest.raises(NotSchoolgate) as raised:
        client_of(server.address, http).find_file("student", NAME, SHA256)
    assert raised.value.step == GiveUp()


def test_an_answer_cut_off_in_the_middle_is_a_broken_line(serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: answer(201, TOLD)[:-10], serve, http)
    assert isinstance(error, Unreachable)
    assert (error.reason, error.step) == ("reset", Again())


def test_a_connection_closed_without_an_answer_is_a_broken_line(serve: Serve, http: httpx.Client) -> None:
    error = error_from(lambda *_: None, serve, http)
    assert isinstance(error, Unreachable)
    assert error.reason == "reset"


def test_a_silent_server_times_out(serve: Serve, impatient: httpx.Client) -> None:
    given_up = threading.Event()

    def wait(request: RawRequest, _: socket.socket) -> None:
        given_up.wait(30)

    error = error_from(wait, serve, impatient)
    given_up.set()
    assert isinstance(error, Unreachable)
    assert error.reason == "timeout"


def test_an_answer_that_trickles_for_ever_is_given_up(
    serve: Serve, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_calls, "ANSWER_SECONDS", 0.3)

    def trickle(request: RawRequest, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(30):
            connection.sendall(b" ")
            time.sleep(0.05)

    error = error_from(trickle, serve, http)
    assert isinstance(error, Unreachable)
    assert error.reason == "timeout"


def test_an_answer_without_end_is_given_up(serve: Serve, http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_calls, "LONGEST_ANSWER_BYTES", 1000)
    error = error_from(lambda *_: answer(201, "x" * 5000), serve, http)
    assert isinstance(error, NotSchoolgate)


def test_an_early_refusal_is_read_though_the_body_was_not(serve: Serve, http: httpx.Client) -> None:
    large = io.BytesIO(b"\x00" * 900_000)

    def refuse_early(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(problem(413, "too-large"))

    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer(200, {"token": "T1"}))
        connection, _ = listener.accept()
        with connection:
            refuse_early(connection)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass

    threading.Thread(target=run, daemon=True).start()
    client = client_of(f"http://127.0.0.1:{listener.getsockname()[1]}", http)
    with pytest.raises(Refused) as refused:
        client.send_file("student", NAME, SHA256, 1, lambda: io.BytesIO(large.getvalue()))
    listener.close()
    assert refused.value.code == "too-large"


def test_a_closed_port_is_refused(http: httpx.Client) -> None:
    with pytest.raises(Unreachable) as raised:
        client_of(f"http://127.0.0.1:{free_port()}", http).service()
    assert raised.value.reason == "refused"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".example"])
def test_a_name_that_nobody_knows_is_told_as_such(host: str, http: httpx.Client) -> None:
    with pytest.raises(Unreachable) as raised:
        client_of(f"https://{host}", http).service()
    assert raised.value.reason == "name"


@pytest.mark.parametrize(("greeting", "reason"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "tls"), (b"", "reset")])
def test_a_server_that_speaks_no_tls_is_not_trusted(greeting: bytes, reason: str, http: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with suppress(OSError), connection:
                connection.recv(1)
                if not greeting:
                    # No time to linger: the other side sees a reset.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                connection.sendall(greeting)
                while connection.recv(65_536):
                    pass

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(Unreachable) as raised:
            client_of(f"https://127.0.0.1:{listener.getsockname()[1]}", http).service()
    assert raised.value.reason == reason


def test_a_proxy_that_wants_a_password_is_told_before_the_tunnel_stands(serve: Serve) -> None:
    proxy = serve(lambda *_: answer(407, "", Proxy_Authenticate="Basic realm=x"))
    with make_client(proxy=Proxy(proxy.address)) as http, pytest.raises(ProxyWantsPassword):
        client_of("https://la.example", http).service()
    assert proxy.asked == ["CONNECT la.example:443"]


def test_a_proxy_that_forbids_the_address_is_told(serve: Serve) -> None:
    proxy = serve(lambda *_: answer(403, ""))
    with make_client(proxy=Proxy(proxy.address)) as http, pytest.raises(Unreachable) as raised:
        client_of("https://la.example", http).service()
    assert raised.value.reason == "proxy-denied"


@pytest.mark.parametrize("address", ["http://la.example", "nonsense", "https://[::", "", "https://169.254.169.254"])
def test_an_address_that_may_not_be_called_is_told_without_a_call(address: str, http: httpx.Client) -> None:
    with pytest.raises(AddressNotAllowed) as raised:
        client_of(address, http).service()
    assert raised.value.step == StopRun()


def test_every_error_says_what_to_do_next() -> None:
    told = [*UNREACHABLE.values(), *REFUSALS.values()]
    assert all(sentence.endswith(".") and remedy.endswith(".") for sentence, remedy in told)
