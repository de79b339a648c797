"""A worker: a thread that claims jobs and feeds them to slots, one that renews leases, one that watches the clock."""

import logging
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections
from django.db.models.functions import Now

from schoolgate.commons.jobs.engine import claim, free_leases_of, lease, perform, reap, renew, without_values
from schoolgate.commons.jobs.identity import Identity, take_identity
from schoolgate.commons.jobs.models import Job, WorkerLife
from schoolgate.commons.jobs.periodic import Ticker
from schoolgate.commons.jobs.submitting import work_waiting

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
TICK_SECONDS = 1.0
AFTER_TROUBLE_SECONDS = 1.0
LEAVE_WITHIN_SECONDS = 15.0


class Worker:
    """Works on jobs, `slots` at once; one object for one run. `folder` (the site's home has one) holds its name.

    `routine`: it also sees to the work that comes round by itself; a worker that is there for one task does not.
    """

    def __init__(self, *, slots: int, folder: Path | None = None, routine: bool = True) -> None:
        self.slots = slots
        self.routine = routine
        self.folder = folder or settings.SCHOOLGATE_HOME.folder / "workers"
        self._free_slots = threading.Semaphore(slots)
        self._given: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        # Ids with their attempts: a job whose lease was lost may come again while its old attempt still ends here.
        self._held: set[tuple[int, int]] = set()

    def run(self, stop: threading.Event, *, until_idle: bool = False) -> None:
        """Work until `stop` is set; with `until_idle` also until there is nothing to claim and nothing in hand.

        At the end it waits for what runs: short work ends, long work is given back at its next safe point. What
        finds none within LEAVE_WITHIN_SECONDS keeps its lease, and the worker its name, until the process ends.
        """
        identity = take_identity(self.folder)
        log.info("worker %s starts with %d slots", identity.name, self.slots)
        with _enduring():
            free_leases_of(identity.name)
        leaving, no_more = threading.Event(), threading.Event()
        keeper = threading.Thread(target=self._keep, args=(identity.name, leaving), name="keeper", daemon=True)
        watch = threading.Thread(target=self._watch_the_clock, args=(no_more,), name="watch", daemon=True)
        slots = [
            threading.Thread(target=self._work, args=(stop,), name=f"slot-{number}", daemon=True)
            for number in range(1, self.slots + 1)
        ]
        watching = [watch] if self.routine else []
        for thread in [keeper, *watching, *slots]:
            thread.start()
        try:
            self._claim(identity.name, stop, until_idle=until_idle)
        finally:
            # What comes due from here on is for the next worker, which then sees how late it is.
            no_more.set()
            self._leave(identity, slots)
            leaving.set()
            for thread in [keeper, *watching]:
                thread.join()

    def _claim(self, name: str, stop: threading.Event, *, until_idle: bool) -> None:
        while not stop.is_set():
            if not self._free_slots.acquire(timeout=POLL_SECONDS):
                continue
            job = None
            with _enduring(stop):
                job = claim(name)
            if job is not None:
                self._held.add((job.pk, job.attempt))
                self._given.put(job)
                continue
            self._free_slots.release()
            if until_idle and not self._held:
                return
            work_waiting.wait(POLL_SECONDS)
            work_waiting.clear()

    def _work(self, stop: threading.Event) -> None:
        """One slot: does what it is given, until it is given None."""
        while (job := self._given.get()) is not None:
            # When the end cannot be recorded the lease runs out and the job is done again.
            with _enduring():
                perform(job, stop)
            self._held.discard((job.pk, job.attempt))
            self._free_slots.release()
            # Another job of the same key may go now.
            work_waiting.set()
            close_old_connections()
        connections.close_all()

    def _keep(self, name: str, leaving: threading.Event) -> None:
        """Renew, then reap: after a sleep of the machine this worker's own leases must not look like a dead one's."""
        next_sign = 0.0
        while True:
            with _enduring():
                renew(name, {job_id for job_id, _ in self._held.copy()})
                reap()
                if time.monotonic() >= next_sign:
                    self._give_a_sign_of_life(name)
                    next_sign = time.monotonic() + lease().total_seconds()
            if leaving.wait(lease().total_seconds() / 4):
                break
        with _enduring():
            WorkerLife.objects.filter(name=name).delete()
        connections.close_all()

    def _watch_the_clock(self, no_more: threading.Event) -> None:
        """A thread of its own, so that much that comes due at once keeps no lease from being renewed."""
        ticker = Ticker()
        while not no_more.is_set():
            with _enduring(no_more):
                ticker.tick()
            no_more.wait(TICK_SECONDS)
        connections.close_all()

    def _give_a_sign_of_life(self, name: str) -> None:
        if not WorkerLife.objects.filter(name=name).update(seen_at=Now(), slots=self.slots):
            WorkerLife.objects.create(name=name, slots=self.slots)

    def _leave(self, identity: Identity, slots: list[threading.Thread]) -> None:
        for _ in slots:
            self._given.put(None)
        deadline = time.monotonic() + LEAVE_WITHIN_SECONDS
        for slot in slots:
            slot.join(max(0.0, deadline - time.monotonic()))
        connections.close_all()
        if any(slot.is_alive() for slot in slots):
            log.warning("worker %s leaves work behind that finds no safe point", identity.name)
        else:
            identity.give_up()
            log.info("worker %s ends", identity.name)


@contextmanager
def _enduring(stop: threading.Event | None = None) -> Iterator[None]:
    """Nothing ends a thread of a worker: a database that is busy, restarting or gone for a while least of all.

    After trouble the connection is given up, and the thread pauses (until `stop`), so that it does not turn idly.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001  see above
        log.error("a worker's thread had trouble: %s", without_values(error))
        connections.close_all()
        (stop or threading.Event()).wait(AFTER_TROUBLE_SECONDS)
