"""Calls about schools: who may call the service, and how they do."""

from collections.abc import Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpResponse, JsonResponse

from schoolgate.supplier.api.door import acting, asking, calls, number_of, page_of, read_object, text_of
from schoolgate.supplier.api.keys import called
from schoolgate.supplier.api.once import Answer
from schoolgate.supplier.api.problems import ApiProblem
from schoolgate.supplier.api.telling import buyer_as_json, conformance_as_json
from schoolgate.supplier.buyers.accounts import (
    BuyerRefused,
    add_buyer,
    change_buyer,
    give_new_password,
    switch_off,
    switch_on,
)
from schoolgate.supplier.buyers.suppliers import ChangedMeanwhile
from schoolgate.supplier.models import ApiKey, Buyer
from schoolgate.supplier.service.conformance import conformance_of

TEXT, NUMBER_OR_NULL, YES_NO = "a text", "a whole number or null", "true or false"
CHANGEABLE = {
    "name": TEXT,
    "duns": TEXT,
    "account_number": TEXT,
    "email": TEXT,
    "expiry_days": NUMBER_OR_NULL,
    "notes": TEXT,
}
NEW = {**CHANGEABLE, "user": TEXT, "password": TEXT, "test": YES_NO}
NEEDED = ("name", "duns", "user")


def _list(request: WSGIRequest, key: ApiKey) -> HttpResponse:
    buyers = Buyer.objects.filter(supplier=key.supplier).select_related("account")
    if user := text_of(request, "user"):
        buyers = buyers.filter(account__username=user)
    for name in ("duns", "account_number"):
        if text := text_of(request, name):
            buyers = buyers.filter(**{name: text})
    return page_of(request, "buyers", buyers, buyer_as_json, lambda buyer: buyer.created_at)


def _one(request: WSGIRequest, key: ApiKey, number: str) -> HttpResponse:
    return JsonResponse(buyer_as_json(_buyer(key, number)))


def _conformance(request: WSGIRequest, key: ApiKey, number: str) -> HttpResponse:
    return JsonResponse(conformance_as_json(conformance_of(_buyer(key, number))))


def _add(request: WSGIRequest, key: ApiKey) -> Answer:
    values = _read(request, NEW, needed=NEEDED)
    try:
        buyer, password = add_buyer(key.supplier, **values, by=None, request=request, who=called(key))
    except BuyerRefused as refused:
        raise _refusal(refused) from None
    return 201, {**buyer_as_json(buyer), "password": password}


def _change(request: WSGIRequest, key: ApiKey, number: str) -> Answer:
    buyer = _buyer(key, number)
    values = _read(request, {**CHANGEABLE, "active": YES_NO})
    active = values.pop("active", None)
    try:
        with transaction.atomic():
            change_buyer(buyer, values, by=None, request=request, who=called(key))
            if active is not None:
                (switch_on if active else switch_off)(buyer, by=None, request=request, who=called(key))
    except BuyerRefused as refused:
        raise _refusal(refused) from None
    except ChangedMeanwhile:
        raise ApiProblem.busy() from None
    return 200, buyer_as_json(buyer)


def _password(request: WSGIRequest, key: ApiKey, number: str) -> Answer:
    buyer = _buyer(key, number)
    values = _read(request, {"password": TEXT}) if request.body else {}
    try:
        password = give_new_password(buyer, **values, by=None, request=request, who=called(key))
    except BuyerRefused as refused:
        raise _refusal(refused) from None
    return 200, {"id": buyer.pk, "user": buyer.account.username, "password": password}


def _buyer(key: ApiKey, number: str) -> Buyer:
    pk = number_of(number, "unknown-buyer")
    buyer: Buyer | None = Buyer.objects.filter(supplier=key.supplier, pk=pk).select_related("account").first()
    if buyer is None:
        raise ApiProblem("unknown-buyer")
    return buyer


def _read(request: WSGIRequest, known: Mapping[str, str], *, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was said of a school. Raises ApiProblem with a problem for each member that is not as it must be."""
    values = read_object(request)
    problems = [_problem("missing", name, "This is needed.") for name in needed if name not in values]
    for name, value in values.items():
        if name not in known:
            problems.append(_problem("unknown-member", name, "There is no such member. Compare its spelling."))
        elif not _is(value, known[name]):
            problems.append(_problem("wrong-type", name, f"This must be {known[name]}."))
    if problems:
        raise ApiProblem.of_values("buyer-refused", problems)
    return values


def _is(value: Any, kind: str) -> bool:
    if kind == NUMBER_OR_NULL:
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000)
    return isinstance(value, str if kind == TEXT else bool)


def _refusal(refused: BuyerRefused) -> ApiProblem:
    return ApiProblem.of_values(
        "buyer-refused", [_problem("buyer-refused", name, message) for name, message in refused.faults.items()]
    )


def _problem(code: str, path: str, message: str) -> dict[str, Any]:
    return {"code": code, "path": path, "message": message, "remedy": ""}


buyers = calls(GET=asking("buyers:read", _list), POST=acting("buyers:write", _add))
conformance = calls(GET=asking("buyers:read", _conformance))
buyer = calls(GET=asking("buyers:read", _one), PATCH=acting("buyers:write", _change))
password = calls(POST=acting("buyers:write", _password))
