"""From JSON to the queue: a supplier says what is sold, and the XML is made here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.documents.ebis.baskets import basket_from_json, invoice_from_json
from schoolgate.documents.ebis.invoices import write_invoice
from schoolgate.documents.ebis.json_values import JsonProblem, JsonRefused
from schoolgate.documents.ebis.orders import QUOTE, write_order
from schoolgate.documents.ebis.parties import Party
from schoolgate.supplier.models import Buyer, Document, Kind, Order, Supplier
from schoolgate.supplier.queue.putting import Through, put_document

T = TypeVar("T")


@dataclass(frozen=True)
class Composed:
    """A document made of JSON, not queued yet."""

    buyer: Buyer
    kind: Kind
    xml: bytes
    doc_id: str


def compose_basket(supplier: Supplier, value: dict[str, Any]) -> Composed:
    """Make a basket (or a quote) of JSON, as `docs/reference/basket-json.md` tells.

    `buyer` names the school by its account number, or by its user name. Raises JsonRefused with every fault.
    """
    buyer, order = _with_buyer(supplier, value, basket_from_json)
    kind = Kind.QUOTE if order.kind == QUOTE else Kind.ORDER
    return Composed(buyer, kind, write_order(order), _id_of(value))


def compose_invoice(supplier: Supplier, value: dict[str, Any]) -> Composed:
    """Make an invoice or credit note of JSON, as `compose_basket` makes a basket."""
    buyer, invoice = _with_buyer(supplier, value, invoice_from_json)
    kind = Kind.CREDIT_NOTE if invoice.is_credit_note else Kind.INVOICE
    return Composed(buyer, kind, write_invoice(invoice), _id_of(value))


def queue_basket(
    supplier: Supplier,
    value: dict[str, Any],
    *,
    by: User | None = None,
    request: HttpRequest | None = None,
    through: Through = "API",
    who: str = "",
) -> tuple[Document, bool]:
    """Make a basket of JSON and queue it. Raises JsonRefused, and NotQueued as `put_document` does."""
    made = compose_basket(supplier, value)
    return queue_composed(made, by=by, request=request, through=through, who=who)


def queue_composed(
    made: Composed,
    *,
    made_from: Order | None = None,
    by: User | None = None,
    request: HttpRequest | None = None,
    through: Through = "API",
    who: str = "",
) -> tuple[Document, bool]:
    """Queue what was composed. Raises NotQueued as `put_document` does."""
    return put_document(
        made.buyer,
        made.kind,
        made.xml,
        doc_id=made.doc_id,
        made_from=made_from,
        by=by,
        request=request,
        through=through,
        who=who,
    )


def parties(buyer: Buyer) -> tuple[Party, Party]:
    """The supplier and the school as a document names them.

    The school's number for the supplier (its XML reference number) cannot be known here: the finance system's makers
    recommend the supplier's DUNS number for it.
    """
    supplier = buyer.supplier
    return (
        Party(supplier.name, duns=supplier.duns, code=supplier.duns),
        Party(buyer.name, duns=buyer.duns, code=buyer.account_number),
    )


def _with_buyer(
    supplier: Supplier, value: dict[str, Any], make: Callable[[object, Party, Party], T]
) -> tuple[Buyer, T]:
    """The school, and what was made for it. All faults are told at once, an unknown school's too."""
    buyer = find_buyer(supplier, value.get("buyer"))
    ours, theirs = parties(buyer) if buyer else (Party(supplier.name), Party("–"))
    faults = []
    if buyer is None:
        remedy = "Write the school's account number or the user name of its account, as Schools shows them."
        faults = [JsonProblem("unknown-buyer", "buyer", "buyer names no school of this supplier.", remedy)]
    try:
        made = make(value, ours, theirs)
    except JsonRefused as refused:
        raise JsonRefused([*faults, *refused.problems]) from None
    if buyer is None:
        raise JsonRefused(faults)
    return buyer, made


def find_buyer(supplier: Supplier, name: object) -> Buyer | None:
    """The school of this supplier with that account number, user name, or DUNS number (where only one has it)."""
    if not isinstance(name, str) or not name or "\0" in name:
        return None
    buyers = Buyer.objects.filter(supplier=supplier).select_related("supplier", "account")
    by_number: Buyer | None = buyers.filter(account_number=name).first()
    by_user = by_number or buyers.filter(account__username=User.normalize_username(name)).first()
    by_duns = [] if by_user else list(buyers.filter(duns=name)[:2])
    return by_duns[0] if len(by_duns) == 1 else by_user


def _id_of(value: dict[str, Any]) -> str:
    return str(value.get("id") or "")
