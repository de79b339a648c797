"""Calls that put a document into the queue: baskets, invoices and credit notes as JSON, and XML that is ready."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, cast

from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.utils import timezone

from schoolgate.documents.ebis.baskets import invoice_from_order
from schoolgate.documents.ebis.invoices import write_invoice
from schoolgate.documents.ebis.json_values import JsonObject, JsonProblem, JsonRefused
from schoolgate.documents.ebis.money import money_text
from schoolgate.documents.ebis.orders import read_order
from schoolgate.documents.problems import DocumentError
from schoolgate.supplier.api.door import YES_NO, acting, calls, one_of, read_body, read_object, text_of
from schoolgate.supplier.api.keys import called
from schoolgate.supplier.api.once import Answer
from schoolgate.supplier.api.problems import ApiProblem
from schoolgate.supplier.api.telling import document_as_json
from schoolgate.supplier.facts import findings
from schoolgate.supplier.invoicing import billable_of_order
from schoolgate.supplier.models import ApiKey, Buyer, Document, Kind, Order
from schoolgate.supplier.queue.composing import (
    Composed,
    compose_basket,
    compose_invoice,
    find_buyer,
    queue_composed,
)
from schoolgate.supplier.queue.putting import NotQueued, check, put_document

WRITE = "documents:write"
KINDS = {str(kind): kind for kind in Kind}
ALREADY_INVOICED = JsonProblem(
    "already-invoiced",
    "order",
    "order has been invoiced already, in whole or in part.",
    "Write the lines that are left out, or withdraw the earlier invoice.",
)
XML_TYPES = frozenset({"application/xml", "text/xml"})


def _basket(request: WSGIRequest, key: ApiKey) -> Answer:
    made = _composed(lambda: compose_basket(key.supplier, read_object(request)))
    if one_of(request, "preview", {"": True, **YES_NO}):
        return _previewed(made)
    return _queued(request, key, made)


def _bills(kind: Kind) -> Callable[[WSGIRequest, ApiKey], Answer]:
    """The call that queues invoices, or the one for credit notes."""

    def work(request: WSGIRequest, key: ApiKey) -> Answer:
        value = {"kind": str(kind), **read_object(request)}
        if value["kind"] != kind:
            problem = JsonProblem("unknown-kind", "kind", "This address takes another kind.", "Leave it out.")
            raise _refused([problem])
        # A school's order number is text, the id of an order here a number.
        if isinstance(value.get("order"), int) and "lines" not in value:
            return _queue_bill(request, key, _order(key, value["order"]), kind, value)
        return _queued(request, key, _composed(lambda: compose_invoice(key.supplier, value)))

    return work


def _document(request: WSGIRequest, key: ApiKey) -> Answer:
    if request.content_type in XML_TYPES:
        values = {name: text_of(request, name) for name in ("type", "buyer", "id")}
        xml: str | bytes = read_body(request)
    else:
        problems: list[JsonProblem] = []
        given = JsonObject(read_object(request), ("type", "buyer", "id", "xml"), problems=problems)
        values = {name: given.text(name, 150) for name in ("type", "buyer", "id")}
        xml = given.text("xml", 10**9, required=True)
        if problems:
            raise _refused(problems)
    if values["type"] not in KINDS:
        raise _refused([JsonProblem("unknown-kind", "type", f"The type is one of {', '.join(KINDS)}.")])
    buyer = find_buyer(key.supplier, values["buyer"])
    if buyer is None:
        raise ApiProblem("unknown-buyer")
    try:
        document, new = put_document(
            buyer,
            values["type"],
            xml,
            doc_id=values["id"],
            request=request,
            through="API",
            who=called(key),
        )
    except NotQueued as refused:
        raise ApiProblem.of_values("document-refused", findings(refused.problems)) from None
    return _told(document, new)


def _billed(order: Order, kind: Kind, value: dict[str, Any]) -> Composed:
    """An invoice for all that was ordered, or a credit note. Raises JsonRefused or DocumentError."""
    problems: list[JsonProblem] = []
    given = JsonObject(value, ("order", "kind", "number", "date", "credits", "id"), problems=problems)
    number = given.text("number", 100, required=True)
    credited = given.text("credits", 100, required=kind == Kind.CREDIT_NOTE)
    day = given.day("date") or timezone.localdate()
    doc_id = given.text("id", 100)
    if problems:
        raise JsonRefused(problems)
    bill = cast("Literal['invoice', 'creditnote']", str(kind))
    invoice = invoice_from_order(read_order(order.content.xml), number, day, bill, credited)
    return Composed(order.buyer, kind, write_invoice(invoice), doc_id)


def _queue_bill(request: WSGIRequest, key: ApiKey, order: Order, kind: Kind, value: dict[str, Any]) -> Answer:
    """Queue an invoice or credit note for all of an order; what was invoiced of it already is not invoiced again."""
    made = _composed(lambda: _billed(order, kind, value))
    with transaction.atomic():
        # As every document of a school is queued, one after the other (`put_document`).
        Buyer.objects.select_for_update(of=("self",), no_key=True).get(pk=order.buyer_id)
        invoiced = kind == Kind.INVOICE and any(line.before > 0 for line in billable_of_order(order))
        status, answer = _queued(request, key, made, made_from=order)
        if invoiced and status == 201:
            raise _refused([ALREADY_INVOICED])
        return status, answer


def _order(key: ApiKey, number: int) -> Order:
    orders = Order.objects.filter(supplier=key.supplier).select_related("content", "buyer__supplier")
    order: Order | None = orders.filter(pk=number).first() if 0 < number < 2**63 else None
    if order is None:
        raise ApiProblem("unknown-order")
    return order


def _composed(make: Callable[[], Composed]) -> Composed:
    try:
        return make()
    except JsonRefused as refused:
        raise _refused(refused.problems) from None
    except DocumentError as error:
        raise ApiProblem.of_values("document-refused", findings([error.as_problem()])) from None


def _queued(request: WSGIRequest, key: ApiKey, made: Composed, *, made_from: Order | None = None) -> Answer:
    try:
        document, new = queue_composed(made, made_from=made_from, request=request, who=called(key))
    except NotQueued as refused:
        raise ApiProblem.of_values("document-refused", findings(refused.problems)) from None
    return _told(document, new)


def _told(document: Document, new: bool) -> Answer:
    basket = {"basket": document.doc_id} if document.kind == Kind.ORDER else {}
    return 201 if new else 200, {**basket, **document_as_json(document, timezone.now())}


def _previewed(made: Composed) -> Answer:
    try:
        checked = check(made.buyer, made.kind, made.xml)
    except NotQueued as refused:
        raise ApiProblem.of_values("document-refused", findings(refused.problems)) from None
    return 200, {
        "xml": checked.xml,
        "lines": checked.facts.lines,
        "net": money_text(checked.facts.net) or None,
        "gross": money_text(checked.facts.gross) or None,
        "findings": findings(checked.notes),
    }


def _refused(problems: list[JsonProblem]) -> ApiProblem:
    return ApiProblem.of_values("document-refused", [asdict(problem) for problem in problems])


baskets = calls(POST=acting(WRITE, _basket))
invoices = calls(POST=acting(WRITE, _bills(Kind.INVOICE)))
credit_notes = calls(POST=acting(WRITE, _bills(Kind.CREDIT_NOTE)))
queue_document = acting(WRITE, _document)
