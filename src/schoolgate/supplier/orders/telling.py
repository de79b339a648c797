"""An order as JSON: what the REST API and webhooks carry, and what is downloaded."""

from datetime import datetime
from typing import Any

from schoolgate.commons.programs.door import rfc3339
from schoolgate.documents.ebis.baskets import order_to_json
from schoolgate.documents.ebis.money import money_text
from schoolgate.documents.ebis.orders import read_order
from schoolgate.supplier.models import Order, OrderContent


def order_as_json(order: Order) -> dict[str, Any]:
    """The order with what became of it here. `order` inside is its content as the school sent it (`basket-json.md`).

    Amounts are texts in pounds with two decimal places or more, times are RFC 3339 in UTC, absent ones null.
    """
    content = OrderContent.objects.values_list("xml", flat=True).get(order=order)
    return {**order_head_as_json(order), "order": order_to_json(read_order(content))}


def order_head_as_json(order: Order) -> dict[str, Any]:
    """The order without its content, as lists have it; its buyer and basket are read along."""
    return {
        "id": order.pk,
        "number": order.number,
        "reference": order.reference,
        "basket": order.basket.doc_id if order.basket else None,
        "buyer": {
            "id": order.buyer_id,
            "name": order.buyer.name,
            "duns": order.buyer.duns,
            "account_number": order.buyer.account_number,
            "test": order.buyer.test,
        },
        "date": order.order_date.isoformat() if order.order_date else None,
        "received": rfc3339(order.received_at),
        "times_sent": order.times_sent,
        "taken": _time(order.taken_at),
        "net": money_text(order.net) or None,
        "gross": money_text(order.gross) or None,
        "changes": order.changes,
        "findings": order.findings,
        "same_number_as": order.same_number_id,
    }


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
