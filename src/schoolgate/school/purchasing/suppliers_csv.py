"""Many suppliers at once, from a CSV list: each line is one supplier, and one bad line never stops the others."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.csv_lists import BROKEN, MEGABYTE, CsvColumn, CsvLine, plain_cell, read_csv
from schoolgate.school.purchasing.changing import SetUpRefused, differences
from schoolgate.school.purchasing.models import OrderMethod, Supplier, WebService
from schoolgate.school.purchasing.set_up_csv import LineResult, ListResult
from schoolgate.school.purchasing.suppliers import save_supplier
from schoolgate.school.purchasing.typed import plain_duns

COLUMNS = (
    CsvColumn("Name", ("supplier", "supplier name"), required=True),
    CsvColumn("Account no.", ("account number", "account")),
    CsvColumn("DUNS", ("duns no", "duns number", "d-u-n-s")),
    CsvColumn("XML ref.", ("xml reference", "xml reference number", "xml reference no")),
    CsvColumn("Order method", ("method",)),
    CsvColumn("Web service", ("service",)),
    CsvColumn("Address"),
    CsvColumn("E-mail", ("mail", "email address")),
    CsvColumn("Telephone", ("phone", "tel", "telephone number")),
)
"""The first six as the list of suppliers is downloaded, so that a download can be given back."""

FIELDS = {
    "Name": "name",
    "Account no.": "account_number",
    "DUNS": "duns",
    "XML ref.": "xml_reference_number",
    "E-mail": "email",
    "Telephone": "telephone",
}

MOST_LINES = 5_000


def take_suppliers(
    content: bytes, *, by: User | None, request: HttpRequest | None = None, only_look: bool = False
) -> ListResult:
    """Add the suppliers of a CSV list and change those that are here, known by their DUNS number, else by their name.

    An empty cell leaves what is there; the same list again changes nothing. With `only_look` it is said what each line
    would do, and nothing is done. Raises CsvRefused when the file as a whole cannot be used.
    """
    read = read_csv(content, COLUMNS, largest_bytes=MEGABYTE, most_lines=MOST_LINES)
    with transaction.atomic():
        lines = tuple(_take(line, by, request) for line in read.lines)
        if only_look:
            transaction.set_rollback(True)
    notes = (f"Not used: {', '.join(heading[:40] for heading in read.unknown[:12])}.",) if read.unknown else ()
    return ListResult(lines, notes)


def _take(line: CsvLine, by: User | None, request: HttpRequest | None) -> LineResult:
    name = plain_cell(line["Name"])[:80]
    try:
        if line.broken:
            raise SetUpRefused(BROKEN)
        values = _values(line)
        supplier = _known(values) or Supplier()
        new = not supplier.pk
        why = "" if new else differences(supplier, values)
        if not save_supplier(supplier, values, by=by, request=request):
            return LineResult(line.number, "known", name)
    except SetUpRefused as refused:
        return LineResult(line.number, "wrong", name, str(refused))
    return LineResult(line.number, "new" if new else "changed", name, why)


def _known(values: dict[str, Any]) -> Supplier | None:
    """One of another DUNS number is another supplier, though it has this name."""
    duns, name = values.get("duns", ""), values.get("name", "")
    known = Supplier.objects.filter(duns=duns).first() if duns else None
    same_name = Supplier.objects.filter(name__iexact=name)
    return known or (same_name.filter(duns="") if duns else same_name).first()


def _values(line: CsvLine) -> dict[str, Any]:
    values: dict[str, Any] = {field: plain_cell(line[column]) for column, field in FIELDS.items() if line[column]}
    if line["Address"]:
        values["address"] = line["Address"]
    if line["DUNS"]:
        values["duns"] = plain_duns(values["duns"])
    service = plain_cell(line["Web service"])
    if service:
        values["web_service"] = WebService.objects.filter(name__iexact=service).first()
        if values["web_service"] is None:
            raise SetUpRefused(f"There is no web service “{service[:80]}”. Add it under eProcurement set-up first.")
    method = plain_cell(line["Order method"])
    if method:
        known = {told.lower(): value for value, label in OrderMethod.choices for told in (value, label)}
        if method.lower() not in known:
            *most, last = OrderMethod.values
            raise SetUpRefused(f"The order method is “{method[:40]}”. It is {', '.join(most)} or {last}.")
        values["order_method"] = known[method.lower()]
    return values
