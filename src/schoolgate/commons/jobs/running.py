"""A job as the work itself sees it: its arguments, its progress, whether it shall stop."""

import threading
import time
from typing import Any

from schoolgate.commons.jobs.models import Job, JobQuerySet, State

WRITE_EVERY_SECONDS = 1.0


class StopWork(BaseException):
    """Ends the work of a job from within. No `Exception`, so that a guard around one file or pupil lets it pass."""


class LeaseLost(StopWork):
    """Another worker has the job now, or may have it: this one stops and writes nothing more."""


class GivenBack(StopWork):
    """The worker is to stop: the job goes back to where the next worker finds it."""


class RunningJob:
    """One attempt at a job. Any thread of the work may call it.

    `progress` and `cancel_asked` are also where work can be ended from outside (StopWork), so long work calls one of
    them wherever it may be left safely.
    """

    def __init__(self, job: Job, stopping: threading.Event | None = None) -> None:
        self.job_id: int = job.pk
        self.args: dict[str, Any] = job.args
        self.attempt = job.attempt
        self.worker = job.worker
        self.told_to_cancel = False
        self._stopping = stopping
        self._progress: dict[str, Any] = {}
        self._cancel_asked = False
        self._next_write = 0.0
        self._lock = threading.Lock()

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Say how far the work is: `done` of `total` (0: unknown), and in a few words what it is doing.

        Reaches the database at most once a second; the last one always does. Raises LeaseLost or GivenBack.
        """
        with self._lock:
            self._progress = {
                "progress_done": max(0, done),
                "progress_total": max(0, total),
                "progress_text": text.replace("\0", "")[:200],
            }
            self._keep_in_touch()

    def cancel_asked(self) -> bool:
        """Whether somebody asked to stop this job (known within a second). Work that returns after a yes is cancelled.

        Raises LeaseLost or GivenBack.
        """
        with self._lock:
            self._keep_in_touch()
            self.told_to_cancel = self.told_to_cancel or self._cancel_asked
            return self._cancel_asked

    def end(self, step: str, **values: Any) -> None:
        """Take a step that ends this attempt. Raises LeaseLost when the job is no longer this worker's."""
        if not self._fenced().take(step, lease_until=None, **self._progress, **values):
            raise LeaseLost

    def is_called_off(self) -> bool:
        """Whether somebody asked to stop this job, as the database knows it now."""
        return self._fenced().filter(cancel_asked=True).exists()

    def _fenced(self) -> JobQuerySet:
        return Job.objects.filter(pk=self.job_id, state=State.RUNNING, worker=self.worker, attempt=self.attempt)

    def _keep_in_touch(self) -> None:
        if self._stopping is not None and self._stopping.is_set():
            raise GivenBack
        now = time.monotonic()
        if now < self._next_write:
            return
        self._next_write = now + WRITE_EVERY_SECONDS
        if self._progress and not self._fenced().update(**self._progress):
            raise LeaseLost
        asked = self._fenced().values_list("cancel_asked", flat=True).first()
        if asked is None:
            raise LeaseLost
        self._cancel_asked = asked
