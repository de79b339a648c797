"""What goes in and comes out of the REST API, as JSON schemas. Documents are described in basket-json.md too."""

from schoolgate.commons.programs.openapi import Json, object_of, ref
from schoolgate.supplier.models import Kind, State

TEXT: Json = {"type": "string"}
YES_NO: Json = {"type": "boolean"}
WHOLE: Json = {"type": "integer"}
TIME: Json = {"type": "string", "format": "date-time", "description": "RFC 3339, in UTC."}
TIME_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
NUMBER: Json = {"type": ["number", "string"], "description": "A number, or its text; never rounded."}
AMOUNT: Json = {"type": ["string", "null"], "examples": ["125.50"], "description": "Pounds."}
NUMBER_OR_NULL: Json = {"type": ["integer", "null"]}
DUNS: Json = {"type": "string", "pattern": "^[0-9]{9}$"}
DAYS: Json = {"type": ["integer", "null"], "minimum": 1, "maximum": 9999}
PASSWORD: Json = {"type": "string", "description": "Left out: one is made up."}
PROBLEM_OF_A_VALUE = object_of(
    {
        "code": TEXT,
        "path": {"type": "string", "examples": ["lines[0].quantity"]},
        "message": TEXT,
        "remedy": TEXT,
        "line": NUMBER_OR_NULL,
    },
    optional=["line"],
)


def array_of(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def parameter(name: str, schema: Json, words: str = "", *, where: str = "query") -> Json:
    """A parameter of an address or a header; those of a path are needed, others are not."""
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "schema": schema,
        **({"description": words} if words else {}),
    }


AFTER = parameter("after", TEXT, "`next` of an earlier answer.")
IDEMPOTENCY_KEY = parameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "Chosen by you, new for each new thing: the same request said again is answered as the first time.",
    where="header",
)


def _page(name: str, item: Json) -> Json:
    return object_of(
        {
            name: array_of(item),
            "next": {"type": "string", "description": "Send it as `after` to go on from here."},
            "more": {"type": "boolean", "description": "There is more already: ask again at once."},
        }
    )


_BUYER = {"id": WHOLE, "name": TEXT, "duns": DUNS, "account_number": TEXT, "test": YES_NO}
_ACCOUNT = {
    **_BUYER,
    "user": TEXT,
    "email": TEXT,
    "expiry_days": DAYS,
    "notes": TEXT,
    "active": YES_NO,
    "created": TIME,
    "last_call": TIME_OR_NULL,
    "password_set": TIME_OR_NULL,
}
_DOCUMENT = {
    "id": TEXT,
    "type": {"type": "string", "enum": [*Kind.values]},
    "state": {"type": "string", "enum": [*State.values]},
    "buyer": object_of(_BUYER),
    "reference": TEXT,
    "order_number": TEXT,
    "order": {**NUMBER_OR_NULL, "description": "Of the order that it was made from here."},
    "lines": WHOLE,
    "net": AMOUNT,
    "gross": AMOUNT,
    "findings": array_of(ref("Finding")),
    "created": TIME,
    "expires": TIME,
    "fetched": {"type": "integer", "description": "How often."},
    "last_fetched": TIME_OR_NULL,
    "processed": TIME_OR_NULL,
}
_ORDER = {
    "id": WHOLE,
    "number": TEXT,
    "reference": {"type": "string", "description": "Your own number of the basket."},
    "basket": {"type": ["string", "null"], "description": "The id of the basket that it was made from."},
    "buyer": object_of(_BUYER),
    "date": {"type": ["string", "null"], "format": "date"},
    "received": TIME,
    "times_sent": WHOLE,
    "taken": TIME_OR_NULL,
    "net": AMOUNT,
    "gross": AMOUNT,
    "changes": {**array_of(TEXT), "examples": [["line 2 removed", "line 1 quantity 10 → 8"]]},
    "findings": array_of(ref("Finding")),
    "same_number_as": {**NUMBER_OR_NULL, "description": "An earlier order with this number and other content."},
}

SCHEMAS: Json = {
    "Problem": object_of(
        {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "code": {"type": "string", "description": "Stable; of a refused value the value's own."},
            "detail": TEXT,
            "path": {"type": "string", "description": "With 422: the place of the first problem."},
            "problems": {**array_of(PROBLEM_OF_A_VALUE), "description": "With 422: all of them."},
            "parameter": TEXT,
            "scope": TEXT,
            "reason": TEXT,
            "limit": WHOLE,
        },
        optional=["path", "problems", "parameter", "scope", "reason", "limit"],
    ),
    "Finding": PROBLEM_OF_A_VALUE,
    "Service": object_of(
        {
            "service": {"const": "schoolgate-supplier"},
            "version": TEXT,
            "versions": array_of(TEXT),
            "name": TEXT,
            "contact": TEXT,
            "clock": TIME,
            "soap": TEXT,
            "wsdl": TEXT,
            "openapi": TEXT,
        }
    ),
    "Document": object_of(_DOCUMENT),
    "Queued": object_of(
        {"basket": {"type": "string", "description": "The id once more, of a basket."}, **_DOCUMENT},
        optional=["basket"],
    ),
    "Preview": object_of(
        {
            "xml": TEXT,
            "lines": WHOLE,
            "net": AMOUNT,
            "gross": AMOUNT,
            "findings": array_of(ref("Finding")),
        }
    ),
    "QueuedOrPreview": {"anyOf": [ref("Queued"), ref("Preview")]},
    "Documents": _page("documents", ref("Document")),
    "Events": object_of({"events": array_of(object_of({"at": TIME, "what": TEXT, "words": TEXT}))}),
    "Order": object_of({**_ORDER, "order": {"type": "object", "description": "Its content, as a basket has it."}}),
    "OrderHead": object_of(_ORDER),
    "Orders": _page("orders", ref("OrderHead")),
    "Buyer": object_of(_ACCOUNT),
    "BuyerWithPassword": object_of({**_ACCOUNT, "password": TEXT}),
    "Buyers": _page("buyers", ref("Buyer")),
    "Conformance": object_of(
        {
            "operations": array_of(
                object_of(
                    {
                        "operation": TEXT,
                        "calls": WHOLE,
                        "faults": WHOLE,
                        "last_call": {**TIME_OR_NULL, "description": "null: never tried."},
                        "last_outcome": {"type": "string", "description": "`ok`, or the fault."},
                        "last_fault": TIME_OR_NULL,
                    }
                )
            ),
            "rules_bent": array_of(
                object_of({"rule": TEXT, "message": TEXT, "remedy": TEXT, "times": WHOLE, "first": TIME, "last": TIME})
            ),
        }
    ),
    "NewPassword": object_of({"id": WHOLE, "user": TEXT, "password": TEXT}),
}

_LINE = {
    "product": TEXT,
    "description": TEXT,
    "quantity": NUMBER,
    "unit": TEXT,
    "unit_price": NUMBER,
    "tax_code": TEXT,
    "tax_rate": NUMBER,
    "cost_centre": TEXT,
    "ledger_code": TEXT,
}
_LINE_NEEDS = {"product", "description", "quantity", "unit_price", "tax_code"}
_DOC_ID = {"type": "string", "pattern": "^\\S{1,100}$", "description": "Yours; left out, one is made: B-1001."}
_ANY_BUYER = {"type": "string", "description": "The school: its user name, your account number for it, or its DUNS."}

NEW_BASKET = object_of(
    {
        "buyer": _ANY_BUYER,
        "reference": {"type": "string", "description": "Your own number of the basket; it comes back with the order."},
        "user": {"type": "string", "description": "Who filled the basket, as your shop knows her."},
        "id": _DOC_ID,
        "kind": {"enum": ["order", "quote"]},
        "date": {"type": "string", "format": "date"},
        "required_by": {"type": "string", "format": "date"},
        "currency": TEXT,
        "language": TEXT,
        "delivery": object_of(
            {"name": TEXT, "lines": array_of(TEXT), "postcode": TEXT}, optional=["name", "lines", "postcode"]
        ),
        "note": TEXT,
        "lines": {**array_of(object_of(_LINE, optional=set(_LINE) - _LINE_NEEDS)), "minItems": 1},
    },
    optional=["user", "id", "kind", "date", "required_by", "currency", "language", "delivery", "note"],
)
_INVOICE_LINE = {**_LINE, "order_line": TEXT, "discount_percent": NUMBER}
_WRITTEN_OUT = object_of(
    {
        "buyer": _ANY_BUYER,
        "number": TEXT,
        "order": {"type": "string", "description": "The school's order number."},
        "credits": {"type": "string", "description": "Of a credit note: the number of the invoice."},
        "id": _DOC_ID,
        "date": {"type": "string", "format": "date"},
        "reference": TEXT,
        "tax_point": {"type": "string", "format": "date"},
        "tax_number": TEXT,
        "currency": TEXT,
        "language": TEXT,
        "note": TEXT,
        "lines": {**array_of(object_of(_INVOICE_LINE, optional=set(_INVOICE_LINE) - _LINE_NEEDS)), "minItems": 1},
    },
    optional=["credits", "id", "date", "reference", "tax_point", "tax_number", "currency", "language", "note"],
)
_FROM_AN_ORDER = object_of(
    {
        "order": {"type": "integer", "description": "The id of an order here; all its lines are invoiced."},
        "number": TEXT,
        "date": {"type": "string", "format": "date"},
        "credits": TEXT,
    },
    optional=["date", "credits"],
)
NEW_INVOICE: Json = {"anyOf": [_WRITTEN_OUT, _FROM_AN_ORDER]}
NEW_DOCUMENT = object_of(
    {"type": {"enum": [*Kind.values]}, "xml": TEXT, "buyer": TEXT, "id": _DOC_ID}, optional=["buyer", "id"]
)
_CHANGEABLE = {
    "name": TEXT,
    "duns": DUNS,
    "account_number": TEXT,
    "email": TEXT,
    "expiry_days": DAYS,
    "notes": TEXT,
}
NEW_BUYER = object_of(
    {**_CHANGEABLE, "user": TEXT, "password": PASSWORD, "test": YES_NO},
    optional=["account_number", "email", "expiry_days", "notes", "password", "test"],
)
PATCH_BUYER = object_of({**_CHANGEABLE, "active": YES_NO}, optional=[*_CHANGEABLE, "active"])
