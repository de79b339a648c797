"""What processes do of the tests that kill the sending of an order: `authorise`, `work` or `told` (fork_server).

`authorise KIND NUMBER` asks for an order to be sent to the service at URL, which bears an order twice (safe) or does
not (unsafe), or by the mail server at SMTP_PORT (mail);
`work` does what is asked for, `told` prints what became of all orders as JSON.
"""

import json
import os
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from tests.school.purchasing.ordering import an_order  # noqa: E402
from tests.wire.soap.goldens import PASSWORD, USERNAME  # noqa: E402

from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job, State  # noqa: E402
from schoolgate.commons.journal.models import JournalLine  # noqa: E402
from schoolgate.school.purchasing import establishment, sending  # noqa: E402
from schoolgate.school.purchasing.models import (  # noqa: E402
    Coding,
    CostCentre,
    FinancialYear,
    Fund,
    LedgerCode,
    Order,
    OrderMethod,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.today import what_is_to_do  # noqa: E402

WORKER = "the killed"


def set_up() -> tuple[Supplier, Coding, VatCode]:
    """A ledger with one coding and a supplier, made by the first who asks."""
    establishment.NAME.set("Green Abbey Primary School", by=None)
    year, _ = FinancialYear.objects.get_or_create(
        name="2026-27", defaults={"first_day": date(2026, 4, 1), "last_day": date(2027, 3, 31)}
    )
    fund, _ = Fund.objects.get_or_create(year=year, code="01")
    ledger_code, _ = LedgerCode.objects.get_or_create(year=year, code="E19")
    cost_centre, _ = CostCentre.objects.get_or_create(year=year, code="ENG")
    coding, _ = Coding.objects.get_or_create(year=year, fund=fund, ledger_code=ledger_code, cost_centre=cost_centre)
    vat_code, _ = VatCode.objects.get_or_create(code="S", defaults={"rate": Decimal(20)})
    service, _ = WebService.objects.get_or_create(
        name="Shop", defaults={"url": os.environ["URL"], "username": USERNAME, "password": PASSWORD}
    )
    supplier, _ = Supplier.objects.get_or_create(
        name="Shop", defaults={"order_method": OrderMethod.E_PROCUREMENT, "web_service": service}
    )
    return supplier, coding, vat_code


def authorise(number: str, kind: str) -> None:
    supplier, coding, vat_code = set_up()
    WebService.objects.update(safe_to_repeat=kind == "safe")
    if kind == "mail":
        wanted = {"email": "orders@shop.example", "account_number": "A-1", "xml_reference_number": "R-1"}
        Supplier.objects.update(order_method=OrderMethod.E_MAIL, **wanted)
        supplier.refresh_from_db()
    came_by = None if kind == "mail" else supplier.web_service
    order = an_order(supplier, coding, vat_code, number=number, came_by=came_by)
    with transaction.atomic():
        sending.ask(order)


def tell() -> None:
    orders = {
        order.number: {"state": order.state, "outcomes": list(order.attempts.values_list("outcome", flat=True))}
        for order in Order.objects.all()
    }
    told = {
        "orders": orders,
        "open jobs": Job.objects.filter(kind=sending.SEND, state__in=[State.READY, State.RUNNING]).count(),
        "journal": list(JournalLine.objects.values_list("message", flat=True)),
        "to do": {line.code: line.count for line in what_is_to_do(None)},
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ["SMTP_PORT"])
    verb, *more = words
    if verb == "authorise":
        authorise(more[1], more[0])
    elif verb == "work":
        free_leases_of(WORKER)
        work_off(WORKER)
    else:
        tell()
