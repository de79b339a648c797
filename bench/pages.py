"""Every page of a large authority's screens, on both databases.

A made-up site of 300 schools, 100,000 pupils, 1,200,000 rows of history, 5,000 open conflicts, 3,000 unmatched pupils
and 10,000 imports is filled in bulk. Then a process of its own, with the site's own settings, asks for each page as an
administrator who may see all of it: as links lead there, sorted by each heading either way, narrowed by each filter,
its last page, and searches for pupils. What is measured is the time from request to whole answer in that process: the
database is the real one, the web server in front and the browser behind are not in it.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measuring import print_result, print_table

CALLS = int(os.environ.get("SCHOOLGATE_BENCH_ROUNDS", "5"))
LARGE = {"bases": 300, "pupils": 100_000, "history": 4, "conflicts": 5_000, "unmatched": 3_000, "imports": 10_000}
LINES = 50_000
"""Of the audit, the journal, refused values and decisions, each."""

MOST_SECONDS = 1.0
SHOWN = 25


def fill_site() -> None:
    """Fill the site, and let the database look at it, as each does by itself in time."""
    import django

    django.setup()
    from django.db import connection
    from tests.authority.filled.made_up import Filling
    from tests.authority.filled.site import fill

    from schoolgate.commons.accounts.creating import create_user

    fill(
        Filling(**LARGE, lines=LINES), create_user("bench", "administrator", name="Bench", password="Plain-Lantern-42")
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def ask_all() -> None:
    """Ask for every page in every way: say the seconds of each call, and the most memory held, in KiB."""
    import django

    django.setup()
    from urllib.parse import urlsplit

    from django.conf import settings
    from django.test import Client
    from tests.authority.filled.asking import pages, ways

    from schoolgate.commons.accounts.models import User

    browser = Client(headers={"host": urlsplit(settings.SCHOOLGATE_URL).netloc})
    browser.force_login(User.objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend")
    told = {}
    for address, text in list(pages(browser)):
        for way in [address, *ways(address, text)]:
            if way not in told:
                told[way] = [_seconds(browser, way) for _ in range(CALLS)]
    print(json.dumps([told, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))


def _seconds(browser: Any, way: str) -> float:
    began = time.perf_counter()
    answer = browser.get(way)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{way} answered {answer.status_code}.")
    return seconds


def _part(name: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "bench.pages", name]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure_site(home: Path, url: str) -> tuple[dict[str, list[float]], int]:
    """Set a site up, fill it and ask for all: seconds of the calls by address, and the most memory held, in bytes."""
    settings = {"SCHOOLGATE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "schoolgate.sites.authority"}
    environment = {**os.environ, **settings, "SCHOOLGATE_DEMO": "yes"}
    if url:
        environment["SCHOOLGATE_DATABASE_URL"] = url
    init = ["authority", "init", "--la", "820", "--name", "Bench", "--json"]
    subprocess.run(
        [sys.executable, "-m", "schoolgate.sites.cli", *init], env=environment, check=True, capture_output=True
    )
    began = time.perf_counter()
    _part("fill_site", environment)
    print(f"{'PostgreSQL' if url else 'SQLite'}: filled in {time.perf_counter() - began:.0f} s.", flush=True)
    told, kib = json.loads(_part("ask_all", environment))
    return told, kib * 1024


def _print_site(database: str, told: dict[str, list[float]]) -> None:
    slowest = sorted(told.items(), key=lambda one: statistics.median(one[1]), reverse=True)
    medians = sorted(statistics.median(calls) for calls in told.values())
    title = (
        f"{database}: {len(told)} ways to ask for a page, median of all {statistics.median(medians):.3f} s, slowest:"
    )
    print_table(
        title,
        ["page", "median s", "slowest s"],
        [[way, f"{statistics.median(calls):.3f}", f"{max(calls):.3f}"] for way, calls in slowest[:SHOWN]],
    )


def main() -> None:
    """Measure both databases, print the slowest pages and the result; ends with an error when a page takes too long."""
    from tests.postgres import running_server

    with tempfile.TemporaryDirectory(prefix="schoolgate-bench-") as temporary, running_server() as server:
        sites = {
            "SQLite": measure_site(Path(temporary, "sqlite"), ""),
            "PostgreSQL": measure_site(Path(temporary, "postgresql"), server.url("postgres")),
        }
    for database, (told, _) in sites.items():
        _print_site(database, told)
    slowest = max(statistics.median(calls) for told, _ in sites.values() for calls in told.values())
    print_result("pages", {"second_vs_slowest": MOST_SECONDS / slowest}, max(peak for _, peak in sites.values()))
    if slowest > MOST_SECONDS:
        sys.exit("A page takes more than a second.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"fill_site": fill_site, "ask_all": ask_all}[sys.argv[1]]()
    else:
        main()
