"""Making deliveries: an order that arrived, a ping to try the address, and one that is sent once more."""

import json
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.prepared import Prepared
from schoolgate.commons.programs.door import rfc3339
from schoolgate.supplier.models import Delivery, DeliveryState, Order, Webhook
from schoolgate.supplier.orders.telling import order_as_json

ORDER_RECEIVED, PING = "order.received", "ping"
JOB = "webhook"


def note_event(order: Order) -> list[Delivery]:
    """Have every webhook of the order's supplier told of it. Call it in the transaction that receives the order.

    What is to be told to a paused webhook waits for a person to let it go on.
    """
    if not _HAS_ANY.rows(order.supplier_id):
        return []
    webhooks = list(Webhook.objects.filter(supplier=order.supplier_id))
    data = order_as_json(order)
    return [_make(webhook, ORDER_RECEIVED, data, order) for webhook in webhooks]


_HAS_ANY = Prepared(lambda supplier: Webhook.objects.filter(supplier=supplier).order_by().values_list("pk")[:1], -1)


def ping(webhook: Webhook, *, by: User | None, request: HttpRequest | None = None) -> Delivery:
    """Send the address something harmless, once, also while it is paused."""
    with transaction.atomic():
        delivery = _make(webhook, PING, {"message": "Schoolgate reaches you. Nothing is to be done."}, None)
        record("webhook pinged", by=by, target=f"webhook {webhook.pk}", request=request)
    return delivery


def replay(delivery: Delivery, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Send a delivery once more: same id, same body. False: it is on its way already, or its webhook was taken away.

    One that waits while its webhook is paused, or whose job somebody called off, is sent too.
    """
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery.pk).first()
        if row is None or _is_on_its_way(row):
            return False
        row.state, row.tries, row.reason = DeliveryState.WAITING, 0, ""
        row.save(update_fields=["state", "tries", "reason"])
        send_soon(row, asked=True)
        record("webhook delivery replayed", by=by, target=f"delivery {row.event_id}", request=request)
    return True


def send_soon(delivery: Delivery, *, asked: bool = False) -> None:
    """Ask for a delivery to be sent, in the caller's transaction. `asked`: by a person, so also during a pause."""
    args = {"delivery": delivery.pk, "event": delivery.event, **({"asked": True} if asked else {})}
    # One at a time for each address, so that one that hangs holds up no other.
    submit(JOB, args, key=f"webhook {delivery.webhook_id}")


def _is_on_its_way(delivery: Delivery) -> bool:
    jobs = Job.objects.filter(key=f"webhook {delivery.webhook_id}", state__in=[State.READY, State.RUNNING])
    return any(args["delivery"] == delivery.pk for args in jobs.values_list("args", flat=True))


def _make(webhook: Webhook, event: str, data: dict[str, Any], order: Order | None) -> Delivery:
    event_id, now = uuid.uuid4(), timezone.now()
    body = json.dumps({"event": event, "id": str(event_id), "at": rfc3339(now), "data": data}, ensure_ascii=False)
    delivery = Delivery.objects.create(
        webhook=webhook,
        supplier_id=webhook.supplier_id,
        event=event,
        event_id=event_id,
        order=order,
        body=body,
        made_at=now,
    )
    send_soon(delivery, asked=event == PING)
    return delivery
