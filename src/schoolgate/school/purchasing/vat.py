"""VAT codes of the ledger, with their rates in per cent. They are not a year's: rates change on a day of their own."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import changing
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.models import InvoiceLine, OrderLine, VatCode, VatSum

PLACES = Decimal("0.01")

SENT_AS = (
    ("S", "S standard"),
    ("L", "L lower (reduced)"),
    ("Z", "Z zero-rated"),
    ("E", "E exempt"),
    ("H", "H higher"),
    ("N", "N other"),
    ("X", "X outside the scope"),
)
"""What a document says of a rate (reference 7.5). The UK Gov profile knows the first four."""

USUAL: tuple[Mapping[str, Any], ...] = (
    {"code": "S", "name": "Standard rate", "rate": Decimal("20.00"), "sent_as": "S"},
    {"code": "L", "name": "Reduced rate", "rate": Decimal("5.00"), "sent_as": "L"},
    {"code": "Z", "name": "Zero-rated", "rate": Decimal("0.00"), "sent_as": "Z"},
    {"code": "E", "name": "Exempt", "rate": Decimal("0.00"), "sent_as": "E"},
)
"""The rates of the United Kingdom (VATA 1994), of those of one rate the usual one first."""


def save_code(
    code: VatCode,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Make a VAT code or change it; False: nothing was other than before.

    Of the open codes of one rate just one is `standard`, taken where a document says only the rate: the one that is
    saved as such, else the one that is, else the first. Raises SetUpRefused: the code is another's, or the rate of one
    that orders or invoices have would change; and ChangedMeanwhile.
    """
    with transaction.atomic():
        wanted = values.get("code", code.code)
        if VatCode.objects.filter(code__iexact=wanted).exclude(pk=code.pk).exists():
            raise SetUpRefused({"code": f"There is a VAT code “{wanted}” already."})
        if (rate := values.get("rate")) is not None and rate != rate.quantize(PLACES):
            raise SetUpRefused({"rate": "A rate has at most two decimal places."})
        if _is_used(code) and values.get("rate", code.rate) != VatCode.objects.get(pk=code.pk).rate:
            said = "Orders or invoices have this code. Close it, and add one with the new rate."
            raise SetUpRefused({"rate": said})
        changed = changing.save(code, values, what="VAT code", seen=seen, by=by, request=request)
        if changed:
            _have_one_standard(code, by, request)
            coding_changed.send(sender=VatCode)
    return changed


def remove_code(code: VatCode, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Take away a VAT code that no order has. Raises SetUpRefused where one does."""
    with transaction.atomic():
        changing.remove(code, what="VAT code", by=by, request=request)
        _have_one_standard(code, by, request)


def add_usual(*, by: User | None, request: HttpRequest | None = None) -> int:
    """Add the usual codes that are not here; how many were added."""
    added = 0
    with transaction.atomic():
        for values in USUAL:
            if not VatCode.objects.filter(code__iexact=values["code"]).exists():
                added += save_code(VatCode(), {**values, "standard": False, "open": True}, by=by, request=request)
    return added


def _is_used(code: VatCode) -> bool:
    """Whether an order, an invoice, or the VAT that a document states has a code."""
    rows = (OrderLine.objects, InvoiceLine.objects, VatSum.objects)
    return any(of.filter(vat_code_id=code.pk).exists() for of in rows)


def _have_one_standard(saved: VatCode, by: User | None, request: HttpRequest | None) -> None:
    """For the rate of the code that was saved, and for the one that it had before."""
    for rate in VatCode.objects.order_by().values_list("rate", flat=True).distinct():
        of_rate = list(VatCode.objects.filter(rate=rate).order_by("code"))
        usable = [code for code in of_rate if code.open]
        standard = [code for code in usable if code.standard]
        chosen = saved if saved in standard else next(iter([*standard, *usable]), None)
        for code in of_rate:
            changing.save(code, {"standard": code == chosen}, what="VAT code", by=by, request=request)
    if saved.pk is not None:
        saved.refresh_from_db()
