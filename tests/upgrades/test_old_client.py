"""Programs of schools that were never brought up to date: their calls, as recorded, get the answers that they know.

Today's answers may say more; what an earlier program read in them is there and of the same kind.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.doors import DoorOfTheTest

from schoolgate.authority.bases.accounts import add_account
from schoolgate.authority.bases.la import LA_NAME, LA_NUMBER
from schoolgate.authority.exchange.models import ReceivedFile

pytestmark = pytest.mark.django_db

RECORDED = Path(__file__).parent / "recorded"
CLIENTS = sorted(path.name for path in RECORDED.iterdir())
AT_THAT_MOMENT = {"outcome"}
"""What the server said of the way of a file, by then; today's is at another point of it."""


@pytest.fixture(params=CLIENTS)
def calls(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((RECORDED / request.param / "calls.json").read_text("utf-8"))
    return found


@pytest.fixture(autouse=True)
def _account_of_the_school(calls: list[dict[str, Any]]) -> None:
    signing_in = next(call for call in calls if call["path"] == "/exchange/v1/token")
    said = json.loads(base64.b64decode(signing_in["body"]))
    LA_NUMBER.set("820", by=None)
    LA_NAME.set("Bedford Borough", by=None)
    add_account(la="820", school="4321", name="Green Abbey School", user=said["user"], password=said["password"])


@pytest.fixture
def server() -> Iterator[httpx.Client]:
    """Today's."""
    door = DoorOfTheTest("schoolgate.authority.exchange.api_urls")
    with httpx.Client(transport=httpx.WSGITransport(app=door), base_url="http://testserver") as http:
        yield http


def lacking(then: Any, now: Any, where: str = "") -> list[str]:
    """Where today's answer has not what the earlier one had, or another kind of thing."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            one
            for name, value in then.items()
            if name not in AT_THAT_MOMENT
            for one in (lacking(value, now[name], f"{where}/{name}") if name in now else [f"{where}/{name}"])
        ]
    if isinstance(then, list) and isinstance(now, list):
        return lacking(then[0], now[0], f"{where}/0") if then and now else [where] * bool(then)
    same = then is None or now is None or type(then) is type(now)
    return [] if same else [where]


def test_every_call_is_answered_as_it_was_then(calls: list[dict[str, Any]], server: httpx.Client) -> None:
    tokens: dict[str, str] = {}
    wrong = []
    for call in calls:
        headers = dict(call["headers"])
        if "authorization" in headers:
            headers["authorization"] = f"Bearer {tokens[headers['authorization'].removeprefix('Bearer ')]}"
        body = base64.b64decode(call["body"])
        answer = server.request(call["method"], call["path"], headers=headers, content=body)
        now = answer.json()
        if "token" in (call["answer"] or {}):
            tokens[call["answer"]["token"]] = now.get("token", "")
        if answer.status_code != call["status"] or lacking(call["answer"], now):
            wrong.append((call["method"], call["path"], answer.status_code, lacking(call["answer"], now)))
    assert wrong == []
    assert ReceivedFile.objects.count() == 1


def test_an_earlier_programs_version_of_the_exchange_is_still_spoken(
    calls: list[dict[str, Any]], server: httpx.Client
) -> None:
    then = calls[0]["answer"]
    assert set(then["versions"]) <= set(server.get("/exchange/v1/").json()["versions"])
