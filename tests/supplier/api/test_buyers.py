"""A shop adds its schools, changes them, and gives their finance systems passwords."""

from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import PASSWORD
from tests.supplier.api.conftest import Shop

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.supplier.models import Buyer
from schoolgate.wire.soap.rules import RULES

SCHOOL = {"name": "Far Hill School", "duns": "765432109", "user": "farhill"}


def test_a_school_is_added_with_a_password_that_is_told_once(shop: Shop) -> None:
    answer = shop.post("buyers", SCHOOL)
    said = answer.json()
    assert (answer.status_code, said["user"], said["active"]) == (201, "farhill", True)
    assert User.objects.get(username="farhill").check_password(said["password"])
    assert "password" not in shop.get(f"buyers/{said['id']}").json()


def test_a_school_may_keep_the_password_it_has_in_the_shop(shop: Shop) -> None:
    assert shop.post("buyers", {**SCHOOL, "password": PASSWORD}).json()["password"] == PASSWORD


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"duns": "12345678"}, "buyer-refused", "duns"),
        ({"user": "greenabbey"}, "buyer-refused", "user"),
        ({"account_number": "GA-4321"}, "buyer-refused", "account_number"),
        ({"password": "short"}, "buyer-refused", "password"),
        ({"expiry_days": 0}, "wrong-type", "expiry_days"),
        ({"expiry_days": True}, "wrong-type", "expiry_days"),
        ({"test": "yes"}, "wrong-type", "test"),
        ({"name": None}, "wrong-type", "name"),
        ({"colour": "green"}, "unknown-member", "colour"),
    ],
)
def test_what_is_wrong_with_a_school_is_told_by_its_place(
    shop: Shop, green_abbey: Buyer, changed: dict[str, Any], code: str, path: str
) -> None:
    answer = shop.post("buyers", {**SCHOOL, **changed})
    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (422, code, path)
    assert Buyer.objects.count() == 1


def test_what_is_missing_is_told(shop: Shop) -> None:
    assert [one["path"] for one in shop.post("buyers", {}).json()["problems"]] == ["name", "duns", "user"]


def test_a_change_says_only_what_changes(shop: Shop, green_abbey: Buyer) -> None:
    answer = shop.http.patch(f"buyers/{green_abbey.pk}", json={"duns": "111222333"}, headers=shop.headers())
    assert (answer.status_code, answer.json()["duns"], answer.json()["name"]) == (
        *(200, "111222333"),
        "Green Abbey School",
    )


def test_a_change_is_made_whole_or_not_at_all(shop: Shop, green_abbey: Buyer, oakhanger: Buyer) -> None:
    values = {"account_number": "GA-4321", "active": False}
    answer = shop.http.patch(f"buyers/{oakhanger.pk}", json=values, headers=shop.headers())
    assert answer.json()["path"] == "account_number"
    assert shop.get(f"buyers/{oakhanger.pk}").json()["active"] is True


def test_an_account_is_switched_off_and_on(shop: Shop, green_abbey: Buyer) -> None:
    for active in (False, True):
        answer = shop.http.patch(f"buyers/{green_abbey.pk}", json={"active": active}, headers=shop.headers())
        assert answer.json()["active"] is active
        assert User.objects.get(username="greenabbey").is_active is active


def test_another_password_is_made_up_or_given(shop: Shop, green_abbey: Buyer) -> None:
    made_up = shop.post(f"buyers/{green_abbey.pk}/password").json()["password"]
    assert User.objects.get(username="greenabbey").check_password(made_up)
    given = shop.post(f"buyers/{green_abbey.pk}/password", {"password": "Quiet-Lantern-43!"}).json()["password"]
    assert given == "Quiet-Lantern-43!"


def test_a_password_that_breaks_the_rules_is_refused(shop: Shop, green_abbey: Buyer) -> None:
    assert shop.post(f"buyers/{green_abbey.pk}/password", {"password": "short"}).json()["path"] == "password"


def test_which_program_did_it_stands_in_the_audit(shop: Shop) -> None:
    shop.post("buyers", SCHOOL)
    assert AuditEntry.objects.get(did="school added").who == "API key Web shop"


def test_another_suppliers_school_does_not_exist(hilltop_shop: Shop, green_abbey: Buyer) -> None:
    assert hilltop_shop.get("buyers").json()["buyers"] == []
    assert hilltop_shop.get(f"buyers/{green_abbey.pk}").json()["code"] == "unknown-buyer"
    assert hilltop_shop.post(f"buyers/{green_abbey.pk}/password").json()["code"] == "unknown-buyer"


@pytest.mark.parametrize(("query", "number"), [("user=greenabbey", 1), ("duns=1", 0), ("account_number=GA-4321", 1)])
def test_schools_are_found_by_what_they_are_called(shop: Shop, green_abbey: Buyer, query: str, number: int) -> None:
    assert len(shop.get(f"buyers?{query}").json()["buyers"]) == number


def test_how_a_school_calls_is_told(shop: Shop, green_abbey: Buyer) -> None:
    now = timezone.now()
    green_abbey.operations.create(operation="FetchIndex", calls=3, last_at=now, last_outcome="ok")
    green_abbey.rules_broken.create(rule=next(iter(RULES)), times=2, first_at=now, last_at=now)
    said = shop.get(f"buyers/{green_abbey.pk}/conformance").json()
    called = {one["operation"]: one["calls"] for one in said["operations"]}
    assert (called["FetchIndex"], called["SendOrder"]) == (3, 0)
    assert said["rules_bent"][0]["times"] == 2
