"""On SQLite there is one writer at a time. Threads of one process take turns here instead of in SQLite.

SQLite's own waiting sleeps and looks again, ever longer, so that a few unlucky calls of a busy service take many times
as long as the others. Other processes are still waited for by SQLite.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_turn = threading.RLock()


@contextmanager
def turn() -> Iterator[None]:
    """This thread's turn to write. Nothing but a database that takes one writer asks to wait for it."""
    if connection.vendor != "sqlite":
        yield
        return
    with _turn:
        yield
