"""Calls about orders that schools have sent."""

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, JsonResponse

from schoolgate.supplier.api.door import YES_NO, acting, asking, calls, number_of, one_of, page_of, text_of
from schoolgate.supplier.api.keys import called
from schoolgate.supplier.api.once import Answer
from schoolgate.supplier.api.problems import ApiProblem
from schoolgate.supplier.models import ApiKey, Order
from schoolgate.supplier.orders.taking import give_order_back, take_order
from schoolgate.supplier.orders.telling import order_as_json, order_head_as_json


def _list(request: WSGIRequest, key: ApiKey) -> HttpResponse:
    orders = Order.objects.filter(supplier=key.supplier).select_related("buyer", "basket")
    taken = one_of(request, "taken", YES_NO)
    if taken is not None:
        orders = orders.filter(taken_at__isnull=not taken)
    for name in ("number", "reference"):
        if text := text_of(request, name):
            orders = orders.filter(**{name: text})
    return page_of(request, "orders", orders, order_head_as_json, lambda order: order.received_at)


def _one(request: WSGIRequest, key: ApiKey, number: str) -> HttpResponse:
    return JsonResponse(order_as_json(_order(key, number)))


def _xml(request: WSGIRequest, key: ApiKey, number: str) -> HttpResponse:
    return HttpResponse(_order(key, number).content.xml, content_type="application/xml; charset=utf-8")


def _taken(request: WSGIRequest, key: ApiKey, number: str) -> Answer:
    order = _order(key, number)
    take_order(order, by=None, request=request, who=called(key))
    return 200, order_as_json(order)


def _not_taken(request: WSGIRequest, key: ApiKey, number: str) -> Answer:
    order = _order(key, number)
    give_order_back(order, by=None, request=request, who=called(key))
    return 200, order_as_json(order)


def _order(key: ApiKey, number: str) -> Order:
    pk = number_of(number, "unknown-order")
    orders = Order.objects.filter(supplier=key.supplier).select_related("buyer", "basket", "content")
    order: Order | None = orders.filter(pk=pk).first()
    if order is None:
        raise ApiProblem("unknown-order")
    return order


orders = calls(GET=asking("orders:read", _list))
order = calls(GET=asking("orders:read", _one))
xml = calls(GET=asking("orders:read", _xml))
taken = calls(POST=acting("orders:read", _taken), DELETE=acting("orders:read", _not_taken))
