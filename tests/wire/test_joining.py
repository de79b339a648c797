"""Connection codes and the account's own password, from the school's side."""

import json
import socket
from datetime import UTC, datetime

import httpx
import pytest
from tests.wire.conftest import RawRequest, Serve, answer
from tests.wire.green_abbey import CREDENTIALS, NOW, client_of, problem

from schoolgate.wire.exchange import AccountBase, Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import (
    ExchangeError,
    JoinLocked,
    NoCredentials,
    NotForYou,
    NotSchoolgate,
    PasswordNotAllowed,
    ServiceTooOld,
)
from schoolgate.wire.exchange_sentences import REFUSALS

REQUEST = "abcdefghijklmnop"
JOINED = {
    "user": "8204321",
    "password": "Made-by-the-LA-7",
    "password_expires": "2027-01-31T00:00:00Z",
    "bases": [{"la": "820", "school": "4321", "name": "Green Abbey", "kinds": ["student"], "licence": "standard"}],
    "authority": {"la": "820", "name": "Bedford", "contact": "Data Team, 01234 000000"},
}


def joining(address: str, http: httpx.Client) -> ExchangeClient:
    """A client of a school that has nothing but its letter."""
    return ExchangeClient(address, None, http, clock=lambda: NOW)


def test_a_code_becomes_a_user_name_and_password(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: answer(200, JOINED))
    joined = joining(server.address, http).join("K7QM-4TXP-2R", REQUEST)
    assert server.asked == ["POST /exchange/v1/join"]
    assert json.loads(server.requests[0].body) == {"code": "K7QM-4TXP-2R", "request": REQUEST}
    assert joined.credentials == Credentials("8204321", "Made-by-the-LA-7")
    assert joined.password_expires == datetime(2027, 1, 31, tzinfo=UTC)
    assert joined.account.bases == (AccountBase("820", "4321", "Green Abbey"),)
    assert (joined.account.la, joined.account.name) == ("820", "Bedford")
    assert joined.account.contact == "Data Team, 01234 000000"


def test_the_client_that_joined_is_signed_in_with_what_it_got(serve: Serve, http: httpx.Client) -> None:
    def handle(request: RawRequest, _: socket.socket) -> bytes:
        return answer(200, {"token": "T"} if request.path.endswith("token") else JOINED)

    server = serve(handle)
    client = joining(server.address, http)
    client.join("K7QM-4TXP-2R", REQUEST)
    client.token()
    assert json.loads(server.requests[-1].body) == {"user": "8204321", "password": "Made-by-the-LA-7"}


@pytest.mark.parametrize("code", ["code-wrong", "code-used", "code-expired"])
def test_a_code_that_is_not_good_is_told_in_its_own_words(code: str, serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: problem(403, code))
    with pytest.raises(NotForYou) as refused:
        joining(server.address, http).join("K7QM-4TXP-2R", REQUEST)
    assert (refused.value.code, refused.value.sentence) == (code, REFUSALS[code][0])


def test_too_many_wrong_codes_are_told_as_such(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: problem(429, "locked", Retry_After="900"))
    with pytest.raises(JoinLocked) as locked:
        joining(server.address, http).join("K7QM-4TXP-2R", REQUEST)
    assert locked.value.after == 900
    assert "codes" in locked.value.sentence


def test_a_service_that_knows_no_codes_is_too_old(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: problem(404, "unknown-address"))
    with pytest.raises(ServiceTooOld):
        joining(server.address, http).join("K7QM-4TXP-2R", REQUEST)


def test_an_answer_without_a_password_is_no_account(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: answer(200, {**JOINED, "password": None}))
    with pytest.raises(NotSchoolgate):
        joining(server.address, http).join("K7QM-4TXP-2R", REQUEST)


def test_no_repr_shows_what_a_code_was_good_for(serve: Serve, http: httpx.Client) -> None:
    server = serve(lambda *_: answer(200, JOINED))
    assert "Made-by" not in repr(joining(server.address, http).join("K7QM-4TXP-2R", REQUEST))


def test_a_changed_password_is_the_one_used_from_then_on(serve: Serve, http: httpx.Client) -> None:
    def handle(request: RawRequest, _: socket.socket) -> bytes:
        if request.path.endswith("token"):
            return answer(200, {"token": "T"})
        return answer(200, {"password_expires": None, "old_password_until": "2026-11-21T15:24:00Z"})

    server = serve(handle)
    client = client_of(server.address, http)
    changed = client.change_password("New-Lantern-2027!")
    client.token()
    first, second = (json.loads(request.body) for request in server.requests)
    assert first == {"user": "8204321", "password": CREDENTIALS.password, "new_password": "New-Lantern-2027!"}
    assert second["password"] == "New-Lantern-2027!"
    assert changed.old_password_until == datetime(2026, 11, 21, 15, 24, tzinfo=UTC)


def test_a_new_password_that_breaks_rules_names_them_and_changes_nothing(serve: Serve, http: httpx.Client) -> None:
    body = {"code": "password-not-allowed", "rules": ["It is one of your last 10.", 5]}
    server = serve(lambda *_: answer(422, body, media="application/problem+json"))
    client = client_of(server.address, http)
    with pytest.raises(PasswordNotAllowed) as refused:
        client.change_password("short")
    assert refused.value.rules == ("It is one of your last 10.",)
    with pytest.raises(ExchangeError):
        client.token()
    assert json.loads(server.requests[-1].body)["password"] == CREDENTIALS.password


def test_without_an_account_there_is_no_password_to_change(http: httpx.Client) -> None:
    with pytest.raises(NoCredentials):
        joining("https://la.example", http).change_password("New-Lantern-2027!")


def test_licences_are_read_and_a_service_from_before_them_licenses_all(serve: Serve, http: httpx.Client) -> None:
    bases = [
        {"la": "820", "school": "4321", "licence": "standard"},
        {"la": "823", "school": "2107", "licence": None},
        {"la": "820", "school": "9999"},
    ]

    def handle(request: RawRequest, _: socket.socket) -> bytes:
        return answer(200, {"token": "T"} if request.path.endswith("token") else {"bases": bases})

    account = client_of(serve(handle).address, http).whoami()
    assert [(base.base, base.licensed) for base in account.bases] == [
        ("8204321", True),
        ("8232107", False),
        ("8209999", True),
    ]
