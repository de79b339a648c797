"""`Idempotency-Key`: a request said again gets the answer it got, and nothing is done twice.

The answer is written in the transaction that does the thing. So a crash leaves neither, and of two at once the later
waits for the first. Refusals are not kept: a mended request may come with the same key.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpResponse

from schoolgate.commons.sealed import seal, unseal
from schoolgate.supplier.api.problems import ApiProblem
from schoolgate.supplier.models import ApiKey, IdempotentAnswer

LONGEST = 200
Answer = tuple[int, dict[str, Any]]


def answer_once(request: WSGIRequest, key: ApiKey, work: Callable[[], Answer]) -> HttpResponse:
    """Do the work and answer, or give the answer that this request got before under its Idempotency-Key.

    Raises ApiProblem `idempotency-key-malformed` or `idempotency-key-used` (with another request).
    """
    name = request.headers.get("Idempotency-Key")
    if name is None:
        status, content = work()
        return _answer(status, json.dumps(content))
    if not (0 < len(name) <= LONGEST and name.isascii() and name.isprintable()):
        raise ApiProblem("idempotency-key-malformed")
    digest = _digest_of(request)
    with transaction.atomic():
        row, new = IdempotentAnswer.objects.get_or_create(
            api_key=key, key=name, defaults={"request_digest": digest, "status": 0, "body": ""}
        )
        if not new:
            if row.request_digest != digest:
                raise ApiProblem("idempotency-key-used")
            return _answer(row.status, unseal(row.body), again=True)
        status, content = work()
        body = json.dumps(content)
        # An answer may tell a password.
        row.status, row.body = status, seal(body)
        row.save(update_fields=["status", "body"])
    return _answer(status, body)


def _answer(status: int, body: str, *, again: bool = False) -> HttpResponse:
    headers = {"Idempotent-Replayed": "true"} if again else {}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def _digest_of(request: WSGIRequest) -> str:
    head = f"{request.method} {request.get_full_path()}\n{request.content_type}\n"
    return hashlib.sha256(head.encode("utf-8", "surrogateescape") + request.body).hexdigest()
