"""Orders come out as JSON, and the shop says when it has one."""

from datetime import date
from typing import Any

import pytest
from tests.supplier.api.conftest import Shop
from tests.supplier.conftest import GREEN_ABBEY_DUNS, RIVERSIDE_DUNS

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.samples import ebis as samples
from schoolgate.supplier.models import Buyer, Order
from schoolgate.supplier.orders.receiving import receive_order


@pytest.fixture
def order(green_abbey: Buyer) -> Order:
    made = samples.make_order(
        7, 2, day=date(2026, 11, 26), kind="purchase", supplier_duns=RIVERSIDE_DUNS, buyer_duns=GREEN_ABBEY_DUNS
    )
    return receive_order(green_abbey, write_order(made).decode())


def test_an_order_is_told_with_its_lines(shop: Shop, order: Order) -> None:
    said = shop.get(f"orders/{order.pk}").json()
    assert (said["number"], said["buyer"]["name"], said["taken"]) == (order.number, "Green Abbey School", None)
    assert len(said["order"]["lines"]) == 2


def test_the_list_has_heads_only(shop: Shop, order: Order) -> None:
    (head,) = shop.get("orders").json()["orders"]
    assert (head["id"], "order" in head) == (order.pk, False)


def test_its_xml_is_as_the_school_sent_it(shop: Shop, order: Order) -> None:
    assert shop.get(f"orders/{order.pk}/xml").text == order.content.xml


def test_an_order_that_is_taken_is_not_asked_for_again(shop: Shop, order: Order) -> None:
    assert [one["id"] for one in shop.get("orders?taken=false").json()["orders"]] == [order.pk]
    taken = shop.post(f"orders/{order.pk}/taken").json()["taken"]
    assert taken is not None
    assert shop.get("orders?taken=false").json()["orders"] == []
    assert shop.post(f"orders/{order.pk}/taken").json()["taken"] == taken
    assert AuditEntry.objects.get(did="order taken").who == "API key Web shop"


def test_that_it_is_taken_may_be_taken_back(shop: Shop, order: Order) -> None:
    shop.post(f"orders/{order.pk}/taken")
    answer = shop.http.delete(f"orders/{order.pk}/taken", headers=shop.headers())
    assert (answer.status_code, answer.json()["taken"]) == (200, None)


def test_another_suppliers_order_does_not_exist(hilltop_shop: Shop, order: Order) -> None:
    assert hilltop_shop.get("orders").json()["orders"] == []
    for path in (f"orders/{order.pk}", f"orders/{order.pk}/xml"):
        assert hilltop_shop.get(path).json()["code"] == "unknown-order"
    assert hilltop_shop.post(f"orders/{order.pk}/taken").json()["code"] == "unknown-order"


@pytest.mark.parametrize("number", ["0", "x", "-1", "1.0", str(2**64)])
def test_what_is_no_orders_number_is_an_unknown_order(shop: Shop, number: str) -> None:
    assert shop.get(f"orders/{number}").json()["code"] == "unknown-order"


def test_orders_are_found_by_their_numbers(shop: Shop, order: Order) -> None:
    for query, found in ({"number": order.number}, 1), ({"number": "another"}, 0), ({"reference": order.reference}, 1):
        parameters: Any = query
        assert len(shop.get("orders", params=parameters).json()["orders"]) == found
