"""Schedules of 24,000 schools, four each, on both databases: finding what is due, making it, and a week of it.

The 96,000 are weekly; half of them crowd in twenty popular minutes of the week, the rest stand anywhere in it. Each
database is measured by a process of its own that looks for what is due as a worker's scheduler does.

* Deciding: which are due at a minute, beside reading all rows and comparing them here.
* Making: 24,000 that are due at one minute become runs and jobs, beside one plain bulk insert of rows ready made: as
  many jobs and as many runs in one transaction, by what the database does fastest (SQLite one prepared statement,
  PostgreSQL COPY). Beside it, held to nothing: the jobs alone, and `bulk_create` of the jobs.
* A week: a look at every minute, but for hours in which nobody looked. Afterwards every schedule has one run, and
  those that came due in such an hour have it late.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

from bench.measuring import print_result, print_table

ROUNDS = int(os.environ.get("SCHOOLGATE_BENCH_ROUNDS", "5"))
SCHEDULES, AT_ONCE = 96_000, 24_000
POPULAR = 20
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
"""The first minute of the week; in winter, so that London's clocks show UTC."""

MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)
OFF = [(600, 690), (4000, 4003), (7000, 7500)]
"""Minutes of the week in which nobody looks: from, up to."""

LEAST_VS_ALL_ROWS, LEAST_VS_BULK_INSERT = 50.0, 1 / 3


def _spread(chance: random.Random) -> list[int]:
    """The minute of the week of each schedule."""
    popular = [chance.randrange(7 * 1440) for _ in range(POPULAR)]
    half = SCHEDULES // 2
    return [chance.choice(popular) for _ in range(half)] + [chance.randrange(7 * 1440) for _ in range(half)]


def _fill(minutes: list[int]) -> None:
    from django.db import connection, transaction

    from schoolgate.commons.bulk import insert
    from schoolgate.commons.schedules.models import Schedule
    from schoolgate.commons.schedules.rules import Weekly

    rows = []
    for number, minute in enumerate(minutes):
        day, rest = divmod(minute, 1440)
        rule = Weekly(clock(*divmod(rest, 60)), frozenset({day})).on_record()
        due = MONDAY + minute * MINUTE
        rows.append((f"task {number}", "errand", {"task": number}, rule, MONDAY - MINUTE, due))
    with transaction.atomic():
        insert(Schedule, ["name", "kind", "args", "recorded_rule", "since", "next_due_at"], rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _empty() -> None:
    from django.db import connection

    from schoolgate.commons.jobs.models import Job
    from schoolgate.commons.schedules.models import Run

    Run.objects.all().delete()
    Job.objects.all().delete()
    # Each round begins with tables as small as the first, as databases see to by themselves in time.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE jobs_job, schedules_run, schedules_schedule")


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _deciding() -> dict[str, float]:
    """Seconds of a minute's decision, by the index and by reading all."""
    from django.db import connection

    from schoolgate.commons.schedules.due import due_schedules

    chance, ours, peer = random.Random(5), [], []

    def by_the_index(now: datetime) -> list[int]:
        return list(due_schedules(now).values_list("pk", flat=True))

    # As texts where the database keeps them so: to make times of them would cost the peer more than all else.
    postgres = connection.vendor == "postgresql"
    every = f"SELECT id, {'next_due_at' if postgres else 'CAST(next_due_at AS text)'} FROM schedules_schedule"

    def by_all_rows(now: datetime) -> list[int]:
        told = now if postgres else str(now.replace(tzinfo=None))
        with connection.cursor() as cursor:
            cursor.execute(every)
            return [one for one, due in cursor.fetchall() if due is not None and due <= told]

    for _ in range(20 * ROUNDS):
        # The first minutes of the week: of all no more are due than in an ordinary minute.
        now = MONDAY + chance.randrange(3) * MINUTE
        began = time.perf_counter()
        found = by_the_index(now)
        between = time.perf_counter()
        compared = by_all_rows(now)
        peer.append(time.perf_counter() - between)
        ours.append(between - began)
        if sorted(found) != sorted(compared):
            raise RuntimeError("The two ways find different schedules.")
    return {"decide": statistics.median(ours), "all rows": statistics.median(peer)}


def _making() -> dict[str, float]:
    """Seconds in which so many become runs and jobs, and of the plain inserts beside it."""
    from django.db import transaction

    from schoolgate.commons.bulk import insert, update
    from schoolgate.commons.jobs.models import Job
    from schoolgate.commons.schedules.due import make_due_runs
    from schoolgate.commons.schedules.models import Run, Schedule
    from schoolgate.commons.schedules.rules import Weekly

    now = MONDAY - WEEK
    schedules = list(Schedule.objects.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    before = list(Schedule.objects.filter(pk__in=schedules).values_list("pk", "recorded_rule", "next_due_at"))
    # Of schedules that are due at one minute many have a rule in common.
    at_once = [Weekly(clock(0), frozenset({0, day})).on_record() for day in range(7)]
    columns = Job._meta.concrete_fields  # noqa: SLF001  documented API of Django
    fields = [field.name for field in columns if not field.null and not field.has_db_default()]
    told: dict[str, list[float]] = {}

    def jobs() -> list[Job]:
        each = ({"task": number, "due": now.isoformat()} for number in range(AT_ONCE))
        return [Job(pk=place, kind="errand", args=args, priority=1) for place, args in enumerate(each, 1)]

    job_rows = [tuple(getattr(job, name) for name in fields) for job in jobs()]
    run_rows = [(pk, now, now, 0, None, place) for place, pk in enumerate(schedules, 1)]
    run_fields = ["schedule", "due_at", "made_at", "missed", "first_missed_at", "job"]

    def plain_insert() -> None:
        with transaction.atomic():
            insert(Job, fields, job_rows)
            insert(Run, run_fields, run_rows)

    def plain_jobs() -> None:
        with transaction.atomic():
            insert(Job, fields, job_rows)

    def bulk_create() -> None:
        with transaction.atomic():
            Job.objects.bulk_create(made)

    for _ in range(ROUNDS):
        update(Schedule, ["id", "recorded_rule", "next_due_at"], [(pk, at_once[pk % 7], now) for pk in schedules])
        _empty()
        told.setdefault("make", []).append(_seconds(lambda: make_due_runs(now)))
        if not AT_ONCE == Run.objects.filter(due_at=now, missed=0).count() == Job.objects.count():
            raise RuntimeError("Not every schedule got its one run and job.")
        for name, peer in {"plain insert": plain_insert, "jobs alone": plain_jobs, "bulk_create": bulk_create}.items():
            _empty()
            made = jobs() if peer is bulk_create else []
            told.setdefault(name, []).append(_seconds(peer))
    _empty()
    update(Schedule, ["id", "recorded_rule", "next_due_at"], before)
    return {name: statistics.median(seconds) for name, seconds in told.items()}


def _week(minutes: list[int]) -> dict[str, float]:
    """Seconds of the looks of a week; raises RuntimeError when a schedule was not run exactly once."""
    from django.db.models import Sum

    from schoolgate.commons.jobs.models import Job
    from schoolgate.commons.schedules.due import Scheduler
    from schoolgate.commons.schedules.models import Run

    scheduler, looks = Scheduler(), []
    off = {minute for begins, ends in OFF for minute in range(begins, ends)}
    for minute in range(7 * 1440):
        if minute in off:
            # The program ended, and another begins.
            scheduler = Scheduler()
            continue
        began = time.perf_counter()
        scheduler.tick(MONDAY + minute * MINUTE)
        looks.append(time.perf_counter() - began)
    late = {minute for begins, ends in OFF for minute in range(begins, ends - 2)}
    missed = sum(minute in late for minute in minutes)
    runs = Run.objects.aggregate(missed=Sum("missed"))
    counted = (Run.objects.count(), Run.objects.values("schedule").distinct().count(), Job.objects.count())
    if counted != (SCHEDULES, SCHEDULES, SCHEDULES) or runs["missed"] != missed:
        raise RuntimeError(f"Of {SCHEDULES} runs {counted} were made, {runs['missed']} of {missed} late.")
    looks.sort()
    return {
        "median look": statistics.median(looks),
        "p99 look": looks[len(looks) * 99 // 100],
        "longest look": looks[-1],
        "late": missed,
    }


def measure_here() -> None:
    """Measure on the database of this process's settings, and say what was measured, in seconds."""
    import django

    django.setup()
    from django.core.management import call_command

    from schoolgate.commons.jobs.kinds import JobKind, register

    @register
    class Errand(JobKind):
        name = "errand"
        label = "Errands"

        def words(self, args: dict[str, Any]) -> str:
            return "An errand"

        def run(self, running: Any) -> None:
            """Nothing is done."""

    call_command("migrate", verbosity=0)
    minutes = _spread(random.Random(7))
    _fill(minutes)
    told = _deciding() | _making() | _week(minutes)
    print(json.dumps([told, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))


def _measure(home: Path, url: str) -> tuple[dict[str, float], int]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "schoolgate.sites.testing",
        "SCHOOLGATE_TEST_HOME": str(home),
        "DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "bench.schedules", "measure"]
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    told, peak = json.loads(said)
    return told, peak


WAYS = {
    "decide what is due at a minute": "decide",
    "read all rows and compare": "all rows",
    "24,000 due at once become runs and jobs": "make",
    "plain bulk insert of as many jobs and runs": "plain insert",
    "plain bulk insert of the jobs alone": "jobs alone",
    "bulk_create of the jobs": "bulk_create",
    "look of a week, median": "median look",
    "look of a week, p99": "p99 look",
    "look of a week, the longest": "longest look",
}


def main() -> None:
    """Measure both databases, print the table and the result; ends with an error below a floor."""
    from tests.postgres import running_server

    with tempfile.TemporaryDirectory(prefix="schoolgate-bench-") as temporary, running_server() as server:
        measured = {
            "SQLite": _measure(Path(temporary, "sqlite"), ""),
            "PostgreSQL": _measure(Path(temporary, "postgresql"), server.url("postgres")),
        }
    told = {database: seconds for database, (seconds, _) in measured.items()}
    print_table(
        f"{SCHEDULES:,} weekly schedules, milliseconds (medians of {ROUNDS} rounds)",
        ["way", *told],
        [[way, *(f"{seconds[key] * 1000:,.2f}" for seconds in told.values())] for way, key in WAYS.items()],
    )
    late = next(iter(told.values()))["late"]
    print(f"In the week every schedule had one run, none two; {late:,.0f} came due while nobody looked and ran late.")

    def lower(ours: str, peer: str) -> float:
        return min(seconds[peer] / seconds[ours] for seconds in told.values())

    ratios = {"due_vs_all_rows": lower("decide", "all rows"), "jobs_vs_bulk_insert": lower("make", "plain insert")}
    beside = {
        "beside": {
            "jobs_vs_insert_of_jobs_alone": lower("make", "jobs alone"),
            "jobs_vs_bulk_create": lower("make", "bulk_create"),
        }
    }
    print_result("schedules", ratios, max(peak for _, peak in measured.values()), beside)
    if ratios["due_vs_all_rows"] < LEAST_VS_ALL_ROWS or ratios["jobs_vs_bulk_insert"] < LEAST_VS_BULK_INSERT:
        sys.exit("A floor is missed.")


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure_here()
    else:
        main()
