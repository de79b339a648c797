"""What all calls of the exchange API have in common: methods, JSON bodies, refusals, headers. No cookie is read."""

import math
import re

from django.core.handlers.wsgi import WSGIRequest
from django.utils import timezone

from schoolgate.authority.bases.la import maintenance_until
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.commons.programs.door import Handler, read_json, storable, view_of

OLDEST_CLIENT = "0.1.0"
LARGEST_JSON_BYTES = 16 * 1024
_OUR_CLIENT = re.compile(r"schoolgate/(\d{1,4})\.(\d{1,4})\.(\d{1,4})")


def calls(*, any_client: bool = False, **handlers: Handler) -> Handler:
    """The view of one address: a handler for each method (`GET=...`). `any_client`: old programs are answered too."""
    return view_of(handlers, ApiProblem, first=None if any_client else _refuse_old_client)


def read_texts(request: WSGIRequest, *names: str, optional: str = "") -> list[str]:
    """The texts of these names in the JSON object that was sent, and last the one that may be left out (then empty).

    Other names are ignored.

    Raises ApiProblem `length-required`, `media-type` or `malformed-request`.
    """
    content = read_json(request, ApiProblem, LARGEST_JSON_BYTES)
    given = [content.get(name) for name in names] if isinstance(content, dict) else []
    if given and optional:
        given.append(content.get(optional, ""))
    texts = [text for text in given if isinstance(text, str) and storable(text)]
    if len(texts) != len(names) + bool(optional):
        raise ApiProblem("malformed-request")
    return texts


def refuse_in_maintenance() -> None:
    """Raise ApiProblem `maintenance` while there is one: nothing new is begun, what was sent can still be asked for."""
    until = maintenance_until()
    if until:
        seconds = math.ceil((until - timezone.now()).total_seconds())
        raise ApiProblem("maintenance", headers={"Retry-After": str(max(1, seconds))})


def _refuse_old_client(request: WSGIRequest) -> None:
    version = _OUR_CLIENT.match(request.headers.get("User-Agent", ""))
    oldest = tuple(int(part) for part in OLDEST_CLIENT.split("."))
    if version and tuple(int(part) for part in version.groups()) < oldest:
        raise ApiProblem("client-too-old", oldest_client=OLDEST_CLIENT)
