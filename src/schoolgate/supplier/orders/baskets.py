"""Which basket an order was made from, and what the school changed in it.

Its reviewer may change quantities and delete lines, but neither part number, description nor price, nor add lines
(reference 1). The basket's reference comes back with the order (SuppliersOrderReference); where it does not, the lines
tell.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from schoolgate.commons.prepared import Prepared, row_of
from schoolgate.documents.ebis.goods import Brief, Goods, goods_from_json
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.ordered import changes
from schoolgate.documents.ebis.orders import read_order
from schoolgate.supplier.facts import LONGEST
from schoolgate.supplier.models import Buyer, Document, DocumentContent, Kind, State

LOOKED_THROUGH = 20
"""Baskets whose lines are compared; those that the school took last."""
LOOKED_BACK = timedelta(days=90)


def find_basket(buyer: Buyer, order: Brief) -> tuple[Document | None, list[str]]:
    """The basket that an order was made from, and sentences on what differs; None and nothing when it is from none."""
    if order.reference:
        for pk, doc_id, kept in _BY_REFERENCE.rows(buyer.pk, order.reference[:LONGEST]):
            basket = row_of(Document, ("id", "doc_id"), (pk, doc_id))
            held = goods_from_json(json.loads(kept)) if kept else _read(basket)
            return basket, changes(held, order.lines) if held else []
        return None, []
    fitting = [
        (basket, held)
        for basket in _taken_and_not_ordered(buyer, len(order.lines))
        if (held := _read(basket)) and _could_become(held, order)
    ]
    # Where more than one fits, nothing is said rather than something false.
    if len(fitting) != 1:
        return None, []
    basket, held = fitting[0]
    return basket, changes(held, order.lines)


def _taken_and_not_ordered(buyer: Buyer, lines: int) -> QuerySet[Document]:
    """Baskets of which an order of so many lines may be, the last ones first."""
    since = timezone.now() - LOOKED_BACK
    taken = Document.objects.filter(buyer=buyer, kind=Kind.ORDER, state=State.PROCESSED, processed_at__gte=since)
    return taken.filter(orders=None, lines__gte=lines).order_by("-created_at")[:LOOKED_THROUGH]


def _read(basket: Document) -> Sequence[Line | Goods]:
    """Its lines; none when its content is no longer kept."""
    content = DocumentContent.objects.filter(document=basket).first()
    if content is None:
        return ()
    return read_order(content.xml).lines if content.goods is None else goods_from_json(content.goods)


def _could_become(basket: Iterable[Line | Goods], order: Brief) -> bool:
    """Whether every line of the order is one of the basket's, but for its quantity."""
    offered = Counter(map(_what_stays, basket))
    return bool(order.lines) and Counter(map(_what_stays, order.lines)) <= offered


def _what_stays(line: Line | Goods) -> tuple[str, str, Decimal | None]:
    return line.product, line.description, line.unit_price


_BY_REFERENCE = Prepared(
    lambda buyer, reference: Document.objects.filter(buyer=buyer, kind=Kind.ORDER, reference=reference).values_list(
        "pk", "doc_id", "content__goods"
    )[:1],
    -1,
    "a reference",
)
