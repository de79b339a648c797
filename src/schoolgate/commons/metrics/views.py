"""The door for Prometheus, or whatever reads its format: off until the operator sets a token (ADR 18)."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from schoolgate.commons.metrics.measures import measured
from schoolgate.commons.metrics.prometheus import CONTENT_TYPE, text_of

PLAIN = "text/plain; charset=utf-8"


def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers, for who knows the token. It reads no cookie, and is not there while no token is set."""
    token = settings.SCHOOLGATE_CONFIGURATION.text("metrics_token")
    if not token:
        answer = HttpResponse("Metrics are off: the start-up setting metrics_token is empty.\n", PLAIN, 404)
    elif not hmac.compare_digest(_bearer(request), token.encode()):
        answer = HttpResponse("The token is missing or wrong: see metrics_token.\n", PLAIN, 401)
        answer["WWW-Authenticate"] = 'Bearer realm="metrics"'
    elif request.method not in {"GET", "HEAD"}:
        answer = HttpResponse("Metrics are read with GET.\n", PLAIN, 405)
        answer["Allow"] = "GET, HEAD"
    else:
        answer = HttpResponse(text_of(measured()), CONTENT_TYPE)
    answer["Cache-Control"] = "no-store"
    return answer


def _bearer(request: HttpRequest) -> bytes:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode() if scheme.lower() == "bearer" else b""
