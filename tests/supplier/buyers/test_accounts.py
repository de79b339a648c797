"""Schools with the accounts they call by."""

from typing import Any

import pytest

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.supplier.buyers.accounts import (
    BuyerRefused,
    add_buyer,
    change_buyer,
    give_new_password,
    switch_off,
    switch_on,
)
from schoolgate.supplier.buyers.suppliers import ChangedMeanwhile
from schoolgate.supplier.models import Buyer, Supplier

STRONG = "Plain-Lantern-43"


def add(supplier: Supplier, **values: Any) -> tuple[Buyer, str]:
    given: dict[str, Any] = {"name": "Green Abbey School", "duns": "987654321", "user": "greenabbey", "by": None}
    return add_buyer(supplier, **{**given, **values})


def calls(user: str, password: str) -> bool:
    account = User.objects.get_by_natural_key(user)
    return account.is_active and account.check_password(password)


def test_a_school_calls_with_the_password_that_was_made_up_for_it(riverside: Supplier) -> None:
    buyer, password = add(riverside)
    assert buyer.account.role == "buyer account"
    assert calls("greenabbey", password)


def test_a_school_keeps_the_password_of_its_account_in_the_shop(riverside: Supplier) -> None:
    _, password = add(riverside, password=STRONG)
    assert password == STRONG
    assert calls("greenabbey", STRONG)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"duns": "12345"}, "duns"),
        ({"name": ""}, "name"),
        ({"name": "Green\0Abbey"}, "name"),
        ({"user": "green abbey"}, "user"),
        ({"password": "short"}, "password"),
        ({"email": "nobody"}, "email"),
        ({"expiry_days": 0}, "expiry_days"),
        ({"expiry_days": 10**9}, "expiry_days"),
    ],
)
def test_what_is_not_well_formed_is_told_at_its_field_and_nothing_is_made(
    riverside: Supplier, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(BuyerRefused) as refused:
        add(riverside, **values)
    assert set(refused.value.faults) == {field}
    assert not Buyer.objects.exists()
    assert not User.objects.exists()


def test_a_user_name_is_one_schools_on_the_whole_service(riverside: Supplier, hilltop: Supplier) -> None:
    add(riverside)
    with pytest.raises(BuyerRefused) as refused:
        add(hilltop, user="GreenAbbey")
    assert refused.value.faults == {"user": "There is a user 'greenabbey' already. Choose another user name."}


def test_an_account_number_is_one_schools_at_its_supplier(riverside: Supplier, hilltop: Supplier) -> None:
    add(riverside, account_number="GA-1")
    add(hilltop, user="greenabbey-hilltop", account_number="GA-1")
    with pytest.raises(BuyerRefused) as refused:
        add(riverside, user="oakhanger", account_number="GA-1")
    assert set(refused.value.faults) == {"account_number"}
    assert not User.objects.filter(username="oakhanger").exists()


def test_a_change_is_told_in_the_audit_with_before_and_after(green_abbey: Buyer, clerk: User) -> None:
    assert change_buyer(green_abbey, {"duns": "111111111", "notes": "Rings on Mondays"}, by=clerk)
    green_abbey.refresh_from_db()
    assert (green_abbey.duns, green_abbey.notes) == ("111111111", "Rings on Mondays")
    entry = AuditEntry.objects.get(did="school changed")
    assert entry.details == "duns 987654321 → 111111111; notes"


def test_the_same_values_again_change_nothing(green_abbey: Buyer, clerk: User) -> None:
    assert not change_buyer(green_abbey, {"duns": green_abbey.duns}, by=clerk)
    assert not AuditEntry.objects.filter(did="school changed").exists()


def test_what_a_colleague_has_changed_meanwhile_is_not_overwritten(green_abbey: Buyer, clerk: User) -> None:
    seen = Buyer.objects.get()
    change_buyer(green_abbey, {"account_number": "GA-9"}, by=clerk)
    with pytest.raises(ChangedMeanwhile):
        change_buyer(seen, {"account_number": "GA-8", "name": "Green Abbey"}, by=clerk)
    assert Buyer.objects.get().name == "Green Abbey School"


def test_a_new_password_ends_the_old_one_at_once(green_abbey: Buyer, clerk: User, password: str) -> None:
    new = give_new_password(green_abbey, by=clerk)
    assert calls("greenabbey", new)
    assert not calls("greenabbey", password)


def test_of_two_who_give_a_new_password_the_second_is_told_of_the_first(green_abbey: Buyer, clerk: User) -> None:
    seen = green_abbey.account.password_set_at
    printed = give_new_password(green_abbey, seen=seen, by=clerk)
    with pytest.raises(ChangedMeanwhile):
        give_new_password(green_abbey, seen=seen, by=clerk)
    assert calls("greenabbey", printed)


def test_a_weak_password_is_refused_and_the_old_one_stays(green_abbey: Buyer, clerk: User, password: str) -> None:
    with pytest.raises(BuyerRefused):
        give_new_password(green_abbey, password="simple", by=clerk)
    assert calls("greenabbey", password)


def test_a_school_that_is_switched_off_calls_no_more_until_it_is_switched_on(
    green_abbey: Buyer, clerk: User, password: str
) -> None:
    switch_off(green_abbey, by=clerk)
    switch_off(green_abbey, by=clerk)
    assert not calls("greenabbey", password)
    assert AuditEntry.objects.filter(did="school switched off").count() == 1
    switch_on(green_abbey, by=clerk)
    assert calls("greenabbey", password)


def test_an_account_of_a_school_is_no_person(green_abbey: Buyer) -> None:
    assert not User.objects.people().exists()
    create_user("pat", "staff")
    assert User.objects.people().count() == 1
