"""`schoolgate school orders` and `purchasing`: the ledger's orders, and what waits for somebody."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.school.purchasing.models import Order

COLUMNS = ("number", "supplier", "raised_by", "date", "net", "vat", "gross", "state", "said")
STATES = [
    *("unauthorised", "authorised", "sending", "unsure", "sent"),
    *("part-invoiced", "complete", "discarded", "cancelled"),
]

number_argument = click.argument("number", metavar="NUMBER")


@click.group("orders", help="Orders to suppliers: how each stands, and sending what is authorised.")
def orders() -> None:
    pass


@orders.command("list", help="All orders, newest first.")
@click.option("--state", type=click.Choice(STATES), help="Only orders in this state.")
@as_json
@limit_rows
@at_home("school")
def list_orders(state: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import Order

    found = Order.objects.select_related("supplier", "raised_by", "authorised_by", "year")
    if state:
        found = found.filter(state=state)
    rows = [order_as_row(order) for order in (found[:limit] if limit else found)]
    print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No orders.")


@orders.command("show", help="One order: its lines, and each attempt to send it.")
@number_argument
@as_json
@at_home("school")
def show(number: str, as_json: bool) -> None:
    order = chosen_order(number)
    lines = [
        {
            "line": line.number,
            "part": line.part_number,
            "description": line.description,
            "quantity": line.quantity,
            "received": line.received,
            "invoiced": line.invoiced,
            "price": line.unit_price,
            "net": line.net,
            "vat": line.vat,
            "coding": str(line.coding),
            "why": line.why,
            "taken_off": line.removed_at is not None,
        }
        for line in order.lines.select_related("coding__fund", "coding__ledger_code", "coding__cost_centre")
    ]
    attempts = [
        {
            "began": attempt.began_at,
            "ended": attempt.ended_at,
            "service": attempt.service.name if attempt.service else "",
            "mailed_to": attempt.mailed_to,
            "outcome": attempt.outcome,
            "code": attempt.code,
            "said": attempt.said,
            "sha256": attempt.sha256,
        }
        for attempt in order.attempts.select_related("service")
    ]
    if as_json:
        print_json({**order_as_row(order), "lines": lines, "attempts": attempts})
        return
    say_order(order, as_json=False)
    columns = ("line", "part", "description", "quantity", "received", "invoiced", "price", "net", "vat", "coding")
    print_rows(lines, columns, as_json=False, limit=None, empty="It has no lines.")
    if attempts:
        print_rows(
            attempts, ("began", "ended", "service", "mailed_to", "outcome", "said"), as_json=False, limit=None, empty=""
        )


@orders.command("send", help="Send an authorised order that has not gone out. Exit code 1 unless it arrived.")
@number_argument
@as_json
@at_home("school")
def send(number: str, as_json: bool) -> None:
    order = chosen_order(number)
    if order.state != "authorised":
        raise Failed(f"Order {order.number} is {order.get_state_display().lower()}: only authorised orders are sent.")
    _send(order, as_json)


@orders.command("send-again", help="Send an order again that may have arrived, after its supplier was rung.")
@number_argument
@click.option("--they-do-not-have-it", "rung", is_flag=True, help="The supplier was rung, and does not have it.")
@as_json
@at_home("school")
def send_order_again(number: str, rung: bool, as_json: bool) -> None:
    order = chosen_order(number)
    if order.state != "unsure":
        raise Failed(f"Order {order.number} is {order.get_state_display().lower()}: there is no doubt about it.")
    if not rung:
        raise Failed(
            "Ring the supplier first: if they have it already, everything may be delivered and invoiced twice. "
            "If they do not have it, say --they-do-not-have-it."
        )
    _send(order, as_json)


@orders.command("arrived", help="Note that an order arrived of which nobody was sure: its supplier has found it.")
@number_argument
@as_json
@at_home("school")
def order_arrived(number: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.deciding import arrived

    _decide(number, arrived, as_json)


@orders.command("not-there", help="Make an order unauthorised again that its supplier does not have, to be changed.")
@number_argument
@as_json
@at_home("school")
def order_not_there(number: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.deciding import not_there

    _decide(number, not_there, as_json)


@click.command("purchasing", help="What waits for somebody in the ledger. Exit code 1 when there is something.")
@as_json
@at_home("school")
def purchasing(as_json: bool) -> None:
    from schoolgate.school.purchasing.today import what_is_to_do

    to_do = what_is_to_do(None)
    if as_json:
        print_json([{"code": one.code, "count": one.count, "text": one.text, "step": one.step} for one in to_do])
    else:
        click.echo("\n".join(f"* {one.text} {one.step}." for one in to_do) or "Nothing waits.")
    sys.exit(1 if to_do else 0)


def chosen_order(number: str) -> "Order":
    """The order with this number. Raises Failed."""
    from schoolgate.school.purchasing.models import Order

    chosen = Order.objects.select_related("supplier__web_service", "came_by", "raised_by", "authorised_by", "year")
    found: Order | None = chosen.filter(number=number).first()
    if found is None:
        raise Failed(f"There is no order '{number}'. See: schoolgate school orders list")
    return found


def order_as_row(order: "Order") -> dict[str, Any]:
    """An order as lists show it."""
    return {
        "number": order.number,
        "supplier": order.supplier.name,
        "year": order.year.name,
        "raised_by": order.basket_by or (order.raised_by.username if order.raised_by else ""),
        "date": order.dated,
        "basket": order.reference,
        "net": order.net,
        "vat": order.vat,
        "gross": order.gross,
        "state": order.state,
        "authorised_by": order.authorised_by.username if order.authorised_by else "",
        "authorised": order.authorised_at,
        "sent": order.sent_at,
        "said": order.said,
    }


def say_order(order: "Order", *, as_json: bool) -> None:
    """Tell how an order stands."""
    if as_json:
        print_json(order_as_row(order))
    else:
        state = order.get_state_display().lower()
        told = f"Order {order.number} to {order.supplier}, £{order.gross:,.2f} gross: {state}. {order.said}"
        click.echo(told.strip())


def _send(order: "Order", as_json: bool) -> None:
    from schoolgate.school.purchasing.orders import OrderRefused
    from schoolgate.school.purchasing.send_now import send_now

    try:
        sent = send_now(order)
    except OrderRefused as refused:
        raise Failed(str(refused)) from None
    say_order(sent, as_json=as_json)
    sys.exit(0 if sent.state == "sent" else 1)


def _decide(number: str, decide: Callable[..., None], as_json: bool) -> None:
    from schoolgate.school.purchasing.orders import OrderRefused

    try:
        decide(chosen_order(number), by=None)
    except OrderRefused as refused:
        raise Failed(str(refused)) from None
    say_order(chosen_order(number), as_json=as_json)
