"""Watching jobs to their end, from a command: by whatever works on this site, else by this process itself."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schoolgate.commons.jobs.health import live_workers
from schoolgate.commons.jobs.identity import names_of_the_dead
from schoolgate.commons.jobs.models import Job, JobQuerySet, State
from schoolgate.commons.jobs.worker import Worker

LOOK_EVERY_SECONDS = 0.2


def watch(still_open: JobQuerySet, *, slots: int) -> Iterator[Job]:
    """Wait until there is none of these jobs any more; meanwhile give those that run, again and again.

    When this site runs, its own workers do them, else this process does, on so many slots.
    """
    with _somebody_working(slots) as ensure_a_worker:
        while still_open.exists():
            ensure_a_worker()
            yield from still_open.filter(state=State.RUNNING)
            time.sleep(LOOK_EVERY_SECONDS)


@contextmanager
def _somebody_working(slots: int) -> Iterator[Callable[[], None]]:
    """A function that sees to it that jobs are worked on: by a worker of this process once no other is alive."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    worker = Worker(slots=slots, routine=False)

    def ensure_a_worker() -> None:
        # A worker killed just now still counts as alive for a while, but its name is free at once.
        if not threads and not live_workers().exclude(name__in=names_of_the_dead(worker.folder)).exists():
            threads.append(threading.Thread(target=worker.run, args=(stop,), name="jobs"))
            threads[0].start()

    try:
        yield ensure_a_worker
    finally:
        stop.set()
        for thread in threads:
            thread.join()
