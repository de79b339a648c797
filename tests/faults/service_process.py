"""A process of the tests that kill a supplier's service in the middle of a call: `python service_process.py`.

Standard input is JSON, a list of calls, each an operation and a fault point. For each a fork answers the call and dies
at the point; another answers the same call again and dies once it has. Printed is what the database held after each.
"""

import json
import os
import signal
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from tests.supplier.papers import a_basket, an_authorised_order  # noqa: E402
from tests.supplier.service.calling import Caller  # noqa: E402

from schoolgate.supplier.buyers.accounts import add_buyer  # noqa: E402
from schoolgate.supplier.buyers.suppliers import add_supplier  # noqa: E402
from schoolgate.supplier.models import (  # noqa: E402
    Buyer,
    Delivery,
    Document,
    DocumentEvent,
    Order,
    OrderContent,
    Webhook,
)
from schoolgate.supplier.queue.putting import put_document  # noqa: E402
from schoolgate.supplier.service.door import SoapDoor  # noqa: E402
from schoolgate.supplier.service.log import CallLog  # noqa: E402
from schoolgate.supplier.service.writing import write_lines  # noqa: E402


def set_up() -> tuple[Buyer, str]:
    """A school whose supplier is told of orders by a webhook."""
    supplier = add_supplier("Riverside School Supplies", "123456789", by=None)
    Webhook.objects.create(supplier=supplier, url="https://shop.example/hook", secret="made up")
    return add_buyer(supplier, name="Green Abbey School", duns="987654321", user="greenabbey", by=None)


def answer(password: str, operation: str, arguments: dict[str, str], fault: str = "") -> str:
    """What a process answered that died at `fault`, or else right after its answer: "" when it gave none."""
    connections.close_all()
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        settings.SCHOOLGATE_FAULTS = fault
        try:
            door = SoapDoor(CallLog(write_lines, alone=False))
            said = Caller(door, password=password).call(operation, **arguments)
            os.write(tell, (said.fault or said.result).encode())
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(tell)
    os.waitpid(child, 0)
    with os.fdopen(told) as answered:
        return answered.read()


def counts(order: str) -> list[int]:
    """Of one order: rows, contents, deliveries to the webhook."""
    orders = Order.objects.filter(number=order)
    return [
        orders.count(),
        OrderContent.objects.filter(order__in=orders).count(),
        Delivery.objects.filter(order__in=orders).count(),
    ]


def send_order(buyer: Buyer, password: str, point: str, seed: int) -> dict[str, Any]:
    arguments, number = {"Document": an_authorised_order(buyer, seed=seed)}, f"ORD{seed:05}"
    killed = answer(password, "SendOrder", arguments, point)
    after_kill = counts(number)
    again = answer(password, "SendOrder", arguments)
    return {"killed": killed, "after kill": after_kill, "again": again, "after again": counts(number)}


def update_status(buyer: Buyer, password: str, point: str, seed: int) -> dict[str, Any]:
    document, _ = put_document(buyer, "order", a_basket(buyer, seed=seed), by=None)
    told = []
    for processed in ("true", "false"):
        arguments = {"DocID": document.doc_id, "Processed": processed}
        killed = answer(password, "UpdateDocumentStatus", arguments, point)
        after_kill = Document.objects.get().state
        again = answer(password, "UpdateDocumentStatus", arguments)
        told.append([killed, after_kill, again, Document.objects.get().state])
    events = list(DocumentEvent.objects.filter(document=document).values_list("what", flat=True))
    document.content.delete()
    document.events.all().delete()
    document.delete()
    return {"told": told, "events": events}


OPERATIONS = {"SendOrder": send_order, "UpdateDocumentStatus": update_status}

if __name__ == "__main__":
    buyer, password = set_up()
    walk = enumerate(json.load(sys.stdin), 1)
    print(json.dumps([OPERATIONS[operation](buyer, password, point, seed) for seed, (operation, point) in walk]))
