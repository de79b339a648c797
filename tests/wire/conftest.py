"""A server that answers with raw bytes, so that every bad answer of the outside world can be given."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

import httpx
import pytest

from schoolgate.wire.http import Timeouts, make_client


@dataclass
class RawRequest:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[RawRequest, socket.socket], bytes | None]


@dataclass
class RawServer:
    """Hands each request to `handler`; what it returns is written as it is, then the connection is closed.

    With `keep_open` it waits for the next request on it, unless there was no answer; with `tls` it speaks TLS, and is
    called by the name `host`.
    """

    handler: Handler
    keep_open: bool = False
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    requests: list[RawRequest] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def address(self) -> str:
        return f"http{'s' if self.tls else ''}://{self.host}:{self.listener.getsockname()[1]}"

    @property
    def asked(self) -> list[str]:
        """Method and path of each request, in order."""
        return [f"{request.method} {request.path}" for request in self.requests]

    def run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.tls is None:
                self._converse(connection)
                return
            with self.tls.wrap_socket(connection, server_side=True) as secured:
                self._converse(secured)

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while request := _read_request(stream):
                self.requests.append(request)
                answer = self.handler(request, connection)
                if answer is not None:
                    connection.sendall(answer)
                if answer is None or not self.keep_open:
                    return


def _read_request(stream: BinaryIO) -> RawRequest | None:
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return RawRequest(first[0], first[1], headers, stream.read(int(headers.get("content-length", "0"))))


class Serve(Protocol):
    def __call__(self, handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = ...) -> RawServer: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[RawServer] = []

    def start(handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> RawServer:
        server = RawServer(handler, tls=tls, host=host)
        servers.append(server)
        threading.Thread(target=server.run, daemon=True).start()
        return server

    yield start
    for server in servers:
        # A blocked accept is not woken by close alone.
        with suppress(OSError):
            server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()


def answer(status: int, content: object = None, *, media: str = "application/json", **headers: str) -> bytes:
    """A whole HTTP answer; `content` is written as JSON unless it is text. Header names take _ for -."""
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {media}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client that keeps to the policy, and is patient with a machine that does other things too."""
    with make_client(timeouts=Timeouts(connect=30, read=30, write=30, pool=30)) as client:
        yield client


@pytest.fixture
def impatient() -> Iterator[httpx.Client]:
    """The same for a server that will not answer."""
    with make_client(timeouts=Timeouts(connect=30, read=0.5, write=30, pool=30)) as client:
        yield client
