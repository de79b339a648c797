"""The OpenAPI 3.1 document of the REST API, written by hand and held to the site by a test with schemathesis."""

from collections.abc import Iterable

from schoolgate import __version__
from schoolgate.commons.programs.openapi import Json, object_of, ref, refusals
from schoolgate.supplier.api.openapi_schemas import (
    AFTER,
    IDEMPOTENCY_KEY,
    NEW_BASKET,
    NEW_BUYER,
    NEW_DOCUMENT,
    NEW_INVOICE,
    PASSWORD,
    PATCH_BUYER,
    SCHEMAS,
    parameter,
)
from schoolgate.supplier.api.problems import PROBLEMS
from schoolgate.supplier.models import Kind, State

YES_NO: Json = {"enum": ["true", "false"]}
ANYWHERE = ("bad-request", "method-not-allowed", "internal-error", "busy", "no-space")
BY_KEY = (*ANYWHERE, "key-missing", "key-wrong", "locked", "no-right")
LISTING = (*BY_KEY, "cursor-malformed", "parameter-malformed")
ACTING = (
    *BY_KEY,
    *("idempotency-key-malformed", "idempotency-key-used", "length-required", "too-large", "malformed-request"),
)
SENDING = (*ACTING, "media-type")
# Of these the answer has the code of the first value that is wrong.
OF_VALUES = {"document-refused", "buyer-refused"}


def document(url: str) -> Json:
    """The OpenAPI document of the site at this address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Schoolgate for suppliers",
            "version": __version__,
            "summary": "Baskets and invoices go to schools' finance systems, their orders come back.",
            "description": "JSON goes in and comes out; the site makes and reads the XML that finance systems speak. "
            "Amounts are texts or JSON numbers in pounds, never rounded. Clients ignore what they do not know; inside "
            "version 1 there are only additions.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "paths": {f"/api/v1/{path}": call for path, call in {**_service(), **_documents(), **_rest()}.items()},
        "components": {"schemas": SCHEMAS, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _service() -> Json:
    answer = {"description": "The service", "content": {"application/json": {"schema": ref("Service")}}}
    call = {"operationId": "service", "summary": "Whose service this is, and its addresses"}
    return {"": {"get": {**call, "responses": {"200": answer, **_refusals(ANYWHERE)}}}}


def _documents() -> Json:
    refused = (*SENDING, "document-refused", "unknown-buyer")
    again = {"201": "Queued.", "200": "Known: it is in the queue already."}
    known = (*BY_KEY, "unknown-address", "unknown-document")
    stands = (*ACTING, "unknown-address", "unknown-document", "step-not-allowed")
    although = parameter("although_ordered", YES_NO, "`true`: also a basket from which an order came.")
    doc_id = parameter("id", {"type": "string", "minLength": 1, "maxLength": 100}, where="path")
    return {
        "baskets": {
            "post": _act(
                "queueBasket",
                "Queue a basket, from which the school's order is made",
                "QueuedOrPreview",
                refused,
                statuses={**again, "200": "Known, or with `preview` what would be queued."},
                body=_json(NEW_BASKET),
                parameters=[parameter("preview", YES_NO, "Check and make the XML, and queue nothing.")],
            )
        },
        **{
            path: {
                "post": _act(
                    operation,
                    f"Queue {what}, written out or made from an order",
                    "Queued",
                    (*refused, "unknown-order"),
                    statuses=again,
                    body=_json(NEW_INVOICE),
                )
            }
            for path, operation, what in (
                ("invoices", "queueInvoice", "an invoice"),
                ("credit-notes", "queueCreditNote", "a credit note"),
            )
        },
        "documents": {
            "get": _ask(
                "documents",
                "The queue, oldest first",
                "Documents",
                LISTING,
                parameters=[
                    AFTER,
                    parameter("state", {"enum": [*State.values]}),
                    parameter("type", {"enum": [*Kind.values]}),
                    parameter("buyer", {"type": "string"}, "As in a basket."),
                    parameter("reference", {"type": "string"}, "Your own number of a basket or invoice."),
                    parameter("order_number", {"type": "string"}, "The school's, of an invoice or credit note."),
                ],
            ),
            "post": _act(
                "queueDocument",
                "Queue XML that is ready",
                "Queued",
                (*refused, "parameter-malformed"),
                statuses=again,
                body={
                    "required": True,
                    "content": {
                        "application/json": {"schema": NEW_DOCUMENT},
                        "application/xml": {},
                    },
                },
                parameters=[
                    parameter("type", {"enum": [*Kind.values]}, "With `application/xml`: needed."),
                    parameter("buyer", {"type": "string"}, "With `application/xml`; else who has the buyer's DUNS."),
                    parameter("id", {"type": "string"}, "With `application/xml`; else one is made."),
                ],
            ),
        },
        "documents/{id}": {
            "parameters": [doc_id],
            "get": _ask("document", "One document", "Document", known),
        },
        "documents/{id}/xml": {
            "parameters": [doc_id],
            "get": _ask(
                "documentXml",
                "Its XML",
                "",
                (*known, "content-removed"),
                media="application/xml",
            ),
        },
        "documents/{id}/events": {
            "parameters": [doc_id],
            "get": _ask("documentEvents", "What happened to it", "Events", known),
        },
        **{
            f"documents/{{id}}/{step}": {
                "parameters": [doc_id],
                "post": _act(operation, summary, "Document", stands, statuses={"200": "Done."}, parameters=parameters),
            }
            for step, operation, summary, parameters in (
                ("withdraw", "withdrawDocument", "Take it out of the queue before the school has it", []),
                ("put-back", "putDocumentBack", "Let it wait for the school again", [although]),
                ("expire", "expireDocument", "End its days now", []),
            )
        },
    }


def _rest() -> Json:
    number = parameter("id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, where="path")
    text = {"type": "string"}
    done = {"200": "Done."}
    unknown_order, unknown_buyer = (*BY_KEY, "unknown-order"), (*BY_KEY, "unknown-buyer")
    return {
        "orders": {
            "get": _ask(
                "orders",
                "Orders that arrived, oldest first",
                "Orders",
                LISTING,
                parameters=[
                    AFTER,
                    parameter("taken", YES_NO, "`false`: those that you have not taken yet."),
                    parameter("number", text, "The school's order number."),
                    parameter("reference", text, "Your own number of the basket."),
                ],
            )
        },
        "orders/{id}": {"parameters": [number], "get": _ask("order", "One order", "Order", unknown_order)},
        "orders/{id}/xml": {
            "parameters": [number],
            "get": _ask("orderXml", "Its XML, as the school sent it", "", unknown_order, media="application/xml"),
        },
        "orders/{id}/taken": {
            "parameters": [number],
            "post": _act("takeOrder", "Say that you have it", "Order", (*ACTING, "unknown-order"), statuses=done),
            "delete": _act("giveOrderBack", "Take that back", "Order", (*ACTING, "unknown-order"), statuses=done),
        },
        "buyers": {
            "get": _ask(
                "buyers",
                "Your schools",
                "Buyers",
                LISTING,
                parameters=[AFTER, *(parameter(name, text) for name in ("user", "duns", "account_number"))],
            ),
            "post": _act(
                "addBuyer",
                "Add a school, and the account that its finance system calls by",
                "BuyerWithPassword",
                (*SENDING, "buyer-refused"),
                statuses={"201": "Added. The password is told only here."},
                body=_json(NEW_BUYER),
            ),
        },
        "buyers/{id}": {
            "parameters": [number],
            "get": _ask("buyer", "One school", "Buyer", unknown_buyer),
            "patch": _act(
                "changeBuyer",
                "Change what is said of a school, or switch its account off and on",
                "Buyer",
                (*SENDING, "unknown-buyer", "buyer-refused"),
                statuses=done,
                body=_json(PATCH_BUYER),
            ),
        },
        "buyers/{id}/password": {
            "parameters": [number],
            "post": _act(
                "giveBuyerPassword",
                "Give the account another password, yours or one that is made up",
                "NewPassword",
                (*SENDING, "unknown-buyer", "buyer-refused"),
                statuses={"200": "Set. The password is told only here."},
                body={**_json(object_of({"password": PASSWORD}, optional=["password"])), "required": False},
            ),
        },
        "buyers/{id}/conformance": {
            "parameters": [number],
            "get": _ask("buyerConformance", "What its finance system called, and how", "Conformance", unknown_buyer),
        },
    }


def _ask(
    operation: str,
    summary: str,
    schema: str,
    codes: Iterable[str],
    *,
    media: str = "application/json",
    parameters: Iterable[Json] = (),
) -> Json:
    answer = {"description": summary, "content": {media: {"schema": ref(schema)} if schema else {}}}
    call = _called(operation, summary, {"200": answer, **_refusals(codes)})
    return {**call, "parameters": [*parameters]} if parameters else call


def _act(
    operation: str,
    summary: str,
    schema: str,
    codes: Iterable[str],
    *,
    statuses: dict[str, str],
    body: Json | None = None,
    parameters: Iterable[Json] = (),
) -> Json:
    answers = {
        status: {
            "description": words,
            "headers": {
                "Idempotent-Replayed": {
                    "schema": {"const": "true"},
                    "description": "This is the answer of before to this Idempotency-Key.",
                }
            },
            "content": {"application/json": {"schema": ref(schema)}},
        }
        for status, words in statuses.items()
    }
    call = _called(operation, summary, {**answers, **_refusals(codes)})
    return {**call, "parameters": [IDEMPOTENCY_KEY, *parameters], **({"requestBody": body} if body else {})}


def _refusals(codes: Iterable[str]) -> Json:
    answers = refusals(PROBLEMS, codes)
    for status in {str(PROBLEMS[code].status) for code in OF_VALUES & {*codes}}:
        answers[status]["content"]["application/problem+json"]["schema"] = ref("Problem")
    return answers


def _called(operation: str, summary: str, responses: Json) -> Json:
    return {"operationId": operation, "summary": summary, "responses": responses, "security": [{"key": []}]}


def _json(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
