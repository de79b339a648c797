"""From JSON to the queue."""

from typing import Any

import pytest
from tests.supplier.papers import an_authorised_order

from schoolgate.documents.ebis.json_values import JsonRefused
from schoolgate.documents.ebis.orders import read_order
from schoolgate.supplier.models import Buyer, Kind
from schoolgate.supplier.orders.receiving import receive_order
from schoolgate.supplier.queue.composing import (
    compose_basket,
    compose_invoice,
    find_buyer,
    queue_basket,
    queue_composed,
)
from schoolgate.supplier.queue.index import content_of

LINE = {
    "product": "PN-100",
    "description": "Pencils HB",
    "quantity": 10,
    "unit_price": "4.55",
    "tax_code": "S",
    "tax_rate": "20",
}


def basket(**values: Any) -> dict[str, Any]:
    return {"reference": "WEB-1", "buyer": "GA-4321", "user": "j.smith", "lines": [LINE], **values}


def test_a_basket_becomes_a_document_that_names_both_sides(green_abbey: Buyer) -> None:
    document, new = queue_basket(green_abbey.supplier, basket())
    order = read_order(content_of(document))
    assert new
    assert (document.kind, document.reference, document.findings) == ("order", "WEB-1", [])
    assert (order.supplier.duns, order.supplier.name) == ("123456789", "Riverside School Supplies")
    assert (order.buyer.duns, order.buyer.code, order.buyer.contact.name) == ("987654321", "GA-4321", "j.smith")


def test_the_same_basket_again_is_one_document(green_abbey: Buyer) -> None:
    first, _ = queue_basket(green_abbey.supplier, basket())
    assert queue_basket(green_abbey.supplier, basket()) == (first, False)


def test_a_quote_is_queued_as_one(green_abbey: Buyer) -> None:
    assert compose_basket(green_abbey.supplier, basket(kind="quote")).kind == Kind.QUOTE


def test_an_id_of_the_suppliers_own_is_kept(green_abbey: Buyer) -> None:
    assert queue_basket(green_abbey.supplier, basket(id="WEB-1"))[0].doc_id == "WEB-1"


def test_an_unknown_school_is_told_with_all_other_faults(green_abbey: Buyer) -> None:
    with pytest.raises(JsonRefused) as refused:
        queue_basket(green_abbey.supplier, basket(buyer="nobody", lines=[{**LINE, "quantity": "1.5"}]))
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [
        ("unknown-buyer", "buyer"),
        ("quantity-not-whole", "lines[0].quantity"),
    ]


def test_a_school_of_another_supplier_is_unknown(green_abbey: Buyer, hilltop: Any) -> None:
    with pytest.raises(JsonRefused):
        queue_basket(hilltop, basket())


@pytest.mark.parametrize("name", ["GA-4321", "greenabbey", "GreenAbbey", "987654321"])
def test_a_school_goes_by_its_account_number_its_user_name_or_its_duns(green_abbey: Buyer, name: str) -> None:
    assert find_buyer(green_abbey.supplier, name) == green_abbey


@pytest.mark.parametrize("name", ["", "x\0", None, 7])
def test_what_is_no_name_is_no_schools(green_abbey: Buyer, name: object) -> None:
    assert find_buyer(green_abbey.supplier, name) is None


@pytest.mark.parametrize(("kind", "more"), [("invoice", {}), ("creditnote", {"credits": "SI-1"})])
def test_an_invoice_or_credit_note_names_the_schools_order(green_abbey: Buyer, kind: str, more: dict[str, str]) -> None:
    order = receive_order(green_abbey, an_authorised_order(green_abbey))
    value = {"kind": kind, "number": "SI-9", "order": order.number, "buyer": "GA-4321", "lines": [LINE], **more}
    document, _ = queue_composed(compose_invoice(green_abbey.supplier, value), made_from=order)
    assert document.made_from == order
    assert (document.kind, document.reference, document.order_number) == (kind, "SI-9", "ORD00001")
