"""Who goes next where not all can go at once: first come, first served; and writes of many threads in one commit.

Python runs one thread at a time, and SQLite has one writer. So the calls of a busy service are done by one thread for
all, with one connection, one after the other; what they write goes into one transaction (ADR 17, 28). With all threads
at work each would wait for all others at every step, and some for long; each one's connection would read all pages anew
that another has written meanwhile; and SQLite's own way to wait for a writer sleeps and looks again, ever longer. While
another process writes, only what is to be written waits.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar, overload

from django.db import OperationalError, close_old_connections, transaction
from django.db.transaction import TransactionManagementError

from schoolgate.commons.checkpoints import Checkpoints
from schoolgate.commons.prepared import this_connection

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

log = logging.getLogger(__name__)

READS_BEFORE_A_COMMIT = 8
"""What is only read while writes gather for one commit: fewer would cost more commits, more would let writes wait."""
LOOK_AGAIN_SECONDS = 0.01
"""While another process writes and there is nothing to read, or after an error of the thread's own."""


class Write(NamedTuple, Generic[T_co]):
    """What is to be written once all is read: for `in_turn`, which does it in a transaction and returns its result."""

    work: Callable[[], T_co]


@overload
def in_turn(work: Callable[[], Write[T]], *, ahead: bool = False) -> T: ...


@overload
def in_turn(work: Callable[[], T | Write[T]], *, ahead: bool = False) -> T: ...


def in_turn(work: Callable[[], T | Write[T]], *, ahead: bool = False) -> T:
    """Do `work`, which reads, when its turn comes, and what it wants written; return what comes of it when that stands.

    Raises what it raises. It is short: all others wait for it. `ahead`: before what others read, for whoever has to
    wait for a commit afterwards. What is to be written is done as `together` does it. Within a transaction all is a
    part of that.
    """
    if this_connection().in_atomic_block or _thread.is_this():
        return written(work())
    result: T | Write[T] = _thread.do(work, "ahead" if ahead else "read")
    return written(result)


def written(result: T | Write[T]) -> T:
    """What was read; or what comes of the writing, where that is still to be done."""
    return together(result.work) if isinstance(result, Write) else result


def together(work: Callable[[], T]) -> T:
    """Do `work` in a transaction and return what it returns, once that is committed. Raises what it raises.

    On SQLite it shares the transaction, and the wait for the disk, with what other threads want written at that moment:
    a thread for all does it, and does it again where another's work failed. So it does nothing but write, and whatever
    can be made ready is made ready before. Within a transaction it is a part of that.
    """
    db = this_connection()
    if db.vendor != "sqlite" or db.in_atomic_block or _thread.is_this():
        with transaction.atomic():
            done = work()
            _require_kept()
            return done
    result: T = _thread.do(work, "write")
    return result


class _Asked:
    """What one thread wants done, in which line it waits, and what came of it."""

    def __init__(self, work: Callable[[], Any], line: str) -> None:
        self.line = line
        self._told = threading.Lock()
        self._told.acquire()
        self.goes_on_with(work)

    def goes_on_with(self, work: Callable[[], Any]) -> None:
        """This is to be done: as long as nobody has, it is a failure."""
        self.work, self.since = work, time.monotonic()
        self.result: Any = None
        self.error: BaseException | None = OperationalError("What was asked for was given up.")

    def do(self) -> None:
        try:
            self.result, self.error = self.work(), None
        except BaseException as error:  # noqa: BLE001  whoever asked for it raises it; the thread is everybody's
            self.error = error

    def tell(self) -> None:
        """Let go on who waits."""
        self._told.release()

    def wait(self) -> Any:
        self._told.acquire()
        if self.error is not None:
            raise self.error
        return self.result


class _Thread:
    """The thread that works for all others, with a connection of its own; it begins when it is first asked."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[_Asked] = SimpleQueue()
        self._lines: dict[str, deque[_Asked]] = {name: deque() for name in ("ahead", "read", "write")}
        self._thread: threading.Thread | None = None
        self._checkpoints: Checkpoints | None = None
        self._lock = threading.Lock()

    def is_this(self) -> bool:
        """Whether it is this thread that asks."""
        return threading.current_thread() is self._thread

    def do(self, work: Callable[[], Any], line: str) -> Any:
        own = _Asked(work, line)
        self._asked.put(own)
        if self._thread is None or not self._thread.is_alive():
            self._begin()
        return own.wait()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="turns", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        self._checkpoints = None
        while True:
            self._hear(self._seconds_to_wait())
            try:
                self._go_round()
            except BaseException as error:
                log.exception("The thread that works for all others goes on after an error of its own.")
                self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        """Nobody waits for ever, whatever it is that keeps their works from being done."""
        for waiting in self._lines.values():
            while waiting:
                asked = waiting.popleft()
                asked.error = error
                asked.tell()

    def _go_round(self) -> None:
        close_old_connections()
        for _ in range(READS_BEFORE_A_COMMIT // 2):
            self._read("ahead", "read")
            # Whoever goes ahead keeps nobody from moving on.
            self._read("read", "ahead")
        self._hear(0)
        if self._lines["write"]:
            self._write()

    def _note_commit(self) -> None:
        if this_connection().vendor == "sqlite":
            self._checkpoints = self._checkpoints or Checkpoints()
            self._checkpoints.committed()

    def _seconds_to_wait(self) -> float | None:
        """Until somebody asks; but no longer than that where something is to be done, and None where nothing is."""
        if self._lines["ahead"] or self._lines["read"]:
            return 0
        return LOOK_AGAIN_SECONDS if self._lines["write"] else None

    def _hear(self, seconds: float | None) -> None:
        """Let all who ask join their lines; wait so long for the first of them."""
        with suppress(Empty):
            while True:
                asked = self._asked.get(timeout=seconds)
                self._lines[asked.line].append(asked)
                seconds = 0

    def _read(self, *lines: str) -> None:
        """Do the work of whoever is first in the first of these lines in which anybody waits."""
        waiting = next((self._lines[line] for line in lines if self._lines[line]), None)
        if not waiting:
            return
        asked = waiting.popleft()
        asked.do()
        if isinstance(asked.result, Write) and this_connection().vendor == "sqlite":
            asked.goes_on_with(asked.result.work)
            self._lines["write"].append(asked)
        else:
            asked.tell()

    def _write(self) -> None:
        writes = list(self._lines["write"])
        self._lines["write"].clear()
        try:
            _commit(writes)
        finally:
            for write in writes:
                if _is_locked(write.error) and time.monotonic() - write.since < _longest_wait():
                    # Another process writes: meanwhile it is read on.
                    self._lines["write"].append(write)
                else:
                    write.tell()
        if any(write.error is None for write in writes):
            self._note_commit()


def _is_locked(error: BaseException | None) -> bool:
    code = getattr(error.__cause__, "sqlite_errorcode", 0) if isinstance(error, OperationalError) else 0
    # Further bits say why, as while a journal is recovered.
    return bool(code & 0xFF == sqlite3.SQLITE_BUSY)


def _longest_wait() -> float:
    return float(this_connection().settings_dict["OPTIONS"].get("timeout", 5))


def _let_wait(seconds: float) -> None:
    """So long SQLite waits for what another process holds."""
    db = this_connection()
    if db.vendor == "sqlite":
        db.ensure_connection()
        # Django's own cursor takes ten times as long, before and after each commit.
        db.connection.execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")


def _require_kept() -> None:
    """Raises TransactionManagementError where what was written would be undone and nobody told."""
    if transaction.get_rollback():
        raise TransactionManagementError("What was written cannot be committed.")


def _commit(writes: Sequence[_Asked]) -> None:
    """All in one transaction. Where one of several fails, each has one of its own: what is wrong with it is its own."""
    try:
        # Or all who only read would wait too.
        _let_wait(0)
        try:
            with transaction.atomic():
                for write in writes:
                    write.result = write.work()
                _require_kept()
        finally:
            _let_wait(_longest_wait())
    except OperationalError as error:
        # The database's own trouble, a full disk or another process that writes on and on: it is everybody's.
        for write in writes:
            write.error = error
    except BaseException as error:  # noqa: BLE001  whoever asked for it raises it; the thread is everybody's
        if len(writes) == 1:
            writes[0].error = error
            return
        for write in writes:
            _commit([write])
    else:
        for write in writes:
            write.error = None


_thread = _Thread()
