"""What anybody may ask, and what holds for every call."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from schoolgate import __version__
from schoolgate.authority.bases.la import MAINTENANCE_UNTIL
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.door import OLDEST_CLIENT
from schoolgate.authority.exchange.problems import PROBLEMS


def test_the_service_tells_who_it_is_without_a_login(door: httpx.Client, la: str) -> None:
    told = door.get("/exchange/v1/").json()
    assert told.pop("clock").endswith("Z")
    assert told == {
        "service": "schoolgate-exchange",
        "version": __version__,
        "versions": ["v1"],
        "la": "820",
        "name": "Bedford Borough",
        "limits": {"file_bytes": 64 * 1024 * 1024},
        "oldest_client": OLDEST_CLIENT,
        "maintenance_until": None,
    }


def test_in_maintenance_nothing_new_is_begun_and_the_end_is_told(program: Any, door: httpx.Client) -> None:
    until = timezone.now() + timedelta(minutes=10)
    MAINTENANCE_UNTIL.set(until, by=None)
    assert door.get("/exchange/v1/").json()["maintenance_until"] == f"{until:%Y-%m-%dT%H:%M:%SZ}"
    for answer in (program.put(b""), door.post("/exchange/v1/token", json={"user": "8204321", "password": "x"})):
        assert (answer.status_code, answer.json()["code"]) == (503, "maintenance")
        assert 590 <= int(answer.headers["Retry-After"]) <= 600
    assert program.get("outcomes").status_code == 200


def test_maintenance_ends_by_itself(program: Any, door: httpx.Client) -> None:
    MAINTENANCE_UNTIL.set(timezone.now() - timedelta(seconds=1), by=None)
    assert door.get("/exchange/v1/").json()["maintenance_until"] is None
    assert program.put(b"").status_code == 422


def test_no_call_sets_or_needs_a_cookie(door: httpx.Client, green_abbey: Base) -> None:
    body = {"user": "8204321", "password": "Green-Abbey-2026!"}
    answer = door.post("/exchange/v1/token", json=body, headers={"Cookie": "sessionid=x; csrftoken=y"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_answers_are_not_to_be_stored(door: httpx.Client, la: str) -> None:
    assert door.get("/exchange/v1/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/exchange/", "/exchange/v2/", "/exchange/v1/nothing", "/exchange/v1/student/files/a/b/c"]
)
def test_an_unknown_address_is_told_as_a_problem(door: httpx.Client, la: str, path: str) -> None:
    answer = door.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "unknown-address"


def test_a_kind_of_file_that_is_not_taken_is_an_unknown_address(program: Any) -> None:
    answer = program.get(f"pigeons/files/{'0' * 64}/8204321_CES_820LLLL_001.xml")
    assert answer.json()["code"] == "unknown-address"


def test_another_method_is_told_which_ones_are_taken(door: httpx.Client, la: str) -> None:
    answer = door.delete("/exchange/v1/keys")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_host_that_is_not_ours_is_a_bad_request(door: httpx.Client, la: str) -> None:
    answer = door.get("/exchange/v1/token", headers={"Host": "elsewhere.example"})
    assert answer.status_code in {400, 405}


@pytest.mark.parametrize("version", ["0.0.9", "0.0.0"])
def test_a_program_that_is_too_old_is_told_the_oldest_one_served(door: httpx.Client, la: str, version: str) -> None:
    answer = door.get("/exchange/v1/whoami", headers={"User-Agent": f"schoolgate/{version} (windows)"})
    assert (answer.status_code, answer.json()["code"]) == (426, "client-too-old")
    assert answer.json()["oldest_client"] == OLDEST_CLIENT


@pytest.mark.parametrize("agent", ["schoolgate/0.1.0", "schoolgate/12.0.1", "curl/8.0", "schoolgate/x", ""])
def test_other_programs_are_served(door: httpx.Client, la: str, agent: str) -> None:
    assert door.get("/exchange/v1/whoami", headers={"User-Agent": agent}).status_code == 401


def test_a_program_that_is_too_old_may_still_ask_what_it_needs(door: httpx.Client, la: str) -> None:
    assert door.get("/exchange/v1/", headers={"User-Agent": "schoolgate/0.0.1"}).status_code == 200


def test_a_locked_database_is_told_as_busy(door: httpx.Client, la: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from schoolgate.authority.exchange import api

    def locked(*_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(api, "give_token", locked)
    answer = door.post("/exchange/v1/token", json={"user": "a", "password": "b"})
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


def test_an_error_of_ours_is_told_without_its_cause(
    door: httpx.Client, la: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from schoolgate.authority.exchange import api

    def broken(*_: object) -> None:
        raise RuntimeError("something private")

    monkeypatch.setattr(api, "give_token", broken)
    answer = door.post("/exchange/v1/token", json={"user": "a", "password": "b"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "private" not in answer.text


def test_every_refusal_says_what_to_do_next() -> None:
    for code, refusal in PROBLEMS.items():
        assert refusal.detail.endswith("."), code
        assert 400 <= refusal.status < 600, code


@given(st.text(max_size=30))
def test_no_user_agent_breaks_the_door(agent: str) -> None:
    from django.test import RequestFactory

    from schoolgate.authority.exchange.api import token

    request = RequestFactory().delete("/exchange/v1/token", headers={"User-Agent": agent})
    assert json.loads(token(request).content)["code"] in {"method-not-allowed", "client-too-old"}
