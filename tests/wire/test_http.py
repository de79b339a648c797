"""The policy for calls out, and the table of retries, for every status there is."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.conftest import Serve, answer

from schoolgate import __version__
from schoolgate.wire.http import (
    LONGEST_ASKED_WAIT_SECONDS,
    AddressRefused,
    Again,
    GiveUp,
    OneNewToken,
    StopRun,
    make_client,
    make_transport,
    next_step,
    require_allowed,
    seconds_asked,
    wait_before_next,
)
from schoolgate.wire.proxies import Proxy
from schoolgate.wire.tls import trust

NOW = datetime(2026, 11, 20, 15, 24, tzinfo=UTC)


def step(status: int | None, retry_after: str = "") -> object:
    return next_step(status, retry_after=retry_after, now=NOW)


@pytest.mark.parametrize("status", [None, 408, 429, *range(500, 600)])
def test_what_a_repetition_may_cure_is_said_again(status: int | None) -> None:
    assert step(status) == Again()


@pytest.mark.parametrize("status", sorted(set(range(400, 500)) - {401, 407, 408, 429}))
def test_every_other_refusal_needs_a_person(status: int) -> None:
    assert step(status) == GiveUp()


def test_a_401_is_worth_one_new_token() -> None:
    assert step(401) == OneNewToken()


def test_a_proxy_that_wants_a_password_stops_the_run() -> None:
    assert step(407) == StopRun()


@pytest.mark.parametrize("status", [*range(200, 400)])
def test_a_page_where_an_answer_should_be_is_asked_again(status: int) -> None:
    assert step(status) == Again()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 15:34:00 GMT", 600.0),
        ("Fri, 20 Nov 2026 15:00:00 GMT", 0.0),
        ("999999999999", LONGEST_ASKED_WAIT_SECONDS),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(text: str, seconds: float | None) -> None:
    assert seconds_asked(text, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_breaks_the_reader_or_asks_for_more_than_a_day(text: str) -> None:
    found = seconds_asked(text, NOW)
    assert found is None or 0 <= found <= timedelta(days=1).total_seconds()


def test_waits_double_from_one_minute_to_one_hour() -> None:
    waits = [wait_before_next(tries, chance=lambda: 0.0) / 60 for tries in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_wait_grows_by_chance_so_that_schools_do_not_come_back_all_at_once() -> None:
    assert wait_before_next(1, chance=lambda: 1.0) == pytest.approx(66)


def test_a_wait_is_never_shorter_than_the_other_side_asked() -> None:
    assert wait_before_next(1, asked=1800, chance=lambda: 0.0) == 1800


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://la.example/", "plain-http"),
        ("http://10.0.0.5/", "plain-http"),
        ("http://localhost.example/", "plain-http"),
        ("ftp://la.example/", "not-http"),
        ("la.example", "not-http"),
        ("https:///exchange", "not-http"),
        ("https://169.254.169.254/latest/meta-data", "forbidden-address"),
        ("https://[fe80::1]/", "forbidden-address"),
        ("https://[::ffff:169.254.169.254]/", "forbidden-address"),
        ("https://[fd00:ec2::254]/", "forbidden-address"),
        ("https://0.0.0.0/", "forbidden-address"),
    ],
)
def test_an_address_that_is_not_to_be_called_is_refused(address: str, code: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        require_allowed(httpx.URL(address))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "address", ["https://la.example/", "http://127.0.0.1:8321/", "http://localhost:8321/", "http://[::1]:1/"]
)
def test_https_and_this_computer_are_allowed(address: str) -> None:
    require_allowed(httpx.URL(address))
    assert httpx.URL(address).host


def test_a_name_that_leads_to_a_forbidden_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("169.254.169.254", 0))])
    with make_client() as client, pytest.raises(AddressRefused):
        client.get("https://innocent.example/")


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    server = serve(lambda *_: answer(302, {}, Location="/elsewhere"))
    with make_client() as client:
        assert client.get(server.address + "/").status_code == 302
    assert server.asked == ["GET /"]


def test_calls_say_which_program_and_version_they_come_from(serve: Serve) -> None:
    server = serve(lambda *_: answer(200, {}))
    with make_client() as client:
        client.get(server.address)
    assert server.requests[0].headers["user-agent"] == f"schoolgate/{__version__}"


def test_proxies_of_the_environment_are_not_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = serve(lambda *_: answer(200, {}))
    with make_client() as client:
        assert client.get(server.address).status_code == 200


def test_the_lowest_tls_version_is_as_set() -> None:
    assert trust(tls_minimum="1.3").minimum_version is ssl.TLSVersion.TLSv1_3


def test_trust_always_verifies_certificates_and_names() -> None:
    context = trust()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_an_extra_ca_file_without_a_certificate_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    with pytest.raises(ssl.SSLError):
        make_client(extra_ca_file=empty)


def test_the_proxys_password_does_not_show_itself() -> None:
    assert "secret" not in repr(Proxy("http://proxy.example:8080", "user", "secret"))


def test_a_transport_that_nobody_closes_is_closed_when_nobody_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(httpx.HTTPTransport, "close", lambda self: closed.append(id(self)))
    made = make_transport()
    inner = id(made._inner)
    assert not closed
    del made
    assert closed == [inner]
