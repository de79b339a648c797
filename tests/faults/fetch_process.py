"""What processes do of the tests that kill a round at a supplier's service: `set up`, `ask`, `work`, `round`, `told`.

`set up` makes a ledger and services at the addresses in URLS, `ask` asks for a round at each, `work` does what is asked
for, `round` makes one at every service without any job, `told` prints what became of it as JSON.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import django

django.setup()

from tests.wire.soap.goldens import PASSWORD, USERNAME  # noqa: E402

from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job, State  # noqa: E402
from schoolgate.commons.journal.models import JournalLine  # noqa: E402
from schoolgate.school.purchasing import establishment  # noqa: E402
from schoolgate.school.purchasing.asking import ask_for_documents, services_to_ask  # noqa: E402
from schoolgate.school.purchasing.fetching import fetch_from  # noqa: E402
from schoolgate.school.purchasing.models import (  # noqa: E402
    Coding,
    CodingTemplate,
    CostCentre,
    FetchedDocument,
    FinancialYear,
    Fund,
    LedgerCode,
    Order,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.store import documents, read  # noqa: E402

WORKER = "the killed"
SCHOOL_DUNS, SUPPLIER_DUNS = "217654321", "211234567"


def set_up() -> None:
    establishment.DUNS.set(SCHOOL_DUNS, by=None)
    year = FinancialYear.objects.create(name="2026-27", first_day=date(2026, 4, 1), last_day=date(2027, 3, 31))
    coding = Coding.objects.create(
        year=year,
        fund=Fund.objects.create(year=year, code="01", name="Delegated budget"),
        ledger_code=LedgerCode.objects.create(year=year, code="E19", name="Learning resources"),
        cost_centre=CostCentre.objects.create(year=year, code="ENG", name="English"),
    )
    CodingTemplate.objects.create(year=year, coding=coding)
    VatCode.objects.create(code="S", name="Standard", rate=Decimal(20), sent_as="S")
    Supplier.objects.create(name="Beacon Supplies", duns=SUPPLIER_DUNS, xml_reference_number=SUPPLIER_DUNS)
    for number, url in enumerate(os.environ["URLS"].split()):
        WebService.objects.create(name=f"Service {number}", url=url, username=USERNAME, password=PASSWORD)


def tell() -> None:
    kept = [document for document in FetchedDocument.objects.all() if document.sha256]
    told = {
        "orders": Counter(Order.objects.values_list("reference", flat=True)),
        "states": sorted(FetchedDocument.objects.values_list("doc_id", "state")),
        "unmarked": FetchedDocument.objects.filter(state="imported", marked_at=None).count(),
        "readable": sum(bool(read(document.sha256)) for document in kept),
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
    elif verb == "ask":
        ask_for_documents(services_to_ask(), by=None)
    elif verb == "work":
        free_leases_of(WORKER)
        work_off(WORKER)
    elif verb == "round":
        for service in services_to_ask():
            error = fetch_from(service).error
            if error is not None:
                raise error
    else:
        tell()
