"""Suppliers of the ledger: who they are, how the ledger knows their documents, and how orders go to them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.documents.identifiers import duns_fault
from schoolgate.school.purchasing import changing
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.models import OrderMethod, Supplier
from schoolgate.school.purchasing.typed import plain_duns

CHANGEABLE = (
    "name",
    "account_number",
    "xml_reference_number",
    "duns",
    "order_method",
    "web_service",
    "address",
    "email",
    "telephone",
    "post_and_packing",
)

UNIQUE = {"duns": "DUNS number", "xml_reference_number": "XML reference number"}
"""By these the supplier of a document is found (reference 9.1), so that no two may have one."""

NO_SERVICE = (
    "To order by e-procurement, link a web service first: add it under eProcurement set-up, then choose it here. Until "
    "then the order method is Print."
)
NO_ADDRESS = "To order by e-mail, enter the address that orders go to."
NO_NUMBER = "To order by e-mail, enter this number: the supplier knows your orders by it."
NO_DUNS = "To order by e-procurement, enter the supplier’s DUNS number: its documents are known by it."


def save_supplier(
    supplier: Supplier,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Add a supplier, or change one; False: nothing was other than before.

    `values` are some of CHANGEABLE, `seen` what the person saw. The XML reference number is the DUNS number unless
    another one is entered. Raises SetUpRefused with what is wrong at which field, and ChangedMeanwhile.
    """
    wanted = {name: getattr(supplier, name) for name in CHANGEABLE}
    wanted |= {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    wanted["duns"] = plain_duns(wanted["duns"])
    wanted["xml_reference_number"] = wanted["xml_reference_number"] or wanted["duns"]
    with transaction.atomic():
        faults = _faults(supplier, wanted)
        if faults:
            raise SetUpRefused(faults)
        changed = changing.save(supplier, wanted, what="supplier", seen=seen, by=by, request=request)
        if changed:
            _sign(supplier, by)
    return changed


def close_supplier(supplier: Supplier, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Nothing new is ordered from it; its orders and documents stay. Said again, nothing changes."""
    _set_open(supplier, opened=False, by=by, request=request)


def reopen_supplier(supplier: Supplier, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Order from it again. Said again, nothing changes."""
    _set_open(supplier, opened=True, by=by, request=request)


def _set_open(supplier: Supplier, *, opened: bool, by: User | None, request: HttpRequest | None) -> None:
    with transaction.atomic():
        if changing.save(supplier, {"open": opened}, what="supplier", by=by, request=request):
            _sign(supplier, by)


def _sign(supplier: Supplier, by: User | None) -> None:
    supplier.changed_at, supplier.changed_by = timezone.now(), by
    supplier.save(update_fields=["changed_at", "changed_by"])


def _faults(supplier: Supplier, wanted: Mapping[str, Any]) -> dict[str, str]:
    faults = {}
    if not wanted["name"]:
        faults["name"] = "Enter the supplier’s name."
    for name, words in UNIQUE.items():
        other = Supplier.objects.filter(**{name: wanted[name]}).exclude(pk=supplier.pk).first()
        if wanted[name] and other:
            closed = "" if other.open else ", which is closed"
            faults[name] = f"This {words} is another supplier’s: {other.name}{closed}."
    if "duns" in faults and wanted["xml_reference_number"] == wanted["duns"]:
        # Nobody entered it.
        faults.pop("xml_reference_number", None)
    wrong = duns_fault(wanted["duns"]) if wanted["duns"] else None
    if wrong:
        faults["duns"] = wrong.reason
    if wanted["order_method"] == OrderMethod.E_PROCUREMENT:
        if wanted["web_service"] is None:
            faults["web_service"] = NO_SERVICE
        if not wanted["duns"]:
            faults["duns"] = NO_DUNS
    if wanted["order_method"] == OrderMethod.E_MAIL:
        needed = {"email": NO_ADDRESS, "account_number": NO_NUMBER, "xml_reference_number": NO_NUMBER}
        faults |= {name: said for name, said in needed.items() if not wanted[name] and name not in faults}
    return faults
