"""*To authorise*, the question before an order is authorised, and what may be done to one afterwards (SCREENS 5.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import AllGood, Column, Table
from schoolgate.school.purchasing import establishment, sending
from schoolgate.school.purchasing.access import may, purchasing_view, rights_of
from schoolgate.school.purchasing.authorising import (
    NotAuthorised,
    authorise,
    cancel,
    hindrances_of,
    mark_posted,
    take_back,
    who_can,
)
from schoolgate.school.purchasing.budget import Room, rooms_of, rooms_of_each
from schoolgate.school.purchasing.forms.orders import ReasonForm
from schoolgate.school.purchasing.invoicing.closing import close_rest, open_rest
from schoolgate.school.purchasing.mailing.outgoing import goes_by_mail
from schoolgate.school.purchasing.models import COMMITTED, Order, OrderState
from schoolgate.school.purchasing.models.order import STEPS
from schoolgate.school.purchasing.order_document import required_by
from schoolgate.school.purchasing.orders import OrderRefused, discard
from schoolgate.school.purchasing.views.orders import find_order, order_address, raised_by, seen_version

MINE, OTHERS = "mine", "others"


@dataclass(frozen=True)
class Waiting:
    """An order that waits to be authorised, as the list shows it to one person."""

    order: Order
    able: str
    mine: bool
    left: str

    @property
    def pk(self) -> int:
        return self.order.pk

    @property
    def number(self) -> str:
        return self.order.number

    @property
    def supplier(self) -> str:
        return self.order.supplier.name

    @property
    def raised_by(self) -> str:
        return raised_by(self.order)

    @property
    def since(self) -> datetime:
        return self.order.raised_at


@purchasing_view()
def to_authorise(request: PersonRequest) -> HttpResponseBase:
    """What waits: first what this person may authorise, then the rest, with who can."""
    found = Order.objects.visible_to(request.user).filter(state=OrderState.UNAUTHORISED)
    orders = list(found.select_related("supplier", "raised_by", "year").order_by("raised_at", "pk"))
    rooms, able = rooms_of_each(orders), who_can(orders)
    waiting = [
        Waiting(
            order,
            "you" if request.user in able[order.pk] else ", ".join(map(str, able[order.pk])) or "nobody",
            request.user in able[order.pk],
            _left_after(rooms[order.pk]),
        )
        for order in orders
    ]
    table = Table(
        [
            Column("number", "Order", kind="code", search=True, link=lambda one: order_address(one.order)),
            Column("supplier", "Supplier", search=True),
            Column("gross", "Gross", kind="money", sort="order__gross", value=lambda one: one.order.gross),
            Column("left", "Budget after", sort=""),
            Column("year", "Year", kind="code", sort="order__year__name", value=lambda one: one.order.year.name),
            Column("raised_by", "Raised by"),
            Column("since", "Waits since", kind="time"),
            Column("able", "Who can", choices=[(MINE, "You"), (OTHERS, "Somebody else")], narrow=_by_me),
            Column(
                "step",
                "",
                sort="",
                value=lambda one: "Authorise" if one.mine else "",
                link=lambda one: reverse("authorise-order", args=[one.pk]) if one.mine else "",
            ),
        ],
        sorted(waiting, key=lambda one: not one.mine),
        request,
        name="to-authorise",
        noun=("order", "orders"),
        empty=AllGood("Nothing to authorise."),
    )
    return table.response("school_purchasing/to_authorise.html")


@purchasing_view("authorises")
def authorise_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Ask first, with all that the person must know; then authorise, and send what goes by web service."""
    order = find_order(request, pk)
    over = [room for room in rooms_of(order) if room.is_over]
    asks_reason = bool(over) and rights_of(request.user).over_budget
    label = "Why may it go over budget?"
    form = ReasonForm(request.POST if request.method == "POST" else None, label=label, required=asks_reason)
    goes_out = sending.goes_out(order)
    if request.method == "POST" and form.is_valid():
        try:
            authorise(
                order,
                by=request.user,
                seen_version=seen_version(request),
                reason=form.cleaned_data["reason"],
                request=request,
            )
        except NotAuthorised as refused:
            messages.error(request, str(refused))
            return redirect(order_address(order))
        except OrderRefused as refused:
            messages.error(request, str(refused))
            return redirect("authorise-order", order.pk)
        if goes_out:
            messages.success(request, f"Order {order.number} is authorised, and is being sent to {order.supplier}.")
            return redirect(order_address(order))
        messages.success(request, f"Order {order.number} is authorised. Print it and post it.")
        return redirect("print-order", order.pk)
    context = {
        "order": order,
        "form": form,
        "asks_reason": asks_reason,
        "rooms": rooms_of(order),
        "hindrances": hindrances_of(order, request.user),
        "able": [person for person in who_can([order])[order.pk] if person != request.user],
        "goes_out": goes_out,
        "mailed_to": order.supplier.email if goes_by_mail(order) else "",
        "lines": order.lines.filter(removed_at=None).count(),
        "required_by": required_by(order),
    }
    status = 422 if form.errors else 200
    return render(request, "school_purchasing/authorise.html", context, status=status)


@purchasing_view("authorises")
def take_back_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Undo an authorisation whose order has not gone out, after a question."""
    return _ask(
        request,
        pk,
        "take back",
        heading="Take the authorisation back?",
        text="The order is not sent, and waits to be authorised again. Its budgets are free meanwhile.",
        submit="Take it back",
        do=lambda order, seen, _: take_back(order, by=request.user, seen_version=seen, request=request),
        done="It is unauthorised again, and was not sent.",
    )


@purchasing_view("authorises")
def cancel_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Call an order off, after a question and with a reason."""
    return _ask(
        request,
        pk,
        "cancel",
        heading="Cancel this order?",
        text="Its budgets are free again. The supplier is not told by this: ring them, if it may have reached them.",
        submit="Cancel the order",
        do=lambda order, seen, reason: cancel(
            order, by=request.user, seen_version=seen, reason=reason, request=request
        ),
        done="The order is cancelled.",
        reason="Why is it cancelled?",
    )


@purchasing_view("sends")
def close_order_rest(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Nothing more of an order will come: asked first, with a reason."""
    return _ask(
        request,
        pk,
        "complete",
        heading="Close the rest of this order?",
        text="What is not invoiced is not waited for any more, and its budgets are free. The supplier is not told by "
        "this: ring them, if they could still deliver.",
        submit="Nothing more will come",
        do=lambda order, seen, reason: close_rest(
            order, by=request.user, seen_version=seen, reason=reason, request=request
        ),
        done="The rest of the order is closed.",
        reason="Why will nothing more come?",
    )


@purchasing_view("authorises")
def open_order_rest(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Something of a closed order comes after all: asked first."""
    return _ask(
        request,
        pk,
        "reopen",
        heading="Open the rest of this order again?",
        text="What is not invoiced is waited for again, and committed against its budgets, room or no room.",
        submit="Something will come after all",
        do=lambda order, seen, _: open_rest(order, by=request.user, seen_version=seen, request=request),
        done="The rest of the order is open again.",
    )


@purchasing_view("raises")
def discard_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Nothing of it is wanted: asked first."""
    return _ask(
        request,
        pk,
        "discard",
        heading="Discard this order?",
        text="Nothing of it is ordered. It stays in the list as discarded; the supplier is told nothing.",
        submit="Discard the order",
        do=lambda order, seen, reason: discard(
            order, by=request.user, seen_version=seen, reason=reason, request=request
        ),
        done="The order is discarded.",
        reason="Why?",
        reason_required=False,
    )


@purchasing_view()
def print_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    """An authorised order as it is posted; then whoever posts it says so."""
    order = find_order(request, pk)
    if order.state not in (*COMMITTED, OrderState.COMPLETE):
        raise Http404
    may_post = may(request.user, "sends")
    if request.method == "POST":
        if not may_post:
            raise PermissionDenied
        try:
            mark_posted(order, by=request.user, seen_version=seen_version(request), request=request)
        except OrderRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"Order {order.number} is noted as posted to {order.supplier}.")
        return redirect(order_address(order))
    context = {
        "order": order,
        "lines": order.lines.filter(removed_at=None).select_related("vat_code"),
        "may_post": may_post and order.state == OrderState.AUTHORISED,
        "goes_out": sending.goes_out(order),
        "required_by": required_by(order),
        "school": establishment.NAME.get(),
        "school_address": establishment.DELIVERY_ADDRESS.get().partition("\n")[2],
        "delivery_address": order.delivery_address or establishment.DELIVERY_ADDRESS.get(),
    }
    return render(request, "school_purchasing/order_print.html", context)


def _ask(
    request: PersonRequest,
    pk: int,
    step: str,
    *,
    heading: str,
    text: str,
    submit: str,
    do: Callable[[Order, int, str], None],
    done: str,
    reason: str = "",
    reason_required: bool = True,
) -> HttpResponseBase:
    """The question before a step of an order, and the step."""
    order = find_order(request, pk)
    if order.state not in STEPS[step][0]:
        messages.error(request, f"Order {order.number} is {order.get_state_display().lower()}: see below.")
        return redirect(order_address(order))
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data, label=reason, required=reason_required) if reason else None
    if data is not None and (form is None or form.is_valid()):
        try:
            do(order, seen_version(request), form.cleaned_data["reason"] if form else "")
        except OrderRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return redirect(order_address(order))
    context: dict[str, Any] = {"order": order, "heading": heading, "text": text, "submit": submit, "form": form}
    return render(request, "school_purchasing/ask.html", context, status=422 if form and form.errors else 200)


def _by_me(rows: list[Waiting], which: str) -> list[Waiting]:
    return [row for row in rows if row.mine == (which == MINE)]


def _left_after(rooms: list[Room]) -> str:
    """What is left of the budget that is used up most."""
    least = min(rooms, key=lambda room: room.left, default=None)
    if least is None:
        return ""
    return f"£{least.missing:,.2f} over on {least.coding}" if least.is_over else f"£{least.left:,.2f} left"
