"""Carriage, charges and discounts on a whole basket: told in pounds wherever its order's total stands."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.taking import edited, order_of, taken

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import NOT_IN_TOTAL, Order

pytestmark = pytest.mark.usefixtures("ready_ledger")

CARRIAGE = ("OrderTotal/FreightCharges", "7.50")
BESIDE = "which the supplier’s basket states beside its lines"
SAID = f"Not in the total: carriage of £7.50, {BESIDE}. Expect it on the invoice."


@pytest.fixture
def order(ready_ledger: None, basket: Basket) -> Order:
    """£26.00 net, £31.20 gross, and £7.50 of carriage beside it."""
    return order_of(edited(basket(), CARRIAGE))


def _told(raw: bytes) -> list[str]:
    _, notes = taken(raw)
    return [note for note in notes if note.startswith(NOT_IN_TOTAL)]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (*CARRIAGE, "carriage of £7.50,"),
        ("OrderTotal/MiscCharges", "2.25", "other charges of £2.25,"),
        ("PercentDiscount/Percentage", "10", "a discount of 10 % on the whole order, £2.60 of the basket as it came,"),
        (
            "PercentDiscount/Percentage",
            "2.5",
            "a discount of 2.5 % on the whole order, £0.65 of the basket as it came,",
        ),
        ("AmountDiscount/Amount", "3", "a discount of £3.00 on the whole order,"),
        ("AmountDiscount/Amount", "-3", "a discount of -£3.00 on the whole order,"),
    ],
)
def test_a_sum_on_the_whole_basket_is_told_in_pounds(basket: Basket, path: str, value: str, told: str) -> None:
    [note] = _told(edited(basket(), (path, value)))
    assert f"{NOT_IN_TOTAL} {told} which" in note


def test_a_percentage_of_forty_digits_breaks_nothing(basket: Basket) -> None:
    [note] = _told(edited(basket(), ("PercentDiscount/Percentage", "9" * 40)))
    assert "% on the whole order" in note


@pytest.mark.parametrize("path", ["OrderTotal/FreightCharges", "OrderTotal/MiscCharges", "AmountDiscount/Amount"])
def test_a_sum_of_nothing_is_not_told(basket: Basket, path: str) -> None:
    assert _told(edited(basket(), (path, "0.00"))) == []


def test_what_late_payment_costs_is_no_discount(basket: Basket) -> None:
    late = (("PercentDiscount/Type/@Code", "LPI"), ("PercentDiscount/Percentage", "8"))
    assert _told(edited(basket(), *late)) == []


def test_the_orders_total_and_its_budget_are_without_it(order: Order) -> None:
    assert (order.net, order.gross) == (Decimal("26.00"), Decimal("31.20"))
    assert order.document is not None
    assert (order.document.beside_the_total, SAID in order.document.other_notes) == ([SAID], False)


def _text(browser: Client, page: str, order: Order) -> str:
    answer = browser.get(reverse(page, args=[order.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_stands_below_the_total_on_the_orders_page(
    order: Order, looker: User, signed_in: Callable[[User], Client]
) -> None:
    page = _text(signed_in(looker), "purchase-order", order)
    assert page.index("<dt>Gross</dt>") < page.index(SAID)
    assert page.count(SAID) == 1


def test_it_stands_beside_the_total_where_the_order_is_authorised(
    order: Order, head: User, signed_in: Callable[[User], Client]
) -> None:
    page = _text(signed_in(head), "authorise-order", order)
    assert page.index("£31.20</strong> gross") < page.index(SAID) < page.index("Budgets")
    assert page.count(SAID) == 1


def test_it_stands_below_the_total_on_paper(order: Order, looker: User, signed_in: Callable[[User], Client]) -> None:
    Order.objects.update(state="authorised")
    page = _text(signed_in(looker), "print-order", order)
    assert page.index("<dt>Total</dt>") < page.index(SAID) < page.index("Quote order number")
