"""*Purchasing today*: what waits for me (SCREENS 5.2)."""

from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.models import Order, OrderState, WebService
from schoolgate.school.purchasing.today import what_is_to_do

LAST = 5
LIVE_SECONDS = 2


@purchasing_view()
def today(request: PersonRequest) -> HttpResponseBase:
    """What waits for this person, each with its step, and the newest orders."""
    orders = Order.objects.visible_to(request.user)
    on_their_way = orders.filter(state=OrderState.SENDING).count()
    services = WebService.objects.visible_to(request.user).filter(turned_off=False)
    context = {
        "to_do": what_is_to_do(request.user),
        "on_their_way": on_their_way,
        "live_seconds": LIVE_SECONDS if on_their_way else 0,
        "may_import": may(request.user, "imports") and services.exists(),
        "last": orders.select_related("supplier")[:LAST],
    }
    return render(request, "school_purchasing/today.html", context)
