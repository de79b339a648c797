"""The outer WSGI switch: programs and people come in by different doors (DESIGN 8).

What programs call (the exchange API, a supplier's service and its API) leaves here before sessions, CSRF and messages,
and never reads a cookie; everything else goes through Django's whole chain. Forwarded headers are believed only when
they come from a proxy that the settings name.
"""

import gc
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import django
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver
from django.utils.module_loading import import_string

from schoolgate.commons.programs.proxies import FORWARDED_HOST, PROXIED
from schoolgate.sites.handing_over import in_its_worker
from schoolgate.sites.orphans import end_with_parent

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Door = Callable[[Environ, StartResponse], Iterable[bytes]]


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


class EncryptedOnly:
    """Lets in only who comes by https, from this machine or by a trusted proxy.

    To redirect others would be too late: their password is out, and they would send it so the next time too.
    """

    def __init__(self, door: Door) -> None:
        self.door = door

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if _may_be_overheard(environ):
            told = b"Call by https. What was just sent could be read on its way: change the password in it.\n"
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(told)))]
            # The body is not read, so the connection is of no more use.
            start_response("403 Forbidden", [*headers, ("Cache-Control", "no-store"), ("Connection", "close")])
            return [told]
        return self.door(environ, start_response)


def _may_be_overheard(environ: Environ) -> bool:
    if PROXIED in environ:
        return bool(environ[PROXIED] == "http")
    return environ["wsgi.url_scheme"] != "https" and not _is_loopback(environ.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Doors:
    """Chooses the door by the path: a service's own (in any case of its letters), an API's first part, or people's."""

    def __init__(
        self,
        people: Door,
        programs: Mapping[str, Door],
        trusted_proxies: Iterable[str],
        services: Mapping[str, Door] | None = None,
    ) -> None:
        self.people = people
        self.programs = programs
        self.services = {path.lower(): door for path, door in (services or {}).items()}
        self.trusted_proxies = frozenset(trusted_proxies)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self._believe_proxy(environ)
        return self._door(environ.get("PATH_INFO", ""))(environ, start_response)

    def _door(self, path: str) -> Door:
        service = self.services.get(path.lower().rstrip("/"))
        if service is not None:
            return service
        return next((door for prefix, door in self.programs.items() if path.startswith(prefix)), self.people)

    def _believe_proxy(self, environ: Environ) -> None:
        forwarded_for = environ.pop("HTTP_X_FORWARDED_FOR", "")
        forwarded_proto = environ.pop("HTTP_X_FORWARDED_PROTO", "")
        forwarded_host = environ.pop("HTTP_X_FORWARDED_HOST", "")
        if environ.get("REMOTE_ADDR") not in self.trusted_proxies:
            return
        # The last entry is the one our own proxy wrote; what stands before it anybody can send.
        caller = _address(forwarded_for.split(",")[-1])
        if caller:
            environ["REMOTE_ADDR"] = caller
        environ[PROXIED] = scheme = _scheme(forwarded_proto)
        if scheme:
            environ["wsgi.url_scheme"] = scheme
        environ[FORWARDED_HOST] = forwarded_host.split(",")[-1].strip()


def _scheme(text: str) -> str:
    """http or https, by X-Forwarded-Proto; empty where it says neither. Of several entries the worst counts."""
    entries = {entry.strip().lower() for entry in text.split(",")}
    return next((scheme for scheme in ("http", "https") if scheme in entries), "")


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
    # The modules of all pages are imported now. Else whatever first asks for a page's address would be the one to do
    # it, a school's call with an order for instance, and all others beside it would wait.
    _ = get_resolver().reverse_dict
    guard = EncryptedOnly if settings.SCHOOLGATE_ENCRYPTED_ONLY else _let_in
    services = {path: import_string(door)() for path, door in settings.SCHOOLGATE_SERVICE_DOORS.items()}
    programs = {prefix: ProgramDoor(urlconf) for prefix, urlconf in settings.SCHOOLGATE_PROGRAM_DOORS.items()}
    return Doors(
        people=WSGIHandler(),
        programs={prefix: guard(door) for prefix, door in programs.items()},
        services={path: guard(door) for path, door in services.items()},
        trusted_proxies=settings.SCHOOLGATE_CONFIGURATION.items("trusted_proxies"),
    )


def _let_in(door: Door) -> Door:
    return door


end_with_parent()
_doors = make_application()
# What is there by now stays. Each time that Python looked for garbage in it, all calls waited for 50 ms.
gc.collect()
gc.freeze()
application = in_its_worker(_doors)
