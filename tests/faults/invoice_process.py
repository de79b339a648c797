"""As fetch_process, for a school whose orders went out: `set up` makes these, `told` prints what became of them."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tests.faults import fetch_process

from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.purchasing.models import (
    Coding,
    FetchedDocument,
    Invoice,
    Order,
    OrderLine,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.store import documents

ORDERS = 7
QUANTITY = 3


def set_up() -> None:
    fetch_process.set_up()
    coding, vat_code, supplier = Coding.objects.get(), VatCode.objects.get(), Supplier.objects.get()
    for number in range(ORDERS):
        order = Order.objects.create(
            number=f"PO-{number}",
            year=coding.year,
            supplier=supplier,
            state=OrderState.SENT,
            dated=date(2026, 11, 20),
        )
        line = OrderLine(order=order, number=1, description="Exercise books", quantity=QUANTITY)
        line.unit_price, line.vat_code, line.coding = Decimal("4.50"), vat_code, coding
        line.net = line.net_for(QUANTITY)
        line.vat = line.net / 5
        line.save()


def tell() -> None:
    told = {
        "booked": Counter(Invoice.objects.values_list("number", flat=True)),
        "lines": Counter(Invoice.objects.values_list("lines__invoice__number", flat=True)),
        "invoiced": {line.order.number: str(line.invoiced) for line in OrderLine.objects.select_related("order").all()},
        "orders": dict(Order.objects.values_list("number", "state")),
        "states": dict(FetchedDocument.objects.values_list("doc_id", "state")),
        "unmarked": FetchedDocument.objects.filter(state="imported", marked_at=None).count(),
        "files": sum(1 for _ in documents().folder.glob("??/*.xml.gz")),
        "told": JournalLine.objects.filter(message__startswith="Service ").count(),
        "open jobs": Job.objects.filter(state__in=[State.READY, State.RUNNING]).exclude(kind="periodic").count(),
        "failed jobs": list(Job.objects.filter(state__in=[State.FAILED, State.PARKED]).values_list("error", flat=True)),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    (verb,) = words
    if verb == "set up":
        set_up()
    elif verb == "told":
        tell()
    else:
        fetch_process.main(words)
