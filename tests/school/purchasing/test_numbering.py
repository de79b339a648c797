"""Numbers of orders: none twice, none left out."""

import threading

import pytest
from django.db import connections, transaction
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import Coding, Supplier, VatCode
from schoolgate.school.purchasing.numbering import next_order_number

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def number() -> str:
    with transaction.atomic():
        return next_order_number()


def test_numbers_begin_at_one_and_go_up(db: None) -> None:
    assert [number(), number(), number()] == ["1", "2", "3"]


def test_the_establishments_prefix_stands_before_the_number_that_it_set(db: None) -> None:
    establishment.ORDER_PREFIX.set("PO-", by=None)
    establishment.NEXT_ORDER.set(1042, by=None)
    assert number() == "PO-1042"
    assert establishment.NEXT_ORDER.get() == 1043


def test_a_number_whose_order_was_not_made_is_given_again(db: None) -> None:
    with transaction.atomic():
        next_order_number()
        transaction.set_rollback(True)
    assert number() == "1"


def test_a_number_that_is_taken_is_passed_over(
    codings: list[Coding], supplier: Supplier, vat: dict[str, VatCode]
) -> None:
    an_order(supplier, codings[0], vat["S"], number="PO-2")
    establishment.ORDER_PREFIX.set("PO-", by=None)
    assert [number(), number()] == ["PO-1", "PO-3"]


def test_the_audit_is_not_filled_with_numbers(db: None) -> None:
    number()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_ends_well", [True, False], ids=["made", "not made"])
def test_of_two_orders_made_at_once_each_gets_a_number_of_its_own(first_ends_well: bool) -> None:
    number()
    seconds: list[str] = []
    began = threading.Event()

    def colleague() -> None:
        began.set()
        try:
            seconds.append(number())
        finally:
            connections.close_all()

    thread = threading.Thread(target=colleague)
    with transaction.atomic():
        first = next_order_number()
        thread.start()
        assert began.wait(PATIENCE)
        assert seconds == []
        transaction.set_rollback(not first_ends_well)
    thread.join(PATIENCE)
    assert first == "2"
    assert seconds == ["3" if first_ends_well else "2"]


@pytest.mark.django_db(transaction=True)
def test_of_the_first_two_orders_ever_each_gets_a_number_of_its_own() -> None:
    numbers: list[str] = []

    def person() -> None:
        try:
            numbers.append(number())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=person) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(numbers) == ["1", "2", "3", "4"]
