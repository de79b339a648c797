"""The pages for what went wrong on our side, and for addresses that are no page."""

import logging
import secrets
import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string

from schoolgate.commons.filestore import is_no_space

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a page without database or session, with a number that also stands in the log.

    A disk that is full, while an upload is written to it for instance, is told as what it is, with status 507.
    """
    number = secrets.token_hex(3).upper()
    # The address may hold a secret link; the error itself stands in the log just above.
    log.error("The error above was shown with the number %s.", number)
    status = 507 if is_no_space(sys.exc_info()[1]) else 500
    return HttpResponse(render_to_string(f"{status}.html", {"number": number}), status=status)


class StepsAreNoPagesMiddleware:
    """Gives an address that only a button's form may call a page for who opens it: browsers show nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page
