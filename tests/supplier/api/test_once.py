"""A request that is said again under its Idempotency-Key is answered as before, and nothing is done twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connection
from tests.supplier.api.conftest import Shop

from schoolgate.sites.doors import ProgramDoor
from schoolgate.supplier.models import Buyer, IdempotentAnswer

SCHOOL = {"name": "Oakhanger Primary School", "duns": "876543210", "user": "oakhanger"}


def test_said_again_a_request_gets_the_same_answer_and_does_nothing(shop: Shop) -> None:
    first = shop.post("buyers", SCHOOL, once="a1")
    again = shop.post("buyers", SCHOOL, once="a1")
    assert first.status_code == 201
    assert (again.status_code, again.json()) == (201, first.json())
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    assert Buyer.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(shop: Shop) -> None:
    shop.post("buyers", SCHOOL, once="a1")
    other = shop.post("buyers", {**SCHOOL, "user": "another"}, once="a1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-used")


def test_the_same_body_to_another_address_is_another_request(shop: Shop) -> None:
    shop.post("buyers", SCHOOL, once="a1")
    assert shop.post("baskets", SCHOOL, once="a1").json()["code"] == "idempotency-key-used"


def test_another_shops_keys_are_its_own(shop: Shop, hilltop_shop: Shop) -> None:
    shop.post("buyers", SCHOOL, once="a1")
    other = hilltop_shop.post("buyers", {**SCHOOL, "user": "another"}, once="a1")
    assert other.status_code == 201


def test_after_a_refusal_the_mended_request_may_come_under_the_same_key(shop: Shop) -> None:
    assert shop.post("buyers", {**SCHOOL, "duns": "1"}, once="a1").status_code == 422
    assert shop.post("buyers", SCHOOL, once="a1").status_code == 201


def test_a_fault_after_the_work_leaves_neither_work_nor_answer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a crash does, between what is done and the answer's being kept."""

    def breaks(*_: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("schoolgate.supplier.api.buyers.buyer_as_json", breaks)
        answer = shop.post("buyers", SCHOOL, once="a1")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert (Buyer.objects.count(), IdempotentAnswer.objects.count()) == (0, 0)
    assert shop.post("buyers", SCHOOL, once="a1").status_code == 201


def test_an_answer_that_tells_a_password_is_kept_sealed(shop: Shop) -> None:
    password = shop.post("buyers", SCHOOL, once="a1").json()["password"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM supplier_idempotentanswer")
        ((kept,),) = cursor.fetchall()
    assert password not in kept


@pytest.mark.parametrize("name", ["x" * 201, "with a\ttab", ""])
def test_a_malformed_key_is_refused(shop: Shop, name: str) -> None:
    answer = shop.http.post("buyers", json=SCHOOL, headers={**shop.headers(), "Idempotency-Key": name})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-malformed")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_later_waits_for_the_answer_of_the_first(shop: Shop) -> None:
    gate = threading.Barrier(2, timeout=60)

    def call(_: int) -> httpx.Response:
        transport = httpx.WSGITransport(app=ProgramDoor("schoolgate.supplier.api.urls"))
        with httpx.Client(transport=transport, base_url="http://testserver/api/v1/") as http:
            gate.wait()
            return http.post("buyers", json=SCHOOL, headers=shop.headers("a1"))

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(call, range(2))
    assert (one.status_code, other.status_code, one.json()) == (201, 201, other.json())
    assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in (one, other)) == ["", "true"]
    assert Buyer.objects.count() == 1
