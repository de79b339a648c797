"""Orders that schools have sent, what was refused of them, and that the supplier's own system has one."""

import json
from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table
from schoolgate.documents.ebis.orders import read_order
from schoolgate.supplier.models import Delivery, DeliveryState, Kind, Order, RefusedOrder
from schoolgate.supplier.orders.taking import give_order_back, take_order
from schoolgate.supplier.orders.telling import order_as_json
from schoolgate.supplier.paper import read_paper
from schoolgate.supplier.today import not_picked_up
from schoolgate.supplier.views.downloads import file_name, lines_download, xml_download
from schoolgate.supplier.views.portal import school_column, seen_by, supplier_columns

TAKEN = [("lying", "Not picked up"), ("no", "Not taken"), ("yes", "Taken")]
WORST_FIRST = (DeliveryState.FAILED, DeliveryState.WAITING, DeliveryState.DELIVERED)
JSON_INDENT = 2


@who("administrator", "staff")
def orders(request: PersonRequest) -> HttpResponseBase:
    told: dict[int, DeliveryState] = {}

    def prepare(rows: list[Order]) -> None:
        told.clear()
        told.update(_worst_deliveries(rows))

    def taken(rows: Any, which: str) -> Any:
        if which == "lying":
            return not_picked_up(rows, timezone.now())
        return rows.filter(taken_at__isnull=which == "no")

    def taken_on(row: Order) -> date | None:
        return timezone.localtime(row.taken_at).date() if row.taken_at else None

    # A desk's screen has room for no more.
    whose = supplier_columns(request.user)
    table = Table(
        [
            Column(
                "number", "Order no.", kind="long", search=True, value=str, link=lambda order: order.get_absolute_url()
            ),
            *whose,
            school_column(request.user),
            Column("reference", "Basket ref.", search=True),
            Column("order_date", "Date", kind="date"),
            *([] if whose else [Column("lines", "Lines", kind="number")]),
            Column("gross", "Gross", kind="money"),
            Column("changes", "Changed", kind="details", sort="", value=lambda order: "\n".join(order.changes)),
            Column("webhook", "Webhook", kind="state", sort="", value=lambda order: _words(told.get(order.pk))),
            Column("received_at", "Received", kind="time", dates=True),
            Column("taken_at", "Taken", kind="date", value=taken_on, choices=TAKEN, narrow=taken),
        ],
        seen_by(request.user, Order.objects.all()).select_related("buyer", "supplier"),
        request,
        name="orders",
        noun=("order", "orders"),
        prepare=prepare,
        empty=NotYet("No orders yet. Orders come when the school authorises and sends."),
    )
    return table.response("supplier/orders.html", {"tab": "received"})


@who("administrator", "staff")
def order(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _order(request, pk)
    xml = found.content.xml
    context = {
        "order": found,
        "paper": read_paper(Kind.ORDER, xml, found.supplier, found.buyer),
        "xml": xml,
        "later": Order.objects.filter(same_number=found),
        "deliveries": found.deliveries.select_related("webhook"),
        "documents": found.documents.all(),
    }
    return render(request, "supplier/order.html", context)


@who("administrator", "staff")
@require_POST
def take(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The supplier's own system has it, or has it not after all."""
    found = _order(request, pk)
    if request.POST.get("taken") == "no":
        if give_order_back(found, by=request.user, request=request):
            messages.success(request, f"Order {found} is not taken after all.")
    elif take_order(found, by=request.user, request=request):
        messages.success(request, f"Order {found} is noted as taken.")
    else:
        messages.info(request, f"Order {found} was noted as taken before.")
    return redirect("order", found.pk)


@who("administrator", "staff")
def order_file(request: PersonRequest, pk: int, form: str) -> HttpResponseBase:
    """The order as XML as it came, as the JSON that the API and webhooks carry, or its lines as CSV."""
    found = _order(request, pk)
    name = f"order-{found}"
    if form == "xml":
        answer: HttpResponseBase = xml_download(found.content.xml, name)
    elif form == "json":
        answer = HttpResponse(
            json.dumps(order_as_json(found), indent=JSON_INDENT, default=str, ensure_ascii=False),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{file_name(name)}.json"'},
        )
    elif form == "csv":
        answer = lines_download(name, read_order(found.content.xml).lines)
    else:
        raise Http404
    record("order downloaded", by=request.user, target=f"order {found}, {form}", request=request)
    return answer


@who("administrator", "staff")
def refused_orders(request: PersonRequest) -> HttpResponseBase:
    table = Table(
        [
            Column("last_at", "Last tried", kind="time", dates=True),
            Column(
                "number",
                "Order no.",
                kind="long",
                search=True,
                value=lambda refused: refused.number or "not readable",
                link=_refused_link,
            ),
            *supplier_columns(request.user),
            school_column(request.user),
            Column("told", "What the school was told", kind="long", search=True),
            Column("times", "Tries", kind="number"),
        ],
        seen_by(request.user, RefusedOrder.objects.all()).select_related("buyer", "supplier").defer("xml"),
        request,
        name="refused-orders",
        noun=("refused order", "refused orders"),
        empty=AllGood("No order was refused."),
    )
    return table.response("supplier/orders.html", {"tab": "refused"})


@who("administrator", "staff")
def refused_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    refused = _refused(request, pk)
    since = Order.objects.filter(buyer=refused.buyer, number=refused.number, received_at__gt=refused.first_at)
    return render(
        request,
        "supplier/refused_order.html",
        {"refused": refused, "since": since.first() if refused.number else None, "xml": refused.xml},
    )


@who("administrator", "staff")
def refused_order_xml(request: PersonRequest, pk: int) -> HttpResponseBase:
    refused = _refused(request, pk)
    record("refused order downloaded", by=request.user, target=f"refused order {refused.pk}", request=request)
    return xml_download(refused.xml, f"refused-order-{refused.number or refused.pk}")


def _number_of_refused(refused: RefusedOrder) -> str:
    return refused.number or "not readable"


def _refused_link(refused: RefusedOrder) -> str:
    return reverse("refused-order", args=[refused.pk])


def _worst_deliveries(rows: list[Order]) -> dict[int, DeliveryState]:
    """Of each order that webhooks are told of, how its worst delivery stands; one query."""
    states: dict[int, set[str]] = defaultdict(set)
    for pk, state in Delivery.objects.filter(order__in=rows).order_by().values_list("order", "state"):
        states[pk].add(state)
    return {pk: next(state for state in WORST_FIRST if state in found) for pk, found in states.items()}


def _words(state: DeliveryState | None) -> str:
    return str(state.label) if state else ""


def _order(request: PersonRequest, pk: int) -> Order:
    found: Order = get_object_or_404(
        Order.objects.visible_to(request.user).select_related("buyer__account", "supplier", "basket", "same_number"),
        pk=pk,
    )
    return found


def _refused(request: PersonRequest, pk: int) -> RefusedOrder:
    found: RefusedOrder = get_object_or_404(
        RefusedOrder.objects.visible_to(request.user).select_related("buyer"), pk=pk
    )
    return found
