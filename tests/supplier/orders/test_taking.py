"""Noting that an order has been taken."""

import pytest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.supplier.models import Buyer, Order
from schoolgate.supplier.orders.taking import take_order


@pytest.fixture
def order(green_abbey: Buyer) -> Order:
    return Order.objects.create(supplier=green_abbey.supplier, buyer=green_abbey, number="PO-7", digest="1" * 64)


def test_who_took_an_order_stands_in_the_audit(order: Order, clerk: User) -> None:
    assert take_order(order, by=clerk)
    order.refresh_from_db()
    assert order.taken_at
    assert AuditEntry.objects.get(did="order taken").who == "cara"


def test_an_order_is_taken_once(order: Order, clerk: User) -> None:
    other_page = Order.objects.get()
    take_order(order, by=clerk)
    assert not take_order(other_page, by=None, who="the shop")
    assert other_page.taken_at == order.taken_at
    assert AuditEntry.objects.filter(did="order taken").count() == 1
