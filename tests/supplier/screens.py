"""What the tests of the screens begin with: documents in the queue, orders that came, and a page's text."""

from typing import Any

from tests.supplier.papers import a_basket, an_authorised_order

from schoolgate.supplier.models import Buyer, Document, Kind, Order
from schoolgate.supplier.orders.receiving import receive_order
from schoolgate.supplier.queue.putting import put_document


def queued(buyer: Buyer, *, lines: int = 3, **values: Any) -> Document:
    """A basket that waits."""
    return put_document(buyer, Kind.ORDER, a_basket(buyer, lines=lines, **values))[0]


def received(buyer: Buyer, *, lines: int = 3, **values: Any) -> Order:
    """An order that came: unless told otherwise, of the basket that `queued` queues."""
    return receive_order(buyer, an_authorised_order(buyer, lines=lines, **values))


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")
