"""How every call of the REST API is taken: by a key that has the right, JSON in, JSON out, lists by pages."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from schoolgate.commons.programs import door
from schoolgate.commons.programs.door import Handler, storable, view_of
from schoolgate.supplier.api.keys import key_of
from schoolgate.supplier.api.once import Answer, answer_once
from schoolgate.supplier.api.problems import ApiProblem

PAGE = 100
# Commits become visible out of order. The cursor stays before what is younger than any commit takes, so that it never
# passes a row that was still on its way; what stands behind it is told once more.
SETTLED_AFTER = timedelta(seconds=3)
LARGEST_NUMBER = 2**63
YES_NO = {"true": True, "false": False}

R = TypeVar("R", bound=models.Model)


def calls(**handlers: Handler) -> Handler:
    """The view of one address: a handler for each method (`GET=...`)."""
    return view_of(handlers, ApiProblem)


def asking(scope: str, handler: Callable[..., HttpResponse]) -> Handler:
    """A call that changes nothing, for keys with this right: `handler(request, key, **parts)`."""

    def handle(request: WSGIRequest, **parts: str) -> HttpResponse:
        return handler(request, key_of(request, scope), **parts)

    return handle


def acting(scope: str, work: Callable[..., Answer]) -> Handler:
    """A call that does something, for keys with this right: `work(request, key, **parts)` returns status and JSON.

    With an `Idempotency-Key` it is done once.
    """

    def handle(request: WSGIRequest, **parts: str) -> HttpResponse:
        key = key_of(request, scope)
        read_body(request)
        return answer_once(request, key, lambda: work(request, key, **parts))

    return handle


def read_body(request: WSGIRequest) -> bytes:
    """The whole body, empty where none was announced.

    Raises ApiProblem `length-required`, `too-large` or `malformed-request`.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    announced = request.environ.get("CONTENT_LENGTH") or ""
    if not announced and "HTTP_TRANSFER_ENCODING" not in request.environ:
        return b""
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise ApiProblem("too-large", limit=limit)
    return door.read_body(request, ApiProblem, limit)


def read_object(request: WSGIRequest) -> dict[str, Any]:
    """The JSON object that was sent; numbers with a fraction are Decimal.

    Raises ApiProblem `length-required`, `media-type`, `too-large` or `malformed-request`.
    """
    read_body(request)
    content = door.read_json(request, ApiProblem, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if not isinstance(content, dict) or not _all_storable(content):
        raise ApiProblem("malformed-request")
    return content


def one_of(request: HttpRequest, name: str, values: Mapping[str, Any]) -> Any:
    """What a parameter stands for; None when it was not sent. Raises ApiProblem `parameter-malformed`."""
    text = request.GET.get(name)
    if text is None:
        return None
    if text not in values:
        raise ApiProblem("parameter-malformed", parameter=name)
    return values[text]


def text_of(request: HttpRequest, name: str) -> str:
    """A parameter's text, empty when it was not sent. Raises ApiProblem `parameter-malformed`."""
    text = request.GET.get(name, "")
    if not storable(text):
        raise ApiProblem("parameter-malformed", parameter=name)
    return text


def page_of(
    request: HttpRequest,
    name: str,
    rows: "models.QuerySet[R]",
    tell: Callable[[R], dict[str, Any]],
    made_at: Callable[[R], datetime],
) -> JsonResponse:
    """One page of rows, oldest first: `{NAME: [...], "next": cursor, "more": bool}`.

    `made_at` tells when a row was written. Raises ApiProblem `cursor-malformed`.
    """
    cursor = request.GET.get("after", "")
    if cursor:
        rows = rows.filter(pk__gt=number_of(cursor, "cursor-malformed"))
    page = list(rows.order_by("pk")[: PAGE + 1])
    shown, more = page[:PAGE], len(page) > PAGE
    settled = timezone.now() - SETTLED_AFTER
    passed = shown if more else [row for row in shown if made_at(row) < settled]
    return JsonResponse(
        {name: [tell(row) for row in shown], "next": str(passed[-1].pk) if passed else cursor, "more": more}
    )


def number_of(text: str, code: str) -> int:
    """A row's number as it stands in an address. Raises ApiProblem with this code."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < LARGEST_NUMBER):
        raise ApiProblem(code)
    return int(text)


def _all_storable(value: Any) -> bool:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return all(storable(name) and _all_storable(inner) for name, inner in value.items())
    return all(_all_storable(inner) for inner in value) if isinstance(value, list) else True


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's page for 400, in the API's own form."""
    return ApiProblem("bad-request").answer()


def unknown_address(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's page for 404, in the API's own form."""
    return ApiProblem("unknown-address").answer()


def internal_error(request: HttpRequest) -> HttpResponse:
    """Django's page for 500, in the API's own form."""
    return ApiProblem("internal-error").answer()
