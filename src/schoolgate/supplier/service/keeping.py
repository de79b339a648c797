"""Of which calls the envelopes are kept: those that somebody will want to see, and a sample of all."""

import threading

from schoolgate.supplier.service.log import OK, Line

SAMPLE_SECONDS = 60


class Keeping:
    """Faults, broken rules, calls by test buyers, and of each buyer and operation the first in a minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._seen: set[tuple[int | None, str]] = set()
        self._lock = threading.Lock()

    def wants(self, line: Line, *, test: bool) -> bool:
        """Whether to keep this call's envelopes."""
        return line.outcome != OK or bool(line.broken) or test or self._is_first(line)

    def _is_first(self, line: Line) -> bool:
        minute, key = int(line.at.timestamp()) // SAMPLE_SECONDS, (line.buyer, line.operation)
        if minute == self._minute and key in self._seen:
            return False
        with self._lock:
            if minute != self._minute:
                self._minute, self._seen = minute, set()
            first = key not in self._seen
            self._seen.add(key)
        return first
