"""One school's file, its client, and an authority that signs it in: what the tests of the exchange client share."""

import gzip
import hashlib
import io
import socket
from datetime import UTC, datetime
from typing import BinaryIO

import httpx
import pytest
from tests.wire.conftest import Handler, RawRequest, Serve, answer

from schoolgate.wire import exchange
from schoolgate.wire.exchange import Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import ExchangeError

NAME = "8204321_CES_820LLLL_001.xml"
PLAIN = b"<CESfile/>"
SHA256 = hashlib.sha256(PLAIN).hexdigest()
CREDENTIALS = Credentials("8204321", "Green-Abbey-2026!")
PLACE = f"student/files/{SHA256}/{NAME}"
TOLD = {"file": {"sha256": SHA256, "size": len(PLAIN)}, "receipt": "a.b.c", "outcome": {"state": "queued"}}
NOW = datetime(2026, 11, 20, 15, 24, tzinfo=UTC)


def open_gzip() -> BinaryIO:
    return io.BytesIO(gzip.compress(PLAIN, mtime=0))


def client_of(address: str, http: httpx.Client) -> ExchangeClient:
    return ExchangeClient(address, CREDENTIALS, http, clock=lambda: NOW)


def send(client: ExchangeClient) -> exchange.Delivery:
    return client.send_file("student", NAME, SHA256, len(PLAIN), open_gzip)


def after_sign_in(handler: Handler) -> Handler:
    """Signs everybody in and hands the other calls to `handler`."""

    def handle(request: RawRequest, connection: socket.socket) -> bytes | None:
        if request.path.endswith("/token"):
            return answer(200, {"token": "T1", "expires": "2026-11-20T15:39:00Z", "bases": []})
        return handler(request, connection)

    return handle


def problem(status: int, code: str, **headers: str) -> bytes:
    content = {"type": "about:blank", "title": "No", "status": status, "code": code, "detail": "Said by the LA."}
    return answer(status, content, media="application/problem+json", **headers)


def error_from(handler: Handler, serve: Serve, http: httpx.Client) -> ExchangeError:
    with pytest.raises(ExchangeError) as raised:
        send(client_of(serve(after_sign_in(handler)).address, http))
    return raised.value
