"""Work that comes round by itself: tidying, reminders. What people set the times of is in `commons/schedules`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import submit

Work = Callable[[], Any]


@dataclass(frozen=True)
class Periodic:
    """A function that runs once in each span of `seconds`, on one worker."""

    name: str
    words: str
    seconds: int
    work: Work


class Look(Protocol):
    """Something that looks whether there is anything to do, and asks for it."""

    def tick(self) -> None: ...


PERIODIC: dict[str, Periodic] = {}
LOOKS: list[Callable[[], Look]] = []


def on_every_tick(make: Callable[[], Look]) -> None:
    """Let every worker have one of these and call it about once a second; it must be cheap when nothing is to do."""
    LOOKS.append(make)


def every(*, seconds: int = 0, minutes: int = 0, hours: int = 0, words: str = "") -> Callable[[Work], Work]:
    """Run a function without arguments again and again, by one worker at a time, also after a pause when one is due.

    `words` is its title on the screen of jobs; else its name is. The function must bear being run twice.
    """

    def remember(work: Work) -> Work:
        name = f"{work.__module__}.{work.__qualname__}"
        title = words or work.__name__.replace("_", " ").capitalize()
        PERIODIC[name] = Periodic(name, title, seconds + 60 * minutes + 3600 * hours, work)
        return work

    return remember


@register
class PeriodicWork(JobKind):
    """One run of a periodic function."""

    name = "periodic"
    label = "Routine work"
    max_attempts = 1
    routine = True
    keep_days = 2

    def words(self, args: dict[str, Any]) -> str:
        known = PERIODIC.get(args["name"])
        return known.words if known else str(args["name"])

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        known = PERIODIC.get(running.args["name"])
        if known is None:
            raise Permanent("This version of Schoolgate does not do this any more. Nothing is to be done.")
        known.work()
        return None


class Ticker:
    """Submits what is due. Every worker has one; `dedup` makes one job of what several submit."""

    def __init__(self) -> None:
        self._submitted: dict[str, int] = {}
        self._looks = [make() for make in LOOKS]

    def tick(self) -> None:
        """Submit each periodic function once in each of its spans, counted from the epoch, and what else is due."""
        now = time.time()
        for periodic in PERIODIC.values():
            span = int(now // periodic.seconds)
            if self._submitted.get(periodic.name) == span:
                continue
            # One that still waits is run for both spans.
            if not Job.objects.filter(kind="periodic", key=periodic.name, state=State.READY).exists():
                submit("periodic", {"name": periodic.name}, key=periodic.name, dedup=f"{periodic.name} {span}")
            self._submitted[periodic.name] = span
        for look in self._looks:
            look.tick()
