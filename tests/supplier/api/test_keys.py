"""Whom the API lets in: by a key, for what the key may do, and with an eye on who guesses."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.supplier.api.conftest import Shop

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.supplier.api.keys import make_key, withdraw_key
from schoolgate.supplier.models import SCOPES, ApiKey, Supplier


def call(door: httpx.Client, authorization: str) -> tuple[int, Any]:
    answer = door.get("orders", headers={"Authorization": authorization} if authorization else {})
    return answer.status_code, answer.json().get("code")


def test_a_key_opens_what_it_may(shop: Shop) -> None:
    assert shop.get("orders").status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Basic Y2FyYTpwYXNz"])
def test_without_a_key_nothing_opens(door: httpx.Client, db: None, authorization: str) -> None:
    answer = door.get("orders", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["code"]) == (401, "key-missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="supplier"'


def test_a_key_that_is_not_known_opens_nothing(door: httpx.Client, db: None) -> None:
    assert call(door, "Bearer sgkey_made-up") == (401, "key-wrong")


def test_a_withdrawn_key_opens_nothing_from_the_next_call_on(shop: Shop, door: httpx.Client) -> None:
    assert withdraw_key(shop.key, by=None)
    assert call(door, f"Bearer {shop.text}") == (401, "key-wrong")
    assert not withdraw_key(shop.key, by=None)


@pytest.mark.parametrize("scope", SCOPES)
def test_each_right_opens_its_own_calls_only(door: httpx.Client, riverside: Supplier, scope: str) -> None:
    _, text = make_key(riverside, "Web shop", [scope], by=None)
    calls = {
        "documents:read": ("GET", "documents"),
        "documents:write": ("POST", "baskets"),
        "orders:read": ("GET", "orders"),
        "buyers:read": ("GET", "buyers"),
        "buyers:write": ("POST", "buyers"),
    }
    headers = {"Authorization": f"Bearer {text}"}
    opened = {
        right
        for right, (method, path) in calls.items()
        if door.request(method, path, headers=headers, json={} if method == "POST" else None).status_code != 403
    }
    assert opened == {scope}


def test_the_right_that_is_lacking_is_told(door: httpx.Client, riverside: Supplier) -> None:
    _, text = make_key(riverside, "Web shop", ["documents:read"], by=None)
    answer = door.get("orders", headers={"Authorization": f"Bearer {text}"})
    assert (answer.json()["code"], answer.json()["scope"]) == ("no-right", "orders:read")


def test_after_many_wrong_keys_the_address_is_told_to_wait_and_the_journal_says_so(
    door: httpx.Client, db: None
) -> None:
    codes = [call(door, f"Bearer wrong-{number}")[1] for number in range(settings.AXES_FAILURE_LIMIT + 1)]
    assert codes[-1] == "locked"
    assert codes[0] == "key-wrong"
    assert int(door.get("orders", headers={"Authorization": "Bearer wrong"}).headers["Retry-After"]) > 0
    assert JournalLine.objects.get().level == "WARN"


def test_who_guesses_keys_locks_no_right_key_out(shop: Shop, door: httpx.Client) -> None:
    for number in range(settings.AXES_FAILURE_LIMIT + 1):
        call(door, f"Bearer wrong-{number}")
    assert shop.get("orders").status_code == 200


def test_that_a_key_is_used_is_noted_once_a_minute(shop: Shop) -> None:
    shop.get("orders")
    first = ApiKey.objects.get().last_used_at
    shop.get("orders")
    assert first is not None
    assert ApiKey.objects.get().last_used_at == first
    long_ago = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.update(last_used_at=long_ago)
    shop.get("orders")
    assert ApiKey.objects.filter(last_used_at__gt=long_ago).exists()


def test_of_a_key_only_its_beginning_is_kept(shop: Shop) -> None:
    kept = ApiKey.objects.values().get()
    assert kept["start"] == shop.text[:12]
    assert shop.text not in str(kept)


def test_making_and_withdrawing_stand_in_the_audit_without_the_key(riverside: Supplier, clerk: User) -> None:
    key, text = make_key(riverside, "Web shop", ["orders:read"], by=clerk)
    withdraw_key(key, by=clerk)
    entries = AuditEntry.objects.filter(user=clerk).order_by("pk")
    assert [entry.did for entry in entries] == ["API key made", "API key withdrawn"]
    assert text not in " ".join(entry.target + entry.details for entry in entries)


@pytest.mark.parametrize(("name", "scopes"), [("", ["orders:read"]), ("x" * 101, ["orders:read"]), ("Shop", [])])
def test_a_key_needs_a_name_and_a_right(riverside: Supplier, name: str, scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        make_key(riverside, name, scopes, by=None)


def test_a_right_that_there_is_not_is_refused(riverside: Supplier) -> None:
    with pytest.raises(ValidationError):
        make_key(riverside, "Shop", ["everything"], by=None)
