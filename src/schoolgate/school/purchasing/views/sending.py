"""What may be done to an order that went out, or should have: each is asked first."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing import deciding, store
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.models import Order, OrderState, SendAttempt
from schoolgate.school.purchasing.orders import OrderRefused, about
from schoolgate.school.purchasing.views.orders import find_order, order_address


@purchasing_view("sends")
def order_arrived(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The supplier was rung, and has it."""
    return _ask(
        request,
        pk,
        (OrderState.UNSURE,),
        heading="Has it arrived?",
        text="Only say so after the supplier has found it: then it is sent no more, and its goods are awaited.",
        submit="It arrived",
        do=deciding.arrived,
        done="It is noted as arrived.",
    )


@purchasing_view("sends")
def send_order_again(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The supplier was rung, and does not have it."""
    return _ask(
        request,
        pk,
        (OrderState.UNSURE,),
        heading="Send it again?",
        text=(
            "Ring the supplier first. If they have it already, they may deliver and invoice everything twice. "
            "The very same order goes out once more."
        ),
        submit="They do not have it: send it again",
        do=deciding.send_again,
        done="It is being sent again.",
    )


@purchasing_view("sends")
def send_order_now(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What kept it from going out is mended."""
    return _ask(
        request,
        pk,
        (OrderState.AUTHORISED,),
        heading="Send it now?",
        text="It has not gone out yet, so it cannot arrive twice by this.",
        submit="Send it now",
        do=deciding.send_again,
        done="It is being sent.",
    )


@purchasing_view("sends")
def order_not_there(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The supplier was rung, does not have it, and will not take it as it is."""
    return _ask(
        request,
        pk,
        (OrderState.UNSURE,),
        heading="Change it instead?",
        text=(
            "Ring the supplier first: only if they do not have it may it be changed. "
            "It becomes unauthorised again, and its budgets are free meanwhile."
        ),
        submit="They do not have it: change it",
        do=deciding.not_there,
        done="It is unauthorised again, and can be changed.",
    )


@purchasing_view()
def order_document(request: PersonRequest, pk: int, attempt: int) -> HttpResponseBase:
    """What an attempt sent, byte for byte; who took it stands in the audit."""
    sent = get_object_or_404(SendAttempt.objects.visible_to(request.user).select_related("order"), order=pk, pk=attempt)
    try:
        xml = store.read(sent.sha256)
    except store.UNREADABLE as error:
        raise Http404 from error
    record("order downloaded", by=request.user, target=str(sent.order), request=request, about=about(sent.order))
    return HttpResponse(
        xml,
        content_type="application/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="order-{pk}.xml"'},
    )


def _ask(
    request: PersonRequest,
    pk: int,
    states: tuple[str, ...],
    *,
    heading: str,
    text: str,
    submit: str,
    do: Callable[..., object],
    done: str,
) -> HttpResponseBase:
    """The question, for an order in one of these states; then the decision."""
    order: Order = find_order(request, pk)
    if order.state not in states:
        messages.error(request, f"Order {order.number} is {order.get_state_display().lower()} by now: see below.")
        return redirect(order_address(order))
    if request.method == "POST":
        try:
            do(order, by=request.user, request=request)
        except OrderRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return redirect(order_address(order))
    context: dict[str, Any] = {"order": order, "heading": heading, "text": text, "submit": submit}
    return render(request, "school_purchasing/ask.html", context)
