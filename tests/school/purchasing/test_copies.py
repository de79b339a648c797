"""Documents that came before under another id, from another service, or with the same number."""

from datetime import date
from typing import Any

import pytest
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall, serve_stall, the

from schoolgate.documents.samples.ebis import make_invoice
from schoolgate.school.purchasing.copies import SEEN_BEFORE
from schoolgate.school.purchasing.documents import keep_out, take_back
from schoolgate.school.purchasing.fetching import Count, fetch_from
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.models import (
    DocumentState,
    Order,
    Supplier,
    WebService,
)

INVOICE = make_invoice(7, lines=2, day=date(2026, 11, 26))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]


def test_the_same_content_under_another_id_waits_beside_the_first(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.offer("B-2", basket())
    assert fetch_from(beacon).count == Count(offered=2, found=2, imported=1, waiting=1)
    second = the("B-2")
    assert (second.state, second.rule, second.first) == (DocumentState.WAITING, SEEN_BEFORE, the("B-1"))
    assert not stall.is_marked("B-2")


def test_the_same_reference_of_the_same_supplier_from_another_service_waits_beside_the_first(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    portal = Stall()
    portal.offer(
        "P-1",
        basket(
            {
                "product": "BX-100",
                "description": "Books",
                "quantity": 1,
                "unit_price": "2.00",
                "tax_code": "S",
                "tax_rate": "20",
            }
        ),
    )
    with serve_stall(portal, "The portal") as service:
        assert fetch_from(service).count.waiting == 1
    assert the("P-1").first == the("B-1")
    assert Order.objects.count() == 1


def test_a_copy_comes_in_only_when_a_person_keeps_the_first_out(
    stall: Stall, beacon: WebService, basket: Basket, clerk: Any
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    stall.offer("B-2", basket(supplier_duns="999999999"))
    fetch_from(beacon)
    Supplier.objects.update(duns="999999999")
    second = the("B-2")
    try_again(second, by=clerk)
    assert second.rule == SEEN_BEFORE
    keep_out(the("B-1"), by=clerk, reason="The second is right.")
    try_again(second, by=clerk)
    assert second.state == DocumentState.IMPORTED
    take_back(the("B-1"), by=clerk)
    first = the("B-1")
    try_again(first, by=clerk)
    assert (first.rule, first.first) == (SEEN_BEFORE, second)
    assert Order.objects.count() == 1
