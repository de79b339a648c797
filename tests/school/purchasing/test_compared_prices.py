"""Prices of the same product at several suppliers: what is taken for the same, which price counts, and who sees it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.booked import an_invoice_of
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_order_pages import text_of

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.reporting.comparing import Product, cheaper_elsewhere, offers, together

SignedIn = Callable[[User], Client]
Buy = Callable[..., Order]

PENS = {"part_number": "PN-700", "description": "Pens, blue", "quantity": 10, "unit_price": "1.25"}


@pytest.fixture
def oak(db: None) -> Supplier:
    return Supplier.objects.create(name="Oak Stationers", duns="211111111", xml_reference_number="211111111")


@pytest.fixture
def buy(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Buy:
    """Order one line of a supplier, some days ago."""
    numbers = iter(range(1, 100))

    def do(of: Supplier = supplier, *, days_ago: int = 10, state: str = OrderState.SENT, **line: Any) -> Order:
        dated = timezone.localdate() - timedelta(days=days_ago)
        number = f"PO-{next(numbers)}"
        return an_order(of, codings[0], vat["S"], {**PENS, **line}, number=number, dated=dated, state=state)

    return do


def told() -> list[tuple[str, Decimal, int, str]]:
    return [(offer.supplier, offer.price, offer.times, offer.mark) for offer in offers()]


def test_the_same_part_number_is_the_same_product_and_the_cheapest_is_marked(buy: Buy, oak: Supplier) -> None:
    buy()
    buy(oak, part_number="pn 700", description="Ballpoint", unit_price="0.85")
    assert told() == [("Oak Stationers", Decimal("0.85"), 1, "cheapest"), ("Beacon Supplies", Decimal("1.25"), 1, "")]


def test_the_same_words_are_the_same_product(buy: Buy, oak: Supplier) -> None:
    buy()
    buy(oak, part_number="OAK-1", description="BLUE  pens", unit_price="0.85")
    assert [supplier for supplier, *_ in told()] == ["Oak Stationers", "Beacon Supplies"]


@pytest.mark.parametrize(
    "other",
    [
        {"part_number": "OAK-1", "description": "Pens, red"},
        {"part_number": "PN-700", "description": "Pens, blue", "unit": "BX"},
        {"part_number": "MISC", "description": "Pens, red"},
    ],
    ids=["other words", "another unit", "no part number of its own"],
)
def test_what_is_not_the_same_is_not_compared(buy: Buy, oak: Supplier, other: dict[str, str]) -> None:
    buy(part_number="MISC" if other["part_number"] == "MISC" else "PN-700")
    buy(oak, unit_price="0.85", **other)
    assert told() == []


def test_the_last_price_counts_and_how_often_it_was_bought(buy: Buy, oak: Supplier) -> None:
    buy(days_ago=90, unit_price="0.10")
    buy(days_ago=5, unit_price="1.50")
    buy(oak)
    assert told()[1] == ("Beacon Supplies", Decimal("1.50"), 2, "")


def test_an_order_that_is_invoiced_is_bought_once_at_the_invoice_s_price(buy: Buy, oak: Supplier) -> None:
    invoice = an_invoice(buy(), {1: 10})
    invoice.lines.update(unit_price=Decimal("1.10"))
    buy(oak)
    assert told()[0] == ("Beacon Supplies", Decimal("1.10"), 1, "cheapest")
    assert offers()[0].where == invoice.number


def test_an_invoice_without_an_order_counts(
    buy: Buy, oak: Supplier, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    buy()
    an_invoice_of(oak, ("Blue pens", "0.70", codings[0], vat["S"]), dated=timezone.localdate())
    assert told()[0] == ("Oak Stationers", Decimal("0.70"), 1, "cheapest")


def test_a_price_is_for_one_unit_with_discounts_off(buy: Buy, oak: Supplier) -> None:
    buy(unit_price="12.50", price_units=10)
    buy(oak, unit_price="1.25", discount=Decimal("2.50"))
    assert [(supplier, price) for supplier, price, *_ in told()] == [
        ("Oak Stationers", Decimal("1.00")),
        ("Beacon Supplies", Decimal("1.25")),
    ]


@pytest.mark.parametrize("state", [OrderState.UNAUTHORISED, OrderState.DISCARDED, OrderState.CANCELLED])
def test_what_was_not_bought_has_no_price(buy: Buy, oak: Supplier, state: str) -> None:
    buy()
    buy(oak, state=state)
    assert told() == []


def test_a_gift_and_what_is_older_than_a_year_have_no_price(buy: Buy, oak: Supplier) -> None:
    buy()
    buy(oak, unit_price="0")
    buy(oak, days_ago=366)
    assert told() == []


def test_an_unauthorised_order_says_what_is_cheaper_elsewhere(
    buy: Buy, oak: Supplier, looker: User, signed_in: SignedIn
) -> None:
    bought = buy(oak, unit_price="0.85", part_number="OAK-1", description="BLUE pens")
    asked = buy(state=OrderState.UNAUTHORISED)
    got = signed_in(looker).get(reverse("purchase-order", args=[asked.pk]))
    day = f"{bought.dated.day} {bought.dated:%b %Y}"
    assert f"Pens, blue (there: BLUE pens) 1.25 0.85 £0.40 less at Oak Stationers on {day}" in text_of(got)
    assert reverse("purchase-order", args=[bought.pk]) in got.content.decode()


def test_what_costs_the_same_or_more_elsewhere_or_less_here_is_not_told(buy: Buy, oak: Supplier) -> None:
    buy(unit_price="0.50")
    buy(oak, unit_price="1.25")
    assert cheaper_elsewhere(buy(state=OrderState.UNAUTHORISED)) == []


def test_once_an_order_is_authorised_nothing_is_told(
    buy: Buy, oak: Supplier, looker: User, signed_in: SignedIn
) -> None:
    buy(oak, unit_price="0.85")
    page = signed_in(looker).get(reverse("purchase-order", args=[buy(state=OrderState.AUTHORISED).pk]))
    assert "Cheaper elsewhere" not in text_of(page)


def test_the_page_shows_two_suppliers_prices_and_everything_when_asked(
    buy: Buy, oak: Supplier, looker: User, sender: User, signed_in: SignedIn
) -> None:
    buy()
    buy(oak, unit_price="0.85")
    buy(part_number="GL-100", description="Glue")
    address = reverse("compare-prices")
    shown = text_of(signed_in(looker).get(address))
    assert "Oak Stationers 0.85 1 EA" in shown
    assert "Cheapest" in shown
    assert "GL-100" not in shown
    assert "GL-100" in text_of(signed_in(looker).get(address, {"all": "1"}))
    assert "Oak Stationers" not in text_of(signed_in(looker).get(address, {"q": "nothing like it"}))
    assert signed_in(sender).get(address).status_code == 403


products = st.builds(
    Product,
    st.sampled_from(["", "PN-700", "pn 700", "PN701", "MISC", "12"]),
    st.sampled_from(["", "Pens, blue", "blue pens", "Pens, red", "Glue"]),
    st.sampled_from(["", "EA", "BX"]),
)


@given(st.lists(products, max_size=12), st.randoms())
def test_what_is_put_together_does_not_depend_on_the_order_and_is_linked_by_shared_keys(
    some: list[Product], chance: Any
) -> None:
    def groups(of: Sequence[Product]) -> set[frozenset[Product]]:
        numbers = together(of)
        return {frozenset(one for one in numbers if numbers[one] == number) for number in numbers.values()}

    found = groups(some)
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert groups(shuffled) == found
    for group in found:
        reached = {next(iter(group))}
        while more := {one for one in group - reached if any(set(one.keys) & set(two.keys) for two in reached)}:
            reached |= more
        assert reached == group
        others = set(some) - group
        assert not any(set(one.keys) & set(other.keys) for one in group for other in others)
