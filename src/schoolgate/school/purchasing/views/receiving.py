"""*Goods received*: what is awaited, recording a delivery, the deliveries, and taking one back (SCREENS 5.2)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.forms.receiving import DeliveryForm, ReceivedForm
from schoolgate.school.purchasing.invoicing.receiving import (
    RECEIVES,
    MoreThanOrdered,
    record,
    take_back,
    to_come,
    with_something_to_come,
)
from schoolgate.school.purchasing.models import GoodsReceived, Order
from schoolgate.school.purchasing.orders import ChangedMeanwhile, OrderRefused
from schoolgate.school.purchasing.views.orders import find_order, order_address, page_of, seen_version


@purchasing_view()
def goods_received(request: PersonRequest) -> HttpResponseBase:
    """Orders of which something is still to come, the longest awaited first."""
    receives = may(request.user, "receives")
    came = Count("lines", filter=Q(lines__removed_at=None, lines__received__gte=F("lines__quantity")))
    awaited = with_something_to_come(Order.objects.visible_to(request.user)).select_related("supplier")
    columns = [
        Column("number", "Order", kind="code", search=True, link=order_address),
        Column("supplier__name", "Supplier", search=True),
        Column("sent_at", "Sent", kind="date", dates=True),
        Column("required_by", "Required by", kind="date", dates=True),
        Column("came", "Lines received", value=lambda one: f"{one.came:,} of {one.lines_in_all:,}"),
        Column("late", "State", kind="state", sort="", value=lambda one: "late" if is_late(one) else ""),
    ]
    if receives:
        columns.append(Column("step", "", sort="", value=lambda _: "Record delivery", link=_receive_address))
    table = Table(
        columns,
        awaited.annotate(came=came, lines_in_all=Count("lines", filter=Q(lines__removed_at=None))).order_by(
            F("sent_at").asc(nulls_last=True), "pk"
        ),
        request,
        name="goods-received",
        noun=("order", "orders"),
        empty=AllGood("No open orders to receive."),
    )
    return table.response("school_purchasing/goods_received.html")


@purchasing_view("receives")
def receive(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Record a delivery: line by line, or all that is still to come at once."""
    order = find_order(request, pk)
    if order.state not in RECEIVES:
        state = order.get_state_display().lower()
        messages.error(request, f"Order {order.number} is {state}: goods are received of orders that went out.")
        return redirect(order_address(order))
    data = request.POST if request.method == "POST" else None
    form = DeliveryForm(data, initial={"received_on": timezone.localdate()})
    page = page_of(request, order.lines.filter(removed_at=None).select_related("order"))
    known = [ReceivedForm(data, line=line) for line in page]
    if data is None or not all([form.is_valid(), *(line.is_valid() for line in known)]):
        return _receive_page(request, order, form, known, lines=page)
    try:
        made = record(
            order,
            _quantities(order, known, everything="everything" in data),
            form.cleaned_data["received_on"],
            form.cleaned_data["note"],
            by=request.user,
            seen_version=seen_version(request),
            sure="sure" in data,
            request=request,
        )
    except MoreThanOrdered as more:
        return _receive_page(request, order, form, known, lines=page, more=more)
    except ChangedMeanwhile as changed:
        return _receive_page(request, changed.order, form, known, lines=page, changed=changed)
    except OrderRefused as refused:
        form.add_error(None, str(refused))
        return _receive_page(request, order, form, known, lines=page)
    told = "1 line" if len(made) == 1 else f"{len(made):,} lines"
    messages.success(request, f"Recorded: a delivery of {told} of order {order.number}.")
    return redirect("goods-received")


@purchasing_view()
def deliveries(request: PersonRequest) -> HttpResponseBase:
    """Every delivery that was recorded, the newest first."""
    receives = may(request.user, "receives")
    columns = [
        Column("received_on", "Received on", kind="date", dates=True),
        Column(
            "order_line__order__number",
            "Order",
            kind="code",
            search=True,
            link=lambda one: order_address(one.order_line.order),
        ),
        Column("order_line__order__supplier__name", "Supplier", search=True),
        Column("order_line__number", "Line", kind="number"),
        Column("order_line__description", "Description", kind="long", search=True),
        Column("quantity", "Quantity", kind="number"),
        Column("note", "Note", kind="long", search=True),
        Column("entered_by", "Entered by", sort="entered_by__name", value=_entered_by),
        Column(
            "state",
            "State",
            kind="state",
            sort="taken_back_at",
            value=lambda one: "taken back" if one.taken_back_at else "",
        ),
    ]
    if receives:
        columns.append(
            Column(
                "step", "", sort="", value=lambda one: "" if one.taken_back_at else "Take back", link=_take_back_address
            )
        )
    table = Table(
        columns,
        GoodsReceived.objects.visible_to(request.user)
        .select_related("order_line__order__supplier", "entered_by")
        .order_by("-received_on", "-pk"),
        request,
        name="deliveries",
        noun=("delivery", "deliveries"),
        empty=NotYet("No delivery has been recorded yet.", "See what is awaited", reverse("goods-received")),
    )
    return table.response("school_purchasing/deliveries.html")


@purchasing_view("receives")
def take_delivery_back(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take back what was entered wrongly, after a question."""
    found: GoodsReceived = get_object_or_404(
        GoodsReceived.objects.visible_to(request.user).select_related("order_line__order__supplier"), pk=pk
    )
    if request.method == "POST":
        try:
            take_back(found, by=request.user, request=request)
        except OrderRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "It is taken back, and counts no more.")
        return redirect("deliveries")
    return render(request, "school_purchasing/take_delivery_back.html", {"delivery": found})


def is_late(order: Order) -> bool:
    """Whether it should have come before today."""
    return order.required_by is not None and order.required_by < timezone.localdate()


def _quantities(order: Order, known: Sequence[ReceivedForm], *, everything: bool) -> dict[int, int]:
    """How many came, by the keys of the lines."""
    if everything:
        lines = order.lines.filter(removed_at=None).select_related("order")
        return {line.pk: to_come(line) for line in lines}
    return {one.line.pk: one.cleaned_data["now"] or 0 for one in known}


def _receive_page(
    request: PersonRequest, order: Order, form: DeliveryForm, known: Sequence[ReceivedForm], **page: Any
) -> HttpResponseBase:
    line_errors = [(one.title, one["now"], str(error)) for one in known for error in one.errors.get("now", ())]
    context = {
        "order": order,
        "form": form,
        "known": known,
        "line_errors": line_errors,
        "awaited": sum(to_come(line) for line in order.lines.filter(removed_at=None).select_related("order")),
        **page,
    }
    wrong = bool(form.errors or line_errors or page.get("more"))
    status = 409 if page.get("changed") else 422 if wrong else 200
    return render(request, "school_purchasing/receive.html", context, status=status)


def _entered_by(delivery: GoodsReceived) -> str:
    return str(delivery.entered_by or "")


def _receive_address(order: Order) -> str:
    return reverse("receive-goods", args=[order.pk])


def _take_back_address(delivery: GoodsReceived) -> str:
    return "" if delivery.taken_back_at else reverse("take-delivery-back", args=[delivery.pk])
