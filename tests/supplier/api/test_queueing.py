"""JSON goes in and a document waits for the school; what is wrong is told by code and place."""

import json
from datetime import date
from typing import Any

import pytest
from tests.supplier.api.conftest import Shop
from tests.supplier.conftest import GREEN_ABBEY_DUNS, RIVERSIDE_DUNS

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.ebis.orders import read_order, write_order
from schoolgate.documents.samples import ebis as samples
from schoolgate.supplier.models import Buyer, Document, DocumentContent, Order
from schoolgate.supplier.orders.receiving import receive_order


@pytest.fixture
def order(green_abbey: Buyer) -> Order:
    """An order of Green Abbey's that has just arrived."""
    return receive_order(green_abbey, ready_xml("purchase"))


def ready_xml(kind: Any = "content") -> str:
    made = samples.make_order(
        7, 2, day=date(2026, 11, 26), kind=kind, supplier_duns=RIVERSIDE_DUNS, buyer_duns=GREEN_ABBEY_DUNS
    )
    return write_order(made).decode()


def test_a_basket_waits_for_its_school(shop: Shop, basket: dict[str, Any]) -> None:
    answer = shop.post("baskets", basket)
    said = answer.json()
    assert (answer.status_code, said["state"], said["type"], said["buyer"]["name"]) == (
        *(201, "waiting", "order"),
        "Green Abbey School",
    )
    assert (said["basket"], said["net"], said["gross"]) == (said["id"], "125.50", "150.60")
    held = read_order(DocumentContent.objects.get().xml)
    assert (held.reference, held.buyer.contact.name) == ("BASKET-0001", "j.smith")


def test_which_program_queued_it_stands_in_the_audit(shop: Shop, basket: dict[str, Any]) -> None:
    shop.post("baskets", basket)
    assert AuditEntry.objects.get(did="document queued").who == "API key Web shop"


def test_the_same_basket_again_is_the_one_that_waits(shop: Shop, basket: dict[str, Any]) -> None:
    first, again = shop.post("baskets", basket), shop.post("baskets", basket)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Document.objects.count() == 1


def test_a_quantity_that_is_not_whole_is_told_by_its_place(shop: Shop, basket: dict[str, Any]) -> None:
    basket["lines"][0]["quantity"] = 1.5
    answer = shop.post("baskets", basket)
    said = answer.json()
    assert (answer.status_code, said["code"], said["path"]) == (422, "quantity-not-whole", "lines[0].quantity")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Document.objects.count() == 0


def test_every_fault_is_told_at_once(shop: Shop, basket: dict[str, Any]) -> None:
    basket["lines"][0]["unit_price"], basket["buyer"] = "4.55555", "nobody"
    problems = shop.post("baskets", basket).json()["problems"]
    assert [(one["code"], one["path"]) for one in problems] == [
        ("unknown-buyer", "buyer"),
        ("too-many-decimals", "lines[0].unit_price"),
    ]


def test_a_price_is_never_a_float(shop: Shop, basket: dict[str, Any]) -> None:
    headers = {**shop.headers(), "Content-Type": "application/json"}
    text = json.dumps(basket).replace("16.0", "16.0005")
    assert shop.http.post("baskets", content=text, headers=headers).status_code == 201
    assert "16.0005" in DocumentContent.objects.get().xml


def test_another_suppliers_school_is_unknown(hilltop_shop: Shop, basket: dict[str, Any]) -> None:
    assert hilltop_shop.post("baskets", basket).json()["code"] == "unknown-buyer"


@pytest.mark.parametrize("query", ["preview", "preview=true"])
def test_a_preview_makes_the_xml_and_queues_nothing(shop: Shop, basket: dict[str, Any], query: str) -> None:
    answer = shop.post(f"baskets?{query}", basket)
    assert (answer.status_code, answer.json()["gross"]) == (200, "150.60")
    assert "BASKET-0001" in answer.json()["xml"]
    assert Document.objects.count() == 0


def test_an_invoice_is_made_of_an_order(shop: Shop, order: Order) -> None:
    answer = shop.post("invoices", {"order": order.pk, "number": "SI-9001"})
    said = answer.json()
    assert (answer.status_code, said["type"], said["reference"]) == (201, "invoice", "SI-9001")
    assert (said["order"], said["order_number"], said["gross"]) == (order.pk, order.number, str(order.gross)[:-2])


def test_an_order_is_not_invoiced_as_a_whole_twice(shop: Shop, order: Order) -> None:
    invoice = shop.post("invoices", {"order": order.pk, "number": "SI-9001"}).json()["id"]
    assert shop.post("invoices", {"order": order.pk, "number": "SI-9001"}).json()["id"] == invoice
    again = {"order": order.pk, "number": "SI-9002"}
    assert shop.post("invoices", again).json()["code"] == "already-invoiced"
    assert Document.objects.filter(kind="invoice").count() == 1
    shop.post(f"documents/{invoice}/withdraw")
    assert shop.post("invoices", again).status_code == 201


def test_a_credit_note_names_the_invoice_that_it_credits(shop: Shop, order: Order) -> None:
    assert shop.post("credit-notes", {"order": order.pk, "number": "CN-1"}).json()["path"] == "credits"
    answer = shop.post("credit-notes", {"order": order.pk, "number": "CN-1", "credits": "SI-9001"})
    assert (answer.status_code, answer.json()["type"]) == (201, "creditnote")


def test_an_invoice_may_be_written_out(shop: Shop, basket: dict[str, Any]) -> None:
    lines = [{**line, "order_line": str(number)} for number, line in enumerate(basket["lines"], 1)]
    answer = shop.post("invoices", {"buyer": "greenabbey", "number": "SI-1", "order": "ORD00017", "lines": lines})
    assert (answer.status_code, answer.json()["order_number"]) == (201, "ORD00017")


def test_an_address_takes_its_own_kind_only(shop: Shop, order: Order) -> None:
    value = {"order": order.pk, "number": "SI-9001", "kind": "creditnote"}
    assert shop.post("invoices", value).json()["code"] == "unknown-kind"


@pytest.mark.parametrize("number", [0, -1, 999, 2**70])
def test_no_invoice_is_made_of_an_order_that_there_is_not(shop: Shop, number: int) -> None:
    assert shop.post("invoices", {"order": number, "number": "SI-1"}).json()["code"] == "unknown-order"


def test_another_suppliers_order_is_not_invoiced(hilltop_shop: Shop, order: Order) -> None:
    assert hilltop_shop.post("invoices", {"order": order.pk, "number": "SI-1"}).json()["code"] == "unknown-order"


def test_ready_xml_is_taken_as_json(shop: Shop, green_abbey: Buyer) -> None:
    answer = shop.post("documents", {"type": "order", "xml": ready_xml(), "id": "MY-1", "buyer": "GA-4321"})
    assert (answer.status_code, answer.json()["id"]) == (201, "MY-1")


def test_ready_xml_is_taken_as_it_is(shop: Shop, green_abbey: Buyer) -> None:
    headers = {**shop.headers(), "Content-Type": "application/xml"}
    parameters = {"type": "order", "buyer": GREEN_ABBEY_DUNS}
    answer = shop.http.post("documents", content=ready_xml(), headers=headers, params=parameters)
    assert (answer.status_code, answer.json()["type"]) == (201, "order")


def test_what_is_wrong_with_ready_xml_is_told_with_its_line(shop: Shop, green_abbey: Buyer) -> None:
    xml = ready_xml().replace("<LineNumber>2<", "<LineNumber>two<")
    said = shop.post("documents", {"type": "order", "xml": xml, "buyer": "greenabbey"}).json()
    assert said["problems"][0]["line"] > 1
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"type": "parcel", "xml": "<a/>", "buyer": "greenabbey"}, "unknown-kind"),
        ({"type": "order", "buyer": "greenabbey"}, "missing"),
        ({"type": "order", "xml": "<a/>", "buyer": "nobody"}, "unknown-buyer"),
        ({"type": "order", "xml": "<a/>", "buyer": "greenabbey", "more": 1}, "unknown-field"),
        ({"type": "order", "xml": "<a", "buyer": "greenabbey"}, "not-well-formed"),
    ],
)
def test_a_document_that_is_none_is_refused(shop: Shop, green_abbey: Buyer, value: Any, code: str) -> None:
    assert shop.post("documents", value).json()["code"] == code


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '"text"', '{"reference": NaN}', '{"reference": "\\u0000"}', "[" * 9999]
)
def test_what_is_no_json_object_is_refused(shop: Shop, body: str) -> None:
    headers = {**shop.headers(), "Content-Type": "application/json"}
    answer = shop.http.post("baskets", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


def test_a_body_that_is_no_json_is_told_where_it_breaks(shop: Shop) -> None:
    headers = {**shop.headers(), "Content-Type": "application/json"}
    answer = shop.http.post("baskets", content='{"reference": "B-1"\n "lines": []}', headers=headers)
    assert "line 2, column 2" in answer.json()["detail"]


def test_a_form_is_not_taken(shop: Shop) -> None:
    assert shop.http.post("baskets", data={"reference": "B"}, headers=shop.headers()).json()["code"] == "media-type"


def test_a_chunked_body_is_refused_rather_than_read_as_empty(shop: Shop) -> None:
    headers = {**shop.headers(), "Content-Type": "application/json"}
    answer = shop.http.post("baskets", content=iter([b"{}"]), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (411, "length-required")


def test_a_body_beyond_the_limit_is_refused_with_the_limit(shop: Shop, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    said = shop.post("baskets", {"note": "x" * 100}).json()
    assert (said["code"], said["limit"]) == ("too-large", 100)
