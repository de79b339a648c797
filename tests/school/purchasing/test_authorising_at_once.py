"""Two people authorise at once, on two connections: the second waits for the first, and is told what is left."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.authorising import NotAuthorised, authorise
from schoolgate.school.purchasing.budget import room_for
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.orders import ChangedMeanwhile, OrderRefused

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def while_held(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """Do the first and, before it is written, begin the second on a connection of its own; what the second said."""
    said: list[object] = []
    began = threading.Event()

    def colleague() -> None:
        began.set()
        try:
            said.append(second())
        except OrderRefused as refused:
            said.append(refused)
        finally:
            connections.close_all()

    thread = threading.Thread(target=colleague)
    with transaction.atomic():
        first()
        thread.start()
        assert began.wait(PATIENCE)
        # Whatever it does in this time, it has no word of how the first ends.
        thread.join(0.3)
        assert said == []
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return said


@pytest.fixture
def orders(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> tuple[Order, Order]:
    """Two orders of £600 on one coding, which has £1,000."""
    line = {"description": "Books", "quantity": 1, "unit_price": "600"}
    one, other = (
        an_order(supplier, codings[0], vat["Z"], line, number=number, state=OrderState.UNAUTHORISED)
        for number in ("PO-1", "PO-2")
    )
    return one, other


def test_two_authorisations_cannot_take_the_same_last_pound(
    orders: tuple[Order, Order], codings: list[Coding], head: User, chair: User
) -> None:
    one, other = orders
    (said,) = while_held(
        lambda: authorise(one, by=head, seen_version=1),
        lambda: authorise(other, by=head, seen_version=1),
    )
    assert isinstance(said, NotAuthorised)
    assert [hindrance.code for hindrance in said.hindrances] == ["over-budget"]
    assert room_for(codings[0]).left == 400
    other.refresh_from_db()
    assert other.state == OrderState.UNAUTHORISED


def test_a_budget_that_is_cut_at_the_same_moment_counts(
    orders: tuple[Order, Order], codings: list[Coding], head: User
) -> None:
    one, _ = orders
    (said,) = while_held(
        lambda: Coding.objects.filter(pk=codings[0].pk).update(budget=500),
        lambda: authorise(one, by=head, seen_version=1),
    )
    assert isinstance(said, NotAuthorised)
    assert [hindrance.code for hindrance in said.hindrances] == ["over-budget"]


def test_an_order_is_not_authorised_twice(orders: tuple[Order, Order], head: User, chair: User) -> None:
    one, _ = orders
    (said,) = while_held(
        lambda: authorise(one, by=head, seen_version=1),
        lambda: authorise(one, by=chair, seen_version=1),
    )
    assert isinstance(said, ChangedMeanwhile)
    assert Order.objects.get(pk=one.pk).authorised_by == head


def test_orders_with_the_same_codings_the_other_way_round_do_not_wait_for_each_other_for_ever(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], head: User
) -> None:
    def two_lines(number: str, *of: Coding) -> Order:
        made = an_order(supplier, of[0], vat["Z"], number=number, state=OrderState.UNAUTHORISED)
        made.lines.filter(number=2).update(coding=of[1])
        return made

    one, other = two_lines("PO-1", codings[0], codings[1]), two_lines("PO-2", codings[1], codings[0])
    together = threading.Barrier(2, timeout=PATIENCE)
    ended: list[str] = []

    def go(order: Order) -> None:
        try:
            together.wait()
            ended.append(authorise(order, by=head, seen_version=1).state)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(order,)) for order in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert ended == [OrderState.AUTHORISED, OrderState.AUTHORISED]
