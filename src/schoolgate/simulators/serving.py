"""Serve a simulator over real HTTP on this machine alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"


class SimulatorServer(ThreadingMixIn, WSGIServer):
    """A thread for each call, which does not outlive the server."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, app: "WSGIApplication", port: int = 0) -> None:
        """Listen; a `port` of 0 takes a free one. Raises OSError when it cannot be had."""
        super().__init__((LOOPBACK, port), _Silent)
        self.set_app(app)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def server_bind(self) -> None:
        """Take the address without asking a name server about it."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of those who went away before their answer came."""


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that http.server gave it
        """Write nothing: simulators remember their calls themselves."""


@contextmanager
def serving(app: "WSGIApplication", port: int = 0) -> Iterator[str]:
    """Serve an application while the block runs; gives its address."""
    with SimulatorServer(app, port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()
