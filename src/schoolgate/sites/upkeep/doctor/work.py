"""Is the work being done that is done by itself?"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Sum
from django.db.models.functions import Now
from django.utils import timezone

from schoolgate.commons.jobs.health import health
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.schedules.due import due_schedules
from schoolgate.commons.schedules.models import Run
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command

LONG = timedelta(minutes=15)
LOST = timedelta(minutes=5)
"""Any worker that lives takes over a lease that ran out within seconds."""


@check("workers", "Workers", well="At least one is at work.")
def somebody_works() -> Iterator[Finding]:
    if not health().workers:
        yield Finding(
            "bad",
            "Nobody does the work that is done by itself: nothing is sent, fetched or imported.",
            cause="The site does not run, or its worker ended and was not started again.",
            cure="Start the site, or have it run as a service.",
            command=command("serve"),
        )


@check("waiting-jobs", "Jobs that wait", well="Nothing waits for long.")
def nothing_waits_long() -> Iterator[Finding]:
    now = health()
    if now.oldest_seconds > LONG.total_seconds():
        yield Finding(
            "bad",
            f"Jobs that wait: {now.waiting:,}, the oldest of them for {now.oldest_seconds // 60:,.0f} minutes.",
            cause="No worker runs; or all are busy, as with the first import of a large school.",
            cure="Start the site if it does not run; else look what runs, and set more job_slots where they are few.",
            command=command("jobs"),
        )
    stuck = Job.objects.filter(state=State.RUNNING, lease_until__lt=Now() - LOST).count()
    if stuck:
        yield Finding(
            "bad",
            f"Jobs that are told to be running, and whose workers are gone: {stuck:,}.",
            cause="The program was stopped in the middle, and no worker has come since.",
            cure="Start the site: its worker takes them over, and nothing is done twice.",
            command=command("serve"),
        )


@check("failed-jobs", "Jobs that failed", well="There are none.")
def nothing_failed() -> Iterator[Finding]:
    failed = health().failed
    if failed:
        yield Finding(
            "look",
            f"Jobs that failed and wait for somebody: {failed:,}.",
            cause="Each one’s page says why.",
            cure="Cure what it says there, then start it again or cancel it.",
            command=command("jobs"),
        )


@check("schedules", "Schedules", well="Everything that was due was begun in time.")
def nothing_is_late() -> Iterator[Finding]:
    late = due_schedules(timezone.now() - LONG).count()
    if late:
        yield Finding(
            "bad",
            f"Schedules that are due, and whose work nobody begins: {late:,}.",
            cause="No worker runs.",
            cure="Start the site. What was missed is made good once.",
            command=command("serve"),
        )
    recent = Run.objects.filter(due_at__gte=timezone.now() - timedelta(days=7), dismissed_at=None)
    missed = recent.aggregate(missed=Sum("missed"))["missed"]
    if missed:
        yield Finding(
            "look",
            f"Runs of schedules that began late in the last seven days: {missed:,}.",
            cause="The machine was off, or the site did not run.",
            cure="Choose a time at which the machine is on, or have the site run as a service.",
            command=command("jobs"),
        )
