"""A process of the tests that kill: `python job_process.py prepare | submit FIRST LAST | work`.

Its one kind of work notes its start and its end in the file TALLY and sleeps between them, or waits for a turn at a
vendor who wants so many calls `per_second` at most; SUBMITTED gets the number of each job whose commit came back.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from schoolgate.authority.collection.tools import DatabasePace  # noqa: E402
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register  # noqa: E402
from schoolgate.commons.jobs.periodic import PERIODIC  # noqa: E402
from schoolgate.commons.jobs.submitting import submit  # noqa: E402
from schoolgate.commons.jobs.worker import Worker  # noqa: E402

KEYS = 20


def append(path: str, line: str) -> None:
    """One whole line, however many processes write."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


@register
class Tally(JobKind):
    name = "tally"
    label = "Counting"

    def words(self, args: dict[str, Any]) -> str:
        return f"Counting {args['number']}"

    def run(self, running: RunningJob) -> dict[str, Any]:
        args = running.args
        about = {"number": args["number"], "key": args["key"], "attempt": running.attempt, "pid": os.getpid()}
        append(os.environ["TALLY"], json.dumps({"what": "start", "at": time.monotonic(), **about}))
        running.progress(0, 1)
        if "per_second" in args:
            DatabasePace(time.sleep).take("a subscription", args["per_second"])
        time.sleep(args["seconds"])
        append(os.environ["TALLY"], json.dumps({"what": "end", "at": time.monotonic(), **about}))
        return {"pid": os.getpid()}


def submit_all(first: int, last: int, seconds: float) -> None:
    for number in range(first, last):
        key = f"school-{number % KEYS}"
        args = {"number": number, "key": key, "seconds": seconds}
        submit("tally", args, key=key, dedup=f"tally-{number}")
        append(os.environ["SUBMITTED"], str(number))


def work() -> None:
    PERIODIC.clear()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    folder = Path(os.environ["SCHOOLGATE_TEST_HOME"]) / os.environ.get("WORKERS", "workers")
    Worker(slots=int(os.environ.get("SLOTS", "4")), folder=folder).run(stop)


def main(arguments: list[str]) -> None:
    verb, *numbers = arguments
    if verb == "prepare":
        call_command("migrate", verbosity=0)
    elif verb == "submit":
        submit_all(int(numbers[0]), int(numbers[1]), float(numbers[2]))
    else:
        # A fork's settings were read before it was told of this.
        if lease := os.environ.get("SCHOOLGATE_JOB_LEASE_SECONDS"):
            settings.SCHOOLGATE_JOB_LEASE_SECONDS = float(lease)
        work()


if __name__ == "__main__":
    main(sys.argv[1:])
