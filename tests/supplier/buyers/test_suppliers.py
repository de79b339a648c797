"""Suppliers of one service, and who works for them."""

import pytest

from schoolgate.commons.accounts.creating import change_role, create_user
from schoolgate.commons.accounts.models import User
from schoolgate.supplier.buyers.suppliers import (
    ChangedMeanwhile,
    SupplierRefused,
    add_member,
    add_supplier,
    change_supplier,
    remove_member,
)
from schoolgate.supplier.models import Buyer, Supplier


def works_for(person: User) -> set[str]:
    return set(Supplier.objects.visible_to(person).values_list("name", flat=True))


def test_all_staff_work_for_the_only_supplier(administrator: User) -> None:
    before = create_user("pat", "staff")
    add_supplier("Riverside", "123456789", by=administrator)
    after = create_user("sam", "staff")
    assert works_for(before) == works_for(after) == {"Riverside"}


def test_of_two_suppliers_nobody_sees_the_second_unasked(riverside: Supplier, clerk: User, administrator: User) -> None:
    second = add_supplier("Hilltop", "222333444", by=administrator)
    newcomer = create_user("sam", "staff")
    assert works_for(clerk) == {riverside.name}
    assert works_for(newcomer) == set()
    add_member(second, newcomer, by=administrator)
    assert works_for(newcomer) == {"Hilltop"}


def test_who_becomes_staff_joins_too(riverside: Supplier, administrator: User) -> None:
    other = create_user("sam", "administrator")
    change_role(other, "staff", by=administrator)
    assert works_for(other) == {riverside.name}


def test_who_was_removed_stays_so_when_signing_in(riverside: Supplier, clerk: User, administrator: User) -> None:
    remove_member(riverside, clerk, by=administrator)
    clerk.save(update_fields=["last_login"])
    assert works_for(clerk) == set()


def test_rows_of_another_supplier_do_not_exist_for_its_staff(
    green_abbey: Buyer, clerk: User, hilltop_clerk: User, administrator: User
) -> None:
    seen = [Buyer.objects.visible_to(person).count() for person in (clerk, hilltop_clerk, administrator)]
    assert seen == [1, 0, 1]


@pytest.mark.parametrize(("name", "duns"), [("Other", "123456789"), ("Riverside School Supplies", "1" * 9), ("", "1")])
def test_a_name_or_number_that_is_anothers_is_refused(riverside: Supplier, name: str, duns: str) -> None:
    with pytest.raises(SupplierRefused):
        add_supplier(name, duns, by=None)
    assert Supplier.objects.count() == 1


def test_a_supplier_is_changed_unless_somebody_else_has(riverside: Supplier) -> None:
    seen = Supplier.objects.get()
    change_supplier(riverside, name="Riverside", duns="123456789", by=None)
    with pytest.raises(ChangedMeanwhile):
        change_supplier(seen, name="River", duns="123456789", by=None)
    assert Supplier.objects.get().name == "Riverside"
