"""Get connected: the developer's first page, and its buttons."""

from typing import cast

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.jobs.health import live_workers
from schoolgate.supplier.buyers.accounts import BuyerRefused
from schoolgate.supplier.connecting import (
    Connecting,
    ask_to_look,
    ask_to_play,
    give_test_school_new_password,
    make_test_school,
    played_school,
    send_test_basket,
)
from schoolgate.supplier.models import PlayedSchool, Supplier
from schoolgate.supplier.playing import Act
from schoolgate.supplier.queue.putting import NotQueued
from schoolgate.supplier.service.address import address_of
from schoolgate.supplier.views.buyers import show_password_once

LIVE_SECONDS = 2
SAMPLES = [("curl", "curl"), ("php", "PHP"), ("csharp", "C#"), ("node", "Node")]


@who("administrator", "staff")
def get_connected(request: PersonRequest) -> HttpResponseBase:
    """Where each step stands. Whoever sees several suppliers chooses one by `?supplier=`."""
    suppliers = list(Supplier.objects.visible_to(request.user))
    if not suppliers:
        return render(request, "supplier/no_supplier.html", {"heading": "Get connected"})
    asked = request.GET.get("supplier", "")
    supplier = next((one for one in suppliers if str(one.pk) == asked), suppliers[0])
    connecting = Connecting(supplier, address_of(request.META))
    context = {
        "connecting": connecting,
        "suppliers": suppliers if len(suppliers) > 1 else [],
        "samples": [(name, words, f"supplier/samples/{name}.txt") for name, words in SAMPLES],
        "live_seconds": LIVE_SECONDS if connecting.on_the_way else 0,
        "nobody_works": connecting.on_the_way and not live_workers().exists(),
    }
    return render(request, "supplier/get_connected.html", context)


@who("administrator", "staff")
@require_POST
def look(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Look at the service's own address, from this computer."""
    supplier = _supplier(request, pk)
    ask_to_look(address_of(request.META))
    return _back(supplier)


@who("administrator", "staff")
@require_POST
def make_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Make the test school, or give it a new password; it is shown once."""
    supplier = _supplier(request, pk)
    try:
        made = make_test_school(supplier, by=request.user, request=request)
    except BuyerRefused as refused:
        messages.error(request, f"The test school was not made. {refused}")
        return _back(supplier)
    if made is None:
        messages.info(request, "A colleague has made the test school already.")
        return _back(supplier)
    return show_password_once(request, *made)


@who("administrator", "staff")
@require_POST
def new_school_password(request: PersonRequest, pk: int) -> HttpResponseBase:
    school = _school(request, pk)
    password = give_test_school_new_password(school, by=request.user, request=request)
    return show_password_once(request, school.buyer, password)


@who("administrator", "staff")
@require_POST
def send_basket(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What the samples do, by a press."""
    school = _school(request, pk)
    try:
        basket = send_test_basket(school, by=request.user, request=request)
    except NotQueued as refused:
        messages.error(request, " ".join(f"{one.message} {one.remedy}" for one in refused.problems))
    else:
        messages.success(request, f"Basket {basket.doc_id} waits for the test school.")
    return _back(school.buyer.supplier)


@who("administrator", "staff")
@require_POST
def play(request: PersonRequest, pk: int, act: str) -> HttpResponseBase:
    """Have the site import, or send the order back, as the test school."""
    if act not in {"import", "order"}:
        raise Http404
    school = _school(request, pk)
    ask_to_play(cast("Act", act), school, address_of(request.META), by=request.user, request=request)
    return _back(school.buyer.supplier)


def _supplier(request: PersonRequest, pk: int) -> Supplier:
    return get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)


def _school(request: PersonRequest, pk: int) -> PlayedSchool:
    """The supplier's test school; without one there is nothing to press."""
    school = played_school(_supplier(request, pk))
    if school is None:
        raise Http404
    return school


def _back(supplier: Supplier) -> HttpResponseBase:
    return redirect(f"{reverse('get-connected')}?supplier={supplier.pk}")
