"""The door that school finance systems come in by: bare WSGI, beside Django's handler and without its middleware.

POST is a call; GET shows the page for people or, with `?WSDL`, the description. No answer holds a stack trace: what
goes wrong on our side is told with a number, under which the rest stands in the site's log.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started

from schoolgate.commons.prepared import this_connection
from schoolgate.supplier.service.address import address_of
from schoolgate.supplier.service.body import NotRead, Readers, read_body
from schoolgate.supplier.service.handling import handle
from schoolgate.supplier.service.keeping import Keeping
from schoolgate.supplier.service.log import CallLog
from schoolgate.supplier.service.page import PAGE_HEADERS, write_page
from schoolgate.supplier.service.writing import write_lines
from schoolgate.wire.soap.contract import ORDERS_ONCE
from schoolgate.wire.soap.envelope import content_type
from schoolgate.wire.soap.wsdl import CONTENT_TYPE as WSDL_TYPE
from schoolgate.wire.soap.wsdl import write_wsdl

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]

_STATUSES = {200: "200 OK", 415: "415 Unsupported Media Type", 500: "500 Internal Server Error"}
_NOT_KEPT = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]

log = logging.getLogger(__name__)


class SoapDoor:
    """The WSGI application of the service."""

    def __init__(self, calls: CallLog | None = None) -> None:
        self.calls = calls or CallLog(write_lines)
        self._readers = Readers(max(1, settings.SCHOOLGATE_CONFIGURATION.number("web_threads") // 2))
        self._keeping = Keeping()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "POST":
            return self._call(environ, start_response)
        if method in {"GET", "HEAD"}:
            return _show(environ, start_response)
        sentence = "The service is called by POST. GET shows its page, and its description with ?WSDL."
        return say(start_response, "405 Method Not Allowed", sentence, ("Allow", "GET, HEAD, POST"))

    def _call(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = read_body(environ, self._readers)
        except NotRead as refused:
            # What is left of the body would be taken for the next request.
            return say(start_response, refused.status, refused.sentence, ("Connection", "close"))
        if this_connection().vendor == "sqlite":
            # Its connection stays open as it is, and most calls leave the database to another thread.
            handled = handle(environ, body, self._keeping)
        else:
            with _request(environ):
                handled = handle(environ, body, self._keeping)
        self.calls.add(handled.line)
        headers = [("Content-Type", content_type(handled.version)), ORDERS_ONCE, *_NOT_KEPT]
        return _answer(start_response, _STATUSES[handled.status], handled.envelope, headers)


@contextmanager
def _request(environ: Environ) -> Iterator[None]:
    """Tell Django of the request, which then looks after this thread's connection to the database."""
    request_started.send(SoapDoor, environ=environ)
    try:
        yield
    finally:
        request_finished.send(SoapDoor)


def say(start_response: StartResponse, status: str, sentence: str, *headers: tuple[str, str]) -> list[bytes]:
    """Answer with a sentence, where not even a fault would be understood."""
    return _answer(
        start_response, status, f"{sentence}\n".encode(), [("Content-Type", "text/plain; charset=utf-8"), *headers]
    )


def _show(environ: Environ, start_response: StartResponse) -> list[bytes]:
    """The page or the description; of HEAD the headers alone."""
    try:
        if _asks_for_wsdl(environ):
            headers, shown = [("Content-Type", WSDL_TYPE), *_NOT_KEPT], write_wsdl(address_of(environ))
        else:
            with _request(environ):
                headers, shown = PAGE_HEADERS, write_page(address_of(environ))
    except Exception:
        number = secrets.token_hex(4).upper()
        log.exception("The page of the service failed; it was told the number %s.", number)
        return say(start_response, _STATUSES[500], f"Something went wrong on the service's side ({number}).")
    answer = _answer(start_response, _STATUSES[200], shown, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else answer


def _asks_for_wsdl(environ: Environ) -> bool:
    """`?WSDL` in any case of its letters; `?wsdl=1` and what else clients hang on are the same."""
    return (environ.get("QUERY_STRING") or "")[:4].lower() == "wsdl"


def _answer(start_response: StartResponse, status: str, body: bytes, headers: Headers) -> list[bytes]:
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
