"""VAT of invoices, less credit notes, by VAT code and month of the tax point."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce, TruncMonth

from schoolgate.commons.web.tables import Column
from schoolgate.school.purchasing.models import BOOKED, Invoice, VatCode, VatSum
from schoolgate.school.purchasing.reporting.report import Report, Scope, report

NOTHING = Decimal(0)


@dataclass(frozen=True)
class VatOfMonth:
    """A month's invoices and credit notes with one VAT code. `month` is its first day."""

    month: date
    code: str
    name: str
    rate: Decimal
    invoices: int
    net: Decimal
    vat: Decimal


@report
class VatByMonth(Report):
    """The documents' own VAT, which stands. A list to check against, no VAT return."""

    name = "vat"
    title = "VAT by code and month"
    question = "How much VAT did suppliers charge us, month by month?"
    noun = ("row", "rows")
    of_supplier = True

    def columns(self, scope: Scope) -> list[Column]:
        return [
            Column("month", "Month", value=lambda row: f"{row.month:%B %Y}"),
            Column("code", "VAT code", kind="code"),
            Column("name", "Name"),
            Column("rate", "Rate, %", kind="money"),
            Column("invoices", "Invoices and credit notes", kind="number"),
            Column("net", "Net", kind="money"),
            Column("vat", "VAT", kind="money"),
        ]

    def rows(self, scope: Scope) -> list[VatOfMonth]:
        wanted = scope.narrowed(year="invoice__year", supplier="invoice__supplier")
        sums = VatSum.objects.filter(invoice__state__in=BOOKED, **wanted).order_by()
        # Where an invoice states no tax point, its date is it.
        month = TruncMonth(Coalesce("invoice__tax_point", "invoice__dated"))
        rows = sums.values_list(month, "vat_code", "invoice__kind")
        counts: defaultdict[tuple[date, int], int] = defaultdict(int)
        nets: defaultdict[tuple[date, int], Decimal] = defaultdict(Decimal)
        vats: defaultdict[tuple[date, int], Decimal] = defaultdict(Decimal)
        for when, code, kind, count, net, vat in rows.annotate(Count("pk"), Sum("net"), Sum("vat")):
            sign = -1 if kind == Invoice.Kind.CREDIT_NOTE else 1
            counts[when, code] += count
            nets[when, code] += sign * net
            vats[when, code] += sign * vat
        codes = VatCode.objects.in_bulk({code for _, code in counts})
        found = [
            VatOfMonth(
                when, codes[code].code, codes[code].name, codes[code].rate, count, nets[when, code], vats[when, code]
            )
            for (when, code), count in counts.items()
        ]
        return sorted(found, key=lambda one: (one.month, one.code))

    def answer(self, scope: Scope, rows: list[VatOfMonth]) -> str:
        net, vat = sum((one.net for one in rows), NOTHING), sum((one.vat for one in rows), NOTHING)
        return f"£{vat:,.2f} VAT on £{net:,.2f} net, credit notes taken off. This is no VAT return."
