"""A WSGI application served by waitress from the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import waitress
from waitress.wasyncore import close_all


@contextmanager
def served(application: Any, *, threads: int) -> Iterator[int]:
    """Serve it on loopback; gives the port."""
    server: Any = waitress.create_server(application, host="127.0.0.1", port=0, threads=threads)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # In its own thread, which would else find out within a second; with the lines that callers keep open. It may
        # have found out by itself before it is woken, and then there is no bell to ring any more.
        with suppress(OSError):
            server.trigger.pull_trigger(lambda: close_all(server._map))
        server.task_dispatcher.shutdown()
        thread.join(5)
