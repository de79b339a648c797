"""Keys of the API: which there are, making one, withdrawing one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.supplier.api.keys import make_key, withdraw_key
from schoolgate.supplier.forms.keys import KeyForm
from schoolgate.supplier.models import ApiKey, Delivery, DeliveryState, Supplier, Webhook
from schoolgate.supplier.views.portal import seen_by, supplier_columns
from schoolgate.supplier.webhooks.making import ORDER_RECEIVED, PING

EVENTS = [(ORDER_RECEIVED, "Order received"), (PING, "Ping")]


@who("administrator", "staff")
def keys(request: PersonRequest) -> HttpResponseBase:
    """Keys, webhooks, and what webhooks were told."""
    table = Table(
        [
            Column("made_at", "When", kind="second", dates=True, link=lambda one: reverse("delivery", args=[one.pk])),
            *supplier_columns(request.user),
            Column("webhook__url", "Webhook", kind="long", sort=""),
            Column("event", "Event", sort="", choices=EVENTS, value=lambda one: dict(EVENTS).get(one.event, one.event)),
            Column("order", "Order", sort="", value=lambda one: str(one.order) if one.order else ""),
            Column(
                "state",
                "State",
                kind="state",
                sort="",
                choices=DeliveryState.choices,
                value=lambda one: one.get_state_display(),
            ),
            Column("tries", "Tries", kind="number", sort=""),
            Column("status", "Answer", kind="number", sort=""),
            Column("reason", "Why", kind="details", sort=""),
        ],
        seen_by(request.user, Delivery.objects.all()).select_related("webhook", "order", "supplier").defer("body"),
        request,
        name="deliveries",
        noun=("delivery", "deliveries"),
        empty=NotYet("Nothing was told yet. A webhook is told of each order, and of a ping."),
    )
    visible = Supplier.objects.visible_to(request.user)
    context = {
        "keys": ApiKey.objects.filter(supplier__in=visible).select_related("supplier", "made_by"),
        "webhooks": Webhook.objects.filter(supplier__in=visible).select_related("supplier"),
        "several": visible.count() > 1,
    }
    return table.response("supplier/keys.html", context)


@who("administrator", "staff")
def add_key(request: PersonRequest) -> HttpResponseBase:
    """Make a key; its text is on the answer alone."""
    form = KeyForm(request.POST or None, user=request.user)
    if not form.has_supplier:
        return render(request, "supplier/no_supplier.html", {"heading": "Make a key"})
    if request.method == "POST" and form.is_valid():
        try:
            key, text = make_key(
                form.supplier, form.cleaned_data["name"], form.cleaned_data["scopes"], by=request.user, request=request
            )
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        else:
            answer = render(request, "supplier/key_once.html", {"key": key, "text": text})
            answer["Cache-Control"] = "no-store"
            return answer
    return render(request, "supplier/add_key.html", {"form": form}, status=422 if form.errors else 200)


@who("administrator", "staff")
def withdraw(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Withdraw a key, after a question."""
    key: ApiKey = get_object_or_404(ApiKey.objects.visible_to(request.user).select_related("supplier"), pk=pk)
    if request.method == "POST":
        if withdraw_key(key, by=request.user, request=request):
            messages.success(request, f"The key {key.name} opens nothing any more.")
        else:
            messages.info(request, f"The key {key.name} was withdrawn before.")
        return redirect("keys")
    context = {
        "heading": f"Withdraw the key {key.name}?",
        "text": f"It begins with {key.start}. What uses it is refused from its next request on, and that cannot be "
        "undone: it needs another key then.",
        "submit": "Withdraw the key",
        "cancel": reverse("keys"),
    }
    return render(request, "web/confirm.html", context)
