"""What was called: gathered in memory, and written a moment later, many calls at once, so that it slows no call.

A process that is killed loses the lines of its last quarter second, and nothing else.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import OperationalError, close_old_connections

EVERY_SECONDS = 0.25
AT_ONCE = 50
"""Calls in a transaction, which schools' calls wait for."""
MOST_WAITING = 20_000
"""Calls in memory while the database takes none. Beyond, the oldest are forgotten."""

LAST_CALL_IS_GOOD_FOR = timedelta(minutes=1)
"""How old the time of a buyer's last call may be: it is not worth a write with every call."""

OK = "ok"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Line:
    """One call.

    `buyer` and `supplier` are keys, None where nobody proved to be one; `is_news` that this buyer's last call known so
    far is older than LAST_CALL_IS_GOOD_FOR; `fetched` is the key of a document that was given out.
    `microseconds` runs from the read request to the answer. `request` and `answer` are envelopes to keep, without the
    password.
    """

    at: datetime
    request_id: str
    outcome: str
    buyer: int | None = None
    supplier: int | None = None
    is_news: bool = False
    user: str = ""
    operation: str = ""
    version: str = ""
    sentence: str = ""
    doc_id: str = ""
    broken: tuple[str, ...] = ()
    microseconds: int = 0
    address: str = ""
    client: str = ""
    request: str = ""
    answer: str = ""
    fetched: int | None = None

    def with_envelopes(self, request: str, answer: str) -> "Line":
        return replace(self, request=request, answer=answer)


class CallLog:
    """Gathers lines from all threads and gives them to `write`.

    A thread of its own does that, until the process ends; with `alone=False` only whoever calls `flush`.
    """

    def __init__(self, write: Callable[[Sequence[Line]], None], *, alone: bool = True) -> None:
        self._write = write
        self._lines: list[Line] = []
        self._begun = not alone
        self._lock = threading.Lock()

    def add(self, line: Line) -> None:
        self._lines.append(line)
        if not self._begun:
            self._begin()

    def flush(self) -> None:
        """Write what waits. Lines that a busy database does not take wait on; ones that cannot be written are lost."""
        for lines in self._portions():
            try:
                self._write(lines)
            except OperationalError:
                log.exception("%d calls wait to be written to the log.", len(self._lines))
                self._forget(len(self._lines) - MOST_WAITING)
                return
            except Exception:
                log.exception("The log of calls lost some.")
            self._forget(len(lines))

    def _portions(self) -> Iterator[Sequence[Line]]:
        """What waits now. What comes meanwhile waits for more: each portion costs as much as a hundred of its lines."""
        for _ in range(0, len(self._lines), AT_ONCE):
            yield self._lines[:AT_ONCE]

    def _forget(self, number: int) -> None:
        del self._lines[: max(0, number)]

    def _begin(self) -> None:
        with self._lock:
            if not self._begun:
                self._begun = True
                # Not a daemon: the end of the process waits for its last lines.
                threading.Thread(target=self._write_until_the_end, name="call-log").start()

    def _write_until_the_end(self) -> None:
        main = threading.main_thread()
        while main.is_alive():
            main.join(EVERY_SECONDS)
            if self._lines:
                close_old_connections()
                self.flush()
                close_old_connections()
