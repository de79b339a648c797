"""SQLite's checkpoints, done beside those who write: what was committed goes from its journal into the database.

SQLite lets whoever commits do that now and then (https://www.sqlite.org/wal.html, 2.2), and all who write wait for it.
"""

import logging
import threading

from django.db import connection

log = logging.getLogger(__name__)

COMMITS_BEFORE_ONE = 64
"""At some twenty pages each the journal grows to as much as SQLite lets it grow to."""
MOST_PAGES = 2_500
"""In the journal, before whoever commits moves them after all: some commits are of thousands of pages."""
CACHED_KIB = 8192
"""Pages kept in memory by the one connection that writes for many threads."""


class Checkpoints:
    """Of the connection that belongs to the thread which makes this: that thread writes, another does the checkpoints.

    What that one has not reached, since more was written meanwhile, the writer moves itself, which is little: else the
    journal would never begin anew, and only grow.
    """

    def __init__(self) -> None:
        self._commits = 0
        self._is_due = threading.Event()
        self._is_done = threading.Event()
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size=-{CACHED_KIB}")
            cursor.execute(f"PRAGMA wal_autocheckpoint={MOST_PAGES}")
        threading.Thread(target=self._work, name="checkpoints", daemon=True).start()

    def committed(self) -> None:
        """Count a commit of the writer's."""
        self._commits += 1
        if self._is_done.is_set():
            self._is_done.clear()
            _checkpoint()
        elif self._commits >= COMMITS_BEFORE_ONE:
            self._commits = 0
            self._is_due.set()

    def _work(self) -> None:
        while self._is_due.wait():
            self._is_due.clear()
            _checkpoint()
            self._is_done.set()


def _checkpoint() -> None:
    """Where it fails (a full disk), all is in the journal as before, and the next one moves it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except Exception:
        log.exception("What was committed stays in SQLite's journal for now.")
