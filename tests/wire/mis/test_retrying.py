from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.wire.http import AddressRefused
from schoolgate.wire.mis.retrying import (
    LONGEST_WAIT_SECONDS,
    Then,
    after_exception,
    after_status,
    asked_wait,
    pause_after,
)

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert after_status(status) is Then.AGAIN


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 422, 501])
def test_what_repetition_cures_not_is_never_tried_again(status: int) -> None:
    assert after_status(status) is Then.NEVER


def test_a_busy_vendor_says_how_long() -> None:
    assert after_status(429) is Then.WAIT


@pytest.mark.parametrize("error", [httpx.ReadTimeout("late"), httpx.ConnectError("no"), httpx.RemoteProtocolError("?")])
def test_a_lost_answer_is_asked_for_again(error: httpx.TransportError) -> None:
    assert after_exception(error) is Then.AGAIN


@pytest.mark.parametrize("error", [AddressRefused("plain-http", "No."), httpx.UnsupportedProtocol("ftp")])
def test_a_forbidden_address_is_left_alone(error: httpx.TransportError) -> None:
    assert after_exception(error) is Then.NEVER


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "7"}, "", 7),
        ({"Retry-After": "Thu, 26 Nov 2026 10:00:30 GMT"}, "", 30),
        ({"Retry-After": "Thu, 26 Nov 2026 09:00:00 GMT"}, "", 0),
        ({"Retry-After": "soon"}, '{"message": "Rate limit is exceeded. Try again in 3 seconds."}', 3),
        ({}, '{"message": "Try again in 12 sec."}', 12),
        ({}, '{"statusCode": 429}', 2),
        ({"Retry-After": "99999999"}, "", LONGEST_WAIT_SECONDS),
    ],
)
def test_a_busy_vendor_is_asked_when_it_says(headers: dict[str, str], body: str, seconds: float) -> None:
    assert asked_wait(httpx.Response(429, headers=headers), body, 1, NOW) == seconds


@given(st.text(max_size=80), st.text(alphabet=st.characters(max_codepoint=255), max_size=40), st.integers(1, 10_000))
def test_whatever_a_vendor_says_the_wait_has_an_end(body: str, header: str, tries: int) -> None:
    response = httpx.Response(429, headers={b"Retry-After": header.encode("latin-1", "ignore").replace(b"\n", b"")})
    assert 0 <= asked_wait(response, body, tries, NOW) <= LONGEST_WAIT_SECONDS


@given(st.integers(1, 10_000))
def test_pauses_grow_to_an_hour_at_most(tries: int) -> None:
    assert 1 <= pause_after(tries) <= LONGEST_WAIT_SECONDS
