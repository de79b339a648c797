"""The outer WSGI switch: programs and people come in by different doors (DESIGN 8).

What programs call (the exchange API) leaves here before sessions, CSRF and messages, and never reads a
cookie; everything else goes through Django's whole chain. Forwarded headers are believed only when they
come from a proxy that the settings name.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from schoolgate.sites.orphans import end_with_parent

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class ProgramDoor(WSGIHandler):
    """Django without middleware, with the addresses of one API."""

    def __init__(self, urlconf: str) -> None:
        self.urlconf = urlconf
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._answer)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        request.urlconf = self.urlconf  # the name by which Django takes other addresses for one request
        answer: HttpResponseBase = self._get_response(request)  # type: ignore[attr-defined]  # the handler's own core
        return answer


class Doors:
    """Chooses the door by the first part of the path."""

    def __init__(self, people: WSGIHandler, programs: dict[str, WSGIHandler], trusted_proxies: Iterable[str]) -> None:
        self.people = people
        self.programs = programs
        self.trusted_proxies = frozenset(trusted_proxies)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self._believe_proxy(environ)
        path = environ.get("PATH_INFO", "")
        for prefix, door in self.programs.items():
            if path.startswith(prefix):
                return door(environ, start_response)
        return self.people(environ, start_response)

    def _believe_proxy(self, environ: Environ) -> None:
        forwarded_for = environ.pop("HTTP_X_FORWARDED_FOR", "")
        forwarded_proto = environ.pop("HTTP_X_FORWARDED_PROTO", "")
        if environ.get("REMOTE_ADDR") not in self.trusted_proxies:
            return
        # The last entry is the one our own proxy wrote; what stands before it anybody can send.
        caller = _address(forwarded_for.split(",")[-1])
        if caller:
            environ["REMOTE_ADDR"] = caller
        if forwarded_proto in {"http", "https"}:
            environ["wsgi.url_scheme"] = forwarded_proto


def _address(text: str) -> str:
    """The IP address in an entry of X-Forwarded-For, without a port; empty when there is none."""
    entry = text.strip()
    for candidate in (entry, entry.rpartition(":")[0]):
        try:
            return str(ipaddress.ip_address(candidate.strip("[]")))
        except ValueError:
            continue
    return ""


def make_application() -> Doors:
    """The WSGI application of the site whose settings are in force."""
    django.setup(set_prefix=False)
    return Doors(
        people=WSGIHandler(),
        programs={prefix: ProgramDoor(urlconf) for prefix, urlconf in settings.SCHOOLGATE_PROGRAM_DOORS.items()},
        trusted_proxies=settings.SCHOOLGATE_CONFIGURATION.items("trusted_proxies"),
    )


end_with_parent()
application = make_application()
