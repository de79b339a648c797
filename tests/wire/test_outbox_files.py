"""Files of the outbox: only the bytes that were offered are taken."""

import gzip
import hashlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from tests.wire.conftest import RawRequest, RawServer, Serve, answer

from schoolgate.wire.exchange import Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import NotSchoolgate, Refused

PLAIN = b"<PERfile/>" * 100
SHA256 = hashlib.sha256(PLAIN).hexdigest()


def packed(plain: bytes, *, without: int = 0) -> bytes:
    """A whole answer, its gzip stream without so many of its last bytes."""
    packed = gzip.compress(plain)
    body = packed[: len(packed) - without]
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    return head.encode() + b"\r\n" + body


def client_of(server: RawServer, http: httpx.Client) -> ExchangeClient:
    return ExchangeClient(server.address, Credentials("8204321", "x"), http, lambda: datetime.now(UTC))


@pytest.fixture
def fetch(serve: Serve, http: httpx.Client) -> Callable[[bytes], bytes]:
    """The file 7, from an authority that answers so."""

    def fetch(said: bytes) -> bytes:
        def handle(request: RawRequest, _: socket.socket) -> bytes:
            return answer(200, {"token": "T"}) if request.path.endswith("/token") else said

        return client_of(serve(handle), http).outbox_file(7, SHA256, len(PLAIN))

    return fetch


def test_the_plain_bytes_come(fetch: Callable[[bytes], bytes]) -> None:
    assert fetch(packed(PLAIN)) == PLAIN


@pytest.mark.parametrize(
    "said", [packed(PLAIN[:-1]), packed(PLAIN + b" "), packed(PLAIN, without=9), answer(200, "<html>")]
)
def test_other_bytes_are_not_taken(fetch: Callable[[bytes], bytes], said: bytes) -> None:
    with pytest.raises(NotSchoolgate):
        fetch(said)


def test_a_file_that_is_not_offered_any_more_is_told_so(fetch: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Refused) as refused:
        fetch(answer(404, {"code": "unknown-entry"}))
    assert refused.value.code == "unknown-entry"
