"""What a client can tell of the line: the proxy's own answers, versions, clocks."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.conftest import Serve, answer
from tests.wire.green_abbey import NOW, client_of

from schoolgate.wire.exchange_errors import (
    ClockWrong,
    ExchangeError,
    Maintenance,
    ProxyRefusesPassword,
    ProxyWantsPassword,
    ProxyWantsWindowsLogin,
    ServiceTooOld,
    TooOld,
    Unreachable,
)
from schoolgate.wire.http import StopRun, make_client
from schoolgate.wire.proxies import Proxy


def asked_through(raw: bytes, serve: Serve, *, user: str = "", address: str = "https://la.example") -> ExchangeError:
    """What comes of asking an LA through a proxy that answers with this."""
    proxy = Proxy(serve(lambda *_: raw).address, user, "x")
    with make_client(proxy=proxy) as http, pytest.raises(ExchangeError) as raised:
        client_of(address, http).service()
    return raised.value


@pytest.mark.parametrize("address", ["https://la.example", "http://127.0.0.1:1"])
@pytest.mark.parametrize(
    ("offers", "user", "kind"),
    [
        ("Basic realm=x", "", ProxyWantsPassword),
        ("Basic realm=x", "green-abbey", ProxyRefusesPassword),
        ("NTLM", "green-abbey", ProxyWantsWindowsLogin),
        ("Negotiate", "", ProxyWantsWindowsLogin),
        ("", "green-abbey", ProxyRefusesPassword),
    ],
)
def test_a_407_says_what_the_proxy_wants_with_and_without_tls(
    address: str, offers: str, user: str, kind: type[ExchangeError], serve: Serve
) -> None:
    headers = {"Proxy_Authenticate": offers} if offers else {}
    error = asked_through(answer(407, "", **headers), serve, user=user, address=address)
    assert type(error) is kind
    assert error.step == StopRun()
    assert offers.partition(" ")[0] in error.details


def test_what_squid_says_is_kept_for_the_help_desk(serve: Serve) -> None:
    error = asked_through(answer(503, "", X_Squid_Error="ERR_DNS_FAIL 0"), serve)
    assert isinstance(error, Unreachable)
    assert (error.reason, error.details) == ("proxy", "HTTP 503 from the proxy ERR_DNS_FAIL")


def test_a_proxy_that_hangs_up_is_the_proxys_failure(serve: Serve) -> None:
    proxy = Proxy(serve(lambda *_: None).address)
    with make_client(proxy=proxy) as http, pytest.raises(Unreachable) as raised:
        client_of("https://la.example", http).service()
    assert raised.value.reason == "proxy"


@pytest.mark.parametrize(
    ("versions", "kind"), [(["v2", "v3"], TooOld), (["v0"], ServiceTooOld), (["beta"], ServiceTooOld)]
)
def test_a_service_that_does_not_speak_our_version_is_told(
    versions: list[str], kind: type[ExchangeError], serve: Serve, http: httpx.Client
) -> None:
    server = serve(lambda *_: answer(200, {"service": "schoolgate-exchange", "versions": versions}))
    with pytest.raises(kind):
        client_of(server.address, http).service()


def test_a_service_may_speak_later_versions_beside_ours(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: answer(200, {"service": "schoolgate-exchange", "versions": ["v1", "v2"]}))
    assert client_of(server.address, http).service().versions == ("v1", "v2")


def test_maintenance_says_until_when_in_london(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: answer(503, {"code": "maintenance"}, Retry_After="3600"))
    with pytest.raises(Maintenance) as raised:
        client_of(server.address, http).token()
    assert raised.value.sentence == "The LA's service is closed for maintenance until Fri 20 Nov 2026 16:24."


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(minutes=-7), "7 minutes slow."),
        (timedelta(minutes=100), "100 minutes fast."),
        (timedelta(hours=3), "3 hours fast."),
        (timedelta(days=-400), "400 days slow."),
    ],
)
def test_a_wrong_clock_is_told_with_the_difference(ahead: timedelta, told: str) -> None:
    assert ClockWrong(ahead, ours=True).sentence.endswith(told)


@pytest.mark.parametrize(("minutes", "zone"), [(60, True), (-59, True), (121, True), (7, False), (95, False)])
def test_whole_hours_point_to_the_time_zone(minutes: int, zone: bool) -> None:
    assert ("time zone" in ClockWrong(timedelta(minutes=minutes), ours=True).remedy) is zone


@given(st.integers(301, 10**8), st.booleans(), st.booleans())
def test_our_clock_being_fast_is_the_las_being_slow(seconds: int, behind: bool, ours: bool) -> None:
    ahead = timedelta(seconds=-seconds if behind else seconds)
    sentence = ClockWrong(ahead, ours=ours).sentence
    assert ("fast" in sentence) is (behind is not ours)


def test_the_date_of_an_answer_is_read_as_the_web_servers_clock(serve: Serve, http: httpx.Client) -> None:
    said = {"service": "schoolgate-exchange", "clock": "2026-11-20T15:24:00Z"}
    server = serve(lambda *_: answer(200, said, Date="Fri, 20 Nov 2026 15:20:00 GMT"))
    service = client_of(server.address, http).service()
    assert (service.clock, service.web_clock) == (NOW, datetime(2026, 11, 20, 15, 20, tzinfo=UTC))
