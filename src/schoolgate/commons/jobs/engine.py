"""Claiming, doing and ending jobs: one way on SQLite and PostgreSQL alike (DESIGN 6).

A worker claims a job in one transaction and holds a lease on it, which it renews while it works. Every later write is
fenced by worker and attempt. Whatever a worker leaves behind when it dies is freed when its lease runs out, by any
worker, or at once when a worker of its name starts again. No engine promises exactly once across a kill: work that
was done and not yet recorded is done again, so it must be idempotent.
"""

import logging
import random
import secrets
import threading
import traceback
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import KINDS, Permanent, TryLater
from schoolgate.commons.jobs.models import Job, JobQuerySet, State
from schoolgate.commons.jobs.running import GivenBack, LeaseLost, RunningJob

log = logging.getLogger(__name__)

DEATHS_UNTIL_PARKED = 3
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 900.0


def lease() -> timedelta:
    return timedelta(seconds=settings.SCHOOLGATE_JOB_LEASE_SECONDS)


def claimable() -> JobQuerySet:
    """Due jobs of whose key no other runs, in the order in which they are to be worked on."""
    same_key = Job.objects.filter(state=State.RUNNING, key=OuterRef("key")).exclude(key="")
    return Job.objects.due().filter(~Exists(same_key)).order_by("-priority", "run_at", "id")


def claim(worker: str) -> Job | None:
    """Give the next job to this worker, for one lease. None: there is nothing to do."""
    # A look without a transaction first: on SQLite every transaction is a writer, and most looks find nothing.
    while claimable().exists():
        try:
            with transaction.atomic():
                job = _lock_next()
                if job is None:
                    return None
                job.worker = worker
                job.attempt += 1
                job.state = State.RUNNING
                Job.objects.filter(pk=job.pk).take(
                    "claim",
                    worker=worker,
                    attempt=job.attempt,
                    lease_until=Now() + lease(),
                    started_at=Now(),
                    progress_done=0,
                    progress_total=0,
                    progress_text="",
                )
        except IntegrityError:
            # Another worker claimed a job of the same key in the same instant. The next look leaves the key out.
            log.debug("claim lost to another worker")
            continue
        fault_point("jobs.claimed")
        return job
    return None


def _lock_next() -> Job | None:
    skip = connection.features.has_select_for_update_skip_locked
    return claimable().select_for_update(skip_locked=skip).first()


def renew(worker: str, held: Collection[int]) -> None:
    """Lengthen this worker's leases on these jobs (ids), also those that ran out while the machine slept."""
    if held:
        Job.objects.filter(pk__in=held, state=State.RUNNING, worker=worker).update(lease_until=Now() + lease())


def reap() -> int:
    """Free what dead workers left: running jobs whose lease ran out. How many there were."""
    return _free(Job.objects.filter(state=State.RUNNING, lease_until__lt=Now()))


def free_leases_of(worker: str) -> int:
    """Free what a former worker of this name left. Only who holds the name's lock may call it."""
    return _free(Job.objects.filter(state=State.RUNNING, worker=worker))


def _free(left: JobQuerySet) -> int:
    if not left.exists():
        return 0
    death: dict[str, Any] = {"deaths": F("deaths") + 1, "worker": "", "lease_until": None}
    with transaction.atomic():
        stopped = left.filter(cancel_asked=True).take("stop", ended_at=Now(), **death)
        parked = left.filter(deaths__gte=DEATHS_UNTIL_PARKED - 1).take(
            "park",
            ended_at=Now(),
            error="The program ended three times in the middle of this job, so it is parked. "
            "The log of these times may say why. Start the job again when the reason is gone.",
            **death,
        )
        freed = left.take("free", run_at=Now(), **death)
    log.warning("jobs freed from dead workers: %d again, %d parked, %d cancelled", freed, parked, stopped)
    return stopped + parked + freed


def perform(job: Job, stopping: threading.Event | None = None) -> None:
    """Do a claimed job and record its end. When `stopping` is set it is given back at the next safe point.

    Whatever the work raises is recorded; what this raises is the database's.
    """
    running = RunningJob(job, stopping)
    try:
        _perform(job, running)
    except LeaseLost:
        log.warning("job %d: lease lost in attempt %d, stopped", job.pk, job.attempt)
    fault_point("jobs.ended")


def _perform(job: Job, running: RunningJob) -> None:
    try:
        kind = KINDS.get(job.kind)
        if kind is None:
            raise Permanent(
                f"This version of Schoolgate does not know work of the kind '{job.kind}'. "
                "Start the job again under the version that asked for it."
            )
        result = kind.run(running)
        fault_point("jobs.worked")
        running.end("stop" if running.told_to_cancel else "finish", result=result, error="", ended_at=Now())
    except GivenBack:
        # The attempt was not used up.
        _again(running, "give back", attempt=F("attempt") - 1, run_at=Now(), worker="")
    except TryLater as later:
        _try_later(job, running, later.sentence, later.seconds)
    except Permanent as error:
        running.end("fail", error=error.sentence, ended_at=Now())
    except (Exception, SystemExit) as error:  # noqa: BLE001  the work may raise anything; it ends as a job's error
        reference = secrets.token_hex(4).upper()
        log.error("job %d (%s), reference %s: %s", job.pk, job.kind, reference, without_values(error))
        _try_later(job, running, f"Something unexpected went wrong. The log tells more under {reference}.", None)


def _try_later(job: Job, running: RunningJob, sentence: str, seconds: float | None) -> None:
    tries = job.attempt - job.deaths
    if tries >= job.max_attempts:
        running.end("fail", error=sentence, ended_at=Now())
        return
    pause = timedelta(seconds=pause_after(tries) if seconds is None else seconds)
    _again(running, "try later", error=sentence, run_at=Now() + pause, worker="")


def _again(running: RunningJob, step: str, **values: Any) -> None:
    """Put the job back in the queue, unless somebody asked to stop it."""
    if running.is_called_off():
        running.end("stop", ended_at=Now())
    else:
        running.end(step, **values)


def pause_after(tries: int) -> float:
    """Seconds until the next try: 5, 10, 20, ... up to 15 minutes, each shortened at random by up to a half."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE_SECONDS) * random.uniform(0.5, 1)  # noqa: S311


def without_values(error: BaseException | None) -> str:
    """Where an error came from, without its text: that may quote a child's data (DESIGN 9)."""
    told: list[str] = []
    while error is not None:
        # Of a database that cannot be reached or is locked the text tells what is the matter, and quotes no row.
        text = f": {error}" if isinstance(error, OperationalError) else ""
        told.append(f"{type(error).__qualname__}{text}\n{''.join(traceback.format_tb(error.__traceback__))}")
        error = error.__cause__ or error.__context__
    return "\nafter ".join(told)


def work_off(worker: str = "this thread") -> int:
    """Do everything that is due, in this thread, and return how many attempts were made.

    Nobody renews the leases meanwhile, so it is for work shorter than a lease: tests, small commands.
    """
    done = 0
    while (job := claim(worker)) is not None:
        perform(job)
        done += 1
    return done
