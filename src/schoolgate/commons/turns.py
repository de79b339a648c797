"""Who goes next where not all can go at once: first come, first served; and writes of many threads in one commit.

On SQLite there is one writer at a time. Threads of one process wait for it here instead of in SQLite, whose own waiting
sleeps and looks again, ever longer, so that a few unlucky calls of a busy service take many times as long as the
others. Other processes are still waited for by SQLite. (A lock of Python's serves whoever happens to be there when it
is free, with the same unlucky few.)
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, TypeVar

from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.transaction import TransactionManagementError

T = TypeVar("T")


class Gate:
    """Lets so many threads through at a time, in the order in which they came."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def passed(self, *, first: bool = False) -> Iterator[None]:
        """Wait for one's turn, and hold it. `first`: before all who wait."""
        with self._lock:
            called = None
            if self._free:
                self._free -= 1
            else:
                called = threading.Lock()
                called.acquire()
                (self._waiting.appendleft if first else self._waiting.append)(called)
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


WORK = Gate(1)
"""The calls of a busy service work one after the other, each to its end.

Python runs one thread at a time: with all of them at work each waits for all others at every step, and some for long.
Whoever has this turn writes nothing: who writes waits for it.
"""


class _Write:
    """What one thread wants written, and what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: Exception | None = OperationalError("What was to be written was given up.")
        self.called = threading.Lock()
        self.called.acquire()


class _Writer:
    """A thread that writes for all others, with a connection of its own: what waits goes into one transaction.

    Tried: to let whoever came first write for all. Then each thread's connection keeps pages of large transactions in
    memory, and reads all pages anew that another's has written meanwhile.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[_Write] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def do(self, work: Callable[[], T]) -> T:
        own = _Write(work)
        self._asked.put(own)
        self._begin()
        own.called.acquire()
        if own.error is not None:
            raise own.error
        result: T = own.result
        return result

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while True:
            writes = [self._asked.get()]
            while not self._asked.empty():
                writes.append(self._asked.get())
            try:
                close_old_connections()
                _commit(writes)
            finally:
                for write in writes:
                    write.called.release()


def _commit(writes: Sequence[_Write]) -> None:
    """All in one transaction. Where one of several fails, each has one of its own: what is wrong with it is its own."""
    try:
        with transaction.atomic(), WORK.passed(first=True):
            for write in writes:
                write.result = write.work()
            if transaction.get_rollback():
                raise TransactionManagementError("What was written cannot be committed.")
    except OperationalError as error:
        # The database's own trouble, a full disk or another process that writes on and on: it is everybody's.
        for write in writes:
            write.error = error
    except Exception as error:  # noqa: BLE001  whoever asked for it raises it
        if len(writes) == 1:
            writes[0].error = error
            return
        for write in writes:
            _commit([write])
    else:
        for write in writes:
            write.error = None


_writer = _Writer()


def together(work: Callable[[], T]) -> T:
    """Do `work` in a transaction and return what it returns, once that is committed. Raises what it raises.

    On SQLite it shares the transaction, and the wait for the disk, with what other threads want written at that moment:
    a thread for all does it, and does it again where another's work failed. So it does nothing but write, and whatever
    can be made ready is made ready before. Within a transaction it is a part of that.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return work()
    return _writer.do(work)
