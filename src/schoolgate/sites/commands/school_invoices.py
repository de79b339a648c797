"""`schoolgate school invoices`: invoices and credit notes of the ledger, and what people decide of them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.school_authorising import by_option, chosen_person
from schoolgate.sites.commands.school_orders import chosen_order
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    print_json,
    print_rows,
)

if TYPE_CHECKING:
    from schoolgate.commons.accounts.models import User
    from schoolgate.school.purchasing.invoicing.entering import Ordered, Typed
    from schoolgate.school.purchasing.models import FinancialYear, Invoice, Order, VatCode

COLUMNS = ("number", "kind", "supplier", "order", "date", "gross", "differs", "due", "state")
STATES = ["unauthorised", "authorised", "posted", "discarded"]

number_argument = click.argument("number", metavar="NUMBER")
supplier_option = click.option("--supplier", default="", help="Whose it is, where several have the number.")


@click.group("invoices", help="Invoices and credit notes: how each stands, and authorising them for payment.")
def invoices() -> None:
    pass


@invoices.command("list", help="All invoices and credit notes, newest first.")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--differs", is_flag=True, help="Only those in which something differs that nobody accepted.")
@as_json
@limit_rows
@at_home("school")
def list_invoices(state: str | None, differs: bool, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import Difference, Invoice

    found = Invoice.objects.select_related("supplier", "order", "credits", "year", "entered_by", "authorised_by")
    if state:
        found = found.filter(state=state)
    if differs:
        found = found.filter(pk__in=Difference.objects.filter(accepted_at=None).order_by().values("invoice"))
    rows = [_as_row(invoice) for invoice in (found[:limit] if limit else found)]
    print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No invoices.")


@invoices.command("show", help="One of them: its lines, and what differs.")
@number_argument
@supplier_option
@as_json
@at_home("school")
def show(number: str, supplier: str, as_json: bool) -> None:
    invoice = _chosen(number, supplier)
    lines = [
        {
            "line": line.number,
            "kind": line.kind,
            "part": line.part_number,
            "description": line.description,
            "quantity": line.quantity,
            "price": line.unit_price,
            "net": line.net,
            "vat": line.vat,
            "vat_code": line.vat_code.code,
            "coding": str(line.coding),
            "why": line.why,
        }
        for line in invoice.lines.select_related(
            "vat_code", "coding__fund", "coding__ledger_code", "coding__cost_centre"
        )
    ]
    differences = [
        {
            "difference": one.pk,
            "code": one.code,
            "said": one.said,
            "accepted_by": one.accepted_by.username if one.accepted_by else "",
            "reason": one.reason,
        }
        for one in invoice.differences.select_related("accepted_by")
    ]
    if as_json:
        print_json({**_as_row(invoice), "lines": lines, "differences": differences})
        return
    _say(invoice, as_json=False)
    columns = ("line", "part", "description", "quantity", "price", "net", "vat", "coding")
    print_rows(lines, columns, as_json=False, limit=None, empty="It has no lines.")
    if differences:
        print_rows(differences, tuple(differences[0]), as_json=False, limit=None, empty="")


@invoices.command("accept", help="Accept a difference, by its number in `show`, with a reason.")
@click.argument("difference", type=int)
@by_option
@click.option("--reason", required=True, help="Why it is right all the same.")
@as_json
@at_home("school")
def accept_difference(difference: int, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.accepting import accept
    from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused
    from schoolgate.school.purchasing.models import Difference

    found: Difference | None = Difference.objects.select_related("invoice").filter(pk=difference).first()
    if found is None:
        raise Failed(f"There is no difference {difference}. See: schoolgate school invoices show NUMBER")
    person = _allowed(by, "clears")
    try:
        accept(found, by=person, reason=reason)
    except InvoiceRefused as refused:
        raise Failed(str(refused)) from None
    _say(found.invoice, as_json=as_json)


@invoices.command("authorise", help="Authorise it for payment, in somebody's name and within their limit.")
@number_argument
@supplier_option
@by_option
@click.option("--over-budget", "reason", default="", help="Why it may go over budget, by who has the right to.")
@as_json
@at_home("school")
def authorise_invoice(number: str, supplier: str, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.paying import authorise

    _decide(_chosen(number, supplier), _allowed(by, "pays"), authorise, as_json, reason=reason)


@invoices.command("take-back", help="Make one unauthorised again that is in no export yet.")
@number_argument
@supplier_option
@by_option
@as_json
@at_home("school")
def take_invoice_back(number: str, supplier: str, by: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.paying import take_back

    _decide(_chosen(number, supplier), _allowed(by, "pays"), take_back, as_json)


@invoices.command("discard", help="Discard one that is wrong or here twice: it counts no more.")
@number_argument
@supplier_option
@by_option
@click.option("--reason", required=True, help="Why, for the audit.")
@as_json
@at_home("school")
def discard_invoice(number: str, supplier: str, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.paying import discard

    _decide(_chosen(number, supplier), _allowed(by, "clears"), discard, as_json, reason=reason)


@invoices.command("enter", help="Enter an invoice by hand: of an order (--of), or without one (--item).")
@number_argument
@by_option
@click.option("--supplier", default="", help="Whose it is; of an invoice without an order.")
@click.option("--order", "order_number", default="", help="The order that it is for.")
@click.option("--of", "ordered", multiple=True, metavar="LINE=QUANTITY[@PRICE]", help="So many of an order's line.")
@click.option(
    "--item",
    "items",
    multiple=True,
    nargs=5,
    metavar="WHAT QUANTITY PRICE VAT FUND/CODE/CENTRE",
    help="A line in full; of an order, post and packing.",
)
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--net", required=True, help="Its total without VAT.")
@click.option("--vat", "at_rates", multiple=True, metavar="CODE=POUNDS", help="Its VAT at a code; once a code.")
@click.option("--gross", required=True, help="Its total with VAT.")
@click.option("--as-it-stands", is_flag=True, help="Also where its sums differ, or it differs from its order.")
@as_json
@at_home("school")
def enter_invoice(
    number: str,
    by: str,
    supplier: str,
    order_number: str,
    ordered: tuple[str, ...],
    items: tuple[tuple[str, str, str, str, str], ...],
    dated: datetime,
    due: datetime | None,
    net: str,
    at_rates: tuple[str, ...],
    gross: str,
    as_it_stands: bool,
    as_json: bool,
) -> None:
    from schoolgate.school.purchasing.invoicing.entering import Differs, Stated, booked_in, enter
    from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused

    order = chosen_order(order_number) if order_number else None
    if ordered and order is None:
        raise WrongCall("Say with --order which order the lines of --of are of.")
    person = _allowed(by, "enters_invoices")
    stated = Stated(
        number=number,
        dated=dated.date(),
        due=_day(due),
        net=_amount(net),
        gross=_amount(gross),
        vat={_vat_code(code): _amount(amount) for code, amount in map(_pair, at_rates)},
    )
    whose = order.supplier if order is not None else _supplier(supplier)
    try:
        year = booked_in(order.year if order is not None else None)
        lines: list[Ordered | Typed] = [*_ordered(order, ordered), *(_typed(year, item) for item in items)]
        seen: Sequence[str] = ()
        try:
            made = enter(stated, supplier=whose, order=order, lines=lines, by=person)
        except Differs as differs:
            seen = [difference.said for difference in differs.differences]
            if not as_it_stands:
                raise Failed("\n".join(["Nothing was saved. Say --as-it-stands if it is so:", *seen])) from None
            made = enter(stated, supplier=whose, order=order, lines=lines, seen=seen, by=person)
    except InvoiceRefused as refused:
        raise Failed(str(refused)) from None
    _say(made, as_json=as_json)


def _decide(invoice: "Invoice", by: "User", decide: Callable[..., object], as_json: bool, **values: str) -> None:
    """Have it decided, and tell how the invoice stands then."""
    from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused

    try:
        decide(invoice, by=by, seen_version=invoice.version, **values)
    except InvoiceRefused as refused:
        raise Failed(str(refused)) from None
    _say(invoice, as_json=as_json)


def _chosen(number: str, supplier: str) -> "Invoice":
    """The one of this number that stands, else the discarded one; of several, the supplier's. Raises Failed."""
    from schoolgate.school.purchasing.models import Invoice, InvoiceState

    found = Invoice.objects.filter(number__iexact=number).select_related(
        "supplier", "order", "credits", "year", "entered_by", "authorised_by"
    )
    if supplier:
        found = found.filter(supplier__name__iexact=supplier)
    standing = list(found.exclude(state=InvoiceState.DISCARDED)) or list(found[:1])
    if not standing:
        raise Failed(f"There is no invoice '{number}'. See: schoolgate school invoices list")
    if len(standing) > 1:
        names = ", ".join(sorted(invoice.supplier.name for invoice in standing))
        raise Failed(f"{len(standing)} have the number {number}: say --supplier ({names}).")
    return standing[0]


def _allowed(by: str, right: Any) -> "User":
    from schoolgate.school.purchasing.access import may

    person = chosen_person(by)
    if not may(person, right):
        raise Failed(f"{person} may not do that. See Purchasing > Set-up > Users and limits.")
    return person


def _supplier(name: str) -> Any:
    from schoolgate.school.purchasing.models import Supplier

    found = Supplier.objects.filter(name__iexact=name).first()
    if found is None:
        raise Failed(f"There is no supplier '{name}'. See: schoolgate school suppliers list")
    return found


def _vat_code(code: str) -> "VatCode":
    from schoolgate.school.purchasing.models import VatCode

    found: VatCode | None = VatCode.objects.filter(code__iexact=code, open=True).first()
    if found is None:
        raise Failed(f"There is no open VAT code '{code}'. See: schoolgate school ledger vat list")
    return found


def _ordered(order: "Order | None", typed: tuple[str, ...]) -> "list[Ordered]":
    from schoolgate.school.purchasing.invoicing.entering import Ordered

    known = {} if order is None else {str(line.number): line for line in order.lines.filter(removed_at=None)}
    lines = []
    for number, rest in map(_pair, typed):
        if number not in known:
            raise Failed(f"The order has no line {number}.")
        quantity, _, price = rest.partition("@")
        lines.append(Ordered(known[number], _amount(quantity), _amount(price) if price else known[number].unit_price))
    return lines


def _typed(year: "FinancialYear", item: tuple[str, str, str, str, str]) -> "Typed":
    from schoolgate.school.purchasing.chart import link_in
    from schoolgate.school.purchasing.invoicing.entering import Typed

    what, quantity, price, vat_code, three = item
    coding = link_in(year, " / ".join(part.strip() for part in three.split("/")))
    if coding is None:
        raise Failed(f"{three} are not linked and open in {year}. See: schoolgate school ledger links list")
    return Typed(what, _amount(quantity), _amount(price), _vat_code(vat_code), coding)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise WrongCall(f"'{text}' has no '='.")
    return name.strip(), value.strip()


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.0001")):
        raise WrongCall(f"'{text}' is no amount: a number such as 2500.00.")
    return amount


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _as_row(invoice: "Invoice") -> dict[str, Any]:
    """An invoice as lists show it; a credit note's amounts are positive too."""
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "supplier": invoice.supplier.name,
        "order": invoice.order.number if invoice.order else "",
        "credits": invoice.credits.number if invoice.credits else "",
        "year": invoice.year.name,
        "date": invoice.dated,
        "due": invoice.due,
        "net": invoice.net,
        "vat": invoice.vat,
        "gross": invoice.gross,
        "differs": invoice.differences.filter(accepted_at=None).count(),
        "state": invoice.state,
        "entered_by": invoice.entered_by.username if invoice.entered_by else "",
        "authorised_by": invoice.authorised_by.username if invoice.authorised_by else "",
        "authorised": invoice.authorised_at,
    }


def _say(invoice: "Invoice", *, as_json: bool) -> None:
    """Tell how it stands now."""
    invoice.refresh_from_db()
    row = _as_row(invoice)
    if as_json:
        print_json(row)
    else:
        differs = f"; things that differ: {row['differs']}" if row["differs"] else ""
        state = invoice.get_state_display().lower()
        click.echo(f"{invoice.title} of {invoice.supplier}, £{invoice.gross:,.2f} gross: {state}{differs}.")
