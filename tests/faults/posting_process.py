"""What processes do of the tests that kill an export of postings: `set up`, `export`, `told`.

`set up` makes a ledger with invoices that are authorised for payment, `export` exports what waits, `told` prints what
became of it as JSON.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import django

django.setup()

from tests.school.purchasing.booked import an_invoice_of  # noqa: E402

from schoolgate.commons.audit.models import AuditEntry  # noqa: E402
from schoolgate.school.purchasing.invoicing.posting import export, read, waiting  # noqa: E402
from schoolgate.school.purchasing.models import (  # noqa: E402
    Coding,
    CostCentre,
    FinancialYear,
    Fund,
    Invoice,
    LedgerCode,
    Posting,
    Supplier,
    VatCode,
)

INVOICES = 4


def set_up() -> None:
    year = FinancialYear.objects.create(name="2026-27", first_day=date(2026, 4, 1), last_day=date(2027, 3, 31))
    coding = Coding.objects.create(
        year=year,
        fund=Fund.objects.create(year=year, code="01", name="Delegated budget"),
        ledger_code=LedgerCode.objects.create(year=year, code="E19", name="Learning resources"),
        cost_centre=CostCentre.objects.create(year=year, code="ENG", name="English"),
    )
    vat = VatCode.objects.create(code="S", name="Standard", rate=Decimal(20), sent_as="S")
    beacon = Supplier.objects.create(name="Beacon Supplies")
    for number in range(INVOICES):
        an_invoice_of(beacon, ("Pens", "12.50", coding, vat), number=f"SI-{number}")


def tell() -> None:
    """How often each invoice stands in a file, is exported by its row, and by the audit."""
    in_files: Counter[str] = Counter()
    for posting in Posting.objects.all():
        in_files.update(row["invoice number"] for row in csv.DictReader(io.StringIO(read(posting).decode())))
    told = {
        "in files": in_files,
        "exports": [posting.number for posting in Posting.objects.order_by("number")],
        "states": dict(Invoice.objects.values_list("number", "state")),
        "without a file": Invoice.objects.filter(state="posted", posting=None).count(),
        "waiting": waiting().count(),
        "exported by the audit": AuditEntry.objects.filter(did="invoice exported").count(),
        "exports in the audit": AuditEntry.objects.filter(did="postings exported").count(),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    (verb,) = words
    if verb == "set up":
        set_up()
    elif verb == "export":
        export(by=None)
    else:
        tell()
