"""Tokens: how a school's program signs in."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from schoolgate.authority.bases.accounts import give_new_password
from schoolgate.authority.bases.la import PASSWORD_DAYS
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import Token
from schoolgate.authority.exchange.sweeping import sweep_exchange
from schoolgate.commons.accounts.creating import switch_off
from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal.models import JournalLine

PASSWORD = "Green-Abbey-2026!"


def sign_in(door: httpx.Client, user: str = "8204321", password: str = PASSWORD) -> httpx.Response:
    return door.post("/exchange/v1/token", json={"user": user, "password": password})


def test_user_and_password_give_a_token_for_the_accounts_bases(door: httpx.Client, green_abbey: Base) -> None:
    answer = sign_in(door)
    assert answer.status_code == 200
    both = ["personnel", "student"]
    assert answer.json()["bases"] == [{"la": "820", "school": "4321", "kinds": both, "licence": "standard"}]
    assert answer.json()["password_expires"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.json()["expires"])


def test_a_user_name_is_known_without_regard_to_case(door: httpx.Client, la: str) -> None:
    from schoolgate.authority.bases.accounts import create_base_with_account

    create_base_with_account(la="820", number="4321", name="Green Abbey", user="green.abbey", password=PASSWORD)
    assert sign_in(door, "Green.Abbey").status_code == 200


def test_the_token_itself_is_not_kept(door: httpx.Client, green_abbey: Base) -> None:
    token = sign_in(door).json()["token"]
    assert token not in str(Token.objects.values().get())


@pytest.mark.parametrize(("user", "password"), [("8204321", "wrong"), ("nobody", PASSWORD), ("", ""), ("8204321", "")])
def test_wrong_credentials_are_told_alike(door: httpx.Client, green_abbey: Base, user: str, password: str) -> None:
    answer = sign_in(door, user, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")
    assert answer.json() == sign_in(door, "somebody-else", "wrong").json()


def test_an_unknown_user_costs_as_much_hashing_as_a_known_one(
    door: httpx.Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(door, "8204321", "wrong-1")
    known, hashed[:] = len(hashed), []
    sign_in(door, "nobody", "wrong-1")
    assert len(hashed) == known == 1


def test_a_persons_account_is_no_program(door: httpx.Client, la: str, officer: User, password: str) -> None:
    assert sign_in(door, officer.username, password).json()["code"] == "wrong-credentials"


def test_a_switched_off_account_gets_no_token(door: httpx.Client, green_abbey: Base, administrator: User) -> None:
    switch_off(green_abbey.account, by=administrator)
    assert sign_in(door).json()["code"] == "wrong-credentials"


def test_ten_wrong_passwords_lock_the_account_for_this_address(door: httpx.Client, green_abbey: Base) -> None:
    for _ in range(9):
        assert sign_in(door, password="wrong").status_code == 401
    answer = sign_in(door, password="wrong")
    assert (answer.status_code, answer.json()["code"]) == (429, "locked")
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    assert sign_in(door).json()["code"] == "locked"


def test_a_lock_ends_the_tokens_given_to_that_address(program: Any, door: httpx.Client) -> None:
    for _ in range(10):
        sign_in(door, password="wrong")
    assert program.get("whoami").json()["code"] == "token-expired"


def test_a_stranger_elsewhere_cannot_end_a_schools_tokens(program: Any, api: Any) -> None:
    elsewhere = httpx.WSGITransport(app=api, remote_addr="192.0.2.7")
    with httpx.Client(transport=elsewhere, base_url="http://testserver") as door:
        for _ in range(12):
            sign_in(door, password="wrong")
    assert program.get("whoami").status_code == 200


def test_a_lock_is_told_once_in_the_journal(door: httpx.Client, green_abbey: Base) -> None:
    for _ in range(13):
        sign_in(door, password="wrong")
    line = JournalLine.objects.get(level="WARN")
    assert "8204321 is locked" in line.message
    assert (line.la, line.school) == ("820", "4321")


def test_a_lock_of_a_name_that_is_no_schools_account_is_not_told(door: httpx.Client, green_abbey: Base) -> None:
    for _ in range(11):
        sign_in(door, "my-secret-typed-here", "wrong")
    assert not JournalLine.objects.exists()


def test_signing_in_is_remembered_with_the_account(program: Any, green_abbey: Base) -> None:
    assert User.objects.get(pk=green_abbey.account.pk).last_login is not None


def test_wrong_passwords_at_the_screens_count_at_this_door_too(
    door: httpx.Client, green_abbey: Base, client: Any
) -> None:
    from django.urls import reverse

    for _ in range(10):
        client.post(reverse("sign-in"), {"username": "8204321", "password": "wrong"})
    assert sign_in(door).json()["code"] == "locked"


def test_a_password_that_the_authority_lets_expire_is_told_in_advance(door: httpx.Client, green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    set_at = green_abbey.account.password_set_at
    assert set_at is not None
    expires = f"{set_at + timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    assert sign_in(door).json()["password_expires"] == expires


def test_an_expired_password_gives_no_token(door: httpx.Client, green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        answer = sign_in(door)
    assert (answer.status_code, answer.json()["code"]) == (401, "password-expired")


def test_whoami_tells_bases_and_whom_to_ask(program: Any) -> None:
    assert program.get("whoami").json() == {
        "user": "8204321",
        "bases": [
            {
                "la": "820",
                "school": "4321",
                "name": "Green Abbey Primary School",
                "kinds": ["personnel", "student"],
                "licence": "standard",
            }
        ],
        "authority": {"la": "820", "name": "Bedford Borough", "contact": "Data team, 01234 000000"},
    }


def test_a_base_that_is_not_active_is_not_told(program: Any, green_abbey: Base) -> None:
    Base.objects.update(active=False)
    assert program.get("whoami").json()["bases"] == []


def test_a_token_ends_after_fifteen_minutes(program: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        answer = program.get("whoami")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_is_dead_when_somebody_sets_another_password(
    program: Any, green_abbey: Base, administrator: User
) -> None:
    give_new_password(green_abbey.account, by=administrator)
    assert program.get("whoami").json()["code"] == "token-expired"


def test_a_token_is_dead_when_the_account_is_switched_off(program: Any, green_abbey: Base, administrator: User) -> None:
    switch_off(green_abbey.account, by=administrator)
    assert program.get("whoami").json()["code"] == "token-expired"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic ODIwNDMyMTp4", "Bearer not-a-token"])
def test_what_is_no_token_opens_nothing(door: httpx.Client, green_abbey: Base, header: str) -> None:
    answer = door.get("/exchange/v1/whoami", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "token-expired")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"user": "8204321"}', b'{"user": 1, "password": 2}', b"[" * 9000, b"\xff", b"x" * 20_000],
)
def test_a_body_that_is_no_sign_in_is_malformed(door: httpx.Client, green_abbey: Base, body: bytes) -> None:
    answer = door.post("/exchange/v1/token", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


@pytest.mark.parametrize("text", ["8204321\x00", "\ud800"])
def test_characters_that_no_database_takes_are_malformed(door: httpx.Client, green_abbey: Base, text: str) -> None:
    import json

    body = json.dumps({"user": text, "password": PASSWORD})
    answer = door.post("/exchange/v1/token", content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["code"] == "malformed-request"


def test_a_form_is_not_json(door: httpx.Client, green_abbey: Base) -> None:
    answer = door.post("/exchange/v1/token", data={"user": "8204321", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type")


def test_tokens_that_ran_out_are_swept(program: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        sweep_exchange()
    assert not Token.objects.exists()


def test_a_password_is_never_logged(door: httpx.Client, green_abbey: Base, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        sign_in(door)
        sign_in(door, password="Wrong-Secret-1!")
    assert PASSWORD not in caplog.text
    assert "Wrong-Secret-1!" not in caplog.text
