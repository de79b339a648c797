"""A pace for one process: for tests and small commands. Sites share theirs (`authority.collection`)."""

import threading
from collections.abc import Callable


class PaceInMemory:
    """Keeps calls of one key apart, whichever thread makes them, by a clock in seconds that is given."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, key: str, per_second: float) -> None:
        """Wait for the turn of one call."""
        with self._lock:
            now = self._clock()
            turn = max(self._next.get(key, now), now)
            self._next[key] = turn + 1 / per_second
        if turn > now:
            self._sleep(turn - now)

    def hold(self, key: str, seconds: float) -> None:
        """Let no call of this key go for so long."""
        with self._lock:
            self._next[key] = max(self._next.get(key, 0.0), self._clock() + seconds)
