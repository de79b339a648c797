"""The page for what went wrong on our side."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a page without database or session, with a number that also stands in the log."""
    number = secrets.token_hex(3).upper()
    # The address may hold a secret link; the error itself stands in the log just above.
    log.error("The error above was shown with the number %s.", number)
    return HttpResponse(render_to_string("500.html", {"number": number}), status=500)
