"""Signing in at the screens, and the lock that all doors share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.test import Client, RequestFactory

from schoolgate.commons.accounts.access import Locked, SwitchedOff, WrongCredentials, check_credentials
from schoolgate.commons.accounts.creating import switch_off
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import change_password
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
NOW = datetime(2026, 11, 20, 15, 25, tzinfo=UTC)


def try_in(browser: Client, username: str, password: str, **extra: str) -> str:
    """What the sign-in page says, or where it leads."""
    answer = browser.post("/sign-in/", {"username": username, "password": password}, **extra)  # type: ignore[arg-type]
    return answer.headers.get("Location") or answer.content.decode()


def check(username: str, password: str, address: str = "192.0.2.1") -> User:
    return check_credentials(RequestFactory().post("/", REMOTE_ADDR=address), username, password)


def wrong(username: str, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        with pytest.raises((WrongCredentials, Locked)):
            check(username, "not this one", address)


def test_the_right_password_leads_to_the_first_page(stranger: Client, sender: User, password: str) -> None:
    assert try_in(stranger, "sue", password) == "/"
    assert stranger.get("/my-account/").status_code == 200


def test_case_and_blanks_around_the_user_name_do_not_matter(stranger: Client, sender: User, password: str) -> None:
    assert try_in(stranger, "  SUE ", password) == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(stranger: Client, sender: User, password: str) -> None:
    address = stranger.get("/journal/?level=WARN").headers["Location"]
    answer = stranger.post(address, {"username": "sue", "password": password})
    assert answer.headers["Location"] == "/journal/?level=WARN"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(stranger: Client, sender: User, password: str, elsewhere: str) -> None:
    answer = stranger.post(f"/sign-in/?next={elsewhere}", {"username": "sue", "password": password})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_read_alike(stranger: Client, sender: User) -> None:
    assert "The user name or the password is wrong. You have 9 tries left." in try_in(stranger, "sue", "not this one")
    assert "The user name or the password is wrong. You have 9 tries left." in try_in(stranger, "nobody", "not this")


def test_the_password_typed_is_not_sent_back(stranger: Client, sender: User) -> None:
    assert "not this one" not in try_in(stranger, "sue", "not this one")


def test_after_ten_wrong_passwords_the_page_says_until_when(stranger: Client, sender: User, password: str) -> None:
    with time_machine.travel(NOW, tick=False):
        for left in range(9, 1, -1):
            assert f"You have {left} tries left" in try_in(stranger, "sue", "not this one")
        assert "You have 1 try left" in try_in(stranger, "sue", "not this one")
        assert "You can try again at 15:40" in try_in(stranger, "sue", "not this one")
        assert "You can try again at 15:40" in try_in(stranger, "sue", password)


def test_trying_during_the_lock_does_not_lengthen_it(sender: User, password: str) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        wrong("sue", 10)
        clock.shift(timedelta(minutes=10))
        with pytest.raises(Locked) as locked:
            check("sue", password)
        assert locked.value.until == NOW + timedelta(minutes=15)
        clock.shift(timedelta(minutes=5, seconds=1))
        assert check("sue", password) == sender


def test_the_lock_is_for_one_user_and_one_address(sender: User, officer: User, password: str) -> None:
    wrong("sue", 10)
    assert check("sue", password, address="192.0.2.2") == sender
    assert check("omar", password) == officer


def test_spelling_the_user_name_otherwise_gives_no_further_tries(sender: User, password: str) -> None:
    for name in ("sue", "SUE", "Sue", " sue", "sUe") * 2:
        wrong(name, 1)
    with pytest.raises(Locked):
        check("SUe", password)


def test_another_browser_gives_no_further_tries(stranger: Client, sender: User) -> None:
    for number in range(10):
        said = try_in(stranger, "sue", "not this one", HTTP_USER_AGENT=f"Browser {number}")
    assert "Too many wrong passwords" in said


def test_a_right_password_clears_the_count(sender: User, password: str) -> None:
    wrong("sue", 9)
    check("sue", password)
    with pytest.raises(WrongCredentials) as refused:
        check("sue", "not this one")
    assert refused.value.tries_left == 9


class GuessesMeanwhile(BaseBackend):
    """Stands before the true door: while one guess is tried, ten others from the same address turn out wrong."""

    def authenticate(self, request: HttpRequest | None, username: str = "", **_: object) -> None:
        AccessAttempt.objects.create(username=username, ip_address="192.0.2.1", failures_since_start=10)


def test_a_right_guess_among_many_sent_at_once_is_no_way_in(sender: User, password: str, settings: Any) -> None:
    guesses = f"{GuessesMeanwhile.__module__}.{GuessesMeanwhile.__qualname__}"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS]
    settings.AUTHENTICATION_BACKENDS.insert(1, guesses)
    with pytest.raises(Locked):
        check("sue", password)


def test_fifteen_quiet_minutes_clear_the_count(sender: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        wrong("sue", 9)
        clock.shift(timedelta(minutes=15, seconds=1))
        with pytest.raises(WrongCredentials) as refused:
            check("sue", "not this one")
        assert refused.value.tries_left == 9


def test_a_switched_off_account_is_told_so_only_with_its_password(
    administrator: User, sender: User, password: str
) -> None:
    switch_off(sender, by=administrator)
    with pytest.raises(SwitchedOff):
        check("sue", password)
    with pytest.raises(WrongCredentials) as refused:
        check("sue", "not this one")
    assert not isinstance(refused.value, SwitchedOff)


@pytest.mark.parametrize("text", ["\0", "nul\0nul", "\ud800", "x" * 5000, "'; drop table accounts_user; --", ""])
def test_no_text_breaks_the_door(sender: User, text: str) -> None:
    with pytest.raises(WrongCredentials):
        check(text, text)


def test_a_schools_program_cannot_sign_in_to_screens(stranger: Client, exchange_account: User, password: str) -> None:
    assert "This account is for a school&#x27;s program" in try_in(stranger, "8204321", password)
    assert stranger.get("/my-account/").status_code == 302


def test_a_schools_program_counts_at_the_same_door(exchange_account: User, password: str) -> None:
    wrong("8204321", 10)
    with pytest.raises(Locked):
        check("8204321", password)


def test_signing_in_and_out_and_being_refused_stand_in_the_audit(stranger: Client, sender: User, password: str) -> None:
    try_in(stranger, "sue", "not this one")
    try_in(stranger, "sue", password)
    stranger.post("/sign-out/")
    entries = [(entry.did, entry.who, entry.target) for entry in AuditEntry.objects.order_by("pk")]
    assert entries[-3:] == [
        ("sign-in refused", "a stranger", "sue"),
        ("signed in", "sue", ""),
        ("signed out", "sue", ""),
    ]
    assert AuditEntry.objects.latest("pk").address == "127.0.0.1"


def test_a_name_that_nobody_has_is_not_kept(stranger: Client, sender: User) -> None:
    try_in(stranger, "my-secret-in-the-wrong-field", "x")
    assert "my-secret" not in str(list(AuditEntry.objects.values()))


def test_signing_out_takes_a_post(signed_in: SignedIn, sender: User) -> None:
    browser = signed_in(sender)
    assert browser.get("/sign-out/").status_code == 405
    assert browser.get("/my-account/").status_code == 200
    assert browser.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert browser.get("/my-account/").status_code == 302


def test_every_session_ends_when_the_password_changes(signed_in: SignedIn, sender: User, administrator: User) -> None:
    browser = signed_in(sender)
    change_password(sender, "another one entirely", by=administrator)
    assert browser.get("/my-account/").status_code == 302


def test_who_is_switched_off_is_out_at_the_next_click(signed_in: SignedIn, sender: User, administrator: User) -> None:
    browser = signed_in(sender)
    switch_off(sender, by=administrator)
    assert browser.get("/my-account/").status_code == 302
