"""How a web process lets another take its place without a call being lost (ADR 15).

First it takes no new connections: they wait at the socket, which is not its own alone, for the next process. Then it
answers what comes by the connections that it has, and tells with each answer that the connection ends. Only after a
while, when nobody who calls now and then has one left, it ends.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

LAST_CALLS_SECONDS = 3.0
READY = "SCHOOLGATE_READY_FD"
"""In the environment: the descriptor of a pipe by which whoever started this process hears that it can be called."""

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class HandingOver:
    """Begun in granian's main process, carried out by its workers, which are forks of that."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = os.fstat(listener.fileno())
        self._told, self._tell = os.pipe()
        self._begun = threading.Event()

    def begin(self) -> None:
        """Tell the workers, by the end of the pipe."""
        if not self._begun.is_set():
            self._begun.set()
            os.close(self._tell)

    def watched(self, application: Application) -> Application:
        """In a worker: the application as it goes on when this begins."""
        os.close(self._tell)
        threading.Thread(target=self._wait, name="handing-over", daemon=True).start()

        def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
            if self._begun.is_set() and environ.get("SERVER_PROTOCOL", "").startswith("HTTP/1"):
                return application(environ, _closing(start_response))
            return application(environ, start_response)

        return answer

    def _wait(self) -> None:
        os.read(self._told, 1)
        self._accept_no_more()
        self._begun.set()

    def _accept_no_more(self) -> None:
        """Put a socket to which nobody connects in the place of the listener, wherever this process has it.

        To close it would not do: granian closes connections that it has accepted and not read from yet.
        """
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            deaf.setblocking(False)
            for entry in Path("/proc/self/fd").iterdir():
                with contextlib.suppress(OSError):
                    found = os.fstat(int(entry.name))
                    if (found.st_dev, found.st_ino) == (self._listener.st_dev, self._listener.st_ino):
                        os.dup2(deaf.fileno(), int(entry.name))


current: HandingOver | None = None
"""That of the web process which this one is a worker of."""


def in_its_worker(application: Application) -> Application:
    """The application as the web process serves it that loads it; tell whoever waits that it can be called."""
    served = current.watched(application) if current is not None else application
    descriptor = os.environ.pop(READY, "")
    if descriptor:
        # Nobody waits any more where this is a worker that came in the place of one that died.
        with contextlib.suppress(OSError):
            os.write(int(descriptor), b".")
    return served


def _closing(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        said = [*headers, ("Connection", "close")]
        return start_response(status, said, exc_info) if exc_info else start_response(status, said)

    return start
