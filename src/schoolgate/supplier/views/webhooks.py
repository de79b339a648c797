"""Webhooks: adding, trying, pausing, and what each was told."""

import json
from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.supplier.forms.keys import WebhookForm
from schoolgate.supplier.models import Delivery, Webhook
from schoolgate.supplier.webhooks.addresses import add_webhook, give_new_secret, go_on, pause, remove_webhook
from schoolgate.supplier.webhooks.making import ping, replay

JSON_INDENT = 2


@who("administrator", "staff")
def add(request: PersonRequest) -> HttpResponseBase:
    """Add an address; the secret that signs what it is told is on the answer alone."""
    form = WebhookForm(request.POST or None, user=request.user)
    if not form.has_supplier:
        return render(request, "supplier/no_supplier.html", {"heading": "Add a webhook"})
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = add_webhook(form.supplier, form.cleaned_data["url"], by=request.user, request=request)
        except ValidationError as error:
            form.add_error("url", error)
        else:
            return _secret_once(request, webhook, secret)
    return render(request, "supplier/add_webhook.html", {"form": form}, status=422 if form.errors else 200)


def _ping(request: PersonRequest, webhook: Webhook) -> None:
    ping(webhook, by=request.user, request=request)
    messages.success(request, "A ping is on its way. What came of it stands below in a moment.")


def _pause(request: PersonRequest, webhook: Webhook) -> None:
    pause(webhook, by=request.user, request=request)
    messages.success(request, "Paused. Orders that arrive wait for it until you let it go on.")


def _go_on(request: PersonRequest, webhook: Webhook) -> None:
    go_on(webhook, by=request.user, request=request)
    messages.success(request, "It goes on: what has waited is sent now.")


STEPS: Mapping[str, Callable[[PersonRequest, Webhook], None]] = {"ping": _ping, "pause": _pause, "go-on": _go_on}


@who("administrator", "staff")
@require_POST
def step(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
    """Ping, pause, or let it go on; said twice, the second changes nothing but a ping."""
    webhook = _webhook(request, pk)
    if name not in STEPS:
        raise Http404
    STEPS[name](request, webhook)
    return redirect("keys")


@who("administrator", "staff")
def new_secret(request: PersonRequest, pk: int) -> HttpResponseBase:
    webhook = _webhook(request, pk)
    if request.method == "POST":
        return _secret_once(request, webhook, give_new_secret(webhook, by=request.user, request=request))
    context = {
        "heading": "Sign with another secret?",
        "text": f"What {webhook.url} is told from now on is signed with a new secret, shown once. Until your shop has "
        "it, it refuses what it is told, and the site tries again for some hours.",
        "submit": "Make a new secret",
        "cancel": reverse("keys"),
    }
    return render(request, "web/confirm.html", context)


@who("administrator", "staff")
def remove(request: PersonRequest, pk: int) -> HttpResponseBase:
    webhook = _webhook(request, pk)
    if request.method == "POST":
        remove_webhook(webhook, by=request.user, request=request)
        messages.success(request, f"{webhook.url} is told nothing more.")
        return redirect("keys")
    context = {
        "heading": "Take this webhook away?",
        "text": f"{webhook.url} is told nothing more. The log of what it was told goes with it; the orders stay.",
        "submit": "Take it away",
        "cancel": reverse("keys"),
    }
    return render(request, "web/confirm.html", context)


@who("administrator", "staff")
def delivery(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One delivery: what was told, and how its last try ended."""
    found = _delivery(request, pk)
    context = {
        "delivery": found,
        "body": json.dumps(json.loads(found.body), indent=JSON_INDENT, ensure_ascii=False),
    }
    return render(request, "supplier/delivery.html", context)


@who("administrator", "staff")
@require_POST
def replay_delivery(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _delivery(request, pk)
    if replay(found, by=request.user, request=request):
        messages.success(request, "It is sent once more, with the same id, by which your shop knows it again.")
    else:
        messages.info(request, "It is on its way already.")
    return redirect("delivery", pk)


def _webhook(request: PersonRequest, pk: int) -> Webhook:
    found: Webhook = get_object_or_404(Webhook.objects.visible_to(request.user).select_related("supplier"), pk=pk)
    return found


def _delivery(request: PersonRequest, pk: int) -> Delivery:
    found: Delivery = get_object_or_404(
        Delivery.objects.visible_to(request.user).select_related("webhook", "order"), pk=pk
    )
    return found


def _secret_once(request: PersonRequest, webhook: Webhook, secret: str) -> HttpResponseBase:
    answer = render(request, "supplier/secret_once.html", {"webhook": webhook, "secret": secret})
    answer["Cache-Control"] = "no-store"
    return answer
