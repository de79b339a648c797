"""What happened in a run, line by line, as it happens: a kill loses none of it."""

from django.db.models import F

from schoolgate.authority.collection.models import CollectionRun, Level, LogLine
from schoolgate.wire.mis.connector import Call

NO_ANSWER = "no-answer"
TOO_MANY = 429


class RunLog:
    """Writes the lines of one run. What is written names no pupil and quotes no value."""

    def __init__(self, run: CollectionRun) -> None:
        self._run = run
        self._last: Call | None = None
        self._calls = 0

    def info(self, message: str, *, group: str = "") -> None:
        self._write(Level.INFO, message, group, "")

    def warn(self, message: str, *, group: str = "", code: str = "") -> None:
        self._write(Level.WARN, message, group, code)

    def error(self, message: str, *, group: str = "", code: str = "") -> None:
        self._write(Level.ERROR, message, group, code)

    def call(self, call: Call) -> None:
        """A call; one that did not go well has a line of its own."""
        self._calls += 1
        if 200 <= call.status < 300:
            return
        self._last = call
        answer = f"answered {call.status}" if call.status else "gave no answer"
        said = f": {call.said}" if call.said else ""
        message = f"{call.what} {answer} after {call.seconds:.1f} s, try {call.attempt}{said}"
        self._write(Level.WARN, message, "", str(call.status) if call.status else NO_ANSWER)

    def keep_calls(self) -> None:
        """Add the calls that were made to those of the run's earlier tries."""
        CollectionRun.objects.filter(pk=self._run.pk).update(calls=F("calls") + self._calls)
        self._calls = 0

    def last_trouble(self) -> str:
        """What the last call that did not go well said, in a sentence."""
        if self._last is None:
            return "The service takes no calls now."
        if self._last.status == TOO_MANY:
            return "The service takes no more calls for now (429)."
        return f"The service answers {self._last.status}." if self._last.status else "The service gives no answer."

    def _write(self, level: Level, message: str, group: str, code: str) -> None:
        LogLine.objects.create(run=self._run, level=level, group=group, code=code[:40], message=message[:500])
