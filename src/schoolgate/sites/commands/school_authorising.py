"""`schoolgate school orders authorise` and its neighbours: what people decide of orders, in their own names."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.school_orders import chosen_order, number_argument, say_order
from schoolgate.sites.commands.shared import Failed, as_json, at_home

if TYPE_CHECKING:
    from schoolgate.commons.accounts.models import User

by_option = click.option("--by", "by", required=True, metavar="USER", help="Who decides: their limit and rights count.")


@click.command("authorise", help="Authorise an order, in somebody's name and within their limit; the site sends it.")
@number_argument
@by_option
@click.option("--over-budget", "reason", default="", help="Why it may go over budget, by who has the right to.")
@as_json
@at_home("school")
def authorise_order(number: str, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.authorising import authorise

    _decide(number, by, "authorises", authorise, as_json, reason=reason)


@click.command("take-back", help="Make an order unauthorised again that has not gone out.")
@number_argument
@by_option
@as_json
@at_home("school")
def take_order_back(number: str, by: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.authorising import take_back

    _decide(number, by, "authorises", take_back, as_json)


@click.command("cancel", help="Call an authorised order off. Its supplier is not told: ring them.")
@number_argument
@by_option
@click.option("--reason", required=True, help="Why, for the audit.")
@as_json
@at_home("school")
def cancel_order(number: str, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.authorising import cancel

    _decide(number, by, "authorises", cancel, as_json, reason=reason)


@click.command("discard", help="Discard an order that nobody authorised: nothing of it is wanted.")
@number_argument
@by_option
@click.option("--reason", default="", help="Why, for the audit.")
@as_json
@at_home("school")
def discard_order(number: str, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.orders import discard

    _decide(number, by, "raises", discard, as_json, reason=reason)


@click.command("posted", help="Note that an authorised order went to its supplier on paper.")
@number_argument
@by_option
@as_json
@at_home("school")
def order_posted(number: str, by: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.authorising import mark_posted

    _decide(number, by, "sends", mark_posted, as_json)


@click.command("close-rest", help="Nothing more of an order will come: its budgets are free.")
@number_argument
@by_option
@click.option("--reason", required=True, help="Why, for the audit.")
@as_json
@at_home("school")
def close_order_rest(number: str, by: str, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.closing import close_rest

    _decide(number, by, "sends", close_rest, as_json, reason=reason)


@click.command("open-rest", help="Something of an order comes after all whose rest was closed.")
@number_argument
@by_option
@as_json
@at_home("school")
def open_order_rest(number: str, by: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.closing import open_rest

    _decide(number, by, "authorises", open_rest, as_json)


DECISIONS = (
    authorise_order,
    take_order_back,
    cancel_order,
    discard_order,
    order_posted,
    close_order_rest,
    open_order_rest,
)
"""What is decided of an order; each is a verb of `schoolgate school orders`."""


def chosen_person(name: str) -> "User":
    """The user of this name who may sign in. Raises Failed."""
    from schoolgate.commons.accounts.models import User

    known = User.objects.people().filter(username=User.normalize_username(name), is_active=True)
    found: User | None = known.first()
    if found is None:
        raise Failed(f"There is no user '{name}' who may sign in here.")
    return found


def _decide(number: str, by: str, right: Any, decide: Callable[..., object], as_json: bool, **values: str) -> None:
    """Have it decided, and tell how the order stands then."""
    from schoolgate.school.purchasing.access import may
    from schoolgate.school.purchasing.orders import OrderRefused

    order, person = chosen_order(number), chosen_person(by)
    if not may(person, right):
        raise Failed(f"{person} may not do that. See Purchasing > Set-up > Users and limits.")
    try:
        decide(order, by=person, seen_version=order.version, **values)
    except OrderRefused as refused:
        raise Failed(str(refused)) from None
    say_order(chosen_order(number), as_json=as_json)
