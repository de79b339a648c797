"""Authorising orders: by whom, up to what, and within which budgets; and taking back, posting and cancelling them.

An authorisation holds the order, its year and its codings until it is written, in this order: of two people who want
the same last pound of a budget the second waits, and is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing import establishment, sending
from schoolgate.school.purchasing.access import rights_of
from schoolgate.school.purchasing.budget import Room, hold_codings, rooms_of, rooms_of_each
from schoolgate.school.purchasing.invoicing import counting
from schoolgate.school.purchasing.mailing.outgoing import goes_by_mail, hindrance_of
from schoolgate.school.purchasing.models import Order, OrderState, PurchasingRights
from schoolgate.school.purchasing.orders import OrderRefused, about, hold, take_step
from schoolgate.school.purchasing.own_orders import hands_of_each
from schoolgate.school.purchasing.years import YearRefused, require_open

Code = Literal[
    "no-right",
    "above-limit",
    "own-order",
    "own-entry",
    "own-acceptance",
    "differences",
    "not-received",
    "state",
    "year",
    "supplier",
    "lines",
    "coding",
    "over-budget",
    "reason",
    "by-mail",
]
MOST_OF_A_REASON = 300


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a person cannot authorise an order or an invoice: a stable code, and a sentence that says what to do."""

    code: Code
    sentence: str


class NotAuthorised(OrderRefused):
    """The order stays unauthorised; the message tells of every hindrance."""

    def __init__(self, hindrances: list[Hindrance]) -> None:
        super().__init__(" ".join(hindrance.sentence for hindrance in hindrances))
        self.hindrances = hindrances


def hindrances_of(order: Order, by: User) -> list[Hindrance]:
    """What stands in the way of this person's authorising this order, a reason for going over budget apart."""
    return [*_of_the_person(order, by), *_of_the_order(order), *_of_budgets(order, by)]


def authorise(
    order: Order, *, by: User, seen_version: int, reason: str = "", request: HttpRequest | None = None
) -> Order:
    """Authorise an order and ask for it to be sent, all in one transaction. `reason`: why it may go over budget.

    Raises ChangedMeanwhile if it is not as the person saw it, NotAuthorised for what stands in the way.
    """
    with transaction.atomic():
        held = hold(order, seen_version)
        try:
            require_open(held.year)
        except YearRefused as refused:
            raise NotAuthorised([Hindrance("year", str(refused))]) from refused
        hold_codings(held)
        if hindrances := hindrances_of(held, by):
            raise NotAuthorised(hindrances)
        over = [room for room in rooms_of(held) if room.is_over]
        reason = reason.strip()[:MOST_OF_A_REASON] if over else ""
        if over and not reason:
            raise NotAuthorised([Hindrance("reason", "Say why the order may go over budget.")])
        take_step(held, "authorise", by=by, authorised_at=timezone.now(), authorised_by=by, over_budget=reason, said="")
        details = f"£{held.gross:,.2f} gross, to {held.supplier}"
        if over:
            details += f"; over budget by {over_in_words(over)}: {reason}"
        record("order authorised", by=by, target=str(held), details=details, request=request, about=about(held))
        sending.ask(held)
    return Order.objects.get(pk=held.pk)


def take_back(order: Order, *, by: User, seen_version: int, request: HttpRequest | None = None) -> None:
    """Make an order unauthorised again that has not gone out. Raises ChangedMeanwhile, OrderRefused by state."""
    with transaction.atomic():
        held = hold(order, seen_version)
        take_step(held, "take back", by=by, authorised_at=None, authorised_by=None, over_budget="", said="")
        record("authorisation taken back", by=by, target=str(held), request=request, about=about(held))


def mark_posted(order: Order, *, by: User, seen_version: int, request: HttpRequest | None = None) -> None:
    """It went to the supplier on paper. Raises ChangedMeanwhile, OrderRefused by state."""
    with transaction.atomic():
        held = hold(order, seen_version)
        take_step(held, "print", by=by, sent_at=timezone.now())
        details = f"to {held.supplier}"
        record("order posted", by=by, target=str(held), details=details, request=request, about=about(held))


def cancel(order: Order, *, by: User, seen_version: int, reason: str, request: HttpRequest | None = None) -> None:
    """Call an authorised order off: its budgets are free again. The supplier is not told by it.

    Raises ChangedMeanwhile, OrderRefused by state, without a reason, once it is invoiced, and in a closed year, whose
    budgets stay as they are.
    """
    if not reason.strip():
        raise OrderRefused("Say why the order is cancelled.")
    with transaction.atomic():
        held = hold(order, seen_version)
        try:
            require_open(held.year)
        except YearRefused as refused:
            raise OrderRefused(f"{refused} What its orders commit stays in it. Open it again first.") from refused
        if invoiced := counting.invoiced_net(held):
            raise OrderRefused(
                f"£{invoiced:,.2f} net of order {held.number} is invoiced already. If that is wrong, discard the "
                "invoice or wait for its credit note. If only the rest is not wanted, close the rest of the order."
            )
        take_step(held, "cancel", by=by)
        details = reason.strip()[:MOST_OF_A_REASON]
        record("order cancelled", by=by, target=str(held), details=details, request=request, about=about(held))


def who_can(orders: Iterable[Order]) -> dict[int, list[User]]:
    """For each of these orders, by its number in the database: who may authorise it, by limit, budgets and who raised.

    Who may go over budget needs a reason then.
    """
    return {pk: [person for person, part in able if not part] for pk, able in _able(orders).items()}


def kept_from(order: Order) -> list[tuple[User, str]]:
    """Who may not authorise an order only because it is their own, and what they did to it ("raised it")."""
    return [(person, part) for person, part in _able([order])[order.pk] if part]


def _able(orders: Iterable[Order]) -> dict[int, list[tuple[User, str]]]:
    """Who may authorise each of these orders by limit and budgets, and what keeps them from it because it is theirs."""
    able = list(
        PurchasingRights.objects.filter(~Q(authorises_to=None), user__is_active=True)
        .select_related("user")
        .order_by("user__name", "user__username")
    )
    own_too = establishment.OWN_ORDERS_TOO.get()
    asked = {order.pk: order for order in orders}
    rooms, hands = rooms_of_each(asked.values()), hands_of_each(asked.values())
    return {
        pk: [
            (rights.user, "" if own_too else hands[pk].part_of(rights.user))
            for rights in able
            if order.gross <= rights.authorises_to
            and (rights.over_budget or not any(room.is_over for room in rooms[pk]))
        ]
        for pk, order in asked.items()
    }


def over_in_words(rooms: Iterable[Room]) -> str:
    """By how much an order goes over which budgets; empty: over none."""
    return ", ".join(f"£{room.missing:,.2f} on {room.coding}" for room in rooms if room.is_over)


def _of_the_person(order: Order, by: User) -> list[Hindrance]:
    limit = rights_of(by).authorises_to
    if limit is None:
        return [Hindrance("no-right", "You may not authorise orders.")]
    found = []
    if order.gross > limit:
        found.append(
            Hindrance(
                "above-limit", f"Order {order.number} is £{order.gross:,.2f}; you authorise orders up to £{limit:,.2f}."
            )
        )
    part = "" if establishment.OWN_ORDERS_TOO.get() else hands_of_each([order])[order.pk].part_of(by)
    if part:
        found.append(Hindrance("own-order", f"You {part} yourself: somebody else must authorise it."))
    return found


def _of_the_order(order: Order) -> list[Hindrance]:
    found = []
    if order.state != OrderState.UNAUTHORISED:
        found.append(Hindrance("state", f"Order {order.number} is {order.get_state_display().lower()} already."))
    if goes_by_mail(order) and (why := hindrance_of(order.supplier)):
        found.append(Hindrance("by-mail", why))
    if order.year.closed_at is not None:
        found.append(Hindrance("year", f"The financial year {order.year} is closed."))
    if not order.supplier.open:
        sentence = f"{order.supplier} is closed: nothing new is ordered there. Open it again, or discard the order."
        found.append(Hindrance("supplier", sentence))
    lines = list(order.lines.filter(removed_at=None).select_related(*_THREE))
    if not lines:
        found.append(Hindrance("lines", f"Order {order.number} has no lines."))
    for line in lines:
        if line.coding.year_id != order.year_id or not line.coding.is_open:
            sentence = f"Line {line.number} is coded to {line.coding}, which is closed: choose another coding."
            found.append(Hindrance("coding", sentence))
    return found


_THREE = ("coding__fund", "coding__ledger_code", "coding__cost_centre")


def _of_budgets(order: Order, by: User) -> list[Hindrance]:
    over = [room for room in rooms_of(order) if room.is_over]
    if not over or rights_of(by).over_budget:
        return []
    sentence = (
        f"There is no room for it: over budget by {over_in_words(over)}. It takes somebody who may go over budget."
    )
    return [Hindrance("over-budget", sentence)]
