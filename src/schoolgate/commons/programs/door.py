"""What the calls of every API have in common: methods, JSON bodies, refusals, headers. No cookie is read."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.http import HttpResponse, UnreadablePostError

from schoolgate.commons.programs.problems import Problem

Handler = Callable[..., HttpResponse]


def view_of(
    handlers: Mapping[str, Handler], problem: type[Problem], *, first: Callable[[WSGIRequest], None] | None = None
) -> Handler:
    """The view of one address: a handler for each method. `first` looks at every request and may refuse it.

    What the handlers raise as `problem` is answered as RFC 9457 has it, and so is a database that is busy or full.
    """
    by_method = {**({"HEAD": handlers["GET"]} if "GET" in handlers else {}), **handlers}

    def view(request: WSGIRequest, **parts: str) -> HttpResponse:
        try:
            if first is not None:
                first(request)
            handler = by_method.get(request.method or "")
            if handler is None:
                raise problem("method-not-allowed", headers={"Allow": ", ".join(sorted(by_method))})
            answer = handler(request, **parts)
        except Problem as refused:
            answer = refused.answer()
        except OperationalError as error:
            answer = (problem.no_space() if _is_full(error) else problem.busy()).answer()
        answer["Content-Length"] = str(len(answer.content))
        if request.method == "HEAD":
            # Not every server cuts it off, and a body that nobody expects garbles the connection's next answer.
            answer.content = b""
        answer["Cache-Control"] = "no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    return view


def read_json(request: WSGIRequest, problem: type[Problem], largest_bytes: int) -> Any:
    """The JSON that was sent. Numbers with a fraction are Decimal: money is never a float.

    Raises `problem` with the code length-required, media-type or malformed-request.
    """
    if request.content_type != "application/json":
        _length(request, problem)
        raise problem("media-type")
    body = read_body(request, problem, largest_bytes)
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        detail = f"The body is no JSON: {error.msg}, in line {error.lineno}, column {error.colno}."
        raise problem("malformed-request", detail=detail) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise problem("malformed-request") from None


def read_body(request: WSGIRequest, problem: type[Problem], largest_bytes: int) -> bytes:
    """The whole body. Raises `problem` with the code length-required or malformed-request."""
    if _length(request, problem) > largest_bytes:
        raise problem("malformed-request")
    try:
        return request.body
    except UnreadablePostError:
        raise problem("malformed-request") from None


def storable(text: str) -> bool:
    """Whether a database takes these characters."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def rfc3339(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _length(request: WSGIRequest, problem: type[Problem]) -> int:
    # Tried: under Django's WSGI a chunked body reads as empty, without an error (DESIGN 8).
    length = request.environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise problem("length-required")
    return int(length)


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def _is_full(error: OperationalError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == "53100"
