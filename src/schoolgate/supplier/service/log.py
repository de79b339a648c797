"""What was called: gathered in memory, and written a moment later, many calls at once, so that it slows no call.

A process that is killed loses the lines of its last quarter second, and nothing else.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import OperationalError, close_old_connections

LONGEST_PAUSE_SECONDS = 0.25
GATHERED = 50
"""Calls that are let gather where so many come within the longest pause: a transaction costs as much as they do."""
AT_ONCE = 100
"""Calls in a transaction at most: schools' calls wait for it."""
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

    def flush(self) -> int:
        """Write what waits; how many lines that were.

        Lines that a busy database does not take wait on; ones that cannot be written are lost.
        """
        done = 0
        try:
            for lines in self._portions():
                self._take(lines)
                done += len(lines)
        except OperationalError:
            log.exception("%d calls wait to be written to the log.", len(self._lines))
            self._forget(len(self._lines) - MOST_WAITING)
        return done

    def _take(self, lines: Sequence[Line]) -> None:
        """Write the first lines that wait. Where they cannot be, each by itself: only what is wrong is lost."""
        try:
            self._write(lines)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  whatever it is, the other lines are not to be lost with one
            self._take_one_by_one(lines)
        else:
            self._forget(len(lines))

    def _take_one_by_one(self, lines: Sequence[Line]) -> None:
        lost: list[Exception] = []
        try:
            for line in lines:
                try:
                    self._write([line])
                except OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001  told below, once for all
                    lost.append(error)
                self._forget(1)
        finally:
            if lost:
                log.error("The log of calls lost %d of %d.", len(lost), len(lines), exc_info=lost[0])

    def _portions(self) -> Iterator[Sequence[Line]]:
        """What waits now. What comes meanwhile waits for more."""
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
        main, pause, began = threading.main_thread(), LONGEST_PAUSE_SECONDS, time.monotonic()
        while main.is_alive():
            main.join(pause)
            done = 0
            since, began = began, time.monotonic()
            if self._lines:
                close_old_connections()
                done = self.flush()
                close_old_connections()
            pause = next_pause(began - since, done)


def next_pause(seconds: float, calls: int) -> float:
    """How long calls are let gather, in seconds, when so many came within that time.

    Many portions one after the other would hold up whoever calls meanwhile.
    """
    return min(seconds * GATHERED / max(calls, 1), LONGEST_PAUSE_SECONDS)
