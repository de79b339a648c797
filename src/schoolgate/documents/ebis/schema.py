"""The schemas of an order, an invoice and a fetch index, and how each is recognised (reference 2.5, 3)."""

from importlib.resources import files
from typing import Literal
from xml.parsers import expat

from schoolgate.documents import xml
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.xsd import OurSchema

ORDER_NAMESPACE = "urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01"
INVOICE_NAMESPACE = "urn:schemas-basda-org:2000:salesInvoice:xdr:3.01"
"""Of every 3.x version; a credit note is an invoice whose InvoiceType says so."""

SchemaName = Literal["order", "invoice", "fetch-index"]

OUR_SCHEMAS = files("schoolgate.documents.ebis") / "schemas"

SCHEMAS: dict[SchemaName, OurSchema] = {
    "order": OurSchema(OUR_SCHEMAS, "order-3.09.xsd"),
    "invoice": OurSchema(OUR_SCHEMAS, "invoice-3.09.xsd"),
    "fetch-index": OurSchema(OUR_SCHEMAS, "fetch-index.xsd"),
}

VERSIONS: dict[SchemaName, tuple[str, ...]] = {"order": ("3.09",), "invoice": ("3.09",), "fetch-index": ()}
"""What ``schema_text`` takes; the index never had a version."""

SCHEMA_WORDS: dict[str, SchemaName] = {
    "order": "order",
    "orders": "order",
    "quote": "order",
    "invoice": "invoice",
    "invoices": "invoice",
    "creditnote": "invoice",
    "fetch-index": "fetch-index",
}
"""What a schema may be asked for by, in lower case."""

_TAGS: dict[str, SchemaName] = {
    f"{{{ORDER_NAMESPACE}}}Order": "order",
    f"{{{INVOICE_NAMESPACE}}}Invoice": "invoice",
    "Documents": "fetch-index",
}


def schema_of(tag: str) -> SchemaName | None:
    """Tell a document by its root, ``{namespace}name``; None when it is none of these."""
    return _TAGS.get(tag)


def is_ebis(start: bytes) -> bool:
    """Whether a file that begins so is one of these, or means to be one: its root is Order, Invoice or Documents."""
    parser = expat.ParserCreate("utf-8")
    roots: list[str] = []
    parser.StartElementHandler = lambda name, _: roots.append(name)
    try:
        for block in xml.utf8([start], whole=False):
            parser.Parse(block, False)
    except (DocumentError, expat.ExpatError):
        pass
    return bool(roots) and roots[0].rpartition(":")[2] in ("Order", "Invoice", "Documents")


def schema_text(kind: str, version: str | None = None) -> str:
    """Give a schema's text, without includes: ``kind`` is order, invoice (also creditnote) or fetch-index, any case.

    Raises DocumentError ``kind-unknown``, ``version-unknown``.
    """
    name = SCHEMA_WORDS.get(kind.lower())
    if name is None:
        raise DocumentError("kind-unknown", f"There is no schema of kind {kind}. There are: {', '.join(SCHEMAS)}.")
    if version is not None and version not in VERSIONS[name]:
        known = ", ".join(VERSIONS[name]) or "the one without a number"
        raise DocumentError("version-unknown", f"There is no schema {name} {version}. Versions known: {known}.")
    return SCHEMAS[name].text
