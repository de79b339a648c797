"""`schoolgate school receive` and `deliveries`: what was delivered of orders to suppliers."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.school_authorising import by_option, chosen_person
from schoolgate.sites.commands.school_orders import chosen_order, number_argument
from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_rows

if TYPE_CHECKING:
    from schoolgate.commons.accounts.models import User
    from schoolgate.school.purchasing.models import GoodsReceived, Order

COLUMNS = (
    "delivery",
    "received_on",
    "order",
    "supplier",
    "line",
    "description",
    "quantity",
    "note",
    "entered_by",
    "state",
)


@click.command("receive", help="Record a delivery of an order: of some lines, or of all that is still to come.")
@number_argument
@by_option
@click.option("--line", "lines", multiple=True, metavar="LINE=QUANTITY", help="How many of a line came; once a line.")
@click.option("--all", "everything", is_flag=True, help="All that is still to come has come.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it came; today when not given.")
@click.option("--note", default="", help="Such as the delivery note's number.")
@click.option("--sure", is_flag=True, help="Also when it is more than was ordered.")
@as_json
@at_home("school")
def receive(
    number: str,
    by: str,
    lines: tuple[str, ...],
    everything: bool,
    day: datetime | None,
    note: str,
    sure: bool,
    as_json: bool,
) -> None:
    from django.utils import timezone

    from schoolgate.school.purchasing.invoicing.receiving import MoreThanOrdered, record
    from schoolgate.school.purchasing.orders import OrderRefused

    if everything == bool(lines):
        raise WrongCall("Say which lines came with --line LINE=QUANTITY, or --all.")
    order, person = chosen_order(number), _receiver(by)
    came = _all_to_come(order) if everything else _typed(order, lines)
    on: date = day.date() if day else timezone.localdate()
    try:
        made = record(order, came, on, note, by=person, seen_version=order.version, sure=sure)
    except MoreThanOrdered as more:
        raise Failed(f"{more} Then say --sure.") from None
    except OrderRefused as refused:
        raise Failed(str(refused)) from None
    print_rows(map(_as_row, made), COLUMNS, as_json=as_json, limit=None, empty="")


@click.group("deliveries", help="What was delivered of orders to suppliers.")
def deliveries() -> None:
    pass


@deliveries.command("list", help="Every delivery that was recorded, the newest first.")
@as_json
@limit_rows
@at_home("school")
def list_deliveries(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import GoodsReceived

    found = GoodsReceived.objects.select_related("order_line__order__supplier", "entered_by")
    newest = found.order_by("-received_on", "-pk")
    rows = [_as_row(delivery) for delivery in (newest[:limit] if limit else newest)]
    print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No deliveries.")


@deliveries.command("take-back", help="Take back a delivery that was entered wrongly, by its number in the list.")
@click.argument("delivery", type=int)
@by_option
@as_json
@at_home("school")
def take_delivery_back(delivery: int, by: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.receiving import take_back
    from schoolgate.school.purchasing.models import GoodsReceived
    from schoolgate.school.purchasing.orders import OrderRefused

    chosen = GoodsReceived.objects.select_related("order_line__order__supplier", "entered_by").filter(pk=delivery)
    found: GoodsReceived | None = chosen.first()
    if found is None:
        raise Failed(f"There is no delivery {delivery}. See: schoolgate school deliveries list")
    try:
        take_back(found, by=_receiver(by))
    except OrderRefused as refused:
        raise Failed(str(refused)) from None
    print_rows([_as_row(chosen.get())], COLUMNS, as_json=as_json, limit=None, empty="")


def _receiver(name: str) -> "User":
    """The user of this name, who may record deliveries. Raises Failed."""
    from schoolgate.school.purchasing.access import may

    person = chosen_person(name)
    if not may(person, "receives"):
        raise Failed(f"{person} may not do that. See Purchasing > Set-up > Users and limits.")
    return person


def _all_to_come(order: "Order") -> dict[int, int]:
    from schoolgate.school.purchasing.invoicing.receiving import to_come

    lines = order.lines.filter(removed_at=None).select_related("order")
    return {line.pk: to_come(line) for line in lines}


def _typed(order: "Order", lines: tuple[str, ...]) -> dict[int, int]:
    """How many came, by the keys of the lines that were named by their numbers. Raises WrongCall."""
    by_number = {line.number: line.pk for line in order.lines.filter(removed_at=None)}
    came: dict[int, int] = {}
    for text in lines:
        number, _, quantity = text.partition("=")
        if not (number.isdecimal() and quantity.isdecimal()):
            raise WrongCall(f"'{text}' is not LINE=QUANTITY, such as 1=3.")
        if int(number) not in by_number:
            raise WrongCall(f"Order {order.number} has no line {number}.")
        came[by_number[int(number)]] = int(quantity)
    return came


def _as_row(delivery: "GoodsReceived") -> dict[str, Any]:
    line = delivery.order_line
    return {
        "delivery": delivery.pk,
        "received_on": delivery.received_on,
        "order": line.order.number,
        "supplier": line.order.supplier.name,
        "line": line.number,
        "description": line.description,
        "quantity": delivery.quantity,
        "note": delivery.note,
        "entered_by": delivery.entered_by.username if delivery.entered_by else "",
        "state": "taken back" if delivery.taken_back_at else "",
    }
