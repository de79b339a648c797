"""The calls that a simulator was asked: how many a second it takes, and what it remembers of them."""

import math
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class CallLimit:
    """Takes so many calls of a key within any one second."""

    _taken: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds_to_wait(self, key: str, now: datetime, per_second: float) -> int:
        """Count a call: 0 if it is taken, else the whole seconds until one is. `per_second` 0 takes all."""
        if per_second <= 0:
            return 0
        span = _SECOND if per_second >= 1 else _SECOND / per_second
        with self._lock:
            taken = self._taken.setdefault(key, deque())
            while taken and taken[0] <= now - span:
                taken.popleft()
            if len(taken) < max(1, int(per_second)):
                taken.append(now)
                return 0
            return max(1, math.ceil((taken[0] + span - now).total_seconds()))


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call as a test asks about it: without its key and token."""

    at: datetime
    school: str
    """Whose data was asked for, as the vendor knows the school; empty where the call did not come so far."""
    method: str
    path: str
    query: str
    status: int
    rows: int
    """How many rows were given."""

    def as_json(self) -> dict[str, Any]:
        """The call for /simulator/requests."""
        return {**asdict(self), "at": self.at.isoformat()}
