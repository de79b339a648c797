"""Baskets that are other than a supplier's site makes them, and what the ledger makes of them."""

from itertools import count

from django.db import transaction
from django.utils import timezone
from lxml import etree

from schoolgate.documents.ebis.heads import checksum_of
from schoolgate.documents.ebis.money import NOTHING
from schoolgate.documents.ebis.orders import read_order_with_faults
from schoolgate.school.purchasing import content_orders
from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, Order, WebService

_ids = count(1)


def a_document(service: WebService | None) -> FetchedDocument:
    """A content order that was just fetched."""
    made: FetchedDocument = FetchedDocument.objects.create(
        service=service,
        doc_id=f"doc-{next(_ids)}",
        kind=FetchedDocument.Kind.ORDER,
        state=DocumentState.FETCHED,
        listed_at=timezone.now(),
    )
    return made


def taken(raw: bytes | str, service: WebService | None = None) -> tuple[Order | Refused, list[str]]:
    """What became of a basket, and the notes beside its document."""
    document = a_document(service)
    with transaction.atomic():
        outcome = content_orders.take(document, raw)
    document.refresh_from_db()
    return outcome, document.notes


def order_of(raw: bytes | str, service: WebService | None = None) -> Order:
    """The order that a basket became."""
    outcome, _ = taken(raw, service)
    assert isinstance(outcome, Order), outcome
    return Order.objects.get(pk=outcome.pk)


def refusal_of(raw: bytes | str) -> Refused:
    """Why a basket waits; no order was made of it."""
    before = Order.objects.count()
    outcome, _ = taken(raw)
    assert isinstance(outcome, Refused), outcome
    assert Order.objects.count() == before
    return outcome


def edited(raw: bytes, *changes: tuple[str, str | None], right_checksum: bool = True) -> bytes:
    """A document with other values, and with the checksum that is right for them.

    A change is a path below the root and its text; a path may end in `@Code`; None takes the element away, and what is
    not there is added. `OrderLine[2]` is the second line.
    """
    root = etree.fromstring(raw)
    for path, value in changes:
        _change(root, path, value)
    if right_checksum and root.find(f"{_space(root)}OrderHead/{_space(root)}Checksum") is not None:
        _change(root, "OrderHead/Checksum", str(_right(etree.tostring(root))))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _change(root: etree._Element, path: str, value: str | None) -> None:
    *way, last = path.split("/")
    at = root
    for step in way:
        found = at.find(_space(root) + step)
        at = etree.SubElement(at, _space(root) + step) if found is None else found
    if last.startswith("@"):
        if value is not None:
            at.set(last[1:], value)
        elif last[1:] in at.attrib:
            del at.attrib[last[1:]]
        return
    child = at.find(_space(root) + last)
    if value is None:
        assert child is not None, path
        at.remove(child)
        return
    child = etree.SubElement(at, _space(root) + last) if child is None else child
    child.text = value


def _right(raw: bytes) -> int:
    order, _ = read_order_with_faults(raw)
    assert order.date is not None
    return checksum_of(order.date, order.lines, order.totals.goods or NOTHING)


def _space(root: etree._Element) -> str:
    return root.tag[: root.tag.find("}") + 1]
