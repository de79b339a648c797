"""What all calls of the exchange API have in common: methods, JSON bodies, refusals, headers. No cookie is read."""

import json
import math
import re
from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.http import HttpResponse, UnreadablePostError
from django.utils import timezone

from schoolgate.authority.bases.la import maintenance_until
from schoolgate.authority.exchange.problems import ApiProblem, busy, no_space

Handler = Callable[..., HttpResponse]

OLDEST_CLIENT = "0.1.0"
LARGEST_JSON_BYTES = 16 * 1024
_OUR_CLIENT = re.compile(r"schoolgate/(\d{1,4})\.(\d{1,4})\.(\d{1,4})")


def calls(*, any_client: bool = False, **handlers: Handler) -> Handler:
    """The view of one address: a handler for each method (`GET=...`). `any_client`: old programs are answered too."""
    if "GET" in handlers:
        handlers.setdefault("HEAD", handlers["GET"])

    def view(request: WSGIRequest, **parts: str) -> HttpResponse:
        try:
            if not any_client:
                _refuse_old_client(request)
            handler = handlers.get(request.method or "")
            if handler is None:
                raise ApiProblem("method-not-allowed", headers={"Allow": ", ".join(sorted(handlers))})
            answer = handler(request, **parts)
        except ApiProblem as problem:
            answer = problem.answer()
        except OperationalError as error:
            answer = (no_space() if _is_full(error) else busy()).answer()
        answer["Content-Length"] = str(len(answer.content))
        if request.method == "HEAD":
            # Not every server cuts it off, and a body that nobody expects garbles the connection's next answer.
            answer.content = b""
        answer["Cache-Control"] = "no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    return view


def read_texts(request: WSGIRequest, *names: str, optional: str = "") -> list[str]:
    """The texts of these names in the JSON object that was sent, and last the one that may be left out (then empty).

    Other names are ignored.

    Raises ApiProblem `length-required`, `media-type` or `malformed-request`.
    """
    length = request.environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise ApiProblem("length-required")
    if request.content_type != "application/json":
        raise ApiProblem("media-type")
    if int(length) > LARGEST_JSON_BYTES:
        raise ApiProblem("malformed-request")
    try:
        content: Any = json.loads(request.body)
    except (ValueError, RecursionError, UnreadablePostError):
        raise ApiProblem("malformed-request") from None
    given = [content.get(name) for name in names] if isinstance(content, dict) else []
    if given and optional:
        given.append(content.get(optional, ""))
    texts = [text for text in given if isinstance(text, str) and _storable(text)]
    if len(texts) != len(names) + bool(optional):
        raise ApiProblem("malformed-request")
    return texts


def refuse_in_maintenance() -> None:
    """Raise ApiProblem `maintenance` while there is one: nothing new is begun, what was sent can still be asked for."""
    until = maintenance_until()
    if until:
        seconds = math.ceil((until - timezone.now()).total_seconds())
        raise ApiProblem("maintenance", headers={"Retry-After": str(max(1, seconds))})


def _storable(text: str) -> bool:
    """No database takes these characters, and no user name or password has them."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _refuse_old_client(request: WSGIRequest) -> None:
    version = _OUR_CLIENT.match(request.headers.get("User-Agent", ""))
    oldest = tuple(int(part) for part in OLDEST_CLIENT.split("."))
    if version and tuple(int(part) for part in version.groups()) < oldest:
        raise ApiProblem("client-too-old", oldest_client=OLDEST_CLIENT)


def _is_full(error: OperationalError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == "53100"
