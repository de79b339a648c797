"""Who goes next where not all can go at once: first come, first served.

On SQLite there is one writer at a time. Threads of one process take turns here instead of in SQLite, whose own waiting
sleeps and looks again, ever longer, so that a few unlucky calls of a busy service take many times as long as the
others. Other processes are still waited for by SQLite. (A lock of Python's serves whoever happens to be there when it
is free, with the same unlucky few.)
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class Gate:
    """Lets so many threads through at a time, in the order in which they came."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Wait for one's turn, and hold it."""
        with self._lock:
            called = None
            if self._free:
                self._free -= 1
            else:
                called = threading.Lock()
                called.acquire()
                self._waiting.append(called)
        if called is not None:
            called.acquire()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().release()
                else:
                    self._free += 1


_writer = Gate(1)


@contextmanager
def turn() -> Iterator[None]:
    """This thread's turn to write, not to be asked for by who has it.

    Nothing but a database that takes one writer asks to wait for it.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _writer.passed():
        yield
